package storetest

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// paged returns those of the page's rows that come after q.After, at most
// q.Limit.
func paged(page store.MemberPage, q store.MemberQuery) store.MemberPage {
	page.Members = slices.DeleteFunc(page.Members, func(m orgs.Member) bool { return !behind(m, q) })
	page.Members = page.Members[:min(len(page.Members), q.Limit)]
	return page
}

// ordered returns a maker of memstores whose members are in the order of less.
// Their pages go on behind the row that they ended with.
func ordered(less func(a, b orgs.Member, q store.MemberQuery) int) func() store.Store {
	return pagesAs(func(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error) {
		page, err := whole(ctx, r, q)
		slices.SortStableFunc(page.Members, func(a, b orgs.Member) int { return less(a, b, q) })
		if q.After != nil {
			page.Members = page.Members[1+slices.IndexFunc(page.Members, func(m orgs.Member) bool { return m.ID == q.After.ID }):]
		}
		page.Members = page.Members[:min(len(page.Members), q.Limit)]
		return page, err
	})
}

func memberMutants() []mutant {
	return slices.Concat(memberPageMutants(), memberFilterMutants())
}

func memberPageMutants() []mutant {
	return []mutant{
		{name: "C24 After is among the rows after it", model: true, open: pagesAs(func(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error) {
			page, err := r.Members(ctx, q)
			if q.After != nil && err == nil {
				if m, gone := r.Member(ctx, q.Org, q.After.ID); gone == nil && m.Key(q.Sort) == q.After.Key {
					page.Members = append([]orgs.Member{m}, page.Members...)
					page.Members = page.Members[:min(len(page.Members), q.Limit)]
				}
			}
			return page, err
		})},
		{name: "C24 a page after a row that is gone is the first one", model: true, open: pagesAs(func(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error) {
			if q.After != nil {
				if _, err := r.Member(ctx, q.Org, q.After.ID); err != nil {
					q.After = nil
				}
			}
			return r.Members(ctx, q)
		})},
		{name: "C24 a page after a row that is gone is empty", model: true, open: pagesAs(func(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error) {
			page, err := r.Members(ctx, q)
			if q.After != nil {
				if _, gone := r.Member(ctx, q.Org, q.After.ID); gone != nil {
					page.Members = nil
				}
			}
			return page, err
		})},
		{name: "C24 pages go by a number of rows", open: func() store.Store {
			offsets := map[store.Position]int{}
			return pagesAs(func(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error) {
				page, err := whole(ctx, r, q)
				from := 0
				if q.After != nil {
					known, ok := offsets[*q.After]
					if from = known; !ok {
						return r.Members(ctx, q)
					}
				}
				page.Members = page.Members[min(from, len(page.Members)):]
				page.Members = page.Members[:min(len(page.Members), q.Limit)]
				if n := len(page.Members); n > 0 {
					last := page.Members[n-1]
					offsets[store.Position{Key: last.Key(q.Sort), ID: last.ID}] = from + n
				}
				return page, err
			})()
		}},
		{name: "C24 a page has a row too many", model: true, open: pagesAs(func(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error) {
			q.Limit++
			return r.Members(ctx, q)
		})},
		{name: "C24 rows of one key are skipped", model: true, open: pagesAs(func(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error) {
			page, err := whole(ctx, r, q)
			page = paged(page, store.MemberQuery{Sort: q.Sort, Descending: q.Descending, After: q.After, Limit: everything})
			if q.After != nil {
				page.Members = slices.DeleteFunc(page.Members, func(m orgs.Member) bool { return m.Key(q.Sort) == q.After.Key })
			}
			page.Members = page.Members[:min(len(page.Members), q.Limit)]
			return page, err
		})},
		{name: "C24 IDs ascend when keys descend", model: true, open: ordered(func(a, b orgs.Member, q store.MemberQuery) int {
			if c := strings.Compare(b.Key(q.Sort), a.Key(q.Sort)); q.Descending {
				return cmp.Or(c, cmp.Compare(a.ID, b.ID))
			}
			return 0
		})},
		{name: "C24 members are ordered by a collation", model: true, open: ordered(func(a, b orgs.Member, q store.MemberQuery) int {
			plain := strings.NewReplacer("\u00e1", "a", "a\u0301", "a", "\u00f6", "o", "-", "", "_", "", "'", "")
			c := cmp.Or(strings.Compare(plain.Replace(a.Key(q.Sort)), plain.Replace(b.Key(q.Sort))), strings.Compare(a.Key(q.Sort), b.Key(q.Sort)), cmp.Compare(a.ID, b.ID))
			if q.Descending {
				return -c
			}
			return c
		})},
		{name: "C24 custom roles come before built-in ones", model: true, open: ordered(func(a, b orgs.Member, q store.MemberQuery) int {
			if q.Sort != orgs.ByRole {
				return 0
			}
			c := cmp.Or(cmp.Compare(a.Role, b.Role), cmp.Compare(a.ID, b.ID))
			if q.Descending {
				return -c
			}
			return c
		})},
	}
}

