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

func transactionMutants() []mutant {
	return slices.Concat(rollbackMutants(), errorMutants(), panicMutants(), attemptMutants(), contextMutants(), visibleMutants())
}

// replay appends in a transaction of its own what a failed one appended, as does
// a store whose history is elsewhere.
func replay(ctx context.Context, base store.Store, fn txFunc) error {
	var events []op
	listening := changing(base, func(tx store.Tx) otherTx {
		return otherTx{Tx: tx, append: func(ctx context.Context, e store.Event) error {
			events = append(events, appendEvent(e.Clone()))
			return tx.Append(ctx, e)
		}}
	})
	err := listening.Update(ctx, fn)
	if err != nil && !store.Inside(ctx, base) {
		for _, e := range events {
			_ = base.Update(context.WithoutCancel(ctx), e)
		}
	}
	return err
}

func rollbackMutants() []mutant {
	return []mutant{
		{name: "C1 keeps the writes of a failed fn", model: true, open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			var failure error
			err := base.Update(ctx, func(ctx context.Context, tx store.Tx) error { failure = fn(ctx, tx); return nil })
			return errors.Join(failure, err)
		})},
		{name: "C1 keeps the history of a failed fn", model: true, open: updates(replay)},
		{name: "C1 commits without the write that was refused", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, createRole: func(ctx context.Context, org orgs.ID, r roles.Role) error {
				list, _ := base.Roles(ctx, org)
				for _, other := range list {
					if roles.FoldName(other.Name) == roles.FoldName(r.Name) {
						return store.ErrConflict
					}
				}
				return tx.CreateRole(ctx, org, r)
			}}
		})},
		{name: "C1 commits the history by itself", meets: true, model: true, open: func() store.Store {
			l := newLoose(mem())
			return changing(l, func(tx store.Tx) otherTx {
				return otherTx{Tx: tx, append: func(ctx context.Context, e store.Event) error {
					return l.base.Update(context.WithoutCancel(ctx), appendEvent(e))
				}}
			})
		}},
		{name: "C1 forgets a kind of write", model: true, open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, createRole: func(context.Context, orgs.ID, roles.Role) error { return nil }}
		})},
		{name: "C1 forgets what comes after the seventeenth write", open: func() store.Store {
			l := newLoose(mem())
			l.limit = 17
			return l
		}},
	}
}

func errorMutants() []mutant {
	return []mutant{
		{name: "C2 Update swallows fn's error", model: true, open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			var failure error
			err := base.Update(ctx, func(ctx context.Context, tx store.Tx) error { failure = fn(ctx, tx); return failure })
			if failure != nil && !isConflict(failure) {
				return nil
			}
			return err
		})},
		{name: "C2 View swallows fn's error", open: views(func(ctx context.Context, base store.Store, fn viewFunc) error {
			_ = base.View(ctx, fn)
			return ctx.Err()
		})},
		{name: "C2 Update reports fn's error as a text", model: true, open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			var failure error
			err := base.Update(ctx, func(ctx context.Context, tx store.Tx) error { failure = fn(ctx, tx); return failure })
			if failure != nil && !isConflict(failure) {
				return errors.New("transaction failed: " + failure.Error())
			}
			return err
		})},
		{name: "C2 View reports fn's error as a text", open: views(func(ctx context.Context, base store.Store, fn viewFunc) error {
			if err := base.View(ctx, fn); err != nil {
				return errors.New(err.Error())
			}
			return nil
		})},
		{name: "C2 Update calls fn's error a conflict", open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			var failure error
			err := base.Update(ctx, func(ctx context.Context, tx store.Tx) error { failure = fn(ctx, tx); return failure })
			if failure != nil {
				return errors.Join(store.ErrConflict, failure)
			}
			return err
		})},
		{name: "C2 View calls fn's error a conflict", open: views(func(ctx context.Context, base store.Store, fn viewFunc) error {
			if err := base.View(ctx, fn); err != nil {
				return errors.Join(store.ErrConflict, err)
			}
			return nil
		})},
	}
}

// stuck is a store that answers with an error for ever once its fn panicked.
func stuck() store.Store {
	var panicked atomic.Bool
	return updates(func(ctx context.Context, base store.Store, fn txFunc) error {
		if panicked.Load() {
			return errors.New("a transaction is open")
		}
		defer func() {
			if p := recover(); p != nil {
				panicked.Store(true)
				panic(p)
			}
		}()
		return base.Update(ctx, fn)
	})()
}

func panicMutants() []mutant {
	return []mutant{
		{name: "C3 a panic commits", open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			var value any
			err := base.Update(ctx, func(ctx context.Context, tx store.Tx) (err error) {
				defer func() { value = recover() }()
				return fn(ctx, tx)
			})
			if value != nil {
				panic(value)
			}
			return err
		})},
		{name: "C3 a panic in Update is an error", open: updates(func(ctx context.Context, base store.Store, fn txFunc) (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = errors.New("fn panicked")
				}
			}()
			return base.Update(ctx, fn)
		})},
		{name: "C3 a panic in View is an error", open: views(func(ctx context.Context, base store.Store, fn viewFunc) (err error) {
			defer func() {
				if p := recover(); p != nil {
					err = errors.New("fn panicked")
				}
			}()
			return base.View(ctx, fn)
		})},
		{name: "C3 a panic leaves the store stuck", open: stuck},
	}
}

