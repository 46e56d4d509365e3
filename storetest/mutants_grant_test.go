package storetest

import (
	"context"
	"errors"
	"slices"
	"sync"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// grantsIn returns the grants of a row, as they are committed.
func grantsIn(ctx context.Context, r store.Reader, org orgs.ID, id orgs.MemberID) []grants.Grant {
	page, _ := r.Grants(ctx, store.GrantQuery{Org: org, Member: id, Limit: everything})
	return page.Grants
}

// rowsIn returns the rows of org, as they are committed.
func rowsIn(ctx context.Context, r store.Reader, org orgs.ID) []orgs.Member {
	page, _ := r.Members(ctx, store.MemberQuery{Org: org, Limit: everything})
	return page.Members
}

// outliving gives a row that comes back the grants that it had.
func outliving() store.Store {
	var mu sync.Mutex
	left := map[orgs.MemberID][]grants.Grant{}
	return txs(func(base store.Store, tx store.Tx) otherTx {
		return otherTx{Tx: tx,
			deleteMember: func(ctx context.Context, org orgs.ID, id orgs.MemberID) error {
				mu.Lock()
				defer mu.Unlock()
				left[id] = grantsIn(ctx, base, org, id)
				return tx.DeleteMember(ctx, org, id)
			},
			createMember: func(ctx context.Context, m orgs.Member) error {
				mu.Lock()
				defer mu.Unlock()
				return errors.Join(tx.CreateMember(ctx, m), tx.Give(ctx, m.Org, m.ID, left[m.ID]))
			},
		}
	})()
}

// haunted gives those who had a grant of a resource that comes back that grant.
func haunted() store.Store {
	var mu sync.Mutex
	left := map[grants.Resource][]orgs.MemberID{}
	return txs(func(base store.Store, tx store.Tx) otherTx {
		return otherTx{Tx: tx,
			unregister: func(ctx context.Context, org orgs.ID, list []grants.Resource) error {
				mu.Lock()
				defer mu.Unlock()
				for _, m := range rowsIn(ctx, base, org) {
					for _, g := range grantsIn(ctx, base, org, m.ID) {
						if slices.Contains(list, g.Target()) {
							left[g.Target()] = append(left[g.Target()], m.ID)
						}
					}
				}
				return tx.Unregister(ctx, org, list)
			},
			register: func(ctx context.Context, org orgs.ID, list []grants.Resource) error {
				mu.Lock()
				defer mu.Unlock()
				err := tx.Register(ctx, org, list)
				for _, r := range list {
					for _, id := range left[r] {
						if _, gone := base.Member(ctx, org, id); gone == nil {
							err = errors.Join(err, tx.Give(ctx, org, id, []grants.Grant{grants.One(r.Kind, r.ID)}))
						}
					}
					delete(left, r)
				}
				return err
			},
		}
	})()
}

func grantMutants() []mutant {
	return []mutant{
		{name: "C18 grants outlive their row", model: true, open: outliving},
		{name: "C18 grants outlive their resource", model: true, open: haunted},
		{name: "C18 Unregister takes grants of all of the kind", model: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, unregister: func(ctx context.Context, org orgs.ID, list []grants.Resource) error {
				err := tx.Unregister(ctx, org, list)
				for _, m := range rowsIn(ctx, base, org) {
					for _, r := range list {
						err = errors.Join(err, tx.Take(ctx, org, m.ID, []grants.Grant{grants.All(r.Kind)}))
					}
				}
				return err
			}}
		})},
		{name: "C18 Take of all of a kind takes single grants", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, take: func(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
				for _, g := range grantsIn(ctx, base, org, id) {
					if slices.Contains(list, grants.All(g.Kind)) {
						list = append(slices.Clone(list), g)
					}
				}
				return tx.Take(ctx, org, id, list)
			}}
		})},
		{name: "C18 Take looks at no kind", model: true, open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, take: func(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
				both := slices.Clone(list)
				for _, g := range list {
					for _, kind := range []roles.Kind{device, dashboard} {
						both = append(both, grants.Grant{Kind: kind, Resource: g.Resource, All: g.All})
					}
				}
				return tx.Take(ctx, org, id, both)
			}}
		})},
		{name: "C18 Give replaces what the row has", model: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, give: func(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
				return errors.Join(tx.Take(ctx, org, id, grantsIn(ctx, base, org, id)), tx.Give(ctx, org, id, list))
			}}
		})},
		{name: "C18 GiveEach gives active rows alone", model: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, giveEach: func(ctx context.Context, org orgs.ID) error {
				err := tx.GiveEach(ctx, org)
				for _, m := range rowsIn(ctx, base, org) {
					had := grantsIn(ctx, base, org, m.ID)
					page, _ := base.Resources(ctx, store.ResourceQuery{Org: org})
					for _, r := range page.Resources {
						if g := grants.One(r.Kind, r.ID); m.Status == orgs.Invited && !slices.Contains(had, g) {
							err = errors.Join(err, tx.Take(ctx, org, m.ID, []grants.Grant{g}))
						}
					}
				}
				return err
			}}
		})},
		{name: "C18 GiveEach passes over who has all of a kind", model: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, giveEach: func(ctx context.Context, org orgs.ID) error {
				err := tx.GiveEach(ctx, org)
				for _, m := range rowsIn(ctx, base, org) {
					had := grantsIn(ctx, base, org, m.ID)
					page, _ := base.Resources(ctx, store.ResourceQuery{Org: org})
					for _, r := range page.Resources {
						if g := grants.One(r.Kind, r.ID); slices.Contains(had, grants.All(r.Kind)) && !slices.Contains(had, g) {
							err = errors.Join(err, tx.Take(ctx, org, m.ID, []grants.Grant{g}))
						}
					}
				}
				return err
			}}
		})},
		{name: "C18 GiveEach may be called once", model: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, giveEach: func(ctx context.Context, org orgs.ID) error {
				for _, m := range rowsIn(ctx, base, org) {
					for _, g := range grantsIn(ctx, base, org, m.ID) {
						if page, _ := base.Resources(ctx, store.ResourceQuery{Org: org}); slices.Contains(page.Resources, g.Target()) {
							return errors.New("duplicate key")
						}
					}
				}
				return tx.GiveEach(ctx, org)
			}}
		})},
	}
}