func memberFilterMutants() []mutant {
	return []mutant{
		{name: "C24 filters come after the limit", model: true, open: pagesAs(func(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error) {
			status := q.Status
			q.Status = nil
			page, err := r.Members(ctx, q)
			page.Members = slices.DeleteFunc(page.Members, func(m orgs.Member) bool {
				return len(status) > 0 && !slices.Contains(status, m.Status)
			})
			return page, err
		})},
		{name: "C24 of several roles the first one counts", model: true, open: pagesAs(func(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error) {
			q.Roles = q.Roles[:min(len(q.Roles), 1)]
			return r.Members(ctx, q)
		})},
		{name: "C24 of several status the last one counts", model: true, open: pagesAs(func(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error) {
			q.Status = q.Status[max(0, len(q.Status)-1):]
			return r.Members(ctx, q)
		})},
		{name: "C24 a search looks at first names alone", model: true, open: searched(func(m orgs.Member, s orgs.Search) bool {
			return strings.HasPrefix(m.Key(orgs.ByFirstName), s.Name)
		})},
		{name: "C24 a search looks inside names", model: true, open: searched(func(m orgs.Member, s orgs.Search) bool {
			return s.Match(m) || strings.Contains(m.Key(orgs.ByFirstName), s.Name)
		})},
	}
}

// resourcesAs returns a maker of memstores with other pages of resources.
func resourcesAs(resources func(ctx context.Context, r store.Reader, q store.ResourceQuery) (store.ResourcePage, error)) func() store.Store {
	return readers(func(r store.Reader) otherReader {
		return otherReader{Reader: r, resources: func(ctx context.Context, q store.ResourceQuery) (store.ResourcePage, error) {
			return resources(ctx, r, q)
		}}
	})
}

// granteesAs returns a maker of memstores that ask for other grantees.
func granteesAs(change func(q *store.GranteeQuery)) func() store.Store {
	return readers(func(r store.Reader) otherReader {
		return otherReader{Reader: r, grantees: func(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
			change(&q)
			return r.Grantees(ctx, q)
		}}
	})
}

// joinedAs returns a maker of memstores with memberships in another order.
func joinedAs(less func(a, b store.Membership) int) func() store.Store {
	return readers(func(r store.Reader) otherReader {
		return otherReader{Reader: r, memberships: func(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
			after, limit := q.After, q.Limit
			q.After, q.Limit = nil, everything
			list, err := r.Memberships(ctx, q)
			slices.SortFunc(list, less)
			if after != nil {
				list = list[1+slices.IndexFunc(list, func(m store.Membership) bool { return m.Org == after.Org }):]
			}
			return list[:min(len(list), limit)], err
		}}
	})
}

func listMutants() []mutant {
	return slices.Concat(membershipMutants(), resourceMutants(), otherListMutants())
}

