package sqltest

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"slices"
	"sync"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// fact is what a call that returned no error has made true for good: a user that
// signed in, an event in the history, an organization that is gone.
type fact struct {
	User   orgs.UserID
	Org    orgs.ID
	Action store.Action
	Member orgs.MemberID
	Role   roles.ID
}

// stored fails unless f is in d. That the state is what the history says is for
// Verify to see.
func (f fact) stored(d servicetest.Dump) error {
	switch {
	case f.Org == "":
		if d.Users[f.User].Record.ID == f.User {
			return nil
		}
	case f.Action == store.OrganizationDeleted:
		left := slices.ContainsFunc(d.Tombstones, func(e store.Event) bool { return e.Org == f.Org })
		if left && d.Orgs[f.Org].Record.ID == "" {
			return nil
		}
	default:
		if slices.ContainsFunc(d.Orgs[f.Org].Events, func(e store.Event) bool {
			return e.Action == f.Action && e.Detail.Member == f.Member && e.Detail.Role == f.Role
		}) {
			return nil
		}
	}
	return fmt.Errorf("%+v was acknowledged and is lost", f)
}

// holds fails unless all of SPEC 7 holds in s, and every fact is there.
func holds(ctx context.Context, s store.Store, facts []fact) error {
	known := servicetest.Known{Users: []orgs.UserID{"root"}}
	for _, f := range facts {
		known.Users, known.Orgs = append(known.Users, f.User), append(known.Orgs, f.Org)
	}
	d, err := servicetest.Look(ctx, s, known)
	if err != nil {
		return err
	}
	errs := []error{d.Verify()}
	for _, f := range facts {
		errs = append(errs, f.stored(d))
	}
	return errors.Join(errs...)
}

// reports is who is told a fact.
type reports interface{ report(fact) error }

// reporter writes facts to standard output, a line each.
type reporter struct{ mu sync.Mutex }

func (r *reporter) report(f fact) error {
	line, err := json.Marshal(f)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err = os.Stdout.Write(append(line, '\n'))
	return err
}

// writer plays a story with names of its own. The first error ends it.
type writer struct {
	ctx  context.Context
	svc  *charter.Service
	out  reports
	name string
	err  error
}

// do makes a call and reports the fact that it returns.
func (w *writer) do(call func() (fact, error)) {
	if w.err != nil {
		return
	}
	f, err := call()
	if err == nil {
		err = w.out.report(f)
	}
	w.err = err
}

// does is do for a call whose fact is known before.
func (w *writer) does(f fact, call func() error) {
	w.do(func() (fact, error) { return f, call() })
}

func (w *writer) user(part string) (orgs.UserID, orgs.Profile) {
	id := part + "-" + w.name
	return orgs.UserID(id), orgs.Profile{Email: id + "@acme.example", FirstName: part}
}

func (w *writer) found(user orgs.UserID) (as charter.Actor) {
	w.do(func() (fact, error) {
		org, err := w.svc.Orgs.Create(w.ctx, user, "Acme")
		if err != nil {
			return fact{}, err
		}
		as = charter.Actor{User: user, Org: org.ID}
		m, err := w.svc.Members.Me(w.ctx, as) // the founding does not tell the row
		return fact{User: user, Org: org.ID, Action: store.OrganizationFounded, Member: m.ID}, err
	})
	return as
}

func (w *writer) invite(as charter.Actor, part string) (issued charter.Issued) {
	w.do(func() (_ fact, err error) {
		_, profile := w.user(part)
		issued, err = w.svc.Invites.Invite(w.ctx, as, invites.Request{Email: profile.Email, Role: roles.Viewer})
		return fact{User: as.User, Org: as.Org, Action: store.MemberInvited, Member: issued.Member.ID}, err
	})
	return issued
}

func (w *writer) accept(issued charter.Issued, part string) (m orgs.Member) {
	w.do(func() (_ fact, err error) {
		user, profile := w.user(part)
		m, err = w.svc.Invites.Accept(w.ctx, issued.Link.URL(), charter.Invitee{User: user, Profile: profile, Verified: []string{profile.Email}})
		return fact{User: user, Org: m.Org, Action: store.InvitationAccepted, Member: m.ID}, err
	})
	return m
}

// run is the story: an organization with somebody who stays, somebody who goes and
// somebody who never comes, a guest of everybody's, and an organization that goes.
func (w *writer) run(shared charter.Actor) {
	ada, profile := w.user("ada")
	w.does(fact{User: ada}, func() error {
		_, err := w.svc.SignIn(w.ctx, ada, profile)
		return err
	})
	as := w.found(ada)
	event := func(action store.Action, id orgs.MemberID) fact {
		return fact{User: ada, Org: as.Org, Action: action, Member: id}
	}
	thing := grants.Resource{Kind: "device", ID: grants.ResourceID(w.name)}
	w.does(event(store.ResourcesRegistered, ""), func() error { return w.svc.Resources.Register(w.ctx, as, thing) })
	w.invite(shared, "guest")
	stays, goes, never := w.invite(as, "bo"), w.invite(as, "cy"), w.invite(as, "dee")
	bo, cy := w.accept(stays, "bo"), w.accept(goes, "cy")
	w.does(event(store.MemberRoleChanged, bo.ID), func() error { return w.svc.Members.ChangeRole(w.ctx, as, bo.ID, roles.Editor) })
	w.does(event(store.GrantsGiven, bo.ID), func() error {
		return w.svc.Grants.Give(w.ctx, as, bo.ID, grants.One(thing.Kind, thing.ID))
	})
	w.does(event(store.MemberRemoved, cy.ID), func() error { return w.svc.Members.Remove(w.ctx, as, cy.ID, cy.Email) })
	w.does(event(store.InvitationRevoked, never.Member.ID), func() error {
		return w.svc.Invites.Revoke(w.ctx, as, never.Member.ID)
	})
	w.does(event(store.OrganizationRenamed, ""), func() error { return w.svc.Orgs.Rename(w.ctx, as, w.name) })
	w.do(func() (fact, error) {
		role, err := w.svc.Roles.Create(w.ctx, as, "Operators", "devices.view")
		return fact{User: ada, Org: as.Org, Action: store.RoleCreated, Role: role.ID}, err
	})
	w.do(func() (fact, error) {
		gone, err := w.svc.Orgs.Create(w.ctx, ada, "Gone")
		if err == nil {
			_, err = w.svc.Orgs.Delete(w.ctx, charter.Actor{User: ada, Org: gone.ID})
		}
		return fact{User: ada, Org: gone.ID, Action: store.OrganizationDeleted}, err
	})
}