// index knows where rows and roles are, as does a store that keeps them by their
// ID alone.
type index struct {
	mu    sync.Mutex
	rows  map[orgs.MemberID]orgs.ID
	roles map[roles.ID]orgs.ID
}

func (x *index) row(org orgs.ID, id orgs.MemberID) orgs.ID {
	x.mu.Lock()
	defer x.mu.Unlock()
	if at, ok := x.rows[id]; ok {
		return at
	}
	return org
}

func (x *index) role(org orgs.ID, id roles.ID) orgs.ID {
	x.mu.Lock()
	defer x.mu.Unlock()
	if at, ok := x.roles[id]; ok && id != auditor { // which both organizations have
		return at
	}
	return org
}

// indexed returns a maker of memstores with an index, of which something is
// replaced.
func indexed(replaceReader func(x *index, r store.Reader) otherReader, replaceTx func(x *index, tx store.Tx) otherTx) func() store.Store {
	return func() store.Store {
		x := &index{rows: map[orgs.MemberID]orgs.ID{}, roles: map[roles.ID]orgs.ID{}}
		b := over(mem())
		if replaceReader != nil {
			b = reading(b, func(r store.Reader) otherReader { return replaceReader(x, r) })
		}
		return changing(b, func(tx store.Tx) otherTx {
			other := otherTx{Tx: tx}
			if replaceTx != nil {
				other = replaceTx(x, tx)
			}
			other.createMember = func(ctx context.Context, m orgs.Member) error {
				x.mu.Lock()
				defer x.mu.Unlock()
				x.rows[m.ID] = m.Org
				return tx.CreateMember(ctx, m)
			}
			other.createRole = func(ctx context.Context, org orgs.ID, r roles.Role) error {
				x.mu.Lock()
				defer x.mu.Unlock()
				x.roles[r.ID] = org
				return tx.CreateRole(ctx, org, r)
			}
			return other
		})
	}
}

func foreignMutants() []mutant {
	return slices.Concat(foreignReadMutants(), foreignWriteMutants())
}

func foreignReadMutants() []mutant {
	return []mutant{
		{name: "C19 Member looks at no organization", model: true, open: indexed(func(x *index, r store.Reader) otherReader {
			return otherReader{Reader: r, member: func(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
				return r.Member(ctx, x.row(org, id), id)
			}}
		}, nil)},
		{name: "C19 Role looks at no organization", open: indexed(func(x *index, r store.Reader) otherReader {
			return otherReader{Reader: r, role: func(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error) {
				return r.Role(ctx, x.role(org, id), id)
			}}
		}, nil)},
		{name: "C19 MemberOf looks at no organization", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, memberOf: func(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error) {
				m, err := r.MemberOf(ctx, org, user)
				if errors.Is(err, store.ErrNotFound) {
					if list, _ := r.Memberships(ctx, store.MembershipQuery{User: user, Limit: 1}); len(list) > 0 {
						return r.MemberOf(ctx, list[0].Org, user)
					}
				}
				return m, err
			}}
		})},
		{name: "C19 Grants look at no organization", model: true, open: indexed(func(x *index, r store.Reader) otherReader {
			return otherReader{Reader: r, grants: func(ctx context.Context, q store.GrantQuery) (store.GrantPage, error) {
				asked := q
				q.Org = x.row(q.Org, q.Member)
				page, err := r.Grants(ctx, q)
				page.Facts, _ = r.Facts(ctx, asked.Org, asked.Asker.User, grants.Question{Permission: asked.Asker.Permission})
				if asked.Asker.User == "" {
					page.Facts = grants.Facts{}
				}
				return page, err
			}}
		}, nil)},
		{name: "C19 Grantees reach what is not registered", model: true, open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, grantees: func(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
				page, err := r.Grantees(ctx, q)
				here, _ := r.Resources(ctx, store.ResourceQuery{Org: q.Org})
				if err != nil || slices.Contains(here.Resources, q.Resource) {
					return page, err
				}
				all, err := r.Members(ctx, store.MemberQuery{Org: q.Org, Status: []orgs.Status{orgs.Active}, Limit: everything})
				for _, m := range all.Members {
					if slices.Contains(q.Reach, m.Role) && slices.Contains(q.Roles, m.Role) && len(page.Members) < q.Limit {
						page.Members = append(page.Members, m)
					}
				}
				return page, err
			}}
		})},
		{name: "C19 Facts look at members of any organization", open: factsAs(func(ctx context.Context, r store.Reader, org orgs.ID, user orgs.UserID, _ grants.Question, f *grants.Facts) {
			if list, _ := r.Memberships(ctx, store.MembershipQuery{User: user, Limit: 1}); f.Member == "" && f.Revision > 0 && len(list) > 0 {
				f.Member, f.Role, f.Status = list[0].Member, list[0].Role, orgs.Active
			}
		})},
	}
}

