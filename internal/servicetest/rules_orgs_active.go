package servicetest

import (
	"slices"
	"time"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func orgActiveRules() []Rule {
	return []Rule{
		{"O7", "a user switches among its organizations and the library remembers", o7Switches},
		{"O7", "nobody switches to where it is no active member", o7SwitchDenied},
		{"O7", "when the active one ends, the most recently joined becomes active", o7Fallback},
		{"O7", "when another one ends, the active one stays", o7Stays},
		{"O7", "things of other organizations do not exist for an actor", o7Isolated},
		{"O8", "a user lists its own organizations, the most recently joined first", o8Lists},
		{"O8", "every page size gives the same list", o8Pages},
		{"O8", "search finds a substring of the name, ignoring case", o8Searches},
		{"O8", "wildcards of databases are plain characters", o8Wildcards},
		{"O8", "a cursor serves its own user and search only", o8Cursors},
		{"O9", "signing in for the first time gives a personal organization", o9First},
		{"O9", "signing in again changes nothing", o9Idempotent},
		{"O9", "signing in refreshes the profile in every member list", o9Refreshes},
		{"O9", "who accepts first gets no personal organization on top", o9AcceptsFirst},
	}
}

func o7Switches(w *World) {
	t := newTown(w)
	home := t.Working("ada")
	for _, org := range []orgs.ID{t.ada.Org, home, t.ada.Org} {
		w.Must(w.Svc.Orgs.Switch(w.Ctx, "ada", org))
		w.Same("where it works", w.Working("ada"), org)
		again, err := w.Also(func(*charter.Options) {}).Svc.SignIn(w.Ctx, "ada", Profile("ada"))
		w.Must(err)
		w.Same("remembered at the next login", again.Active, org)
		w.Idle(func() error { return w.Svc.Orgs.Switch(w.Ctx, "ada", org) })
	}
	history := len(w.Dump().Of(home).Events)
	w.Must(w.Svc.Orgs.Switch(w.Ctx, "ada", home))
	w.Same("switching is no event", len(w.Dump().Of(home).Events), history)
}

func o7SwitchDenied(w *World) {
	t := newTown(w)
	w.SignIn("pam")
	left := w.Join(t.gus, "vic", roles.Viewer)
	w.Remove(t.gus, left)
	for user, org := range map[orgs.UserID]orgs.ID{
		"ada": t.gus.Org, "pam": t.ada.Org, "nobody": t.ada.Org, "gil": "nowhere", "vic": t.gus.Org,
	} {
		w.Denied(func() error { return w.Svc.Orgs.Switch(w.Ctx, user, org) })
	}
}

// joinedIn makes user bob a member of organizations of gus, in order of joining.
func joinedIn(w *World, n int) []charter.Actor {
	w.Helper()
	as := make([]charter.Actor, n)
	for i := range as {
		host := w.Found("gus", "Org "+string(rune('A'+i)))
		as[i] = w.Join(host, "bob", roles.Viewer)
		w.Clock.Add(time.Hour)
	}
	return as
}

func o7Fallback(w *World) {
	joined := joinedIn(w, 4)
	back := w.Join(charter.Actor{User: "gus", Org: joined[0].Org}, "x", roles.Viewer) // others' joining does not count
	w.Remove(charter.Actor{User: "gus", Org: back.Org}, back)
	ends := []func(charter.Actor){
		func(as charter.Actor) { w.Must(errOf(w.Svc.Orgs.Leave(w.Ctx, as))) },
		func(as charter.Actor) { w.Remove(charter.Actor{User: "gus", Org: as.Org}, as) },
	}
	w.Same("the first joined is active", w.Working("bob"), joined[0].Org)
	w.Must(w.Svc.Orgs.Switch(w.Ctx, "bob", joined[1].Org))
	ends[0](joined[1])
	w.Same("after leaving", w.Working("bob"), joined[3].Org)
	ends[1](joined[3])
	w.Same("after being removed", w.Working("bob"), joined[2].Org)
	own := w.Found("bob", "Own")
	w.Must(w.Svc.Orgs.Switch(w.Ctx, "bob", own.Org))
	user, err := w.Svc.Orgs.Delete(w.Ctx, own)
	w.Must(err)
	w.Same("after deleting", user.Active, joined[2].Org)
}

func o7Stays(w *World) {
	joined := joinedIn(w, 3)
	w.Must(w.Svc.Orgs.Switch(w.Ctx, "bob", joined[1].Org))
	user, err := w.Svc.Orgs.Leave(w.Ctx, joined[2])
	w.Must(err)
	w.Same("after leaving another", user.Active, joined[1].Org)
	w.Remove(charter.Actor{User: "gus", Org: joined[0].Org}, joined[0])
	w.Same("after being removed from another", w.Working("bob"), joined[1].Org)
	w.Same("memberships", w.Homes("bob"), []orgs.ID{joined[1].Org})
}

func o7Isolated(w *World) {
	t := newTown(w)
	theirs := w.Me(t.gil)
	board := w.Role(t.gus, "Board", roles.AccessUsers)
	machine := w.Devices(t.gus, 1)[0]
	give := grants.One(device, machine.ID)
	missing := charter.ErrNotFound
	w.Refused(missing, func() error { return errOf(w.Svc.Members.Get(w.Ctx, t.ada, theirs.ID)) })
	w.Refused(missing, func() error { return w.Svc.Members.ChangeRole(w.Ctx, t.ada, theirs.ID, roles.Editor) })
	w.Refused(missing, func() error { return w.Svc.Members.Remove(w.Ctx, t.ada, theirs.ID, theirs.Email) })
	w.Refused(missing, func() error { return errOf(w.Svc.Invites.Link(w.Ctx, t.ada, theirs.ID)) })
	w.Refused(missing, func() error { return errOf(w.Svc.Invites.Reissue(w.Ctx, t.ada, theirs.ID)) })
	w.Refused(missing, func() error { return w.Svc.Invites.Revoke(w.Ctx, t.ada, theirs.ID) })
	w.Refused(missing, func() error { return w.Svc.Grants.Give(w.Ctx, t.ada, theirs.ID, grants.All(device)) })
	w.Refused(missing, func() error { return w.Svc.Grants.Take(w.Ctx, t.ada, theirs.ID, grants.All(device)) })
	w.Refused(missing, func() error { return w.Svc.Roles.Rename(w.Ctx, t.ada, board, "Mine") })
	w.Refused(missing, func() error { return w.Svc.Roles.SetPermissions(w.Ctx, t.ada, board) })
	w.Refused(missing, func() error { return w.Svc.Roles.Delete(w.Ctx, t.ada, board) })
	w.Invalid("role", func() error { return w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.vic), board) })
	w.Invalid("grants[0].resource", func() error { return w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.vic), give) })
	w.Idle(func() error { return w.Svc.Resources.Unregister(w.Ctx, t.ada, machine) })
	w.No(t.ada, viewDevice, machine)
	w.Same("their grants", w.GrantsOf(t.ada, theirs.ID), nil)
	for _, m := range collect(w, w.Svc.Members.All(w.Ctx, t.ada, charter.MemberQuery{})) {
		w.Same("organization of a listed member", m.Org, t.ada.Org)
	}
}

