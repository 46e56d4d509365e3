package storetest

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func heldCases() []Case {
	return []Case{
		numbered(8, "Hold answers what Want asks for", caseHoldAnswers),
		numbered(8, "Hold answers nothing that Want does not ask for", caseHoldAnswersNoMore),
		numbered(8, "Hold of what is not there is empty", caseHoldOfAbsent),
		numbered(8, "Hold again answers what is asked then", caseHoldAgain),
		numbered(8, "Addressed are the rows of the folded address", caseAddressed),
		numbered(8, "Latest is the membership joined last among the others", caseLatest),
		numbered(8, "Hold tells where resources are", casePlaces),
	}
}

// sorted returns h as it compares: what may come in any order is in one, what may come
// more than once does not, and a resource that is nowhere is left out.
func sorted(h store.Held) store.Held {
	byID := func(a, b orgs.Member) int { return strings.Compare(string(a.ID), string(b.ID)) }
	h.Addressed = slices.SortedFunc(slices.Values(h.Addressed), byID)
	h.ActorHas = slices.Compact(slices.SortedFunc(slices.Values(h.ActorHas), grants.Grant.Compare))
	h.MemberHas = slices.Compact(slices.SortedFunc(slices.Values(h.MemberHas), grants.Grant.Compare))
	h.EveryResource = slices.SortedFunc(slices.Values(h.EveryResource), grants.Resource.Compare)
	places := map[grants.Resource]store.Place{}
	for r, place := range h.Places {
		if place != store.Nowhere {
			places[r] = place
		}
	}
	h.Places = places
	return h
}

// held checks what Hold answers to want, contended or not.
func (t *trial) held(what string, want store.Want, expected store.Held) {
	t.same(what, sorted(t.hold(want)), expected)
	want.Contended = true
	t.same(what+", contended", sorted(t.hold(want)), expected)
}

// organizationOf returns the record of org as it is, with its revision.
func (t *trial) organizationOf(org orgs.ID) orgs.Organization {
	o, err := t.s.Organization(t.ctx, org)
	t.must("Organization", err)
	return o
}

// userOf returns the record of id as it is, with its revision.
func (t *trial) userOf(id orgs.UserID) orgs.User {
	u, err := t.s.User(t.ctx, id)
	t.must("User", err)
	return u
}

// caseHoldAnswers asks for everything at once.
func caseHoldAnswers(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.do(store.Want{Org: acme}, give(acme, adaRow, grants.One(device, "d2"), grants.All(device)))
	b := user(bob)
	t.held("Hold", store.Want{
		Org: acme, Users: []orgs.UserID{eve, ada},
		Actor: ada, Member: bobRow, Address: "cleo@mail.example",
		Roles: []roles.ID{spare, clerk}, RoleName: "spare",
		Resources:     []grants.Resource{thing("d1"), thing("x1"), thing("d9"), board("b1"), board("d1")},
		Grants:        []grants.Grant{grants.One(device, "d2"), grants.One(device, "d1"), grants.All(dashboard), grants.One(dashboard, "b1")},
		EveryResource: true,
	}, store.Held{
		Org: t.organizationOf(acme),
		Users: map[orgs.UserID]store.HeldUser{
			ada: {User: t.userOf(ada)},
			bob: {User: t.userOf(bob), Latest: umbra},
			eve: {User: t.userOf(eve)},
		},
		Actor:     active(acme, adaRow, user(ada), roles.Admin),
		Member:    active(acme, bobRow, b, auditor),
		Addressed: []orgs.Member{invited(acme, cleoRow, "Cleo@mail.example", roles.Viewer)},
		Roles: map[roles.ID]roles.Role{
			spare: custom(spare, "Spare"), auditor: custom(auditor, "Auditor", viewDevices),
		},
		RoleNamed:     custom(spare, "Spare"),
		Places:        map[grants.Resource]store.Place{thing("d1"): store.Here, board("b1"): store.Here, thing("x1"): store.Elsewhere},
		ActorHas:      []grants.Grant{grants.One(device, "d2")},
		MemberHas:     []grants.Grant{grants.All(dashboard), grants.One(device, "d1")},
		EveryResource: []grants.Resource{board("b1"), thing("d1"), thing("d2")},
	})
	t.held("Hold with Bob as the actor", store.Want{Org: acme, Actor: bob, Grants: []grants.Grant{grants.One(device, "d1")}}, store.Held{
		Org: t.organizationOf(acme), Actor: active(acme, bobRow, b, auditor),
		Roles:    map[roles.ID]roles.Role{auditor: custom(auditor, "Auditor", viewDevices)},
		ActorHas: []grants.Grant{grants.One(device, "d1")},
	})
	t.held("Hold with an invited row", store.Want{Org: acme, Member: danRow, Grants: []grants.Grant{grants.One(device, "d2")}}, store.Held{
		Org: t.organizationOf(acme), Member: invited(acme, danRow, "Dan@mail.example", roles.Editor),
		MemberHas: []grants.Grant{grants.One(device, "d2")},
	})
	return t.err
}

