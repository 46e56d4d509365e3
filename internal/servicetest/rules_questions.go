package servicetest

import (
	"slices"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

func questionRules() []Rule {
	return []Rule{
		{"G7", "every question agrees with every other and with the rule, over a small world", g7Agree},
		{"G7", "many at once are answered in their order, or not at all", g7Each},
		{"G7", "filtering keeps the order", g7Filter},
		{"G7", "the resources for a permission come by ID, in pages of any size", g7ResourcesFor},
		{"G7", "the members for a resource come by ID, in pages of any size", g7MembersFor},
		{"G7", "the users for a resource are those of its members, page by page", g7UsersFor},
		{"G7", "explaining tells every step", g7Explain},
		{"G7", "an Access answers for the kinds it was made for", g7AccessKinds},
		{"G7", "an Access is as of one moment", g7AccessMoment},
		{"G7", "the zero Access and nil deny", g7AccessZero},
	}
}

// smallWorld returns the actors and the resources of a town that have one of
// every relation: granted, covered by all, not granted, foreign, unknown.
func smallWorld(w *World) (t town, actors []charter.Actor, resources []grants.Resource) {
	w.Helper()
	t = newTown(w)
	devices := w.Devices(t.ada, 2)
	boards := []grants.Resource{{Kind: dashboard, ID: "b-1"}, {Kind: dashboard, ID: "b-2"}}
	foreign := []grants.Resource{w.Devices(t.gus, 1)[0], {Kind: dashboard, ID: "gb-1"}}
	w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, boards...))
	w.Must(w.Svc.Resources.Register(w.Ctx, t.gus, foreign[1]))
	cora := t.custom("cora", deleteDevice, viewBoard, series)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.eve), append(ones(devices[0]), grants.All(dashboard))...))
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.vic), ones(devices[1], boards[0])...))
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(cora), append(ones(boards[1]), grants.All(device))...))
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.invited(), grants.All(device), grants.All(dashboard)))
	w.SignIn("pam")
	actors = []charter.Actor{
		t.ada, t.eve, t.vic, cora, t.pam, t.gus, t.gil, {User: "gil", Org: t.ada.Org}, {User: "ada", Org: t.gus.Org},
		{User: "nobody", Org: t.ada.Org}, {User: "ada", Org: "nowhere"},
	}
	resources = slices.Concat(devices, boards, foreign, []grants.Resource{{Kind: device, ID: "no-such"}, {Kind: dashboard, ID: "no-such"}})
	return t, actors, resources
}

// said is G1 said again from what is stored: active member, and role, and
// registered here, and Admin or a grant.
func said(s Stored, catalogue *roles.Catalogue, as charter.Actor, p roles.Permission, r grants.Resource) bool {
	org := s.Of(as.Org)
	for _, m := range org.Members {
		if m.User != as.User || m.Status != orgs.Active || m.User == "" {
			continue
		}
		holds := m.Role == roles.Admin
		for _, svc := range catalogue.Services() {
			for _, d := range svc.Permissions {
				holds = holds || d.Permission == p && (m.Role == roles.Editor && d.Editor || m.Role == roles.Viewer && d.Viewer)
			}
		}
		for _, role := range org.Roles {
			holds = holds || role.ID == m.Role && contains(role.Permissions, p)
		}
		if !holds || r == none {
			return holds
		}
		gs := org.Grants[m.ID]
		return contains(org.Resources, r) && (m.Role == roles.Admin || contains(gs, grants.All(r.Kind)) || contains(gs, grants.One(r.Kind, r.ID)))
	}
	return false
}

func g7Agree(w *World) {
	_, actors, resources := smallWorld(w)
	stored, catalogue := w.Dump(), w.Svc.Catalogue()
	yes := 0
	for _, as := range actors {
		access, err := w.Svc.Access(w.Ctx, as)
		w.Must(err)
		for _, p := range everything(w) {
			declared, _ := catalogue.Lookup(p)
			asked := []grants.Resource{none}
			if declared.Kind != "" {
				asked = keep(resources, func(r grants.Resource) bool { return r.Kind == declared.Kind })
			}
			var want []grants.Resource
			for _, r := range asked {
				if said(stored, catalogue, as, p, r) {
					want = append(want, r)
				}
			}
			yes += len(want)
			agree(w, as, access, p, asked, want)
		}
	}
	w.True("the world is not all no, nor all yes", yes > 100 && yes < 500)
}

