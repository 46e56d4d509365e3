package servicetest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// watched is a store that remembers which users and organizations its
// transactions were about, so that everything stored can be read back.
type watched struct {
	store.Store
	mu    sync.Mutex
	users map[orgs.UserID]bool
	orgs  map[orgs.ID]bool
}

func watch(s store.Store) *watched {
	return &watched{Store: s, users: make(map[orgs.UserID]bool), orgs: make(map[orgs.ID]bool)}
}

func (s *watched) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	return s.Store.Update(ctx, func(ctx context.Context, tx store.Tx) error { return fn(ctx, watchedTx{tx, s}) })
}

func (s *watched) note(org orgs.ID, users ...orgs.UserID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if org != "" {
		s.orgs[org] = true
	}
	for _, id := range users {
		s.users[id] = true
	}
}

// seen returns what was noted, in order.
func (s *watched) seen() ([]orgs.UserID, []orgs.ID) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Sorted(maps.Keys(s.users)), slices.Sorted(maps.Keys(s.orgs))
}

type watchedTx struct {
	store.Tx
	s *watched
}

func (t watchedTx) HoldMany(ctx context.Context, wants []store.Want) ([]store.Held, error) {
	list, err := store.HoldMany(ctx, t.Tx, wants)
	for _, want := range wants {
		t.s.note(want.Org, want.Users...)
	}
	for _, held := range list {
		for id := range held.Users {
			t.s.note("", id)
		}
	}
	return list, err
}

func (t watchedTx) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	t.s.note(want.Org, want.Users...)
	held, err := t.Tx.Hold(ctx, want)
	for id := range held.Users {
		t.s.note("", id)
	}
	return held, err
}

func (t watchedTx) CreateOrganization(ctx context.Context, o orgs.Organization) error {
	t.s.note(o.ID)
	return t.Tx.CreateOrganization(ctx, o)
}

// Stored is everything in a store that the transactions of a World were about.
type Stored struct {
	Users      []orgs.User
	Orgs       []StoredOrg
	Tombstones []store.Event
}

// StoredOrg is one organization with all that hangs on it.
type StoredOrg struct {
	Org       orgs.Organization
	Members   []orgs.Member // by ID
	Grants    map[orgs.MemberID][]grants.Grant
	Roles     []roles.Role
	Resources []grants.Resource
	Events    []store.Event
}

// Dump reads everything stored, in one snapshot. Only Worlds that [RunRules] and
// [RunCorpus] made can.
func (w *World) Dump() (stored Stored) {
	w.Helper()
	watch, ok := w.Store.(*watched)
	if !ok {
		w.Fatal("servicetest: the store of this World is not watched")
	}
	users, ids := watch.seen()
	w.Must(w.Store.View(w.Ctx, func(ctx context.Context, r store.Reader) (err error) {
		stored = Stored{}
		for _, id := range users {
			user, err := r.User(ctx, id)
			if errors.Is(err, store.ErrNotFound) {
				continue
			}
			if err != nil {
				return err
			}
			stored.Users = append(stored.Users, user)
		}
		for _, id := range ids {
			org, err := dumpOrg(ctx, r, id)
			if err != nil {
				return err
			}
			if org.exists() {
				stored.Orgs = append(stored.Orgs, org)
			}
		}
		stored.Tombstones, err = r.Tombstones(ctx, "", dumpLimit)
		return err
	}))
	return stored
}

// Fingerprinter is a store that can say at little cost whether anything in it has
// changed.
type Fingerprinter interface {
	// Fingerprint returns a number for each table or the like. While nothing that is
	// stored changes, it does not.
	Fingerprint(ctx context.Context) (map[string]string, error)
}

// fingerprint returns something that changes with whatever is stored: all of it, or its
// fingerprint.
func (w *World) fingerprint() any {
	w.Helper()
	watch, ok := w.Store.(*watched)
	if !ok {
		w.Fatal("servicetest: the store of this World is not watched")
	}
	f, ok := watch.Store.(Fingerprinter)
	if !ok {
		return w.Dump()
	}
	seen, err := f.Fingerprint(w.Ctx)
	w.Must(err)
	return seen
}

// dumpLimit is more than any case has of anything.
const dumpLimit = 100_000

// dumpOrg reads what there is of id, also when the record itself is gone.
func dumpOrg(ctx context.Context, r store.Reader, id orgs.ID) (StoredOrg, error) {
	dump := StoredOrg{Grants: make(map[orgs.MemberID][]grants.Grant)}
	org, err := r.Organization(ctx, id)
	if err != nil && !errors.Is(err, store.ErrNotFound) {
		return dump, err
	}
	dump.Org = org
	members, err := r.Members(ctx, store.MemberQuery{Org: id, Limit: dumpLimit})
	if err != nil {
		return dump, err
	}
	dump.Members = members.Members
	slices.SortFunc(dump.Members, func(a, b orgs.Member) int { return compare(a.ID, b.ID) })
	for _, m := range dump.Members {
		page, err := r.Grants(ctx, store.GrantQuery{Org: id, Member: m.ID, Limit: dumpLimit})
		if err != nil {
			return dump, err
		}
		if len(page.Grants) > 0 {
			dump.Grants[m.ID] = page.Grants
		}
	}
	if dump.Roles, err = r.Roles(ctx, id); err != nil {
		return dump, err
	}
	resources, err := r.Resources(ctx, store.ResourceQuery{Org: id})
	if err != nil {
		return dump, err
	}
	dump.Resources = resources.Resources
	events, err := r.Events(ctx, store.EventQuery{Org: id, Limit: dumpLimit})
	dump.Events = events.Events
	return dump, err
}

func (o StoredOrg) exists() bool {
	return o.Org.ID != "" || len(o.Members)+len(o.Roles)+len(o.Resources)+len(o.Events) > 0
}

// Of returns what is stored of organization id, the zero StoredOrg when nothing
// is.
func (s Stored) Of(id orgs.ID) StoredOrg {
	for _, o := range s.Orgs {
		if o.Org.ID == id {
			return o
		}
	}
	return StoredOrg{}
}

// since returns the events that s has and before has not, tombstones among
// them. An event of before that is neither there nor gone with its organization
// would be a rewritten history, and comes with changed.
func (s Stored) since(before Stored) (fresh []store.Event) {
	for _, o := range s.Orgs {
		fresh = append(fresh, o.Events[min(len(before.Of(o.Org.ID).Events), len(o.Events)):]...)
	}
	for _, t := range s.Tombstones {
		if !slices.ContainsFunc(before.Tombstones, func(b store.Event) bool { return b.Org == t.Org }) {
			fresh = append(fresh, t)
		}
	}
	return fresh
}