// caseHoldAnswersNoMore asks for little.
func caseHoldAnswersNoMore(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	t.held("Hold of the zero Want", store.Want{}, store.Held{})
	t.held("Hold of an organization", store.Want{Org: acme}, store.Held{Org: t.organizationOf(acme)})
	t.held("Hold of a user", store.Want{Users: []orgs.UserID{ada}}, store.Held{
		Users: map[orgs.UserID]store.HeldUser{ada: {User: t.userOf(ada), Latest: acme}},
	})
	t.held("Hold of a row without questions about grants", store.Want{Org: acme, Member: danRow}, store.Held{
		Org: t.organizationOf(acme), Member: invited(acme, danRow, "Dan@mail.example", roles.Editor),
	})
	return t.err
}

// caseHoldOfAbsent asks for everything that is not there.
func caseHoldOfAbsent(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	absent := store.Want{
		Users: []orgs.UserID{zoe, none}, Actor: zoe, Member: newRow, Address: "nobody@mail.example",
		Roles: []roles.ID{clerk}, RoleName: "clerk", Resources: []grants.Resource{thing("d9")},
		Grants: []grants.Grant{grants.One(device, "d1"), grants.All(device)},
	}
	absent.Org = acme
	t.held("Hold of what acme does not have", absent, store.Held{Org: t.organizationOf(acme)})
	absent.EveryResource = true
	for _, org := range []orgs.ID{newco, closed} {
		absent.Org = org
		t.held("Hold in an organization that is not there", absent, store.Held{})
	}
	return t.err
}

// caseHoldAgain holds step by step in one Update.
func caseHoldAgain(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	acmeNow, adaNow, bobNow := t.organizationOf(acme), t.userOf(ada), t.userOf(bob)
	t.commit(func(ctx context.Context, tx store.Tx) error {
		steps := []struct {
			want store.Want
			held store.Held
		}{
			{store.Want{Org: acme}, store.Held{Org: acmeNow}},
			{store.Want{Org: acme, Users: []orgs.UserID{ada}}, store.Held{
				Org: acmeNow, Users: map[orgs.UserID]store.HeldUser{ada: {User: adaNow}},
			}},
			{store.Want{Org: acme, Member: bobRow}, store.Held{
				Org: acmeNow, Users: map[orgs.UserID]store.HeldUser{bob: {User: bobNow, Latest: umbra}},
				Member: active(acme, bobRow, user(bob), auditor),
				Roles:  map[roles.ID]roles.Role{auditor: custom(auditor, "Auditor", viewDevices)},
			}},
		}
		for _, step := range steps {
			held, err := tx.Hold(ctx, step.want)
			if err != nil {
				return err
			}
			t.same("Hold, step by step", sorted(held), step.held)
		}
		return nil
	})
	return t.err
}