// agree fails the test unless every way to ask gives want of asked.
func agree(w *World, as charter.Actor, access *charter.Access, p roles.Permission, asked, want []grants.Resource) {
	w.Helper()
	filtered, err := w.Svc.Filter(w.Ctx, as, p, asked)
	w.Must(err)
	w.Same("filter", filtered, want)
	questions := idsOf(asked, func(r grants.Resource) grants.Question { return grants.Question{Permission: p, Resource: r} })
	each, err := w.Svc.CanEach(w.Ctx, as, questions)
	w.Must(err)
	for i, r := range asked {
		ok := contains(want, r)
		w.Same("can", w.Can(as, p, r), ok)
		w.Same("can each", each[i], ok)
		w.Same("require", w.Svc.Require(w.Ctx, as, p, r) == nil, ok)
		fast, err := access.Can(p, r)
		w.Must(err)
		w.Same("access", fast, ok)
		why, err := w.Svc.Explain(w.Ctx, as, p, r)
		w.Must(err)
		w.Same("explain", why.Allowed, ok)
		w.Same("its last step", why.Outcomes[len(why.Outcomes)-1].OK, ok)
		if r == none {
			continue
		}
		members := collect(w, w.Svc.AllMembersFor(w.Ctx, as.Org, p, r, charter.PageQuery{}))
		w.Same("members for", slices.ContainsFunc(members, func(m orgs.Member) bool { return m.User == as.User }), ok)
		users := collect(w, w.Svc.AllUsersFor(w.Ctx, as.Org, p, r, charter.PageQuery{}))
		w.Same("users for", users, idsOf(members, func(m orgs.Member) orgs.UserID { return m.User }))
	}
	if asked[0] != none {
		listed := collect(w, w.Svc.AllResourcesFor(w.Ctx, as, p, charter.PageQuery{}))
		got := keep(listed, func(r grants.Resource) bool { return contains(asked, r) })
		w.Same("resources for", got, slices.SortedFunc(slices.Values(want), grants.Resource.Compare))
	}
	held, err := w.Svc.Holds(w.Ctx, as, p)
	w.Must(err)
	w.Same("access holds", access.Holds(p), held)
	w.True("what may be used is held", held || len(want) == 0)
}

func g7Each(w *World) {
	t, _, resources := smallWorld(w)
	ask := []grants.Question{
		{Permission: viewDevice, Resource: resources[1]}, {Permission: series}, {Permission: firmware, Resource: resources[0]},
		{Permission: viewDevice, Resource: resources[0]}, {Permission: firmware, Resource: resources[0]},
	}
	answers, err := w.Svc.CanEach(w.Ctx, t.eve, ask)
	w.Must(err)
	w.Same("answers", answers, []bool{false, true, true, true, true})
	for _, none := range [][]grants.Question{nil, {}} {
		answers, err = w.Svc.CanEach(w.Ctx, t.eve, none)
		w.Must(err)
		w.Same("answers", answers, []bool{})
	}
	for field, bad := range map[string]grants.Question{
		"questions[5].permission": {Permission: undeclared}, "questions[5].resource": {Permission: series, Resource: resources[0]},
		"questions[5].resource.kind": {Permission: viewDevice, Resource: resources[2]},
		"questions[5].resource.id":   {Permission: viewDevice, Resource: grants.Resource{Kind: device}},
	} {
		w.Invalid(field, func() error {
			answers, err := w.Svc.CanEach(w.Ctx, t.eve, append(slices.Clone(ask), bad))
			w.Same("no answer at all", answers, nil)
			return err
		})
	}
}

func g7Filter(w *World) {
	t, _, resources := smallWorld(w)
	devices := keep(resources, func(r grants.Resource) bool { return r.Kind == device })
	slices.Reverse(devices)
	ask := append(slices.Clone(devices), devices...)
	got, err := w.Svc.Filter(w.Ctx, t.ada, viewDevice, ask)
	w.Must(err)
	mine := keep(ask, func(r grants.Resource) bool { return r == resources[0] || r == resources[1] })
	w.Same("in the order asked, repeated as asked", got, mine)
	w.Same("what was asked is left alone", ask, append(slices.Clone(devices), devices...))
	w.Invalid("resources[1].resource.kind", func() error {
		return errOf(w.Svc.Filter(w.Ctx, t.ada, viewDevice, []grants.Resource{resources[0], resources[2]}))
	})
}

