package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// afterlife replaces the Update of memstore by one whose Tx goes on to write
// after its end, when outlives says so of fn's error.
func afterlife(outlives func(error) bool) func() store.Store {
	return updates(func(ctx context.Context, base store.Store, fn txFunc) error {
		failure := errors.New("panicked")
		over := new(atomic.Bool)
		defer func() { over.Store(outlives(failure)) }()
		return base.Update(ctx, func(ctx context.Context, tx store.Tx) error {
			failure = fn(ctx, undead{tx, base, over})
			return failure
		})
	})
}

// undead is a Tx that appends to the history for ever.
type undead struct {
	store.Tx
	base store.Store
	over *atomic.Bool
}

func (u undead) Append(ctx context.Context, e store.Event) error {
	if u.over.Load() {
		return u.base.Update(ctx, appendEvent(e))
	}
	return u.Tx.Append(ctx, e)
}

// silent is a Tx whose writes answer nil when it has ended.
type silent struct{ store.Tx }

func (s silent) Append(ctx context.Context, e store.Event) error {
	if err := s.Tx.Append(ctx, e); !errors.Is(err, store.ErrTxDone) {
		return err
	}
	return nil
}

// grasping is a Tx that holds for ever.
type grasping struct {
	store.Tx
	base store.Store
}

func (g grasping) Hold(ctx context.Context, want store.Want) (held store.Held, err error) {
	held, err = g.Tx.Hold(ctx, want)
	if errors.Is(err, store.ErrTxDone) {
		err = g.base.Update(ctx, func(ctx context.Context, tx store.Tx) error {
			held, err = tx.Hold(ctx, want)
			return err
		})
	}
	return held, err
}

// lasting is a Reader that reads for ever.
type lasting struct {
	store.Reader
	base store.Store
}

func (l lasting) Role(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error) {
	r, err := l.Reader.Role(ctx, org, id)
	if errors.Is(err, store.ErrTxDone) {
		return l.base.Role(ctx, org, id)
	}
	return r, err
}

func endMutants() []mutant {
	return []mutant{
		{name: "C5 a Tx goes on after its fn", open: afterlife(func(error) bool { return true })},
		{name: "C5 a Tx goes on after a fn that failed", open: afterlife(func(err error) bool { return err != nil })},
		{name: "C5 a Tx that has ended answers nil", open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			return base.Update(ctx, func(ctx context.Context, tx store.Tx) error { return fn(ctx, silent{tx}) })
		})},
		{name: "C5 Hold goes on after its fn", open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			return base.Update(ctx, func(ctx context.Context, tx store.Tx) error { return fn(ctx, grasping{tx, base}) })
		})},
		{name: "C5 a Reader goes on after its fn", open: views(func(ctx context.Context, base store.Store, fn viewFunc) error {
			return base.View(ctx, func(ctx context.Context, r store.Reader) error { return fn(ctx, lasting{r, base}) })
		})},
		{name: "C6 Hold may come late", open: func() store.Store {
			l := newLoose(mem())
			l.late = true
			return l
		}},
		{name: "C6 a late Hold answers nothing and no error", open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, hold: func(ctx context.Context, want store.Want) (store.Held, error) {
				held, err := tx.Hold(ctx, want)
				if errors.Is(err, store.ErrLateHold) {
					err = nil
				}
				return held, err
			}}
		})},
		{name: "C12 a nested Update goes on", open: func() store.Store {
			l := newLoose(mem())
			l.unmarked = true
			return l
		}},
		{name: "C12 an Update within a View goes on", open: views(func(ctx context.Context, base store.Store, fn viewFunc) error {
			return base.View(ctx, func(_ context.Context, r store.Reader) error { return fn(ctx, r) })
		})},
	}
}

// loosely returns a maker of loose stores that change makes worse.
func loosely(change func(*loose)) func() store.Store {
	return func() store.Store {
		l := newLoose(mem())
		change(l)
		return l
	}
}

// hastyMany is a Tx that has HoldMany, which changes what is wanted or found.
type hastyMany struct {
	store.Tx
	answers func([]store.Held)
	wants   func(store.Want) store.Want
}

func (h hastyMany) HoldMany(ctx context.Context, wants []store.Want) ([]store.Held, error) {
	list := make([]store.Held, len(wants))
	for i, want := range wants {
		if h.wants != nil {
			want = h.wants(want)
		}
		var err error
		if list[i], err = h.Tx.Hold(ctx, want); err != nil {
			return nil, err
		}
	}
	if h.answers != nil {
		h.answers(list)
	}
	return list, nil
}

// manyStore is a memstore with such Txs.
type manyStore struct {
	store.Store
	hastyMany
}

func (s manyStore) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	return s.Store.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		s.Tx = tx
		return fn(ctx, s.hastyMany)
	})
}

func holdsMany(h hastyMany) func() store.Store {
	return func() store.Store { return manyStore{mem(), h} }
}

