package servicetest

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func orgEndRules() []Rule {
	return []Rule{
		{"O5", "its only member, an Admin, deletes an organization", o5Deletes},
		{"O5", "nothing of a deleted organization is left but its tombstone", o5NothingLeft},
		{"O5", "the tombstone holds no personal data", o5Tombstone},
		{"O5", "another member blocks", o5MemberBlocks},
		{"O5", "a pending invitation blocks until it is revoked", o5InvitationBlocks},
		{"O5", "nobody but an Admin of the organization deletes it", o5Denied},
		{"O5", "a deleted organization's resources may be registered again", o5ResourcesFree},
		{"O5", "tombstones stay until the host has purged", o5Purged},
		{"O5", "tombstones are paged by organization", o5Deletions},
		{"O6", "who leaves its last organization gets one personal organization", o6Leaves},
		{"O6", "who is removed from its last organization gets one personal organization", o6Removed},
		{"O6", "who deletes its last organization gets one personal organization", o6Deletes},
		{"O6", "who has another organization gets none", o6HasAnother},
		{"O6", "who is removed from two gets exactly one", o6RemovedFromTwo},
		{"O6", "the host names personal organizations", o6Named},
	}
}

func o5Deletes(w *World) {
	as := w.Found("ada", "Acme")
	home := w.Homes("ada")[1]
	event := w.Does(store.OrganizationDeleted, func() error { return errOf(w.Svc.Orgs.Delete(w.Ctx, as)) })
	w.Same("the event's organization", event.Org, as.Org)
	w.Same("organizations left", w.Homes("ada"), []orgs.ID{home})
	w.Denied(func() error { return errOf(w.Svc.Orgs.Delete(w.Ctx, as)) })
	w.Denied(func() error { return errOf(w.Svc.Orgs.Get(w.Ctx, as)) })
	w.Denied(func() error { return w.Svc.Orgs.Switch(w.Ctx, "ada", as.Org) })
	w.No(as, series, none)
}

// filled returns Ada's organization with something of everything, and Ada as
// its only member.
func filled(w *World) (as charter.Actor, devices []grants.Resource) {
	as = w.Found("ada", "Acme")
	devices = w.Devices(as, 3)
	w.Role(as, "Guard", roles.AccessUsers)
	w.Must(w.Svc.Orgs.SetBilling(w.Ctx, as, orgs.Billing{Company: "Acme Ltd"}))
	bob := w.Join(as, "bob", roles.Editor, grants.All(device))
	w.Must(w.Svc.Grants.Introduce(w.Ctx, as))
	w.Remove(as, bob)
	return as, devices
}

func o5NothingLeft(w *World) {
	as, _ := filled(w)
	me := w.Me(as)
	role := w.Dump().Of(as.Org).Roles[0].ID
	w.Must(errOf(w.Svc.Orgs.Delete(w.Ctx, as)))
	w.Same("stored", w.Dump().Of(as.Org), StoredOrg{})
	_, err := w.Store.Member(w.Ctx, as.Org, me.ID)
	w.True("the row is gone", errors.Is(err, store.ErrNotFound))
	_, err = w.Store.MemberOf(w.Ctx, as.Org, "ada")
	w.True("the user's row is gone", errors.Is(err, store.ErrNotFound))
	_, err = w.Store.Role(w.Ctx, as.Org, role)
	w.True("the role is gone", errors.Is(err, store.ErrNotFound))
	page, err := w.Store.Grants(w.Ctx, store.GrantQuery{Org: as.Org, Member: me.ID, Limit: 10})
	w.Must(err)
	w.Same("grants", page.Grants, nil)
}

func o5Tombstone(w *World) {
	as, devices := filled(w)
	number := w.Dump().Of(as.Org).Org.Events
	event := w.Does(store.OrganizationDeleted, func() error { return errOf(w.Svc.Orgs.Delete(w.Ctx, as)) })
	slices.SortFunc(event.Detail.Resources, grants.Resource.Compare)
	w.Same("tombstone", event, store.Event{
		Org: as.Org, Number: number + 1, At: event.At, Action: store.OrganizationDeleted,
		Detail: store.Detail{Resources: devices},
	})
	listed, err := w.Svc.History.Deletions(w.Ctx, "", 0)
	w.Must(err)
	w.Same("deletions", len(listed), 1)
	text := fmt.Sprintf("%+v", listed)
	for _, personal := range []string{"ada", "bob", "Acme", "F-", "L-", "@"} {
		w.True("no "+personal+" in the tombstone", !strings.Contains(text, personal))
	}
}