func membershipMutants() []mutant {
	return []mutant{
		{name: "C24 memberships begin with the oldest", model: true, open: joinedAs(func(a, b store.Membership) int {
			return cmp.Or(a.JoinedAt.Compare(b.JoinedAt), cmp.Compare(a.Org, b.Org))
		})},
		{name: "C24 memberships of one time go by descending ID", open: joinedAs(func(a, b store.Membership) int {
			return cmp.Or(b.JoinedAt.Compare(a.JoinedAt), cmp.Compare(b.Org, a.Org))
		})},
		{name: "C24 memberships are searched as they are written", model: true, open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, memberships: func(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
				search, limit := q.Search, q.Limit
				if search == "" {
					return r.Memberships(ctx, q)
				}
				q.Search, q.Limit = "", everything
				list, err := r.Memberships(ctx, q)
				list = slices.DeleteFunc(list, func(m store.Membership) bool { return !strings.Contains(m.Name, search) })
				return list[:min(len(list), limit)], err
			}}
		})},
		{name: "C24 memberships are searched by the first name", model: true, open: func() store.Store {
			names := map[orgs.ID]string{}
			return reading(mem(), func(r store.Reader) otherReader {
				return otherReader{Reader: r, memberships: func(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
					search, limit := q.Search, q.Limit
					q.Search, q.Limit = "", everything
					list, err := r.Memberships(ctx, q)
					for _, m := range list {
						if _, ok := names[m.Org]; !ok {
							names[m.Org] = orgs.FoldName(m.Name)
						}
					}
					list = slices.DeleteFunc(list, func(m store.Membership) bool { return !strings.Contains(names[m.Org], search) })
					return list[:min(len(list), limit)], err
				}}
			})
		}},
	}
}

func resourceMutants() []mutant {
	return []mutant{
		{name: "C24 kinds are prefixes", open: resourcesAs(func(ctx context.Context, r store.Reader, q store.ResourceQuery) (store.ResourcePage, error) {
			if slices.Contains(q.Kinds, device) {
				q.Kinds = append(slices.Clone(q.Kinds), "device-2")
			}
			return r.Resources(ctx, q)
		})},
		{name: "C24 resources after one that is gone begin anew", open: resourcesAs(func(ctx context.Context, r store.Reader, q store.ResourceQuery) (store.ResourcePage, error) {
			if all, _ := r.Resources(ctx, store.ResourceQuery{Org: q.Org}); q.After != nil && !slices.Contains(all.Resources, *q.After) {
				q.After = nil
			}
			return r.Resources(ctx, q)
		})},
		{name: "C24 no limit is a hundred", open: resourcesAs(func(ctx context.Context, r store.Reader, q store.ResourceQuery) (store.ResourcePage, error) {
			if q.Limit == 0 {
				q.Limit = 10
			}
			return r.Resources(ctx, q)
		})},
		{name: "C24 an Admin reaches every resource unasked", model: true, open: resourcesAs(func(ctx context.Context, r store.Reader, q store.ResourceQuery) (store.ResourcePage, error) {
			q.Reach = append(slices.Clone(q.Reach), roles.Admin)
			return r.Resources(ctx, q)
		})},
		{name: "C24 a grant of all of a kind reaches nothing", model: true, open: resourcesAs(func(ctx context.Context, r store.Reader, q store.ResourceQuery) (store.ResourcePage, error) {
			limit := q.Limit
			m, err := r.MemberOf(ctx, q.Org, q.User)
			if q.User == "" || err != nil || slices.Contains(q.Reach, m.Role) {
				return r.Resources(ctx, q)
			}
			q.Limit = 0
			page, err := r.Resources(ctx, q)
			has := grantsIn(ctx, r, q.Org, m.ID)
			page.Resources = slices.DeleteFunc(page.Resources, func(r grants.Resource) bool { return !slices.Contains(has, grants.One(r.Kind, r.ID)) })
			if limit > 0 {
				page.Resources = page.Resources[:min(len(page.Resources), limit)]
			}
			return page, err
		})},
		{name: "C24 grants of all of a kind come last", model: true, open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, grants: func(ctx context.Context, q store.GrantQuery) (store.GrantPage, error) {
				page, err := r.Grants(ctx, q)
				slices.SortStableFunc(page.Grants, func(a, b grants.Grant) int {
					switch {
					case a.Kind != b.Kind || a.All == b.All:
						return cmp.Compare(a.Kind, b.Kind)
					case a.All:
						return 1
					default:
						return -1
					}
				})
				return page, err
			}}
		})},
	}
}

