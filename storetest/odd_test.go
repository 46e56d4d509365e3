package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/castore"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// TestOddButLegal runs the cases against stores that keep the contract in ways of
// their own. None may fail. Bulk is left to the stores that they are made of.
func TestOddButLegal(t *testing.T) {
	setRapid(t)
	for name, open := range map[string]func() store.Store{
		"compares and sets":               func() store.Store { return castore.New() },
		"keeps writes back":               func() store.Store { return newLoose(mem()) },
		"keeps writes back and locks":     func() store.Store { return newLocking(inOrder) },
		"calls every other Update lost":   unlucky,
		"calls every eleventh Hold lost":  unluckyHold,
		"answers lists in another order":  backwards,
		"has one lock for everything":     oneLock,
		"wraps every error":               wrapping,
		"answers more than is asked":      talkative,
		"says that nothing is there":      strict,
		"knows dead contexts everywhere":  alert,
		"is slow to begin and to commit":  slow,
		"takes its snapshots when needed": lazy,
		"returns empty lists":             emptyLists,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			for _, c := range Cases() {
				if c.Bulk {
					continue
				}
				ctx := withGrace(t.Context(), 20*time.Millisecond)
				if err := c.check(ctx, open(), time.Minute); err != nil {
					t.Error(c.report(err))
				}
			}
		})
	}
}

// unlucky lets every other Update that would commit be lost.
func unlucky() store.Store {
	var n atomic.Int64
	return updates(func(ctx context.Context, base store.Store, fn txFunc) error {
		return base.Update(ctx, func(ctx context.Context, tx store.Tx) error {
			if err := fn(ctx, tx); err != nil {
				return err
			}
			if err := ctx.Err(); err != nil {
				return err
			}
			if n.Add(1)%2 == 1 {
				return fmt.Errorf("deadlock: %w", store.ErrConflict)
			}
			return nil
		})
	})()
}

// unluckyHold lets every eleventh Hold fail, as one that is the victim of a
// deadlock. The transaction is lost with it; no case has one with that many.
func unluckyHold() store.Store {
	var n atomic.Int64
	return updates(func(ctx context.Context, base store.Store, fn txFunc) error {
		var lost error
		b := changing(base, func(tx store.Tx) otherTx {
			return otherTx{Tx: tx, hold: func(ctx context.Context, want store.Want) (store.Held, error) {
				held, err := tx.Hold(ctx, want)
				if err == nil && n.Add(1)%11 == 1 {
					lost = fmt.Errorf("lock wait timeout: %w", store.ErrConflict)
					return store.Held{}, lost
				}
				return held, err
			}}
		})
		return b.Update(ctx, func(ctx context.Context, tx store.Tx) error { return errors.Join(fn(ctx, tx), lost) })
	})()
}

// backwards turns around every list whose order is not promised.
func backwards() store.Store {
	return answers(func(_ store.Store, _ context.Context, _ store.Want, held *store.Held) {
		slices.Reverse(held.Addressed)
		slices.Reverse(held.ActorHas)
		slices.Reverse(held.MemberHas)
		slices.Reverse(held.EveryResource)
	})()
}

// oneLock lets one read, View or Update run at a time.
func oneLock() store.Store {
	var mu sync.Mutex
	base := mem()
	b := over(base)
	b.update = func(ctx context.Context, fn txFunc) error {
		if store.Inside(ctx, base) {
			return store.ErrNested
		}
		mu.Lock()
		defer mu.Unlock()
		return base.Update(ctx, fn)
	}
	b.view = func(ctx context.Context, fn viewFunc) error {
		mu.Lock()
		defer mu.Unlock()
		return base.View(ctx, fn)
	}
	b.Reader = eachRead{Reader: base, around: func(read func() error) error {
		mu.Lock()
		defer mu.Unlock()
		return read()
	}}
	return b
}

// wrapping wraps every error anew.
func wrapping() store.Store {
	wrap := func(err error) error {
		if err == nil {
			return nil
		}
		return fmt.Errorf("store: %w", err)
	}
	base := mem()
	b := over(base)
	around := func(read func() error) error { return wrap(read()) }
	b.Reader = eachRead{Reader: base, around: around}
	b.update = func(ctx context.Context, fn txFunc) error {
		return wrap(base.Update(ctx, func(ctx context.Context, tx store.Tx) error { return fn(ctx, eachWrite{tx, around}) }))
	}
	b.view = func(ctx context.Context, fn viewFunc) error {
		return wrap(base.View(ctx, func(ctx context.Context, r store.Reader) error { return fn(ctx, eachRead{Reader: r, around: around}) }))
	}
	return b
}