func o5MemberBlocks(w *World) {
	as := w.Found("ada", "Acme")
	for _, role := range []roles.ID{roles.Viewer, roles.Admin} {
		bob := w.Join(as, "bob", role)
		w.Refused(charter.ErrOthersRemain, func() error { return errOf(w.Svc.Orgs.Delete(w.Ctx, as)) })
		w.Remove(as, bob)
	}
	w.Does(store.OrganizationDeleted, func() error { return errOf(w.Svc.Orgs.Delete(w.Ctx, as)) })
}

func o5InvitationBlocks(w *World) {
	as := w.Found("ada", "Acme")
	issued := w.Invite(as, "bob", roles.Viewer)
	w.Refused(charter.ErrOthersRemain, func() error { return errOf(w.Svc.Orgs.Delete(w.Ctx, as)) })
	w.Must(w.Svc.Invites.Revoke(w.Ctx, as, issued.Member.ID))
	w.Does(store.OrganizationDeleted, func() error { return errOf(w.Svc.Orgs.Delete(w.Ctx, as)) })
	w.Refused(charter.ErrInvalidLink, func() error {
		return errOf(w.Svc.Invites.Accept(w.Ctx, token(issued), Invitee("bob")))
	})
}

func o5Denied(w *World) {
	t := newTown(w)
	wide := t.custom("wide", everything(w)...)
	for _, as := range []charter.Actor{t.eve, t.vic, wide, t.pam, {User: "gus", Org: t.ada.Org}, {User: "ada", Org: t.gus.Org}} {
		w.Denied(func() error { return errOf(w.Svc.Orgs.Delete(w.Ctx, as)) })
	}
}

func o5ResourcesFree(w *World) {
	as, devices := filled(w)
	gus := w.Found("gus", "Globex")
	w.Refused(charter.ErrRegisteredElsewhere, func() error { return w.Svc.Resources.Register(w.Ctx, gus, devices...) })
	w.Must(errOf(w.Svc.Orgs.Delete(w.Ctx, as)))
	w.Does(store.ResourcesRegistered, func() error { return w.Svc.Resources.Register(w.Ctx, gus, devices...) })
	w.Yes(gus, viewDevice, devices[0])
	w.No(as, viewDevice, devices[0])
}

func o5Purged(w *World) {
	as := w.Found("ada", "Acme")
	w.Must(errOf(w.Svc.Orgs.Delete(w.Ctx, as)))
	w.Idle(func() error { return w.Svc.History.Purged(w.Ctx, "another") })
	w.Must(w.Svc.History.Purged(w.Ctx, as.Org))
	w.Same("tombstones", w.Dump().Tombstones, nil)
	w.Idle(func() error { return w.Svc.History.Purged(w.Ctx, as.Org) })
	live := w.Found("gus", "Globex")
	w.Idle(func() error { return w.Svc.History.Purged(w.Ctx, live.Org) })
}

func o5Deletions(w *World) {
	var gone []orgs.ID
	for range 7 {
		as := w.Found("ada", "Acme")
		w.Must(errOf(w.Svc.Orgs.Delete(w.Ctx, as)))
		gone = append(gone, as.Org)
	}
	slices.Sort(gone)
	for limit := 1; limit <= 8; limit++ {
		var got []orgs.ID
		for after := orgs.ID(""); ; after = got[len(got)-1] {
			page, err := w.Svc.History.Deletions(w.Ctx, after, limit)
			w.Must(err)
			w.True("a page within its limit", len(page) <= limit)
			if len(page) == 0 {
				break
			}
			got = append(got, idsOf(page, func(e charter.Event) orgs.ID { return e.Org })...)
		}
		w.Same("deletions", got, gone)
	}
}