// granteeIDsAs returns a maker of memstores that ask GranteeIDs for something else, or
// answer something else.
func granteeIDsAs(asks func(*store.GranteeQuery), answers func(*store.GranteePage)) func() store.Store {
	return readers(func(r store.Reader) otherReader {
		return otherReader{Reader: r, granteeIDs: func(ctx context.Context, q store.GranteeQuery) (store.GranteePage, error) {
			if asks != nil {
				asks(&q)
			}
			page, err := store.GranteeIDs(ctx, r, q)
			if answers != nil {
				answers(&page)
			}
			return page, err
		}}
	})
}

func otherListMutants() []mutant {
	return []mutant{
		{name: "C24 grantees without roles are of every role", model: true, open: granteesAs(func(q *store.GranteeQuery) {
			if len(q.Roles) == 0 {
				q.Roles = []roles.ID{roles.Admin, roles.Editor, roles.Viewer, auditor}
			}
		})},
		{name: "C24 grantees of Reach need no role", model: true, open: granteesAs(func(q *store.GranteeQuery) {
			q.Roles = append(slices.Clone(q.Roles), q.Reach...)
		})},
		{name: "C24 grantees are of the roles named alone", model: true, open: granteesAs(func(q *store.GranteeQuery) { q.Permission = "" })},
		{name: "C24 grantees by a permission need a grant", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, grantees: func(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
				q.Reach = slices.DeleteFunc(slices.Clone(q.Reach), func(id roles.ID) bool { return !slices.Contains(q.Roles, id) })
				return r.Grantees(ctx, q)
			}}
		})},
		{name: "C19 grantees have a role that stores the permission elsewhere", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, grantees: func(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
				if role, err := r.Role(ctx, acme, auditor); err == nil && slices.Contains(role.Permissions, q.Permission) {
					q.Roles = append(slices.Clone(q.Roles), auditor)
				}
				return r.Grantees(ctx, q)
			}}
		})},
		{name: "C24 grantees after one that is gone begin anew", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, grantees: func(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
				if _, err := r.Member(ctx, q.Org, q.After); err != nil {
					q.After = ""
				}
				return r.Grantees(ctx, q)
			}}
		})},
		{name: "C28 GranteeIDs need a grant", model: true, open: granteeIDsAs(func(q *store.GranteeQuery) { q.Reach = nil }, nil)},
		{name: "C28 GranteeIDs begin anew", model: true, open: granteeIDsAs(func(q *store.GranteeQuery) { q.After = "" }, nil)},
		{name: "C28 GranteeIDs have the member for the user", model: true, open: granteeIDsAs(nil, func(page *store.GranteePage) {
			for i, g := range page.Grantees {
				page.Grantees[i].User = orgs.UserID(g.Member)
			}
		})},
		{name: "C16 GranteeIDs come without facts", model: true, open: granteeIDsAs(nil, func(page *store.GranteePage) {
			page.Facts = grants.Facts{}
		})},
		{name: "C24 events descend from the number given", model: true, open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, events: func(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
				if q.Descending && q.After > 0 {
					q.After++
				}
				return r.Events(ctx, q)
			}}
		})},
		{name: "C24 events descend from nothing", model: true, open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, events: func(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
				if q.Descending && q.After == 0 {
					q.Limit, q.After = 0, 1
				}
				return r.Events(ctx, q)
			}}
		})},
		{name: "C24 tombstones ignore case", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, tombstones: func(ctx context.Context, after orgs.ID, limit int) ([]store.Event, error) {
				list, err := r.Tombstones(ctx, "", everything)
				fold := func(id orgs.ID) string { return strings.ToLower(string(id)) }
				list = slices.DeleteFunc(list, func(e store.Event) bool { return fold(e.Org) <= fold(after) && after != "" })
				slices.SortStableFunc(list, func(a, b store.Event) int { return strings.Compare(fold(a.Org), fold(b.Org)) })
				return list[:min(len(list), limit)], err
			}}
		})},
		{name: "C24 roles are ordered by name", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, roles: func(ctx context.Context, org orgs.ID) ([]roles.Role, error) {
				list, err := r.Roles(ctx, org)
				slices.SortFunc(list, func(a, b roles.Role) int { return strings.Compare(a.Name, b.Name) })
				return list, err
			}}
		})},
	}
}