func attemptMutants() []mutant {
	return []mutant{
		{name: "C4 tries again by itself", meets: true, open: updatesOf(func() store.Store { return newLoose(mem()) }, func(ctx context.Context, base store.Store, fn txFunc) error {
			for range 3 {
				if err := base.Update(ctx, fn); !isConflict(err) {
					return err
				}
			}
			return store.ErrConflict
		})},
		{name: "C4 calls a lost comparison something else", meets: true, open: func() store.Store {
			l := newLoose(mem())
			l.lost = func() error { return errors.New("could not serialize access") }
			return l
		}},
		{name: "C4 calls broken uniqueness something else", model: true, open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, createRole: func(ctx context.Context, org orgs.ID, r roles.Role) error {
				if err := tx.CreateRole(ctx, org, r); err != nil {
					return errors.New("duplicate key")
				}
				return nil
			}}
		})},
		{name: "C4 calls a nested Update a conflict", open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			err := base.Update(ctx, fn)
			if errors.Is(err, store.ErrNested) {
				return errors.Join(store.ErrConflict, err)
			}
			return err
		})},
		{name: "C7 reports a lost comparison as success", meets: true, open: func() store.Store {
			l := newLoose(mem())
			l.lost = func() error { return nil }
			return l
		}},
	}
}

func contextMutants() []mutant {
	done := func(ctx context.Context, base store.Store, fn txFunc) (bool, error) {
		err := base.Update(ctx, fn)
		return err != nil && errors.Is(err, ctx.Err()), err
	}
	return []mutant{
		{name: "C13 looks at no context", open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			return base.Update(context.WithoutCancel(ctx), fn)
		})},
		{name: "C13 looks at the context when it begins", open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			if err := ctx.Err(); err != nil {
				return err
			}
			return base.Update(context.WithoutCancel(ctx), fn)
		})},
		{name: "C13 calls a context that is done a conflict", open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			if done, err := done(ctx, base, fn); !done {
				return err
			}
			return store.ErrConflict
		})},
		{name: "C13 reports success for a context that is done", open: updates(func(ctx context.Context, base store.Store, fn txFunc) error {
			if done, err := done(ctx, base, fn); !done {
				return err
			}
			return nil
		})},
		{name: "C13 finds nothing when the context is done", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, member: func(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
				if ctx.Err() != nil {
					return orgs.Member{}, store.ErrNotFound
				}
				return r.Member(ctx, org, id)
			}}
		})},
		{name: "C13 answers half when the context is done", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, roles: func(ctx context.Context, org orgs.ID) ([]roles.Role, error) {
				if ctx.Err() != nil {
					return nil, nil // as does a loop over rows that forgets their error
				}
				return r.Roles(ctx, org)
			}}
		})},
	}
}

// hasty shows events that are not committed yet.
func hasty() store.Store {
	var mu sync.Mutex
	pending := map[orgs.ID][]store.Event{}
	shows := reading(newLoose(mem()), func(r store.Reader) otherReader {
		return otherReader{Reader: r, events: func(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
			page, err := r.Events(ctx, q)
			mu.Lock()
			defer mu.Unlock()
			page.Events = append(page.Events, pending[q.Org]...)
			return page, err
		}}
	})
	b := changing(shows, func(tx store.Tx) otherTx {
		return otherTx{Tx: tx, append: func(ctx context.Context, e store.Event) error {
			mu.Lock()
			defer mu.Unlock()
			pending[e.Org] = append(pending[e.Org], e.Clone())
			return tx.Append(ctx, e)
		}}
	})
	b.update = func(ctx context.Context, fn txFunc) error {
		defer func() {
			mu.Lock()
			defer mu.Unlock()
			clear(pending)
		}()
		return shows.Update(ctx, fn)
	}
	return b
}

func visibleMutants() []mutant {
	return []mutant{
		{name: "C1 shows what is not committed", meets: true, open: hasty},
		{name: "C10 answers from a cache", model: true, open: func() store.Store {
			var cache sync.Map
			return reading(mem(), func(r store.Reader) otherReader {
				return otherReader{Reader: r, role: func(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error) {
					if known, ok := cache.Load([2]string{string(org), string(id)}); ok && ctx.Err() == nil {
						return known.(roles.Role).Clone(), nil
					}
					found, err := r.Role(ctx, org, id)
					if err == nil {
						cache.Store([2]string{string(org), string(id)}, found.Clone())
					}
					return found, err
				}}
			})
		}},
	}
}