func foreignWriteMutants() []mutant {
	return []mutant{
		{name: "C19 Hold finds rows of any organization", open: indexed(nil, func(x *index, tx store.Tx) otherTx {
			return otherTx{Tx: tx, hold: func(ctx context.Context, want store.Want) (store.Held, error) {
				held, err := tx.Hold(ctx, want)
				if at := x.row(want.Org, want.Member); at != want.Org && err == nil {
					more, _ := tx.Hold(ctx, store.Want{Org: at, Member: want.Member})
					held.Member = more.Member
				}
				return held, err
			}}
		})},
		{name: "C19 UpdateMember looks at no organization", open: indexed(nil, func(x *index, tx store.Tx) otherTx {
			return otherTx{Tx: tx, updateMember: func(ctx context.Context, m orgs.Member) error {
				m.Org = x.row(m.Org, m.ID)
				return tx.UpdateMember(ctx, m)
			}}
		})},
		{name: "C19 JoinMember looks at no organization", open: indexed(nil, func(x *index, tx store.Tx) otherTx {
			return otherTx{Tx: tx, joinMember: func(ctx context.Context, m orgs.Member) error {
				m.Org = x.row(m.Org, m.ID)
				return tx.JoinMember(ctx, m)
			}}
		})},
		{name: "C19 DeleteMember looks at no organization", open: indexed(nil, func(x *index, tx store.Tx) otherTx {
			return otherTx{Tx: tx, deleteMember: func(ctx context.Context, org orgs.ID, id orgs.MemberID) error {
				return tx.DeleteMember(ctx, x.row(org, id), id)
			}}
		})},
		{name: "C19 UpdateRole looks at no organization", open: indexed(nil, func(x *index, tx store.Tx) otherTx {
			return otherTx{Tx: tx, updateRole: func(ctx context.Context, org orgs.ID, r roles.Role) error {
				return tx.UpdateRole(ctx, x.role(org, r.ID), r)
			}}
		})},
		{name: "C19 DeleteRole takes namesakes along", open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, deleteRole: func(ctx context.Context, org orgs.ID, id roles.ID) error {
				return errors.Join(tx.DeleteRole(ctx, org, id), tx.DeleteRole(ctx, umbra, id))
			}}
		})},
		{name: "C19 Unregister looks at no organization", open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, unregister: func(ctx context.Context, org orgs.ID, list []grants.Resource) error {
				return errors.Join(tx.Unregister(ctx, acme, list), tx.Unregister(ctx, umbra, list), tx.Unregister(ctx, org, list))
			}}
		})},
		{name: "C19 Unregister frees what another organization has", open: func() store.Store {
			var freed sync.Map
			return txs(func(_ store.Store, tx store.Tx) otherTx {
				return otherTx{Tx: tx,
					unregister: func(ctx context.Context, org orgs.ID, list []grants.Resource) error {
						for _, r := range list {
							freed.Store(r, true)
						}
						return tx.Unregister(ctx, org, list)
					},
					hold: func(ctx context.Context, want store.Want) (store.Held, error) {
						held, err := tx.Hold(ctx, want)
						for r, place := range held.Places {
							if _, ok := freed.Load(r); ok && place == store.Elsewhere {
								held.Places[r] = store.Nowhere
							}
						}
						return held, err
					},
				}
			})()
		}},
		{name: "C19 Give and Take look at no organization", open: indexed(nil, func(x *index, tx store.Tx) otherTx {
			return otherTx{Tx: tx,
				give: func(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
					return tx.Give(ctx, x.row(org, id), id, list)
				},
				take: func(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
					return tx.Take(ctx, x.row(org, id), id, list)
				},
			}
		})},
		{name: "C19 GiveEach looks at no organization", open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, giveEach: func(ctx context.Context, org orgs.ID) error {
				return errors.Join(tx.GiveEach(ctx, org), tx.GiveEach(ctx, umbra))
			}}
		})},
	}
}
