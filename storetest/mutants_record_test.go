package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// rewrite replaces a row, and keeps its grants.
func rewrite(ctx context.Context, base store.Store, tx store.Tx, m orgs.Member) error {
	old, err := base.Member(ctx, m.Org, m.ID)
	if err != nil {
		return nil // it is not there
	}
	page, err := base.Grants(ctx, store.GrantQuery{Org: m.Org, Member: m.ID, Limit: everything})
	m.ID = old.ID
	return errors.Join(err, tx.DeleteMember(ctx, m.Org, m.ID), tx.CreateMember(ctx, m), tx.Give(ctx, m.Org, m.ID, page.Grants))
}

// overlay shows the profile that PutProfile gave a user on each of its rows,
// which themselves keep the old one.
func overlay() store.Store {
	var mu sync.Mutex
	profiles := map[orgs.UserID]orgs.Profile{}
	show := func(list ...*orgs.Member) {
		mu.Lock()
		defer mu.Unlock()
		for _, m := range list {
			if p, ok := profiles[m.User]; ok && m.User != "" {
				m.Profile = p
			}
		}
	}
	base := mem()
	b := reading(base, func(r store.Reader) otherReader {
		return otherReader{Reader: r,
			member: func(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
				m, err := r.Member(ctx, org, id)
				show(&m)
				return m, err
			},
			memberOf: func(ctx context.Context, org orgs.ID, user orgs.UserID) (orgs.Member, error) {
				m, err := r.MemberOf(ctx, org, user)
				show(&m)
				return m, err
			},
			members: func(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) {
				page, err := r.Members(ctx, q)
				for i := range page.Members {
					show(&page.Members[i])
				}
				return page, err
			},
		}
	})
	return changing(b, func(tx store.Tx) otherTx {
		return otherTx{Tx: tx, putProfile: func(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
			u, err := base.User(ctx, id)
			if err != nil {
				return nil // it is not there, or new
			}
			u.Profile = p
			mu.Lock()
			defer mu.Unlock()
			profiles[id] = p
			return tx.PutUser(ctx, u)
		}}
	})
}

func recordMutants() []mutant {
	return slices.Concat(profileMutants(), replaceMutants(), deletionMutants())
}

func profileMutants() []mutant {
	return []mutant{
		{name: "C17 UpdateMember writes the whole row", model: true, meets: true, open: func() store.Store {
			base := mem()
			return newLoose(changing(base, func(tx store.Tx) otherTx {
				return otherTx{Tx: tx, updateMember: func(ctx context.Context, m orgs.Member) error { return rewrite(ctx, base, tx, m) }}
			}))
		}},
		{name: "C17 UpdateMember writes the profile that was held", meets: true, open: func() store.Store {
			base := mem()
			return changing(newLoose(base), func(tx store.Tx) otherTx {
				var held store.Held
				return otherTx{Tx: tx,
					hold: func(ctx context.Context, want store.Want) (_ store.Held, err error) {
						held, err = tx.Hold(ctx, want)
						return held, err
					},
					updateMember: func(ctx context.Context, m orgs.Member) error {
						if held.Actor.ID != m.ID {
							return tx.UpdateMember(ctx, m)
						}
						held.Actor.Role, held.Actor.Issue = m.Role, m.Issue
						return rewrite(ctx, base, tx, held.Actor)
					},
				}
			})
		}},
		{name: "C17 UpdateMember never succeeds once the profile changed", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, updateMember: func(ctx context.Context, m orgs.Member) error {
				if old, err := base.Member(ctx, m.Org, m.ID); err == nil && m.User == old.User && m.Profile != old.Profile {
					return store.ErrConflict
				}
				return tx.UpdateMember(ctx, m)
			}}
		})},
		{name: "C17 PutProfile changes the rows of one organization", model: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, putProfile: func(ctx context.Context, id orgs.UserID, p orgs.Profile) error {
				err := tx.PutProfile(ctx, id, p)
				list, _ := base.Memberships(ctx, store.MembershipQuery{User: id, Limit: everything})
				for i, m := range list {
					if row, _ := base.Member(ctx, m.Org, m.Member); i > 0 {
						err = errors.Join(err, rewrite(ctx, base, tx, row))
					}
				}
				return err
			}}
		})},
		{name: "C17 PutProfile leaves sort keys and searches as they were", model: true, open: overlay},
		{name: "C17 PutUser changes the rows", open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, putUser: func(ctx context.Context, u orgs.User) error {
				return errors.Join(tx.PutUser(ctx, u), tx.PutProfile(ctx, u.ID, u.Profile))
			}}
		})},
		{name: "C17 JoinMember writes the whole row", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, joinMember: func(ctx context.Context, m orgs.Member) error {
				if old, err := base.Member(ctx, m.Org, m.ID); err != nil || old.Status != orgs.Invited {
					return tx.JoinMember(ctx, m)
				}
				return rewrite(ctx, base, tx, m)
			}}
		})},
		{name: "C18 JoinMember drops the grants", model: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, joinMember: func(ctx context.Context, m orgs.Member) error {
				page, err := base.Grants(ctx, store.GrantQuery{Org: m.Org, Member: m.ID, Limit: everything})
				return errors.Join(err, tx.JoinMember(ctx, m), tx.Take(ctx, m.Org, m.ID, page.Grants))
			}}
		})},
	}
}