func o8Lists(w *World) {
	joined := joinedIn(w, 4)
	w.Invite(w.Found("gus", "Only invited"), "bob", roles.Viewer)
	last := w.Found("bob", "Own")
	page, err := w.Svc.Orgs.Page(w.Ctx, "bob", charter.OrgQuery{})
	w.Must(err)
	w.Same("the only page", page.Next, charter.Cursor(""))
	want := []orgs.ID{last.Org, joined[3].Org, joined[2].Org, joined[1].Org, joined[0].Org}
	w.Same("order", idsOf(page.Items, func(m charter.Membership) orgs.ID { return m.Org }), want)
	me := w.Me(joined[3])
	w.Same("a membership", page.Items[1], charter.Membership{
		Org: joined[3].Org, Name: "Org D", Member: me.ID, Role: roles.Viewer, JoinedAt: me.JoinedAt,
	})
	w.Must(errOf(w.Svc.Orgs.Leave(w.Ctx, joined[3])))
	w.Same("after leaving", w.Homes("bob"), without(want, joined[3].Org))
	w.Same("of somebody unknown", w.Homes("nobody"), nil)
}

func o8Pages(w *World) {
	w.SignIn("bob")
	frozen := w.Clock.Now()
	still := w.At(frozen)
	var tied []orgs.ID
	for range 5 {
		tied = append(tied, still.Found("bob", "Tied").Org)
	}
	slices.Sort(tied)
	w.Found("bob", "Newest")
	want := w.Homes("bob")
	w.Same("of those joined at one moment, by ID", want[1:6], tied)
	for limit := 1; limit <= len(want)+1; limit++ {
		q := charter.OrgQuery{Limit: limit}
		w.Same("all", idsOf(collect(w, w.Svc.Orgs.All(w.Ctx, "bob", q)), func(m charter.Membership) orgs.ID { return m.Org }), want)
	}
	for _, limit := range []int{-1, charter.MaxLimit + 1} {
		w.Invalid("limit", func() error { return errOf(w.Svc.Orgs.Page(w.Ctx, "bob", charter.OrgQuery{Limit: limit})) })
	}
}

