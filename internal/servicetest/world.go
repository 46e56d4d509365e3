// Package servicetest proves the rules of the specification through the Service,
// on any store: each rule by number, races, faults, bad input, and a state
// machine against a plain model. The root module runs it on memstore and on a
// store that lets races happen; internal/sqltest runs it on real databases.
package servicetest

import (
	"bytes"
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Open gives a fresh, empty store and cleans it up with the test.
type Open func(testing.TB) store.Store

// World is a Service on a store of its own, with a clock that only the test
// moves.
type World struct {
	testing.TB
	Ctx   context.Context
	Store store.Store
	Svc   *charter.Service
	Clock *Clock
}

// New returns a World on a store from open. Each of change may alter the options
// before the Service is made.
func New(t testing.TB, open Open, change ...func(*charter.Options)) *World {
	t.Helper()
	return On(t, open(t), change...)
}

// On is New on a store that is there.
func On(t testing.TB, s store.Store, change ...func(*charter.Options)) *World {
	t.Helper()
	keys, err := invites.NewKeys(bytes.Repeat([]byte{7}, invites.MinKey))
	if err != nil {
		t.Fatal(err)
	}
	clock := NewClock()
	options := charter.Options{
		Catalogue: roles.SmartServices(), InvitationKeys: keys, Clock: clock.Now,
	}
	for _, c := range change {
		c(&options)
	}
	svc, err := charter.New(s, options)
	if err != nil {
		t.Fatal(err)
	}
	return &World{TB: t, Ctx: t.Context(), Store: s, Svc: svc, Clock: clock}
}

// Clock is a clock that moves only when it is told to, but for one microsecond
// at each look, so that times are distinct. Safe for concurrent use.
type Clock struct {
	mu  sync.Mutex
	now time.Time
}

// NewClock returns a clock at noon of some day.
func NewClock() *Clock { return &Clock{now: time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC)} }

// Now returns the time and moves on by a microsecond.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(time.Microsecond)
	return c.now
}

// Add moves the clock.
func (c *Clock) Add(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// Must fails the test at once when err is not nil.
func (w *World) Must(err error) {
	w.Helper()
	if err != nil {
		w.Fatal(err)
	}
}

// Profile returns the profile that SignIn gives user id.
func Profile(id orgs.UserID) orgs.Profile {
	return orgs.Profile{Email: string(id) + "@acme.example", FirstName: "F-" + string(id), LastName: "L-" + string(id)}
}

// SignIn signs user id in and returns it.
func (w *World) SignIn(id orgs.UserID) orgs.User {
	w.Helper()
	user, err := w.Svc.SignIn(w.Ctx, id, Profile(id))
	w.Must(err)
	return user
}

// Found signs founder in, founds an organization and returns the founder acting
// in it.
func (w *World) Found(founder orgs.UserID, name string) charter.Actor {
	w.Helper()
	w.SignIn(founder)
	org, err := w.Svc.Orgs.Create(w.Ctx, founder, name)
	w.Must(err)
	return charter.Actor{User: founder, Org: org.ID}
}

// Invite invites the address that SignIn gives user id.
func (w *World) Invite(as charter.Actor, id orgs.UserID, role roles.ID, gs ...grants.Grant) charter.Issued {
	w.Helper()
	issued, err := w.Svc.Invites.Invite(w.Ctx, as, invites.Request{Email: Profile(id).Email, Role: role, Grants: gs})
	w.Must(err)
	return issued
}

// Accept accepts issued as user id and returns the new member's actor.
func (w *World) Accept(issued charter.Issued, id orgs.UserID) charter.Actor {
	w.Helper()
	member, err := w.Svc.Invites.Accept(w.Ctx, issued.Link.URL(), Invitee(id))
	w.Must(err)
	return charter.Actor{User: id, Org: member.Org}
}

// Invitee returns user id with its address verified.
func Invitee(id orgs.UserID) charter.Invitee {
	return charter.Invitee{User: id, Profile: Profile(id), Verified: []string{Profile(id).Email}}
}

// Join invites user id as role and accepts.
func (w *World) Join(as charter.Actor, id orgs.UserID, role roles.ID, gs ...grants.Grant) charter.Actor {
	w.Helper()
	return w.Accept(w.Invite(as, id, role, gs...), id)
}

// Me returns the actor's own row.
func (w *World) Me(as charter.Actor) orgs.Member {
	w.Helper()
	member, err := w.Svc.Members.Me(w.Ctx, as)
	w.Must(err)
	return member
}

// Devices registers n devices, d-0 and on, and returns them.
func (w *World) Devices(as charter.Actor, n int) []grants.Resource {
	w.Helper()
	devices := make([]grants.Resource, n)
	for i := range devices {
		devices[i] = grants.Resource{Kind: "device", ID: grants.ResourceID(fmt.Sprintf("%s-d-%d", as.Org, i))}
	}
	w.Must(w.Svc.Resources.Register(w.Ctx, as, devices...))
	return devices
}