func g7ResourcesFor(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 7)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.vic), ones(devices[5], devices[1], devices[3])...))
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.eve), append(ones(devices[2]), grants.All(device))...))
	for as, want := range map[charter.Actor][]grants.Resource{t.ada: devices, t.eve: devices, t.vic: {devices[1], devices[3], devices[5]}} {
		for limit := 1; limit <= 8; limit++ {
			w.Same("resources", collect(w, w.Svc.AllResourcesFor(w.Ctx, as, viewDevice, charter.PageQuery{Limit: limit})), want)
		}
		page, err := w.Svc.ResourcesFor(w.Ctx, as, viewDevice, charter.PageQuery{Limit: len(want)})
		w.Must(err)
		w.Same("the last page", page.Next, charter.Cursor(""))
	}
	page, err := w.Svc.ResourcesFor(w.Ctx, t.vic, viewDevice, charter.PageQuery{Limit: 1})
	w.Must(err)
	for _, c := range []struct {
		as charter.Actor
		p  roles.Permission
	}{{t.eve, viewDevice}, {t.vic, firmware}} {
		w.Invalid("cursor", func() error { return errOf(w.Svc.ResourcesFor(w.Ctx, c.as, c.p, charter.PageQuery{Cursor: page.Next})) })
	}
	w.Invalid("permission", func() error { return errOf(w.Svc.ResourcesFor(w.Ctx, t.vic, series, charter.PageQuery{})) })
	w.Invalid("limit", func() error { return errOf(w.Svc.ResourcesFor(w.Ctx, t.vic, viewDevice, charter.PageQuery{Limit: -1})) })
}

func g7MembersFor(w *World) {
	t := newTown(w)
	machine := w.Devices(t.ada, 2)[0]
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	cora := t.custom("cora", viewDevice) // came later: no grant
	dan := t.custom("dan", viewDevice)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(dan), grants.All(device)))
	want := []orgs.MemberID{t.id(t.ada), t.id(t.eve), t.id(t.vic), t.id(dan)}
	slices.Sort(want)
	for limit := 1; limit <= 5; limit++ {
		got := collect(w, w.Svc.AllMembersFor(w.Ctx, t.ada.Org, viewDevice, machine, charter.PageQuery{Limit: limit}))
		w.Same("members", idsOf(got, func(m orgs.Member) orgs.MemberID { return m.ID }), want)
	}
	got := collect(w, w.Svc.AllMembersFor(w.Ctx, t.ada.Org, firmware, machine, charter.PageQuery{}))
	w.Same("of whom may flash", len(got), 2)
	w.Same("a whole row", got[0], w.Row(t.ada, got[0].ID))
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(cora), ones(machine)...))
	got = collect(w, w.Svc.AllMembersFor(w.Ctx, t.ada.Org, viewDevice, machine, charter.PageQuery{}))
	w.Same("with Cora", len(got), 5)
	for _, org := range []orgs.ID{t.gus.Org, "nowhere"} {
		w.Same("elsewhere", collect(w, w.Svc.AllMembersFor(w.Ctx, org, viewDevice, machine, charter.PageQuery{})), nil)
	}
	page, err := w.Svc.MembersFor(w.Ctx, t.ada.Org, viewDevice, machine, charter.PageQuery{Limit: 1})
	w.Must(err)
	w.Invalid("cursor", func() error {
		return errOf(w.Svc.MembersFor(w.Ctx, t.ada.Org, firmware, machine, charter.PageQuery{Cursor: page.Next}))
	})
	w.Invalid("permission", func() error { return errOf(w.Svc.MembersFor(w.Ctx, t.ada.Org, series, none, charter.PageQuery{})) })
	w.Invalid("resource.kind", func() error {
		return errOf(w.Svc.MembersFor(w.Ctx, t.ada.Org, viewBoard, machine, charter.PageQuery{}))
	})
	w.Invalid("organization", func() error { return errOf(w.Svc.MembersFor(w.Ctx, "", viewDevice, machine, charter.PageQuery{})) })
}

func g7UsersFor(w *World) {
	t := newTown(w)
	machine := w.Devices(t.ada, 2)[0]
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	for _, p := range []roles.Permission{viewDevice, firmware} {
		for limit := 1; limit <= 5; limit++ {
			var members, users charter.Cursor
			for pages := 0; pages == 0 || members != ""; pages++ {
				want, err := w.Svc.MembersFor(w.Ctx, t.ada.Org, p, machine, charter.PageQuery{Limit: limit, Cursor: members})
				w.Must(err)
				got, err := w.Svc.UsersFor(w.Ctx, t.ada.Org, p, machine, charter.PageQuery{Limit: limit, Cursor: users})
				w.Must(err)
				w.Same("users", got.Items, idsOf(want.Items, func(m orgs.Member) orgs.UserID { return m.User }))
				w.Same("whether there are more", got.Next != "", want.Next != "")
				members, users = want.Next, got.Next
			}
		}
	}
	page, err := w.Svc.UsersFor(w.Ctx, t.gus.Org, viewDevice, machine, charter.PageQuery{})
	w.Must(err)
	w.True("nobody elsewhere, as of members", page.Items == nil)
	page, err = w.Svc.UsersFor(w.Ctx, t.ada.Org, viewDevice, machine, charter.PageQuery{Limit: 1})
	w.Must(err)
	for name, ask := range map[string]func() error{
		"another permission": func() error {
			return errOf(w.Svc.UsersFor(w.Ctx, t.ada.Org, firmware, machine, charter.PageQuery{Cursor: page.Next}))
		},
		"the members": func() error {
			return errOf(w.Svc.MembersFor(w.Ctx, t.ada.Org, viewDevice, machine, charter.PageQuery{Cursor: page.Next}))
		},
	} {
		w.Log("a cursor for", name)
		w.Invalid("cursor", ask)
	}
}

