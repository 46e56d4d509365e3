package servicetest

import (
	"context"
	"fmt"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// withRole founds an organization with a custom role that nobody has.
func withRole(w *World, n int) (charter.Actor, roles.Role) {
	a, _, _ := cast(n)
	ada := w.Found(a, "Acme")
	role, err := w.Svc.Roles.Create(w.Ctx, ada, "Operators", "devices.view")
	w.Must(err)
	return ada, role
}

// given returns the ends of a race between giving role and deleting it.
func given(org orgs.ID, role roles.ID) []end {
	left := func(holders int) func(Dump) error {
		return func(d Dump) error {
			have := 0
			for _, m := range d.Orgs[org].Members {
				if m.Role == role {
					have++
				}
			}
			return want(have == holders && len(d.Orgs[org].Roles) == holders, "%d have the role", have)
		}
	}
	return []end{{success, roleInUse, left(1)}, {invalid("role"), success, left(0)}}
}

func deleteAndGiveRole(w *World, n int) round {
	_, b, _ := cast(n)
	ada, role := withRole(w, n)
	row := w.Me(w.Join(ada, b, roles.Viewer)).ID
	return round{
		known: Known{Users: []orgs.UserID{ada.User, b}},
		calls: [2]func(context.Context) error{
			func(ctx context.Context) error { return w.Svc.Members.ChangeRole(ctx, ada, row, role.ID) },
			func(ctx context.Context) error { return w.Svc.Roles.Delete(ctx, ada, role.ID) },
		},
		ends: given(ada.Org, role.ID),
	}
}

func deleteAndInviteWith(w *World, n int) round {
	ada, role := withRole(w, n)
	return round{
		known: Known{Users: []orgs.UserID{ada.User}},
		calls: [2]func(context.Context) error{
			inviting(w, ada, "dee@acme.example", role.ID),
			func(ctx context.Context) error { return w.Svc.Roles.Delete(ctx, ada, role.ID) },
		},
		ends: given(ada.Org, role.ID),
	}
}

func signInTwice(w *World, n int) round {
	a, _, _ := cast(n)
	call := func(ctx context.Context) error {
		user, err := w.Svc.SignIn(ctx, a, Profile(a))
		if err == nil && (user.Active == "" || user.Memberships != 1) {
			return fmt.Errorf("signed in as %v", user)
		}
		return err
	}
	return round{
		known: Known{Users: []orgs.UserID{a}},
		calls: [2]func(context.Context) error{call, call},
		ends:  []end{{success, success, func(d Dump) error { return d.alone(a) }}},
	}
}

func acceptTwo(w *World, n int) round {
	a, b, c := cast(n)
	ada, cy := w.Found(a, "Acme"), w.Found(c, "Beta")
	here, there := w.Invite(ada, b, roles.Editor), w.Invite(cy, b, roles.Viewer)
	return round{
		known: Known{Users: []orgs.UserID{a, b, c}},
		calls: [2]func(context.Context) error{accepting(w, here, Invitee(b)), accepting(w, there, Invitee(b))},
		ends: []end{{success, success, func(d Dump) error {
			return want(len(d.Users[b].Memberships) == 2 && d.roleOf(ada.Org, b) != "" && d.roleOf(cy.Org, b) != "",
				"%s is a member of %v", b, d.Users[b].Memberships)
		}}},
	}
}

func registerTwice(w *World, n int) round {
	a, _, c := cast(n)
	ada, cy := w.Found(a, "Acme"), w.Found(c, "Beta")
	thing := grants.Resource{Kind: "device", ID: grants.ResourceID(fmt.Sprintf("d-%d", n))}
	state := func(here, there int) func(Dump) error {
		return func(d Dump) error {
			return want(len(d.Orgs[ada.Org].Resources) == here && len(d.Orgs[cy.Org].Resources) == there, "%s is not where it was put", thing.ID)
		}
	}
	return round{
		known: Known{Users: []orgs.UserID{a, c}},
		calls: [2]func(context.Context) error{
			func(ctx context.Context) error { return w.Svc.Resources.Register(ctx, ada, thing) },
			func(ctx context.Context) error { return w.Svc.Resources.Register(ctx, cy, thing) },
		},
		ends: []end{{success, elsewhere, state(1, 0)}, {elsewhere, success, state(0, 1)}},
	}
}

func profileAndRole(w *World, n int) round {
	a, b, _ := cast(n)
	ada := w.Found(a, "Acme")
	row := w.Me(w.Join(ada, b, roles.Viewer)).ID
	profile := orgs.Profile{Email: "new-" + Profile(b).Email, FirstName: "New", LastName: "Name"}
	return round{
		known: Known{Users: []orgs.UserID{a, b}},
		calls: [2]func(context.Context) error{
			func(ctx context.Context) error {
				_, err := w.Svc.SignIn(ctx, b, profile)
				return err
			},
			func(ctx context.Context) error { return w.Svc.Members.ChangeRole(ctx, ada, row, roles.Editor) },
		},
		ends: []end{{success, success, func(d Dump) error {
			m, _ := d.Orgs[ada.Org].member(row)
			return want(m.Profile == profile && m.Role == roles.Editor, "row is %v", m)
		}}},
	}
}

func deleteAndInvite(w *World, n int) round {
	a, _, _ := cast(n)
	ada := w.Found(a, "Acme")
	return round{
		known: Known{Users: []orgs.UserID{a}, Orgs: []orgs.ID{ada.Org}},
		calls: [2]func(context.Context) error{
			func(ctx context.Context) error {
				_, err := w.Svc.Orgs.Delete(ctx, ada)
				return err
			},
			inviting(w, ada, "dee@acme.example", roles.Viewer),
		},
		ends: []end{
			{success, denied, func(d Dump) error { return want(d.Orgs[ada.Org].Record.ID == "", "the organization is there") }},
			{othersRemain, success, func(d Dump) error { return d.ended(ada.Org, store.MemberInvited) }},
		},
	}
}

func unregisterAndGive(w *World, n int) round {
	a, b, _ := cast(n)
	ada := w.Found(a, "Acme")
	row := w.Me(w.Join(ada, b, roles.Viewer)).ID
	thing := w.Devices(ada, 1)[0]
	gone := func(d Dump) error {
		return want(!d.granted(ada.Org, row, grants.One(thing.Kind, thing.ID)) && len(d.Orgs[ada.Org].Resources) == 0, "something is left of %s", thing.ID)
	}
	return round{
		known: Known{Users: []orgs.UserID{a, b}},
		calls: [2]func(context.Context) error{
			func(ctx context.Context) error { return w.Svc.Resources.Unregister(ctx, ada, thing) },
			func(ctx context.Context) error {
				return w.Svc.Grants.Give(ctx, ada, row, grants.One(thing.Kind, thing.ID))
			},
		},
		ends: []end{{success, success, gone}, {success, invalid("grants[0].resource"), gone}},
	}
}

func switchAndRemove(w *World, n int) round {
	a, b, _ := cast(n)
	ada := w.Found(a, "Acme")
	home := w.SignIn(b).Active
	row := w.Me(w.Join(ada, b, roles.Viewer))
	back := func(d Dump) error {
		return want(d.Users[b].Record.Active == home && len(d.Users[b].Memberships) == 1, "%s works in %s", b, d.Users[b].Record.Active)
	}
	return round{
		known: Known{Users: []orgs.UserID{a, b}},
		calls: [2]func(context.Context) error{
			func(ctx context.Context) error { return w.Svc.Members.Remove(ctx, ada, row.ID, row.Email) },
			func(ctx context.Context) error { return w.Svc.Orgs.Switch(ctx, b, ada.Org) },
		},
		ends: []end{{success, success, back}, {success, denied, back}},
	}
}

// wholeRows is the naive way to change a member: to write back all of the row
// that was read, the profile too.
func wholeRows(s store.Store) store.Store { return wholeStore{s} }

type wholeStore struct{ store.Store }

func (s wholeStore) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	return s.Store.Update(ctx, func(ctx context.Context, tx store.Tx) error { return fn(ctx, wholeTx{tx}) })
}

type wholeTx struct{ store.Tx }

func (t wholeTx) UpdateMember(ctx context.Context, m orgs.Member) error {
	if err := t.DeleteMember(ctx, m.Org, m.ID); err != nil {
		return err
	}
	return t.CreateMember(ctx, m)
}