func replaceMutants() []mutant {
	return []mutant{
		{name: "C21 Known folds more than ASCII", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, known: func(ctx context.Context, address string) (bool, error) {
				known, err := r.Known(ctx, address)
				also, _ := r.Known(ctx, strings.Replace(address, "k", "\u212A", 1))
				return known || also, err
			}}
		})},
		{name: "C21 Known takes a prefix", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, known: func(ctx context.Context, address string) (bool, error) {
				known, err := r.Known(ctx, address)
				also, _ := r.Known(ctx, strings.TrimSuffix(address, ".test"))
				return known || also, err
			}}
		})},
		{name: "C21 Known takes the beginning of an address", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, known: func(ctx context.Context, address string) (bool, error) {
				known, err := r.Known(ctx, address)
				also, _ := r.Known(ctx, address+"@mail.example")
				return known || also, err
			}}
		})},
		{name: "C21 Known knows who is invited", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, known: func(ctx context.Context, address string) (bool, error) {
				known, err := r.Known(ctx, address)
				page, _ := r.Members(ctx, store.MemberQuery{Org: acme, Search: orgs.Search{Name: address, Email: address}, Limit: 1})
				return known || err == nil && len(page.Members) > 0, err
			}}
		})},
		{name: "C21 Known never forgets an address", open: func() store.Store {
			var seen sync.Map
			return reading(mem(), func(r store.Reader) otherReader {
				return otherReader{Reader: r, known: func(ctx context.Context, address string) (bool, error) {
					known, err := r.Known(ctx, address)
					if known {
						seen.Store(address, true)
					}
					_, was := seen.Load(address)
					return known || was, err
				}}
			})
		}},
		{name: "C23 UpdateOrganization leaves empty fields as they were", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, updateOrganization: func(ctx context.Context, o orgs.Organization) error {
				if old, _ := base.Organization(ctx, o.ID); o.Billing == (orgs.Billing{}) {
					o.Billing = old.Billing
				}
				return tx.UpdateOrganization(ctx, o)
			}}
		})},
		{name: "C23 UpdateRole adds permissions", model: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, updateRole: func(ctx context.Context, org orgs.ID, r roles.Role) error {
				old, _ := base.Role(ctx, org, r.ID)
				r.Permissions = slices.Compact(slices.Sorted(slices.Values(slices.Concat(r.Permissions, old.Permissions))))
				return tx.UpdateRole(ctx, org, r)
			}}
		})},
	}
}

// hoarding keeps events of organizations that are deleted.
func hoarding() store.Store {
	var mu sync.Mutex
	history := map[orgs.ID][]store.Event{}
	b := reading(mem(), func(r store.Reader) otherReader {
		return otherReader{Reader: r, events: func(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
			page, err := r.Events(ctx, q)
			mu.Lock()
			defer mu.Unlock()
			if err == nil && history[q.Org] != nil {
				page.Events = slices.Clone(history[q.Org])
			}
			return page, err
		}}
	})
	base := b
	return changing(b, func(tx store.Tx) otherTx {
		return otherTx{Tx: tx, deleteOrganization: func(ctx context.Context, id orgs.ID, last store.Event) error {
			page, _ := base.Events(ctx, store.EventQuery{Org: id, Limit: everything})
			if err := tx.DeleteOrganization(ctx, id, last); err != nil || len(page.Events) == 0 {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			history[id] = page.Events
			return nil
		}}
	})
}

func deletionMutants() []mutant {
	return []mutant{
		{name: "C25 a deleted organization leaves its history", model: true, open: hoarding},
		{name: "C25 a deleted organization leaves no tombstone", model: true, open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, deleteOrganization: func(ctx context.Context, id orgs.ID, last store.Event) error {
				return errors.Join(tx.DeleteOrganization(ctx, id, last), tx.DeleteTombstone(ctx, id))
			}}
		})},
		{name: "C25 a deleted organization keeps its resources", model: true, open: func() store.Store {
			var kept sync.Map
			return txs(func(base store.Store, tx store.Tx) otherTx {
				return otherTx{Tx: tx,
					deleteOrganization: func(ctx context.Context, id orgs.ID, last store.Event) error {
						page, _ := base.Resources(ctx, store.ResourceQuery{Org: id})
						for _, r := range page.Resources {
							kept.Store(r, id)
						}
						return tx.DeleteOrganization(ctx, id, last)
					},
					register: func(ctx context.Context, org orgs.ID, list []grants.Resource) error {
						for _, r := range list {
							if _, taken := kept.Load(r); taken {
								return store.ErrConflict
							}
						}
						return tx.Register(ctx, org, list)
					},
				}
			})()
		}},
		{name: "C25 a deleted organization takes its users along", model: true, open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, user: func(ctx context.Context, id orgs.UserID) (orgs.User, error) {
				u, err := r.User(ctx, id)
				if list, _ := r.Tombstones(ctx, "", everything); err == nil && len(list) > 1 {
					if in, _ := r.Memberships(ctx, store.MembershipQuery{User: id, Limit: 1}); len(in) == 0 {
						return orgs.User{}, store.ErrNotFound
					}
				}
				return u, err
			}}
		})},
		{name: "C25 DeleteTombstone removes them all", model: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, deleteTombstone: func(ctx context.Context, id orgs.ID) error {
				list, _ := base.Tombstones(ctx, "", everything)
				err := tx.DeleteTombstone(ctx, id)
				for _, e := range list {
					err = errors.Join(err, tx.DeleteTombstone(ctx, e.Org))
				}
				return err
			}}
		})},
	}
}