func g7Explain(w *World) {
	t, _, resources := smallWorld(w)
	step := func(steps ...grants.Step) (outcomes []grants.Outcome) {
		for _, s := range steps {
			outcomes = append(outcomes, grants.Outcome{Step: s, OK: true})
		}
		return outcomes
	}
	fails := func(outcomes []grants.Outcome) []grants.Outcome {
		outcomes[len(outcomes)-1].OK = false
		return outcomes
	}
	for _, c := range []struct {
		as   charter.Actor
		p    roles.Permission
		r    grants.Resource
		want []grants.Outcome
	}{
		{charter.Actor{User: "nobody", Org: t.ada.Org}, series, none, fails(step(grants.IsMember))},
		{t.pam, viewDevice, resources[0], fails(step(grants.IsMember))},
		{t.vic, firmware, resources[1], fails(step(grants.IsMember, grants.IsActive, grants.RoleHolds))},
		{t.ada, viewDevice, resources[4], fails(step(grants.IsMember, grants.IsActive, grants.RoleHolds, grants.IsRegistered))},
		{t.vic, viewDevice, resources[0], fails(step(grants.IsMember, grants.IsActive, grants.RoleHolds, grants.IsRegistered, grants.IsCovered))},
		{t.eve, firmware, resources[0], step(grants.IsMember, grants.IsActive, grants.RoleHolds, grants.IsRegistered, grants.IsCovered)},
		{t.eve, series, none, step(grants.IsMember, grants.IsActive, grants.RoleHolds)},
	} {
		why, err := w.Svc.Explain(w.Ctx, c.as, c.p, c.r)
		w.Must(err)
		w.Same("outcomes", why.Outcomes, c.want)
		w.Same("allowed", why.Allowed, c.want[len(c.want)-1].OK)
	}
	why, err := w.Svc.Explain(w.Ctx, t.eve, firmware, resources[0])
	w.Must(err)
	me := w.Me(t.eve)
	w.Same("facts", why.Facts, grants.Facts{
		Revision: w.Dump().Of(t.ada.Org).Org.Revision, Member: me.ID, Status: orgs.Active, Role: roles.Editor,
		Registered: true, Coverage: grants.CoveredByOne,
	})
}

func g7AccessKinds(w *World) {
	t, _, resources := smallWorld(w)
	access, err := w.Svc.Access(w.Ctx, t.eve, device, device)
	w.Must(err)
	ok, err := access.Can(firmware, resources[0])
	w.Must(err)
	w.True("a device", ok)
	w.Invalid("resource.kind", func() error { return errOf(access.Can(viewBoard, resources[2])) })
	w.Invalid("resource.kind", func() error { return errOf(access.Can(viewDevice, resources[2])) })
	w.Invalid("resource.kind", func() error { return errOf(access.Can(viewDevice, none)) })
	w.Invalid("resource", func() error { return errOf(access.Can(series, resources[0])) })
	w.True("held, of another kind too", access.Holds(viewBoard) && !access.Holds(addDevice))
	w.Same("revision", access.Revision(), w.Dump().Of(t.ada.Org).Org.Revision)
	w.Invalid("kinds[1]", func() error { return errOf(w.Svc.Access(w.Ctx, t.eve, device, "rocket")) })
	nowhere, err := w.Svc.Access(w.Ctx, charter.Actor{User: "eve", Org: "nowhere"})
	w.Must(err)
	w.Same("revision of nothing", nowhere.Revision(), uint64(0))
}

func g7AccessMoment(w *World) {
	t, _, resources := smallWorld(w)
	before, err := w.Svc.Access(w.Ctx, t.eve)
	w.Must(err)
	w.Must(w.Svc.Grants.Take(w.Ctx, t.ada, t.id(t.eve), ones(resources[0])...))
	still, err := before.Can(viewDevice, resources[0])
	w.Must(err)
	w.True("as of its moment", still)
	w.No(t.eve, viewDevice, resources[0])
	after, err := w.Svc.Access(w.Ctx, t.eve)
	w.Must(err)
	now, err := after.Can(viewDevice, resources[0])
	w.Must(err)
	w.True("as of the next", !now)
	w.True("the revision tells", after.Revision() > before.Revision())
}

func g7AccessZero(w *World) {
	for _, access := range []*charter.Access{nil, {}} {
		ok, err := access.Can(viewDevice, grants.Resource{Kind: device, ID: "d"})
		w.Must(err)
		w.True("denied", !ok && !access.Holds(series) && access.Revision() == 0)
	}
}
