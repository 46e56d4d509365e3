package storetest

import (
	"context"
	"errors"
	"maps"
	"slices"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// loose is an adapter on top of another one: it reads in short transactions,
// keeps the writes back, and compares and writes in a last one, so that any number
// of its transactions are under way at once. As it stands it keeps the contract.
// Its switches take away one guarantee each.
type loose struct {
	store.Reader
	base store.Store

	// forget removes revisions before they are compared and moved.
	forget func(*seenRevisions)
	// answer may change what Hold answers; what is compared is what it was.
	answer func(want store.Want, held store.Held) store.Held
	// unmarked leaves the context of fn as it is.
	unmarked bool
	// shared keeps lists as they are given.
	shared bool
	// late lets Hold come at any time.
	late bool
	// limit is how many writes are kept; 0 means all.
	limit int
	// lost is what a lost comparison ends with; nil means ErrConflict.
	lost func() error
	// ignores says which of the revisions that were held are not compared.
	ignores func(seen *seenRevisions, id string, revision uint64) bool
	// gone is set when what went is not compared.
	gone bool
	// again is set when what is held once more is compared with what that Hold returned.
	again bool
	// twice is set when revisions move by two.
	twice bool
	// moves says which of the revisions that were held move; nil means all.
	moves func(seen *seenRevisions, id string) bool
}

func newLoose(base store.Store) *loose { return &loose{Reader: base, base: base} }

// seenRevisions is what a transaction held: revisions, 0 of what was not there.
type seenRevisions struct {
	org    orgs.ID
	orgs   map[orgs.ID]uint64
	users  map[orgs.UserID]uint64
	writes map[string]bool // IDs that an operation writes the record of
	holds  int
	byRow  map[orgs.UserID]bool // held because of Want.Member
	later  map[orgs.UserID]bool // held by a Hold that was not the first
}

// View passes on to the base.
func (l *loose) View(ctx context.Context, fn func(context.Context, store.Reader) error) error {
	return l.base.View(ctx, func(ctx context.Context, r store.Reader) error {
		if !l.unmarked {
			ctx = store.Enter(ctx, l)
		}
		return fn(ctx, r)
	})
}

// Update runs fn without a transaction, and what it wrote in one.
func (l *loose) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	if store.Inside(ctx, l) {
		return store.ErrNested
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	tx := &looseTx{l: l, outer: ctx, seen: seenRevisions{
		orgs: map[orgs.ID]uint64{}, users: map[orgs.UserID]uint64{}, writes: map[string]bool{},
		byRow: map[orgs.UserID]bool{}, later: map[orgs.UserID]bool{},
	}}
	defer tx.ended.Store(true)
	inner := ctx
	if !l.unmarked {
		inner = store.Enter(ctx, l)
	}
	if err := fn(inner, tx); err != nil {
		return err
	}
	if err := ctx.Err(); err != nil || len(tx.ops) == 0 {
		return err
	}
	err := l.base.Update(ctx, tx.commit)
	if l.twice && err == nil {
		tx.ops = []op{updateMember(orgs.Member{Org: "nobody's", ID: "nothing"})}
		err = l.base.Update(ctx, func(ctx context.Context, inner store.Tx) error {
			return holding(store.Want{Org: tx.seen.org, Users: slices.Collect(maps.Keys(tx.seen.users))}, tx.ops...)(ctx, inner)
		})
	}
	return err
}

// looseTx keeps writes back.
type looseTx struct {
	l     *loose
	outer context.Context
	seen  seenRevisions
	ops   []op
	ended atomic.Bool
}

// commit compares what was held with what the base has now, while nobody else
// writes to it, and writes.
func (t *looseTx) commit(ctx context.Context, tx store.Tx) error {
	if t.l.forget != nil {
		t.l.forget(&t.seen)
	}
	if t.moved(ctx) {
		if t.l.lost != nil {
			return t.l.lost()
		}
		return store.ErrConflict
	}
	want := store.Want{Org: t.seen.org}
	if t.l.moves != nil && !t.l.moves(&t.seen, string(want.Org)) {
		want.Org = ""
	}
	for id := range t.seen.users {
		if t.l.moves == nil || t.l.moves(&t.seen, string(id)) {
			want.Users = append(want.Users, id)
		}
	}
	ops := t.ops
	if t.l.limit > 0 && len(ops) > t.l.limit {
		ops = ops[:t.l.limit]
	}
	return holding(want, ops...)(ctx, tx)
}

// moved reports whether a revision that was held is another one now.
func (t *looseTx) moved(ctx context.Context) bool {
	differs := func(id string, was, now uint64, err error) bool {
		if t.l.gone && errors.Is(err, store.ErrNotFound) {
			return false
		}
		return was != now && (t.l.ignores == nil || !t.l.ignores(&t.seen, id, was))
	}
	for id, revision := range t.seen.orgs {
		o, err := t.l.base.Organization(ctx, id)
		if differs(string(id), revision, o.Revision, err) {
			return true
		}
	}
	for id, revision := range t.seen.users {
		u, err := t.l.base.User(ctx, id)
		if differs(string(id), revision, u.Revision, err) {
			return true
		}
	}
	return false
}

func (t *looseTx) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	switch {
	case t.ended.Load():
		return store.Held{}, store.ErrTxDone
	case len(t.ops) > 0 && !t.l.late:
		return store.Held{}, store.ErrLateHold
	}
	var held store.Held
	err := t.l.base.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		var err error
		held, err = tx.Hold(ctx, want)
		return err
	})
	if err != nil {
		return store.Held{}, err
	}
	t.see(want, held)
	if t.l.answer != nil {
		held = t.l.answer(want, held)
	}
	return held, nil
}