func holdMutants() []mutant {
	return []mutant{
		{name: "C27 answers in another order", open: holdsMany(hastyMany{answers: slices.Reverse[[]store.Held]})},
		{name: "C27 holds no user", open: holdsMany(hastyMany{wants: func(w store.Want) store.Want {
			w.Users, w.MemberAlone = nil, true
			return w
		}})},
		{name: "C7 compares nothing", meets: true, open: loosely(func(l *loose) {
			l.ignores = func(*seenRevisions, string, uint64) bool { return true }
		})},
		{name: "C7 compares no organization", meets: true, open: loosely(func(l *loose) {
			l.ignores = func(_ *seenRevisions, id string, _ uint64) bool { return len(id) < 2 || id[:2] != "u-" }
		})},
		{name: "C7 compares no user", meets: true, open: loosely(func(l *loose) {
			l.ignores = func(_ *seenRevisions, id string, _ uint64) bool { return len(id) > 2 && id[:2] == "u-" }
		})},
		{name: "C7 compares nothing that was not there", meets: true, open: loosely(func(l *loose) {
			l.ignores = func(_ *seenRevisions, _ string, revision uint64) bool { return revision == 0 }
		})},
		{name: "C7 compares no organization that was not there", meets: true, open: loosely(func(l *loose) {
			l.ignores = func(_ *seenRevisions, id string, revision uint64) bool { return id[:2] != "u-" && revision == 0 }
		})},
		{name: "C7 compares with the last Hold", meets: true, open: loosely(func(l *loose) { l.again = true })},
		{name: "C7 compares nothing that went", meets: true, open: loosely(func(l *loose) { l.gone = true })},
		{name: "C7 compares no user of Want.Member", meets: true, open: loosely(func(l *loose) {
			l.ignores = func(s *seenRevisions, id string, _ uint64) bool { return s.byRow[orgs.UserID(id)] }
		})},
		{name: "C7 compares only what is written", meets: true, open: loosely(func(l *loose) {
			l.ignores = func(s *seenRevisions, id string, _ uint64) bool { return !s.writes[id] }
		})},
		{name: "C7 compares only the first Hold", meets: true, open: loosely(func(l *loose) {
			l.ignores = func(s *seenRevisions, id string, _ uint64) bool { return s.later[orgs.UserID(id)] }
		})},
		{name: "C7 moves only what is written", model: true, open: loosely(func(l *loose) {
			l.moves = func(s *seenRevisions, id string) bool { return s.writes[id] }
		})},
		{name: "C7 moves revisions without a write", model: true, open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			return base.Update(ctx, func(ctx context.Context, tx store.Tx) error {
				if err := fn(ctx, tx); err != nil {
					return err
				}
				return tx.UpdateMember(ctx, orgs.Member{Org: "nobody's", ID: "nothing"})
			})
		})},
		{name: "C7 moves revisions twice", model: true, open: loosely(func(l *loose) { l.twice = true })},
		{name: "C7 moves the actor's revision", model: true, open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, hold: func(ctx context.Context, want store.Want) (store.Held, error) {
				asked := want.Users
				if want.Actor != "" {
					want.Users = append(slices.Clone(asked), want.Actor)
				}
				held, err := tx.Hold(ctx, want)
				if !slices.Contains(asked, want.Actor) && held.Member.User != want.Actor {
					delete(held.Users, want.Actor)
				}
				return held, err
			}}
		})},
		{name: "C7 takes the caller's revision", open: func() store.Store { return trusting() }},
		{name: "C7 begins at revision 0", model: true, open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, organization: func(ctx context.Context, id orgs.ID) (orgs.Organization, error) {
				o, err := r.Organization(ctx, id)
				o.Revision = max(o.Revision, 1) - 1
				return o, err
			}}
		})},
		{name: "C8 answers less to who contends", open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, hold: func(ctx context.Context, want store.Want) (store.Held, error) {
				held, err := tx.Hold(ctx, want)
				if want.Contended {
					held.Places = nil
				}
				return held, err
			}}
		})},
		{name: "C9 holds the user of a row that is wanted alone", open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, hold: func(ctx context.Context, want store.Want) (store.Held, error) {
				want.MemberAlone = false
				return tx.Hold(ctx, want)
			}}
		})},
		{name: "C9 does not hold the user of Want.Member", model: true, meets: true, open: loosely(func(l *loose) {
			l.forget = func(s *seenRevisions) {
				for id := range s.byRow {
					delete(s.users, id)
				}
			}
		})},
	}
}

// trusting keeps the revision that a caller gives an organization.
func trusting() store.Store {
	var given sync.Map
	b := reading(mem(), func(r store.Reader) otherReader {
		return otherReader{Reader: r, organization: func(ctx context.Context, id orgs.ID) (orgs.Organization, error) {
			o, err := r.Organization(ctx, id)
			if revision, ok := given.Load(id); ok && err == nil {
				o.Revision = revision.(uint64)
			}
			return o, err
		}}
	})
	return changing(b, func(tx store.Tx) otherTx {
		return otherTx{Tx: tx, createOrganization: func(ctx context.Context, o orgs.Organization) error {
			if o.Revision != 0 {
				given.Store(o.ID, o.Revision)
			}
			return tx.CreateOrganization(ctx, o)
		}}
	})
}