// namesFound returns the names of user's organizations that search finds,
// sorted.
func namesFound(w *World, user orgs.UserID, search string) []string {
	w.Helper()
	found := collect(w, w.Svc.Orgs.All(w.Ctx, user, charter.OrgQuery{Search: search, Limit: 2}))
	names := idsOf(found, func(m charter.Membership) string { return m.Name })
	slices.Sort(names)
	return names
}

func o8Searches(w *World) {
	as := w.Found("bob", "Acme Werke")
	for _, name := range []string{"Überland AG", "werkstatt", "STRASSE", "Kelvin \u212a"} {
		w.Found("bob", name)
	}
	for search, want := range map[string][]string{
		"WERK": {"Acme Werke", "werkstatt"}, "e w": {"Acme Werke"}, " acme ": {"Acme Werke"}, "ÜBER": {"Überland AG"},
		"über": {"Überland AG"},
		"uber": nil, "strasse": {"STRASSE"}, "nn": nil, "organization": {"Personal organization"},
		"k": {"Acme Werke", "Kelvin \u212a", "werkstatt"},
	} {
		w.Same("found by "+search, namesFound(w, "bob", search), want)
	}
	w.Same("everything", len(namesFound(w, "bob", "  ")), 6)
	w.Must(w.Svc.Orgs.Rename(w.Ctx, as, "Globex"))
	w.Same("by the old name", namesFound(w, "bob", "acme"), nil)
	w.Same("by the new name", namesFound(w, "bob", "LOBE"), []string{"Globex"})
	w.Found("gus", "Globex too")
	w.Same("others' organizations", namesFound(w, "bob", "too"), nil)
	w.Invalid("search", func() error { return errOf(w.Svc.Orgs.Page(w.Ctx, "bob", charter.OrgQuery{Search: runes(101, 'x')})) })
}

