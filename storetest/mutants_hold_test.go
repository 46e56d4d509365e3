package storetest

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
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

func holdMutants() []mutant {
	return []mutant{
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

// locking is a loose store that locks what it holds, in the order that lock puts
// it in. Whoever does not get a lock for a second gives up.
type locking struct {
	*loose
	order func(org orgs.ID, users []orgs.UserID) []string
	mu    sync.Mutex
	locks map[string]chan struct{}
}

func newLocking(order func(org orgs.ID, users []orgs.UserID) []string) store.Store {
	return &locking{loose: newLoose(mem()), order: order, locks: map[string]chan struct{}{}}
}

func (l *locking) lock(id string) chan struct{} {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.locks[id] == nil {
		l.locks[id] = make(chan struct{}, 1)
	}
	return l.locks[id]
}

var errDeadlock = errors.New("lock wait timeout")

// Update locks with the first Hold of fn, and what a later one adds with that.
func (l *locking) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	mine := map[string]bool{}
	defer func() {
		for id := range mine {
			<-l.lock(id)
		}
	}()
	b := changing(l.loose, func(tx store.Tx) otherTx {
		return otherTx{Tx: tx, hold: func(ctx context.Context, want store.Want) (store.Held, error) {
			users := slices.Clone(want.Users)
			if m, err := l.Member(ctx, want.Org, want.Member); err == nil && m.User != "" {
				users = append(users, m.User)
			}
			for _, id := range l.order(want.Org, users) {
				if mine[id] || id == "" {
					continue
				}
				select {
				case l.lock(id) <- struct{}{}:
					mine[id] = true
				case <-time.After(time.Second):
					return store.Held{}, errDeadlock
				}
				time.Sleep(300 * time.Microsecond) // others lock what they come to
			}
			return tx.Hold(ctx, want)
		}}
	})
	return b.Update(ctx, fn)
}

// inOrder is the order that the contract asks for.
func inOrder(org orgs.ID, users []orgs.UserID) []string {
	list := []string{string(org)}
	for _, id := range slices.Sorted(slices.Values(users)) {
		list = append(list, string(id))
	}
	return list
}

func lockMutants() []mutant {
	return []mutant{
		{name: "C9 locks in the order given", open: func() store.Store {
			return newLocking(func(org orgs.ID, users []orgs.UserID) []string {
				list := []string{string(org)}
				for _, id := range users {
					list = append(list, string(id))
				}
				return list
			})
		}},
		{name: "C9 locks the user of Want.Member last", open: func() store.Store {
			return newLocking(func(org orgs.ID, users []orgs.UserID) []string {
				last := len(users)
				if org != "" {
					last = max(0, last-1)
				}
				return append(inOrder(org, users[:last]), inOrder("", users[last:])[1:]...)
			})
		}},
	}
}

// answers returns a maker of memstores whose Hold answers something else.
func answers(change func(base store.Store, ctx context.Context, want store.Want, held *store.Held)) func() store.Store {
	return txs(func(base store.Store, tx store.Tx) otherTx {
		return otherTx{Tx: tx, hold: func(ctx context.Context, want store.Want) (store.Held, error) {
			held, err := tx.Hold(ctx, want)
			if err == nil {
				change(base, ctx, want, &held)
			}
			return held, err
		}}
	})
}

// latest replaces the Latest of each user held by the one that less puts first.
func latest(less func(a, b store.Membership) int, beside bool) func() store.Store {
	return answers(func(base store.Store, ctx context.Context, want store.Want, held *store.Held) {
		for id, u := range held.Users {
			list, _ := base.Memberships(ctx, store.MembershipQuery{User: id, Limit: everything})
			if !beside {
				list = slices.DeleteFunc(list, func(m store.Membership) bool { return m.Org == want.Org })
			}
			slices.SortFunc(list, less)
			u.Latest = ""
			if len(list) > 0 {
				u.Latest = list[0].Org
			}
			held.Users[id] = u
		}
	})
}

func answerMutants() []mutant {
	joined := func(a, b store.Membership) int {
		return cmp.Or(b.JoinedAt.Compare(a.JoinedAt), cmp.Compare(a.Org, b.Org))
	}
	return []mutant{
		{name: "C8 Hold answers rows from a cache", meets: true, model: true, open: func() store.Store {
			var cache sync.Map
			return loosely(func(l *loose) {
				l.answer = func(want store.Want, held store.Held) store.Held {
					if held.Member.ID != "" {
						known, _ := cache.LoadOrStore(held.Member.Org+orgs.ID(held.Member.ID), held.Member)
						held.Member = known.(orgs.Member)
					}
					return held
				}
			})()
		}},
		{name: "C8 Hold leaves out the roles of the rows", model: true, open: answers(func(_ store.Store, _ context.Context, want store.Want, held *store.Held) {
			maps.DeleteFunc(held.Roles, func(id roles.ID, _ roles.Role) bool { return !slices.Contains(want.Roles, id) })
		})},
		{name: "C8 Hold answers every grant of the row", model: true, open: answers(func(base store.Store, ctx context.Context, want store.Want, held *store.Held) {
			page, _ := base.Grants(ctx, store.GrantQuery{Org: want.Org, Member: held.Member.ID, Limit: everything})
			held.MemberHas = page.Grants
		})},
		{name: "C8 Hold finds invitations alone by address", model: true, open: answers(func(_ store.Store, _ context.Context, _ store.Want, held *store.Held) {
			held.Addressed = slices.DeleteFunc(held.Addressed, func(m orgs.Member) bool { return m.Status == orgs.Active })
		})},
		{name: "C8 Hold takes other places for none", model: true, open: answers(func(_ store.Store, _ context.Context, _ store.Want, held *store.Held) {
			maps.DeleteFunc(held.Places, func(_ grants.Resource, p store.Place) bool { return p == store.Elsewhere })
		})},
		{name: "C8 Hold returns every resource unasked", model: true, open: answers(func(base store.Store, ctx context.Context, want store.Want, held *store.Held) {
			page, _ := base.Resources(ctx, store.ResourceQuery{Org: want.Org})
			held.EveryResource = page.Resources
		})},
		{name: "C8 Hold of what is not there is an error", open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, hold: func(ctx context.Context, want store.Want) (store.Held, error) {
				held, err := tx.Hold(ctx, want)
				if err == nil && want.Member != "" && held.Member.ID == "" {
					err = store.ErrNotFound
				}
				return held, err
			}}
		})},
		{name: "C8 a second Hold answers the first one's users", open: txs(func(_ store.Store, tx store.Tx) otherTx {
			users := map[orgs.UserID]store.HeldUser{}
			return otherTx{Tx: tx, hold: func(ctx context.Context, want store.Want) (store.Held, error) {
				held, err := tx.Hold(ctx, want)
				maps.Copy(users, held.Users)
				held.Users = maps.Clone(users)
				return held, err
			}}
		})},
		{name: "C8 Latest may be the organization held", model: true, open: latest(joined, true)},
		{name: "C8 Latest of two at one time is the greater ID", model: true, open: latest(func(a, b store.Membership) int {
			return cmp.Or(b.JoinedAt.Compare(a.JoinedAt), cmp.Compare(b.Org, a.Org))
		}, false)},
		{name: "C8 Latest knows whole seconds", open: latest(func(a, b store.Membership) int {
			return cmp.Or(cmp.Compare(b.JoinedAt.Unix(), a.JoinedAt.Unix()), cmp.Compare(b.Org, a.Org), joined(a, b))
		}, false)},
		{name: "C8 Latest is the membership joined first", model: true, open: latest(func(a, b store.Membership) int { return joined(b, a) }, false)},
	}
}
