package servicetest

import (
	"context"
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// races are the races, each with the points of the SPEC that it is about.
func races() []race {
	return []race{
		{name: "M4 two Admins demote each other", scene: demoteEachOther},
		{name: "O4 two Admins leave", scene: bothLeave},
		{name: "O6 removed and leaving", scene: removeAndLeave},
		{name: "O6 removed from two organizations", scene: removeFromBoth},
		{name: "I8 accepted and revoked", scene: acceptAndRevoke},
		{name: "I6 accepted by two users", scene: acceptByTwo},
		{name: "I1 one address invited twice", scene: inviteTwice},
		{name: "R3 role deleted and given", scene: deleteAndGiveRole},
		{name: "R3 role deleted and invited with", scene: deleteAndInviteWith},
		{name: "O9 first sign-in twice", scene: signInTwice},
		{name: "O9 two invitations accepted", scene: acceptTwo},
		{name: "G4 one resource in two organizations", scene: registerTwice},
		{name: "C17 new profile and new role", scene: profileAndRole, nested: true, naive: wholeRows},
		{name: "O5 organization deleted and invited to", scene: deleteAndInvite},
		{name: "G4 resource unregistered and given", scene: unregisterAndGive},
		{name: "O7 switched to and removed", scene: switchAndRemove, nested: true},
	}
}

// cast are the users of a round, which no other round has.
func cast(n int) (ada, bo, cy orgs.UserID) {
	return orgs.UserID(fmt.Sprintf("ada-%d", n)), orgs.UserID(fmt.Sprintf("bo-%d", n)), orgs.UserID(fmt.Sprintf("cy-%d", n))
}

// rows returns the rows of org in d, active ones or invited ones.
func (d Dump) rows(org orgs.ID, status orgs.Status) []orgs.Member {
	return slices.DeleteFunc(slices.Clone(d.Orgs[org].Members), func(m orgs.Member) bool { return m.Status != status })
}

// want returns an error that says what, unless ok.
func want(ok bool, format string, args ...any) error {
	if ok {
		return nil
	}
	return fmt.Errorf(format, args...)
}

// alone fails unless user has one membership: of a new, empty organization.
func (d Dump) alone(user orgs.UserID) error {
	joined := d.Users[user].Memberships
	if len(joined) != 1 {
		return fmt.Errorf("%s is a member of %v, not of one personal organization", user, joined)
	}
	o := d.Orgs[joined[0].Org]
	return want(len(o.Members) == 1 && len(o.Events) == 1 && joined[0].Role == roles.Admin,
		"%s landed in %v", user, o)
}

// roleOf returns the role of user in org.
func (d Dump) roleOf(org orgs.ID, user orgs.UserID) roles.ID {
	for _, m := range d.Orgs[org].Members {
		if m.User == user {
			return m.Role
		}
	}
	return ""
}

// twoAdmins founds an organization of ada and bo, both Admins; bo has no other.
func twoAdmins(w *World, n int) (ada, bo charter.Actor) {
	a, b, _ := cast(n)
	ada = w.Found(a, "Acme")
	return ada, w.Join(ada, b, roles.Admin)
}

func demoteEachOther(w *World, n int) round {
	ada, bo := twoAdmins(w, n)
	adaRow, boRow := w.Me(ada).ID, w.Me(bo).ID
	state := func(admin, viewer orgs.UserID) func(Dump) error {
		return func(d Dump) error {
			return want(d.roleOf(ada.Org, admin) == roles.Admin && d.roleOf(ada.Org, viewer) == roles.Viewer, "not one of each")
		}
	}
	return round{
		known: Known{Users: []orgs.UserID{ada.User, bo.User}},
		calls: [2]func(context.Context) error{
			func(ctx context.Context) error { return w.Svc.Members.ChangeRole(ctx, ada, boRow, roles.Viewer) },
			func(ctx context.Context) error { return w.Svc.Members.ChangeRole(ctx, bo, adaRow, roles.Viewer) },
		},
		ends: []end{{success, denied, state(ada.User, bo.User)}, {denied, success, state(bo.User, ada.User)}},
	}
}

func bothLeave(w *World, n int) round {
	ada, bo := twoAdmins(w, n)
	state := func(left, stayed orgs.UserID) func(Dump) error {
		return func(d Dump) error {
			if err := d.alone(left); err != nil {
				return err
			}
			return want(len(d.Orgs[ada.Org].Members) == 1 && d.roleOf(ada.Org, stayed) == roles.Admin, "%s is not the Admin left", stayed)
		}
	}
	leave := func(as charter.Actor) func(context.Context) error {
		return func(ctx context.Context) error {
			_, err := w.Svc.Orgs.Leave(ctx, as)
			return err
		}
	}
	return round{
		known: Known{Users: []orgs.UserID{ada.User, bo.User}},
		calls: [2]func(context.Context) error{leave(ada), leave(bo)},
		ends:  []end{{success, lastAdmin, state(ada.User, bo.User)}, {lastAdmin, success, state(bo.User, ada.User)}},
	}
}

// ended fails unless the history of org has action as its last event.
func (d Dump) ended(org orgs.ID, action store.Action) error {
	events := d.Orgs[org].Events
	return want(len(events) > 0 && events[len(events)-1].Action == action, "history of %s does not end with %s", org, action)
}

func removeAndLeave(w *World, n int) round {
	a, b, _ := cast(n)
	ada := w.Found(a, "Acme")
	bo := w.Join(ada, b, roles.Viewer)
	row := w.Me(bo)
	state := func(action store.Action) func(Dump) error {
		return func(d Dump) error {
			if err := d.alone(b); err != nil {
				return err
			}
			return d.ended(ada.Org, action)
		}
	}
	return round{
		known: Known{Users: []orgs.UserID{a, b}},
		calls: [2]func(context.Context) error{
			func(ctx context.Context) error { return w.Svc.Members.Remove(ctx, ada, row.ID, row.Email) },
			func(ctx context.Context) error {
				_, err := w.Svc.Orgs.Leave(ctx, bo)
				return err
			},
		},
		ends: []end{{success, denied, state(store.MemberRemoved)}, {notFound, success, state(store.MemberLeft)}},
	}
}

func removeFromBoth(w *World, n int) round {
	a, b, c := cast(n)
	ada, cy := w.Found(a, "Acme"), w.Found(c, "Beta")
	here, there := w.Me(w.Join(ada, b, roles.Editor)), w.Me(w.Join(cy, b, roles.Viewer))
	return round{
		known: Known{Users: []orgs.UserID{a, b, c}},
		calls: [2]func(context.Context) error{
			func(ctx context.Context) error { return w.Svc.Members.Remove(ctx, ada, here.ID, here.Email) },
			func(ctx context.Context) error { return w.Svc.Members.Remove(ctx, cy, there.ID, there.Email) },
		},
		ends: []end{{success, success, func(d Dump) error { return d.alone(b) }}},
	}
}

func acceptAndRevoke(w *World, n int) round {
	a, b, _ := cast(n)
	ada := w.Found(a, "Acme")
	issued := w.Invite(ada, b, roles.Editor)
	return round{
		known: Known{Users: []orgs.UserID{a, b}},
		calls: [2]func(context.Context) error{
			accepting(w, issued, Invitee(b)),
			func(ctx context.Context) error { return w.Svc.Invites.Revoke(ctx, ada, issued.Member.ID) },
		},
		ends: []end{
			{success, notPending, func(d Dump) error {
				return want(d.roleOf(ada.Org, b) == roles.Editor && len(d.Users[b].Memberships) == 1, "%s did not join", b)
			}},
			{invalidLink, success, func(d Dump) error {
				return want(len(d.Orgs[ada.Org].Members) == 1 && d.Users[b].Record.ID == "", "something is left of %s", b)
			}},
		},
	}
}

func accepting(w *World, issued charter.Issued, who charter.Invitee) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := w.Svc.Invites.Accept(ctx, issued.Link.URL(), who)
		return err
	}
}

