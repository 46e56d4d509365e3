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

// missing reports whether err says so.
func missing(err error) bool { return errors.Is(err, store.ErrNotFound) }

func missingMutants() []mutant {
	return []mutant{
		{name: "C26 UpdateOrganization adds", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, updateOrganization: func(ctx context.Context, o orgs.Organization) error {
				if held, err := tx.Hold(ctx, store.Want{Org: o.ID}); err == nil && held.Org.ID == "" {
					return tx.CreateOrganization(ctx, o)
				}
				return tx.UpdateOrganization(ctx, o)
			}}
		})},
		{name: "C26 DeleteOrganization leaves a tombstone of nothing", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, deleteOrganization: func(ctx context.Context, id orgs.ID, last store.Event) error {
				if held, err := tx.Hold(ctx, store.Want{Org: id}); err == nil && held.Org.ID == "" {
					return errors.Join(tx.CreateOrganization(ctx, organization(id)), tx.DeleteOrganization(ctx, id, last))
				}
				return tx.DeleteOrganization(ctx, id, last)
			}}
		})},
		{name: "C26 DeleteTombstone deletes the organization", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, deleteTombstone: func(ctx context.Context, id orgs.ID) error {
				return errors.Join(tx.DeleteOrganization(ctx, id, store.Event{Org: id}), tx.DeleteTombstone(ctx, id))
			}}
		})},
		{name: "C26 PutProfile adds", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, putProfile: func(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
				if held, err := tx.Hold(ctx, store.Want{Users: []orgs.UserID{id}}); err == nil && len(held.Users) == 0 {
					return tx.PutUser(ctx, orgs.User{ID: id, Profile: p})
				}
				return tx.PutProfile(ctx, id, p)
			}}
		})},
		{name: "C26 UpdateMember adds", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, updateMember: func(ctx context.Context, m orgs.Member) error {
				if _, err := base.Member(ctx, m.Org, m.ID); missing(err) && m.Org == acme && m.ID == newRow {
					return tx.CreateMember(ctx, m)
				}
				return tx.UpdateMember(ctx, m)
			}}
		})},
		{name: "C26 UpdateRole adds", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, updateRole: func(ctx context.Context, org orgs.ID, r roles.Role) error {
				if _, err := base.Role(ctx, org, r.ID); missing(err) {
					return tx.CreateRole(ctx, org, r)
				}
				return tx.UpdateRole(ctx, org, r)
			}}
		})},
		{name: "C26 a grant waits for its row", open: func() store.Store {
			var mu sync.Mutex
			waiting := map[orgs.MemberID][]grants.Grant{}
			return txs(func(base store.Store, tx store.Tx) otherTx {
				return otherTx{Tx: tx,
					give: func(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
						mu.Lock()
						defer mu.Unlock()
						if _, err := base.Member(ctx, org, id); missing(err) && id == newRow && org == acme {
							waiting[id] = slices.Clone(list)
						}
						return tx.Give(ctx, org, id, list)
					},
					createMember: func(ctx context.Context, m orgs.Member) error {
						mu.Lock()
						defer mu.Unlock()
						return errors.Join(tx.CreateMember(ctx, m), tx.Give(ctx, m.Org, m.ID, waiting[m.ID]))
					},
				}
			})()
		}},
		{name: "C26 an event waits for its organization", open: txs(func(base store.Store, tx store.Tx) otherTx {
			var waiting []store.Event
			return otherTx{Tx: tx,
				append: func(ctx context.Context, e store.Event) error {
					if _, err := base.Organization(ctx, e.Org); missing(err) {
						waiting = append(waiting, e)
					}
					return tx.Append(ctx, e)
				},
				createOrganization: func(ctx context.Context, o orgs.Organization) error {
					err := tx.CreateOrganization(ctx, o)
					for _, e := range waiting {
						err = errors.Join(err, tx.Append(ctx, e))
					}
					return err
				},
			}
		})},
		{name: "C26 a missing row is a conflict", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, updateMember: func(ctx context.Context, m orgs.Member) error {
				if _, err := base.Member(ctx, m.Org, m.ID); missing(err) {
					return store.ErrConflict
				}
				return tx.UpdateMember(ctx, m)
			}}
		})},
	}
}

// atMost returns the part of list that fits into one statement.
func atMost[T any](list []T) []T { return list[:min(len(list), 65_535/2)] }

func bulkMutants() []mutant {
	return []mutant{
		{name: "C1 Register writes what fits into one statement", bulk: true, open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, register: func(ctx context.Context, org orgs.ID, list []grants.Resource) error {
				return tx.Register(ctx, org, atMost(list))
			}}
		})},
		{name: "C1 Take is an error when it does not fit", bulk: true, open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, take: func(ctx context.Context, org orgs.ID, id orgs.MemberID, list []grants.Grant) error {
				if len(list) > 65_535/2 {
					return errors.New("too many parameters")
				}
				return tx.Take(ctx, org, id, list)
			}}
		})},
		{name: "C15 FactsMany answers what fits into one statement", bulk: true, open: manyAs(atMost[grants.Question])},
		{name: "C18 GiveEach gives what fits into one statement", bulk: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, giveEach: func(ctx context.Context, org orgs.ID) error {
				page, _ := base.Resources(ctx, store.ResourceQuery{Org: org})
				var list []grants.Grant
				for _, r := range atMost(page.Resources) {
					list = append(list, grants.One(r.Kind, r.ID))
				}
				var err error
				for _, m := range rowsIn(ctx, base, org) {
					err = errors.Join(err, tx.Give(ctx, org, m.ID, list))
				}
				return err
			}}
		})},
	}
}
