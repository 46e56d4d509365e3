package storetest

import (
	"context"
	"slices"
	"strings"
	"sync"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// invitationsAs returns a maker of memstores with other pages of invitations.
func invitationsAs(page func(ctx context.Context, r store.Reader, q store.InvitationQuery) ([]store.Invitation, error)) func() store.Store {
	return readers(func(r store.Reader) otherReader {
		return otherReader{Reader: r, invitations: func(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
			return page(ctx, r, q)
		}}
	})
}

// showing returns a maker of memstores that show invitations as change makes them.
func showing(change func(ctx context.Context, r store.Reader, in *store.Invitation)) func() store.Store {
	return invitationsAs(func(ctx context.Context, r store.Reader, q store.InvitationQuery) ([]store.Invitation, error) {
		page, err := r.Invitations(ctx, q)
		for i := range page {
			change(ctx, r, &page[i])
		}
		return page, err
	})
}

// remembering returns a maker of memstores that go on to list an invitation that was
// seen, while still is true of it.
func remembering(still func(ctx context.Context, r store.Reader, in store.Invitation) bool) func() store.Store {
	return func() store.Store {
		var mu sync.Mutex
		seen := map[string]map[orgs.ID]store.Invitation{}
		return reading(mem(), func(r store.Reader) otherReader {
			return otherReader{Reader: r, invitations: func(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
				page, err := r.Invitations(ctx, q)
				mu.Lock()
				defer mu.Unlock()
				if seen[q.Address] == nil {
					seen[q.Address] = map[orgs.ID]store.Invitation{}
				}
				for _, in := range page {
					seen[q.Address][in.Member.Org] = in
				}
				for org, in := range seen[q.Address] {
					listed := slices.ContainsFunc(page, func(in store.Invitation) bool { return in.Member.Org == org })
					if err == nil && !listed && org > q.After && len(page) < q.Limit && still(ctx, r, in) {
						page = append(page, in)
					}
				}
				slices.SortFunc(page, func(a, b store.Invitation) int { return compareIDs(a.Member.Org, b.Member.Org) })
				return page, err
			}}
		})
	}
}

func invitationMutants() []mutant {
	return slices.Concat(invitationPageMutants(), invitationAddressMutants(), invitationRowMutants())
}

func invitationPageMutants() []mutant {
	return []mutant{
		{name: "C24 invitations begin with the last organization", model: true, open: invitationsAs(func(ctx context.Context, r store.Reader, q store.InvitationQuery) ([]store.Invitation, error) {
			after, limit := q.After, q.Limit
			q.After, q.Limit = "", everything
			page, err := r.Invitations(ctx, q)
			slices.Reverse(page)
			if after != "" {
				page = slices.DeleteFunc(page, func(in store.Invitation) bool { return in.Member.Org >= after })
			}
			return page[:min(len(page), limit)], err
		})},
		{name: "C24 invitations are in the order of their rows", open: invitationsAs(func(ctx context.Context, r store.Reader, q store.InvitationQuery) ([]store.Invitation, error) {
			page, err := r.Invitations(ctx, q)
			slices.SortFunc(page, func(a, b store.Invitation) int { return compareIDs(a.Member.ID, b.Member.ID) })
			return page, err
		})},
		{name: "C24 After is among the invitations after it", model: true, open: invitationsAs(func(ctx context.Context, r store.Reader, q store.InvitationQuery) ([]store.Invitation, error) {
			all, err := r.Invitations(ctx, store.InvitationQuery{Address: q.Address, Limit: everything})
			all = slices.DeleteFunc(all, func(in store.Invitation) bool { return in.Member.Org < q.After })
			return all[:min(len(all), q.Limit)], err
		})},
		{name: "C24 invitations after one that is gone begin anew", open: invitationsAs(func(ctx context.Context, r store.Reader, q store.InvitationQuery) ([]store.Invitation, error) {
			all, _ := r.Invitations(ctx, store.InvitationQuery{Address: q.Address, Limit: everything})
			if !slices.ContainsFunc(all, func(in store.Invitation) bool { return in.Member.Org == q.After }) {
				q.After = ""
			}
			return r.Invitations(ctx, q)
		})},
		{name: "C24 a page of invitations has one too many", open: invitationsAs(func(ctx context.Context, r store.Reader, q store.InvitationQuery) ([]store.Invitation, error) {
			q.Limit++
			return r.Invitations(ctx, q)
		})},
		{name: "C24 an address without invitations is not found", model: true, open: invitationsAs(func(ctx context.Context, r store.Reader, q store.InvitationQuery) ([]store.Invitation, error) {
			page, err := r.Invitations(ctx, q)
			if err == nil && len(page) == 0 {
				return nil, store.ErrNotFound
			}
			return page, err
		})},
		{name: "C11 Invitations in a View are the latest", open: func() store.Store {
			base := mem()
			b := over(base)
			b.reader = func(r store.Reader) otherReader {
				return otherReader{Reader: r, invitations: base.Invitations}
			}
			return b
		}},
	}
}

func invitationAddressMutants() []mutant {
	// also lists what is invited at another form of the address.
	also := func(other func(address string) string) func() store.Store {
		return invitationsAs(func(ctx context.Context, r store.Reader, q store.InvitationQuery) ([]store.Invitation, error) {
			page, err := r.Invitations(ctx, q)
			if more := other(q.Address); more != q.Address {
				q.Address = more
				found, _ := r.Invitations(ctx, q)
				page = append(page, found...)
			}
			return page, err
		})
	}
	return []mutant{
		{name: "C21 Invitations fold more than ASCII", open: also(func(address string) string { return strings.Replace(address, "\u212A", "k", 1) })},
		{name: "C21 Invitations fold what is folded", open: also(strings.ToLower)},
		{name: "C21 Invitations take the beginning of an address", open: also(func(address string) string { return address + "@mail.example" })},
		{name: "C21 Invitations trim what is trimmed", open: also(strings.TrimSpace)},
		{name: "C24 who is a member is not invited", open: invitationsAs(func(ctx context.Context, r store.Reader, q store.InvitationQuery) ([]store.Invitation, error) {
			page, err := r.Invitations(ctx, q)
			return slices.DeleteFunc(page, func(in store.Invitation) bool {
				there, _ := r.Members(ctx, store.MemberQuery{
					Org: in.Member.Org, Status: []orgs.Status{orgs.Active}, Search: orgs.Search{Name: q.Address, Email: q.Address}, Limit: 1,
				})
				return len(there.Members) > 0
			}), err
		})},
		{name: "C24 who is a user is not invited", model: true, open: invitationsAs(func(ctx context.Context, r store.Reader, q store.InvitationQuery) ([]store.Invitation, error) {
			if known, err := r.Known(ctx, q.Address); known || err != nil {
				return nil, err
			}
			return r.Invitations(ctx, q)
		})},
	}
}

func invitationRowMutants() []mutant {
	return []mutant{
		{name: "C24 an invitation that was accepted is listed on", model: true, open: remembering(func(ctx context.Context, r store.Reader, in store.Invitation) bool {
			m, err := r.Member(ctx, in.Member.Org, in.Member.ID)
			return err == nil && m.Status == orgs.Active
		})},
		{name: "C24 an invitation that was revoked is listed on", open: remembering(func(ctx context.Context, r store.Reader, in store.Invitation) bool {
			_, err := r.Member(ctx, in.Member.Org, in.Member.ID)
			_, gone := r.Organization(ctx, in.Member.Org)
			return missing(err) && gone == nil
		})},
		{name: "C25 a deleted organization leaves its invitations", model: true, open: remembering(func(ctx context.Context, r store.Reader, in store.Invitation) bool {
			_, err := r.Organization(ctx, in.Member.Org)
			return missing(err)
		})},
		{name: "C19 an invitation has a role of another organization", open: showing(func(ctx context.Context, r store.Reader, in *store.Invitation) {
			for _, org := range []orgs.ID{acme, umbra} {
				if role, err := r.Role(ctx, org, in.Member.Role); err == nil && in.Role != "" {
					in.Role = role.Name
				}
			}
		})},
		{name: "C19 an invitation has a role that its organization lacks", open: showing(func(ctx context.Context, r store.Reader, in *store.Invitation) {
			if role, err := r.Role(ctx, acme, in.Member.Role); err == nil && in.Role == "" {
				in.Role = role.Name
			}
		})},
		{name: "C23 a built-in role has a name", model: true, open: showing(func(_ context.Context, _ store.Reader, in *store.Invitation) {
			if in.Member.Role.BuiltIn() {
				in.Role = string(in.Member.Role)
			}
		})},
		{name: "C23 an inviter that has left has no profile", open: showing(func(ctx context.Context, r store.Reader, in *store.Invitation) {
			if _, err := r.MemberOf(ctx, in.Member.Org, in.Member.InvitedBy); missing(err) {
				in.Inviter = orgs.Profile{}
			}
		})},
		{name: "C23 an inviter has the profile it had", open: func() store.Store {
			var known sync.Map
			return reading(mem(), func(r store.Reader) otherReader {
				return otherReader{Reader: r, invitations: func(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
					page, err := r.Invitations(ctx, q)
					for i := range page {
						first, _ := known.LoadOrStore(page[i].Member.InvitedBy, page[i].Inviter)
						page[i].Inviter = first.(orgs.Profile)
					}
					return page, err
				}}
			})
		}},
		{name: "C23 an invitation has the name that its organization had", open: func() store.Store {
			var known sync.Map
			return reading(mem(), func(r store.Reader) otherReader {
				return otherReader{Reader: r, invitations: func(ctx context.Context, q store.InvitationQuery) ([]store.Invitation, error) {
					page, err := r.Invitations(ctx, q)
					for i := range page {
						first, _ := known.LoadOrStore(page[i].Member.Org, page[i].Organization)
						page[i].Organization = first.(string)
					}
					return page, err
				}}
			})
		}},
		{name: "C23 an invitation comes without its message", model: true, open: showing(func(_ context.Context, _ store.Reader, in *store.Invitation) {
			in.Member.Message = ""
		})},
	}
}
