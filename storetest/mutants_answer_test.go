package storetest

import (
	"cmp"
	"context"
	"errors"
	"maps"
	"slices"
	"sync"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

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

// newestFirst orders memberships as they are listed: the most recently joined first.
func newestFirst(a, b store.Membership) int {
	return cmp.Or(b.JoinedAt.Compare(a.JoinedAt), cmp.Compare(a.Org, b.Org))
}

func answerMutants() []mutant {
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
		{name: "C8 Latest may be the organization held", model: true, open: latest(newestFirst, true)},
		{name: "C8 Latest of two at one time is the greater ID", model: true, open: latest(func(a, b store.Membership) int {
			return cmp.Or(b.JoinedAt.Compare(a.JoinedAt), cmp.Compare(b.Org, a.Org))
		}, false)},
		{name: "C8 Latest knows whole seconds", open: latest(func(a, b store.Membership) int {
			return cmp.Or(cmp.Compare(b.JoinedAt.Unix(), a.JoinedAt.Unix()), cmp.Compare(b.Org, a.Org), newestFirst(a, b))
		}, false)},
		{name: "C8 Latest is the membership joined first", model: true, open: latest(func(a, b store.Membership) int { return newestFirst(b, a) }, false)},
	}
}