// caseAddressed has several rows of one address, active and invited, and others
// that only look like it.
func caseAddressed(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	e, z := user(eve), user(zoe)
	e.Email, z.Email = "CLEO@mail.example", "cleo+1@mail.example"
	t.do(store.Want{Org: acme, Users: []orgs.UserID{eve, zoe}},
		putUser(e), putUser(z),
		createMember(active(acme, "m-eve", e, roles.Viewer)),
		createMember(active(acme, "m-zoe", z, roles.Viewer)),
		createMember(invited(acme, "m-k", "\u212Aen@mail.example", roles.Viewer)),
		createMember(invited(acme, "m-any", "cl%o@mail.example", roles.Viewer)),
	)
	t.do(store.Want{Org: umbra}, createMember(invited(umbra, "n-cleo", "cleo@mail.example", roles.Viewer)))
	for address, rows := range map[string][]orgs.Member{
		"cleo@mail.example": {
			invited(acme, cleoRow, "Cleo@mail.example", roles.Viewer), active(acme, "m-eve", e, roles.Viewer),
		},
		"cl%o@mail.example":      {invited(acme, "m-any", "cl%o@mail.example", roles.Viewer)},
		"cl_o@mail.example":      nil,
		"ken@mail.example":       nil,
		"\u212Aen@mail.example":  {invited(acme, "m-k", "\u212Aen@mail.example", roles.Viewer)},
		"cleo@mail.example.test": nil,
	} {
		t.held("rows of "+address, store.Want{Org: acme, Address: address}, store.Held{Org: t.organizationOf(acme), Addressed: rows})
	}
	return t.err
}

// caseLatest has a user in organizations joined at various times, two of them at
// the same.
func caseLatest(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	b := user(bob)
	t.do(store.Want{Users: []orgs.UserID{bob}}, putUser(b))
	since := map[orgs.ID]time.Time{
		"a": at(20), "b": at(30), "C": at(30), "d": at(30).Add(-time.Microsecond), "e": {},
	}
	for org, when := range since {
		m := active(org, orgs.MemberID("row-"+org), b, roles.Viewer)
		m.JoinedAt = when
		if org == "e" {
			m = invited(org, "row-e", b.Email, roles.Viewer)
		}
		t.do(store.Want{Org: org, Users: []orgs.UserID{bob}}, createOrganization(organization(org)), createMember(m))
	}
	latest := func(org, expected orgs.ID) {
		held := t.hold(store.Want{Org: org, Users: []orgs.UserID{bob}})
		t.same("Latest beside "+string(org), held.Users[bob].Latest, expected)
	}
	latest("", "C")
	latest("a", "C")
	latest("C", "b")
	latest("b", "C")
	latest("e", "C")
	latest(newco, "C")
	byRow := t.hold(store.Want{Org: "C", Member: "row-C"})
	t.same("Latest of the user of the row", byRow.Users[bob].Latest, orgs.ID("b"))
	for _, step := range []struct{ leaves, beside, latest orgs.ID }{
		{"C", "", "b"}, {"b", "", "d"}, {"d", "", "a"}, {"e", "a", ""}, {"a", "", ""},
	} {
		t.do(store.Want{Org: step.leaves}, deleteMember(step.leaves, orgs.MemberID("row-"+step.leaves)))
		latest(step.beside, step.latest)
	}
	return t.err
}

// casePlaces asks about resources and grants one by one, and about every
// resource.
func casePlaces(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	place := func(what string, org orgs.ID, r grants.Resource, expected store.Place) {
		held := t.hold(store.Want{Org: org, Resources: []grants.Resource{r}})
		t.same(what, held.Places[r], expected)
	}
	place("where d1 is, for acme", acme, thing("d1"), store.Here)
	place("where d1 is, for umbra", umbra, thing("d1"), store.Elsewhere)
	place("where a board called d1 is", acme, board("d1"), store.Nowhere)
	t.do(store.Want{Org: acme}, unregister(acme, thing("d1")))
	place("where d1 is, unregistered", acme, thing("d1"), store.Nowhere)
	t.do(store.Want{Org: umbra}, register(umbra, thing("d1")))
	place("where d1 is, moved, for acme", acme, thing("d1"), store.Elsewhere)
	place("where d1 is, moved, for umbra", umbra, thing("d1"), store.Here)
	t.held("every resource of acme", store.Want{Org: acme, EveryResource: true}, store.Held{
		Org: t.organizationOf(acme), EveryResource: []grants.Resource{board("b1"), thing("d2")},
	})
	return t.err
}