func o8Wildcards(w *World) {
	for _, name := range []string{"100% pure", "a_b", `back\slash`, "it's", `say "hi"`, "[abc]", "a*b?"} {
		w.Found("bob", name)
	}
	for search, want := range map[string][]string{
		"%": {"100% pure"}, "_": {"a_b"}, `\`: {`back\slash`}, "'": {"it's"}, `"`: {`say "hi"`}, "[a": {"[abc]"},
		"*": {"a*b?"}, "?": {"a*b?"}, "a_c": nil, "a%b": nil, "a?b": nil, "a b": nil,
	} {
		w.Same("found by "+search, namesFound(w, "bob", search), want)
	}
}

func o8Cursors(w *World) {
	joinedIn(w, 4)
	page, err := w.Svc.Orgs.Page(w.Ctx, "bob", charter.OrgQuery{Search: "org", Limit: 2})
	w.Must(err)
	more, err := w.Svc.Orgs.Page(w.Ctx, "bob", charter.OrgQuery{Search: " ORG", Limit: 1, Cursor: page.Next})
	w.Must(err)
	w.Same("the same search, another limit", more.Items[0].Name, "Org B")
	for _, bad := range []func() error{
		func() error {
			return errOf(w.Svc.Orgs.Page(w.Ctx, "gus", charter.OrgQuery{Search: "org", Cursor: page.Next}))
		},
		func() error {
			return errOf(w.Svc.Orgs.Page(w.Ctx, "bob", charter.OrgQuery{Search: "or", Cursor: page.Next}))
		},
		func() error { return errOf(w.Svc.Orgs.Page(w.Ctx, "bob", charter.OrgQuery{Cursor: page.Next})) },
		func() error {
			return errOf(w.Svc.Orgs.Page(w.Ctx, "bob", charter.OrgQuery{Search: "org", Cursor: page.Next[1:]}))
		},
	} {
		w.Invalid("cursor", bad)
	}
}

func o9First(w *World) {
	var user orgs.User
	event := w.Does(store.OrganizationFounded, func() (err error) {
		user, err = w.Svc.SignIn(w.Ctx, "bob", orgs.Profile{Email: " Bob@Acme.example ", FirstName: " F-bob", LastName: "L-bob\n"})
		return err
	})
	w.Same("its e-mail, as typed", user.Email, "Bob@Acme.example")
	user = w.SignIn("bob") // with its address in small letters
	w.personal(w.Dump().Of(event.Org), "bob", user)
}

func o9Idempotent(w *World) {
	user := w.SignIn("bob")
	w.Clock.Add(time.Hour)
	for range 3 {
		w.Idle(func() error {
			again, err := w.Svc.SignIn(w.Ctx, "bob", Profile("bob"))
			w.Same("the user", again, user)
			return err
		})
	}
	w.Idle(func() error {
		p := Profile("bob")
		return errOf(w.Svc.SignIn(w.Ctx, "bob", orgs.Profile{Email: p.Email + " ", FirstName: "\t" + p.FirstName, LastName: p.LastName}))
	})
	w.Found("bob", "Own")
	w.Must(errOf(w.Svc.Orgs.Delete(w.Ctx, charter.Actor{User: "bob", Org: user.Active})))
	w.Idle(func() error { return errOf(w.Svc.SignIn(w.Ctx, "bob", Profile("bob"))) })
}

func o9Refreshes(w *World) {
	t := newTown(w)
	there := w.Join(t.gus, "eve", roles.Viewer)
	fresh := orgs.Profile{Email: "new@elsewhere.example", FirstName: "Evelyn", LastName: "Dahl"}
	before := w.Dump()
	user, err := w.Svc.SignIn(w.Ctx, "eve", fresh)
	w.Must(err)
	w.Same("the profile", user.Profile, fresh)
	for admin, member := range map[charter.Actor]charter.Actor{t.ada: t.eve, t.gus: there} {
		page, err := w.Svc.Members.Page(w.Ctx, admin, charter.MemberQuery{Search: "dahl ev"})
		w.Must(err)
		w.Same("found by its new name", idsOf(page.Items, func(m orgs.Member) orgs.MemberID { return m.ID }), []orgs.MemberID{w.Me(member).ID})
		w.Same("its row", page.Items[0].Profile, fresh)
		old, err := w.Svc.Members.Page(w.Ctx, admin, charter.MemberQuery{Search: "F-eve"})
		w.Must(err)
		w.Same("found by its old name", old.Items, nil)
	}
	after := w.Dump()
	w.Same("it is no event", after.since(before), nil)
	for i, o := range after.Orgs {
		others := func(m orgs.Member) bool { return m.User == "eve" }
		w.Same("the other rows", slices.DeleteFunc(o.Members, others), slices.DeleteFunc(before.Orgs[i].Members, others))
	}
}

func o9AcceptsFirst(w *World) {
	t := newTown(w)
	w.Same("organizations of who came by invitation", w.Homes("eve"), []orgs.ID{t.ada.Org})
	user := w.SignIn("eve")
	w.Same("where it works", user.Active, t.ada.Org)
	w.Same("organizations after signing in", w.Homes("eve"), []orgs.ID{t.ada.Org})
	w.SignIn("pam")
	w.Accept(t.pending, "pam")
	w.Same("of who signed in first", len(w.Homes("pam")), 2)
	w.True("and works on in its own", w.Working("pam") != t.ada.Org)
}