func acceptByTwo(w *World, n int) round {
	a, b, c := cast(n)
	ada := w.Found(a, "Acme")
	issued := w.Invite(ada, b, roles.Editor)
	other := Invitee(c)
	other.Verified = Invitee(b).Verified // a mailbox of two
	state := func(joined, not orgs.UserID) func(Dump) error {
		return func(d Dump) error {
			return want(d.roleOf(ada.Org, joined) == roles.Editor && d.Users[not].Record.ID == "", "not just %s joined", joined)
		}
	}
	return round{
		known: Known{Users: []orgs.UserID{a, b, c}},
		calls: [2]func(context.Context) error{accepting(w, issued, Invitee(b)), accepting(w, issued, other)},
		ends:  []end{{success, invalidLink, state(b, c)}, {invalidLink, success, state(c, b)}},
	}
}

func inviting(w *World, as charter.Actor, email string, role roles.ID) func(context.Context) error {
	return func(ctx context.Context) error {
		_, err := w.Svc.Invites.Invite(ctx, as, invites.Request{Email: email, Role: role})
		return err
	}
}

func inviteTwice(w *World, n int) round {
	ada, bo := twoAdmins(w, n)
	state := func(role roles.ID) func(Dump) error {
		return func(d Dump) error {
			rows := d.rows(ada.Org, orgs.Invited)
			return want(len(rows) == 1 && rows[0].Role == role, "invited are %v", rows)
		}
	}
	return round{
		known: Known{Users: []orgs.UserID{ada.User, bo.User}},
		calls: [2]func(context.Context) error{
			inviting(w, ada, "dee@acme.example", roles.Editor), inviting(w, bo, "DEE@acme.example", roles.Viewer),
		},
		ends: []end{{success, alreadyInvited, state(roles.Editor)}, {alreadyInvited, success, state(roles.Viewer)}},
	}
}

// granted is whether row has g in d.
func (d Dump) granted(org orgs.ID, row orgs.MemberID, g grants.Grant) bool {
	return slices.Contains(d.Orgs[org].Grants[row], g)
}