// see keeps the revisions of what was held first.
func (t *looseTx) see(want store.Want, held store.Held) {
	t.seen.holds++
	if _, again := t.seen.orgs[want.Org]; want.Org != "" && (!again || t.l.again) {
		t.seen.org = want.Org
		t.seen.orgs[want.Org] = held.Org.Revision
	}
	named := slices.Clone(want.Users)
	if held.Member.User != "" && !want.MemberAlone {
		if !slices.Contains(named, held.Member.User) {
			t.seen.byRow[held.Member.User] = true
		}
		named = append(named, held.Member.User)
	}
	for _, id := range named {
		if _, again := t.seen.users[id]; !again || t.l.again {
			t.seen.users[id] = held.Users[id].Revision
			t.seen.later[id] = t.seen.holds > 1
		}
	}
}

// keep keeps a write back.
func (t *looseTx) keep(ctx context.Context, o op, about ...string) error {
	if t.ended.Load() {
		return store.ErrTxDone
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	t.ops = append(t.ops, o)
	for _, id := range about {
		t.seen.writes[id] = true
	}
	return nil
}

// own returns a copy of list, unless lists are shared.
func own[T any](t *looseTx, list []T) []T {
	if t.l.shared {
		return list
	}
	return slices.Clone(list)
}

func (t *looseTx) CreateOrganization(ctx context.Context, o orgs.Organization) error {
	o.Counts = own(t, o.Counts)
	return t.keep(ctx, createOrganization(o), string(o.ID))
}

func (t *looseTx) UpdateOrganization(ctx context.Context, o orgs.Organization) error {
	o.Counts = own(t, o.Counts)
	return t.keep(ctx, updateOrganization(o), string(o.ID))
}

func (t *looseTx) DeleteOrganization(ctx context.Context, id orgs.ID, last store.Event) error {
	return t.keep(ctx, deleteOrganization(id, t.event(last)), string(id))
}

func (t *looseTx) DeleteTombstone(ctx context.Context, id orgs.ID) error {
	return t.keep(ctx, deleteTombstone(id))
}

func (t *looseTx) PutUser(ctx context.Context, u orgs.User) error {
	return t.keep(ctx, putUser(u), string(u.ID))
}

func (t *looseTx) PutProfile(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
	return t.keep(ctx, putProfile(id, p), string(id))
}

func (t *looseTx) CreateMember(ctx context.Context, m orgs.Member) error {
	return t.keep(ctx, createMember(m))
}

func (t *looseTx) UpdateMember(ctx context.Context, m orgs.Member) error {
	return t.keep(ctx, updateMember(m))
}

func (t *looseTx) JoinMember(ctx context.Context, m orgs.Member) error {
	return t.keep(ctx, joinMember(m))
}

func (t *looseTx) DeleteMember(ctx context.Context, org orgs.ID, id orgs.MemberID) error {
	return t.keep(ctx, deleteMember(org, id))
}

func (t *looseTx) CreateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	r.Permissions = own(t, r.Permissions)
	return t.keep(ctx, createRole(org, r))
}

func (t *looseTx) UpdateRole(ctx context.Context, org orgs.ID, r roles.Role) error {
	r.Permissions = own(t, r.Permissions)
	return t.keep(ctx, updateRole(org, r))
}

func (t *looseTx) DeleteRole(ctx context.Context, org orgs.ID, id roles.ID) error {
	return t.keep(ctx, deleteRole(org, id))
}

func (t *looseTx) Register(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	return t.keep(ctx, register(org, own(t, resources)...))
}

func (t *looseTx) Unregister(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	return t.keep(ctx, unregister(org, own(t, resources)...))
}

func (t *looseTx) Give(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
	return t.keep(ctx, give(org, id, own(t, list)...))
}

func (t *looseTx) Take(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
	return t.keep(ctx, take(org, id, own(t, list)...))
}

func (t *looseTx) GiveEach(ctx context.Context, org orgs.ID) error {
	return t.keep(ctx, giveEach(org))
}

func (t *looseTx) Append(ctx context.Context, e store.Event) error {
	return t.keep(ctx, appendEvent(t.event(e)))
}

func (t *looseTx) event(e store.Event) store.Event {
	if t.l.shared {
		return e
	}
	return e.Clone()
}