// talkative fills in the fields of Facts that the question does not need.
func talkative() store.Store {
	return factsAs(func(_ context.Context, _ store.Reader, _ orgs.ID, _ orgs.UserID, q grants.Question, f *grants.Facts) {
		if q.Resource == (grants.Resource{}) {
			f.Registered, f.Coverage = true, grants.CoveredByAll
		}
		if f.Member == "" {
			f.Holds, f.Registered, f.Coverage = true, true, grants.CoveredByOne
		}
	})()
}

var errNoRow = errors.New("no row")

// strict answers with an error when it is to write to a row that is not there.
func strict() store.Store {
	return txs(func(base store.Store, tx store.Tx) otherTx {
		return otherTx{Tx: tx,
			updateMember: func(ctx context.Context, m orgs.Member) error {
				if _, err := base.Member(ctx, m.Org, m.ID); missing(err) {
					return errNoRow
				}
				return tx.UpdateMember(ctx, m)
			},
			putProfile: func(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
				if list, err := base.Memberships(ctx, store.MembershipQuery{User: id, Limit: 1}); err == nil && len(list) == 0 {
					if _, err := base.User(ctx, id); missing(err) && id == zoe {
						return errNoRow
					}
				}
				return tx.PutProfile(ctx, id, p)
			},
		}
	})()
}

// alert looks at the context of every call, and words its error in its own way.
func alert() store.Store {
	base := mem()
	b := over(base)
	b.Reader = alertReader(base)
	b.view = func(ctx context.Context, fn viewFunc) error {
		return base.View(ctx, func(ctx context.Context, r store.Reader) error { return fn(ctx, alertReader(r)) })
	}
	return b
}

func alertReader(r store.Reader) store.Reader {
	return eachRead{Reader: r, around: plainly, from: func(ctx context.Context) (store.Reader, error) {
		if ctx.Err() != nil {
			return nil, errors.New("interrupted (9)")
		}
		return r, nil
	}}
}

func plainly(read func() error) error { return read() }

// slow takes a while, but for its own good: it decides nothing.
func slow() store.Store {
	return updates(func(ctx context.Context, base store.Store, fn txFunc) error {
		time.Sleep(200 * time.Microsecond)
		err := base.Update(ctx, fn)
		time.Sleep(200 * time.Microsecond)
		return err
	})()
}

// lazy begins the snapshot of a View with its first read.
func lazy() store.Store {
	base := mem()
	b := over(base)
	b.view = func(ctx context.Context, fn viewFunc) error {
		return base.View(ctx, func(ctx context.Context, outer store.Reader) error {
			begun := make(chan store.Reader)
			asked, ended, left := make(chan struct{}), make(chan struct{}), make(chan struct{})
			go func() {
				defer close(left)
				select {
				case <-asked:
				case <-ended:
					return
				}
				_ = base.View(context.WithoutCancel(ctx), func(_ context.Context, r store.Reader) error {
					begun <- r
					<-ended
					return nil
				})
			}()
			defer func() { close(ended); <-left }()
			first := sync.OnceValue(func() store.Reader { close(asked); return <-begun })
			return fn(ctx, lazyReader{outer, first}.reader())
		})
	}
	return b
}

// lazyReader reads from what first returns, as long as outer has not ended.
type lazyReader struct {
	outer store.Reader
	first func() store.Reader
}

func (l lazyReader) reader() store.Reader {
	return eachRead{Reader: l.outer, around: plainly, from: func(ctx context.Context) (store.Reader, error) {
		if _, err := l.outer.Known(context.WithoutCancel(ctx), ""); err != nil {
			return nil, err
		}
		return l.first(), nil
	}}
}

// emptyLists returns lists that are empty where others return none.
func emptyLists() store.Store {
	return readers(func(r store.Reader) otherReader {
		return otherReader{Reader: r, members: func(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) {
			page, err := r.Members(ctx, q)
			if page.Members == nil {
				page.Members = []orgs.Member{}
			}
			return page, err
		}, grants: func(ctx context.Context, q store.GrantQuery) (store.GrantPage, error) {
			page, err := r.Grants(ctx, q)
			page.Grants = append([]grants.Grant{}, page.Grants...)
			return page, err
		}}
	})()
}
