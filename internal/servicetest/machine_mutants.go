package servicetest

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// A mutant is the library without one rule: a store that lies to the Service in
// Hold, so that the rule sees nothing to refuse, and takes the lie back out of
// what the Service then writes. All else, the history included, is done by the
// Service itself, as if the rule had been forgotten.
type mutant struct {
	rule string
	harm string // what the machine says when it sees the rule broken
	lie  func(store.Want, *store.Held)
	// mend undoes the lie in an organization or a user that the Service saves;
	// nil where there is nothing to undo.
	mendOrg  func(*orgs.Organization)
	mendUser func(*orgs.User)
}

// mutants has one for each rule that must never fail.
var mutants = []mutant{
	{rule: "O4 M4 M5 last Admin", harm: done(lastAdmin), lie: oneMoreAdmin, mendOrg: oneAdminLess},
	{rule: "M4 own role", harm: done(ownRole), lie: somebodyElse},
	{rule: "M7 escalation", harm: done(escalation), lie: holdsEverything},
	{rule: "O5 sole member", harm: done(othersRemain), lie: alone},
	{rule: "O6 personal organization", harm: "SPEC 7.3", lie: oneMoreMembership, mendUser: oneMembershipLess},
	{rule: "I6 single use", harm: done(invalidLink), lie: stillPending},
}

// done is how the machine says that a call succeeded that c should have refused.
func done(c class) string {
	return fmt.Sprintf("answered %q (<nil>), the rules say %q", success, []class{c})
}

// oneMoreAdmin is told to every operation but the deletion, which asks for
// something else.
func oneMoreAdmin(want store.Want, held *store.Held) {
	if held.Org.ID != "" && !want.EveryResource {
		held.Org.Counts = held.Org.Counts.With(orgs.Member{Role: roles.Admin, Status: orgs.Active})
	}
}

func oneAdminLess(o *orgs.Organization) {
	o.Counts = o.Counts.Without(orgs.Member{Role: roles.Admin, Status: orgs.Active})
}

func somebodyElse(want store.Want, held *store.Held) {
	if len(want.Roles) > 0 && held.Member.ID != "" && held.Member.ID == held.Actor.ID {
		held.Actor.ID = "somebody else"
	}
}

// holdsEverything makes a role that may manage users, and so is asked about M7,
// hold all there is.
func holdsEverything(want store.Want, held *store.Held) {
	r, ok := held.Roles[held.Actor.Role]
	if !ok || slices.Contains(want.Roles, r.ID) || !slices.Contains(r.Permissions, roles.ChangeRoles) || !slices.Contains(r.Permissions, roles.InviteUsers) {
		return
	}
	r.Permissions = everyPermission()
	held.Roles[r.ID] = r
}

func alone(want store.Want, held *store.Held) {
	if want.EveryResource {
		held.Org.Counts = orgs.Counts{}.With(held.Actor)
	}
}

// oneMoreMembership is told of who has one left, to operations inside an
// organization.
func oneMoreMembership(want store.Want, held *store.Held) {
	for id, u := range held.Users {
		if want.Org != "" && u.Memberships == 1 {
			u.Memberships++
			held.Users[id] = u
		}
	}
}

func oneMembershipLess(u *orgs.User) { u.Memberships-- }

func stillPending(want store.Want, held *store.Held) {
	accepting := len(want.Users) == 1 && want.Member != ""
	if accepting && held.Member.Status == orgs.Active && held.Member.User != want.Users[0] {
		held.Member.Status, held.Member.User = orgs.Invited, ""
	}
}

// on returns s with m between it and the Service.
func (m mutant) on(s store.Store) store.Store { return mutantStore{s, m} }

type mutantStore struct {
	store.Store
	mutant mutant
}

func (s mutantStore) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	return s.Store.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		return fn(ctx, &mutantTx{Tx: tx, mutant: s.mutant})
	})
}

type mutantTx struct {
	store.Tx
	mutant mutant
	org    orgs.ID              // that was lied about
	users  map[orgs.UserID]bool // that were lied about
}

func (t *mutantTx) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	held, err := t.Tx.Hold(ctx, want)
	want.EveryResource = ctx.Value(deletion{}) != nil // what lies knows a deletion by it
	if err != nil {
		return held, err
	}
	before := maps.Clone(held.Users)
	t.mutant.lie(want, &held)
	t.org, t.users = held.Org.ID, map[orgs.UserID]bool{}
	for id, u := range held.Users {
		t.users[id] = u != before[id]
	}
	return held, nil
}

func (t *mutantTx) UpdateOrganization(ctx context.Context, o orgs.Organization) error {
	if t.mutant.mendOrg != nil && o.ID == t.org {
		t.mutant.mendOrg(&o)
	}
	return t.Tx.UpdateOrganization(ctx, o)
}

func (t *mutantTx) PutUser(ctx context.Context, u orgs.User) error {
	if t.mutant.mendUser != nil && t.users[u.ID] {
		t.mutant.mendUser(&u)
	}
	return t.Tx.PutUser(ctx, u)
}

// MutantSteps is within how many steps every mutant must be found.
const MutantSteps = 10_000

// RunMutants shows that the machine of [RunMachine] sees: it runs it on stores
// from open on which one rule is broken at a time. The harm that this does must
// be found within [MutantSteps].
func RunMutants(t *testing.T, open Open) {
	for _, m := range mutants {
		t.Run(m.rule, func(t *testing.T) { m.hunt(t, open) })
	}
}

// runSteps is how long a run of the hunt is.
const runSteps = 30 * repeats

// hunt runs the machine until it finds the harm. A mutant may be found out sooner
// by something else that it does.
func (m mutant) hunt(t *testing.T, open Open) {
	spread := rand.New(rand.NewPCG(1, 2))
	first := 0
	for total := 0; total < MutantSteps; {
		run := newMachine(t, t.Cleanup, tally{}, []Open{func(t testing.TB) store.Store { return m.on(open(t)) }})
		for range runSteps {
			total++
			err := run.next(spread.Uint64(), func(string, ...any) {})
			if err == nil {
				continue
			}
			first = cmp.Or(first, total)
			if strings.Contains(err.Error(), m.harm) {
				t.Logf("found out at step %d, harm at step %d: %v", first, total, err)
				return
			}
			break
		}
	}
	t.Fatalf("no harm was found in %d steps; found out at step %d", MutantSteps, first)
}