// personal fails the test unless o is a new personal organization of user id,
// the only one it has, where it works now.
func (w *World) personal(o StoredOrg, id orgs.UserID, user orgs.User) {
	w.Helper()
	w.Same("its name", o.Org.Name, "Personal organization")
	w.Same("its rows", len(o.Members), 1)
	w.Same("its member", o.Members[0], orgs.Member{
		ID: o.Members[0].ID, Org: o.Org.ID, Role: roles.Admin, Status: orgs.Active, User: id,
		Profile: Profile(id), JoinedAt: o.Org.CreatedAt,
	})
	w.Same("it is empty", []int{len(o.Roles), len(o.Resources), len(o.Grants), len(o.Events)}, []int{0, 0, 0, 1})
	w.Same("billing", o.Org.Billing, orgs.Billing{})
	w.Same("the user's organizations", w.Homes(id), []orgs.ID{o.Org.ID})
	w.Same("the user", []any{user.ID, user.Active, user.Memberships}, []any{id, o.Org.ID, 1})
	stored, err := w.Svc.User(w.Ctx, id)
	w.Must(err)
	w.Same("the user as it was returned", user, stored)
}

func o6Leaves(w *World) {
	t := newTown(w)
	var user orgs.User
	fresh := w.Founds(store.MemberLeft, func() (err error) {
		user, err = w.Svc.Orgs.Leave(w.Ctx, t.eve)
		return err
	})
	w.personal(fresh, "eve", user)
	w.Idle(func() error { return errOf(w.Svc.SignIn(w.Ctx, "eve", Profile("eve"))) })
}

func o6Removed(w *World) {
	t := newTown(w)
	fresh := w.Founds(store.MemberRemoved, func() error {
		return w.Svc.Members.Remove(w.Ctx, t.ada, t.id(t.vic), Profile("vic").Email)
	})
	user, err := w.Svc.User(w.Ctx, "vic")
	w.Must(err)
	w.personal(fresh, "vic", user)
	w.True("its history does not name who removed it", fresh.Events[0].Actor == "vic")
}

func o6Deletes(w *World) {
	last := charter.Actor{User: "ada", Org: w.SignIn("ada").Active}
	for range 3 {
		var user orgs.User
		fresh := w.Founds(store.OrganizationDeleted, func() (err error) {
			user, err = w.Svc.Orgs.Delete(w.Ctx, last)
			return err
		})
		w.True("the ID is a new one", fresh.Org.ID != last.Org)
		w.personal(fresh, "ada", user)
		last.Org = fresh.Org.ID
	}
}

func o6HasAnother(w *World) {
	t := newTown(w)
	w.Join(t.gus, "eve", roles.Viewer)
	orgsBefore := len(w.Dump().Orgs)
	user, err := w.Svc.Orgs.Leave(w.Ctx, t.eve)
	w.Must(err)
	w.Same("organizations", len(w.Dump().Orgs), orgsBefore)
	w.Same("where it works", user.Active, t.gus.Org)
	w.Remove(t.gus, charter.Actor{User: "eve", Org: t.gus.Org})
	w.Same("organizations", len(w.Dump().Orgs), orgsBefore+1)
}

func o6RemovedFromTwo(w *World) {
	t := newTown(w)
	there := w.Join(t.gus, "eve", roles.Viewer)
	w.Remove(t.ada, t.eve)
	w.Remove(t.gus, there)
	w.Same("organizations of the removed", len(w.Homes("eve")), 1)
	back := w.Join(t.ada, "eve", roles.Editor)
	w.Remove(t.ada, back)
	w.Same("organizations of who went again", len(w.Homes("eve")), 1)
}

func o6Named(w *World) {
	names := map[string]string{
		" Home of FIRST ": "Home of F-u-0", "": "Personal organization", "a\nb": "Personal organization",
		runes(101, 'x'): "Personal organization", "\xff": "Personal organization", runes(100, 'x'): runes(100, 'x'),
	}
	for i, name := range slices.Sorted(maps.Keys(names)) {
		id := orgs.UserID(fmt.Sprintf("u-%d", i))
		named := w.Also(func(o *charter.Options) {
			o.PersonalName = func(p orgs.Profile) string { return strings.ReplaceAll(name, "FIRST", p.FirstName) }
		})
		user := named.SignIn(id)
		org, err := w.Svc.Orgs.Get(w.Ctx, charter.Actor{User: id, Org: user.Active})
		w.Must(err)
		w.Same("name of the first one", org.Name, strings.ReplaceAll(names[name], "F-u-0", "F-"+string(id)))
		left, err := named.Svc.Orgs.Delete(w.Ctx, charter.Actor{User: id, Org: user.Active})
		w.Must(err)
		again, err := w.Svc.Orgs.Get(w.Ctx, charter.Actor{User: id, Org: left.Active})
		w.Must(err)
		w.Same("name of the next one", again.Name, org.Name)
	}
}
