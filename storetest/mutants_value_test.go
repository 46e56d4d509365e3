package storetest

import (
	"cmp"
	"context"
	"errors"
	"math"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// upsert makes CreateMember do nothing where taken says that there is one.
func upsert(taken func(m, other orgs.Member) bool) func() store.Store {
	return txs(func(base store.Store, tx store.Tx) otherTx {
		return otherTx{Tx: tx, createMember: func(ctx context.Context, m orgs.Member) error {
			if slices.ContainsFunc(rowsIn(ctx, base, m.Org), func(other orgs.Member) bool { return taken(m, other) }) {
				return nil
			}
			return tx.CreateMember(ctx, m)
		}}
	})
}

// refuse makes CreateMember a conflict where taken says so.
func refuse(taken func(ctx context.Context, base store.Store, m orgs.Member) bool) func() store.Store {
	return txs(func(base store.Store, tx store.Tx) otherTx {
		return otherTx{Tx: tx, createMember: func(ctx context.Context, m orgs.Member) error {
			if taken(ctx, base, m) {
				return store.ErrConflict
			}
			return tx.CreateMember(ctx, m)
		}}
	})
}

func sameAddress(a, b orgs.Member) bool { return a.Key(orgs.ByEmail) == b.Key(orgs.ByEmail) }

func uniqueMutants() []mutant {
	return []mutant{
		{name: "C20 a second row of a user is passed over", model: true, open: upsert(func(m, other orgs.Member) bool {
			return m.User != "" && m.User == other.User
		})},
		{name: "C20 a second invitation is passed over", model: true, open: upsert(func(m, other orgs.Member) bool {
			return m.Status == orgs.Invited && other.Status == orgs.Invited && sameAddress(m, other)
		})},
		{name: "C20 joining twice is passed over", model: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, joinMember: func(ctx context.Context, m orgs.Member) error {
				if _, err := base.MemberOf(ctx, m.Org, m.User); err == nil {
					return nil
				}
				return tx.JoinMember(ctx, m)
			}}
		})},
		{name: "C20 a second role of a name is passed over", model: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, createRole: func(ctx context.Context, org orgs.ID, r roles.Role) error {
				list, _ := base.Roles(ctx, org)
				if slices.ContainsFunc(list, func(other roles.Role) bool { return roles.FoldName(other.Name) == roles.FoldName(r.Name) }) {
					return nil
				}
				return tx.CreateRole(ctx, org, r)
			}}
		})},
		{name: "C20 a resource goes to who registers it last", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, register: func(ctx context.Context, org orgs.ID, list []grants.Resource) error {
				var err error
				for _, other := range []orgs.ID{acme, umbra} {
					if other != org {
						err = errors.Join(err, tx.Unregister(ctx, other, list))
					}
				}
				return errors.Join(err, tx.Register(ctx, org, list))
			}}
		})},
		{name: "C20 a resource of another kind has the same ID", model: true, open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, register: func(ctx context.Context, org orgs.ID, list []grants.Resource) error {
				page, _ := base.Resources(ctx, store.ResourceQuery{Org: org})
				for _, r := range page.Resources {
					if slices.ContainsFunc(list, func(other grants.Resource) bool { return other.ID == r.ID }) {
						return store.ErrConflict
					}
				}
				return tx.Register(ctx, org, list)
			}}
		})},
		{name: "C20 no member may have an address that is invited", model: true, open: refuse(func(ctx context.Context, base store.Store, m orgs.Member) bool {
			return m.Status == orgs.Active && slices.ContainsFunc(rowsIn(ctx, base, m.Org), func(other orgs.Member) bool {
				return other.Status == orgs.Invited && sameAddress(m, other)
			})
		})},
		{name: "C20 a user may be in one organization", model: true, open: refuse(func(ctx context.Context, base store.Store, m orgs.Member) bool {
			list, _ := base.Memberships(ctx, store.MembershipQuery{User: m.User, Limit: 1})
			return m.User != "" && m.User != bob && len(list) > 0
		})},
		{name: "C20 a role may not keep its name", open: txs(func(base store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, updateRole: func(ctx context.Context, org orgs.ID, r roles.Role) error {
				if old, err := base.Role(ctx, org, r.ID); err == nil && old.Name != r.Name && roles.FoldName(old.Name) == roles.FoldName(r.Name) {
					return store.ErrConflict
				}
				return tx.UpdateRole(ctx, org, r)
			}}
		})},
	}
}

// userBy returns a maker of memstores in which User looks for what change makes
// of an ID.
func userBy(change func(string) string) func() store.Store {
	return readers(func(r store.Reader) otherReader {
		return otherReader{Reader: r, user: func(ctx context.Context, id orgs.UserID) (orgs.User, error) {
			return r.User(ctx, orgs.UserID(change(string(id))))
		}}
	})
}

// pagesAs returns a maker of memstores whose pages of members are others.
func pagesAs(members func(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error)) func() store.Store {
	return readers(func(r store.Reader) otherReader {
		return otherReader{Reader: r, members: func(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) { return members(ctx, r, q) }}
	})
}

// whole returns all rows that q asks for, in its order, and its Facts.
func whole(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error) {
	q.After, q.Limit = nil, everything
	return r.Members(ctx, q)
}

// searched returns a maker of memstores whose search finds what match says.
func searched(match func(m orgs.Member, s orgs.Search) bool) func() store.Store {
	return pagesAs(func(ctx context.Context, r store.Reader, q store.MemberQuery) (store.MemberPage, error) {
		search, after, limit := q.Search, q.After, q.Limit
		if search == (orgs.Search{}) {
			return r.Members(ctx, q)
		}
		q.Search = orgs.Search{}
		page, err := whole(ctx, r, q)
		q.After, q.Limit = after, limit
		page.Members = slices.DeleteFunc(page.Members, func(m orgs.Member) bool { return !match(m, search) || !behind(m, q) })
		page.Members = page.Members[:min(len(page.Members), limit)]
		return page, err
	})
}

// behind reports whether m comes after q.After.
func behind(m orgs.Member, q store.MemberQuery) bool {
	if q.After == nil {
		return true
	}
	c := cmp.Or(strings.Compare(m.Key(q.Sort), q.After.Key), cmp.Compare(m.ID, q.After.ID))
	return c != 0 && (c > 0) != q.Descending
}

// like matches with % and _ as SQL does.
func like(text, pattern string) bool {
	switch {
	case pattern == "":
		return true // a prefix
	case pattern[0] == '%':
		for i := range len(text) + 1 {
			if like(text[i:], pattern[1:]) {
				return true
			}
		}
		return false
	case text == "":
		return false
	}
	return (pattern[0] == '_' || pattern[0] == text[0]) && like(text[1:], pattern[1:])
}

// below matches by a range whose upper bound ends in end.
func below(end string) func(m orgs.Member, s orgs.Search) bool {
	in := func(key, prefix string) bool { return key >= prefix && key < prefix+end }
	return func(m orgs.Member, s orgs.Search) bool {
		return in(m.Key(orgs.ByFirstName), s.Name) || in(m.Key(orgs.ByLastName), s.Name) || in(m.Key(orgs.ByEmail), s.Email)
	}
}

func bytesMutants() []mutant {
	return []mutant{
		{name: "C21 user IDs ignore case", model: true, open: userBy(strings.ToLower)},
		{name: "C21 user IDs lose blanks at their end", model: true, open: userBy(func(id string) string { return strings.TrimRight(id, " ") })},
		{name: "C21 user IDs are cut", open: userBy(func(id string) string { return id[:min(len(id), 254)] })},
		{name: "C21 organization IDs ignore case", model: true, open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, organization: func(ctx context.Context, id orgs.ID) (orgs.Organization, error) {
				return r.Organization(ctx, orgs.ID(strings.ToLower(string(id))))
			}}
		})},
		{name: "C21 role IDs ignore accents", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, role: func(ctx context.Context, org orgs.ID, id roles.ID) (roles.Role, error) {
				return r.Role(ctx, org, roles.ID(strings.NewReplacer("\u00e1", "a", "\u00c1", "A").Replace(string(id))))
			}}
		})},
		{name: "C21 a search of members has wildcards", open: searched(func(m orgs.Member, s orgs.Search) bool {
			return like(m.Key(orgs.ByFirstName), s.Name) || like(m.Key(orgs.ByLastName), s.Name) || like(m.Key(orgs.ByEmail), s.Email)
		})},
		{name: "C21 a search of memberships has wildcards", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, memberships: func(ctx context.Context, q store.MembershipQuery) ([]store.Membership, error) {
				if !strings.ContainsAny(q.Search, "%_") {
					return r.Memberships(ctx, q)
				}
				pattern := "%" + q.Search
				q.Search = ""
				list, err := r.Memberships(ctx, q)
				return slices.DeleteFunc(list, func(m store.Membership) bool { return !like(orgs.FoldName(m.Name), pattern) }), err
			}}
		})},
		{name: "C21 a prefix ends before the last characters", open: searched(below("\uFFFF"))},
		{name: "C21 a prefix ends before the last character", open: searched(below("\U0010FFFF"))},
	}
}

// rowsAs returns a maker of memstores that store another row.
func rowsAs(change func(m *orgs.Member)) func() store.Store {
	return txs(func(_ store.Store, tx store.Tx) otherTx {
		return otherTx{Tx: tx, createMember: func(ctx context.Context, m orgs.Member) error {
			change(&m)
			return tx.CreateMember(ctx, m)
		}}
	})
}

// eventsAs returns a maker of memstores that store another event.
func eventsAs(change func(e *store.Event)) func() store.Store {
	return txs(func(_ store.Store, tx store.Tx) otherTx {
		return otherTx{Tx: tx, append: func(ctx context.Context, e store.Event) error {
			e = e.Clone()
			change(&e)
			return tx.Append(ctx, e)
		}}
	})
}

func valueMutants() []mutant {
	return []mutant{
		{name: "C23 messages are trimmed", open: rowsAs(func(m *orgs.Member) { m.Message = strings.TrimSpace(m.Message) })},
		{name: "C23 messages lose carriage returns", open: rowsAs(func(m *orgs.Member) { m.Message = strings.ReplaceAll(m.Message, "\r", "") })},
		{name: "C23 messages are cut", open: rowsAs(func(m *orgs.Member) { m.Message = m.Message[:min(len(m.Message), 4000)] })},
		{name: "C23 names are composed", open: rowsAs(func(m *orgs.Member) { m.FirstName = strings.ReplaceAll(m.FirstName, "e\u0301", "\u00e9") })},
		{name: "C23 times are whole milliseconds", open: rowsAs(func(m *orgs.Member) { m.InvitedAt = m.InvitedAt.Truncate(time.Millisecond) })},
		{name: "C23 times are counted in nanoseconds", open: rowsAs(func(m *orgs.Member) {
			if !m.InvitedAt.IsZero() {
				m.InvitedAt = time.Unix(0, m.InvitedAt.UnixNano()).UTC()
			}
		})},
		{name: "C23 the zero time is 1970", model: true, open: rowsAs(func(m *orgs.Member) {
			if m.InvitedAt.IsZero() {
				m.InvitedAt = time.Unix(0, 0).UTC()
			}
		})},
		{name: "C23 times come back in another zone", model: true, open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, user: func(ctx context.Context, id orgs.UserID) (orgs.User, error) {
				u, err := r.User(ctx, id)
				u.CreatedAt = u.CreatedAt.In(time.FixedZone("", 0))
				return u, err
			}}
		})},
		{name: "C23 integers have 32 bits", open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, putUser: func(ctx context.Context, u orgs.User) error {
				u.Memberships = int(int32(u.Memberships))
				return tx.PutUser(ctx, u)
			}}
		})},
		{name: "C23 events are ordered as signed integers", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, events: func(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
				if q.After > math.MaxInt64 {
					q.After = math.MaxUint64
				}
				return r.Events(ctx, q)
			}}
		})},
		{name: "C23 events lose what was before", model: true, open: eventsAs(func(e *store.Event) { e.Detail.Before = store.State{} })},
		{name: "C23 events lose their actor when it is odd", open: eventsAs(func(e *store.Event) {
			if strings.ContainsAny(string(e.Actor), `'"\`) {
				e.Actor = ""
			}
		})},
	}
}

func copyMutants() []mutant {
	return []mutant{
		{name: "C22 reads share lists", open: func() store.Store {
			var shared sync.Map
			return reading(mem(), func(r store.Reader) otherReader {
				return otherReader{Reader: r, organization: func(ctx context.Context, id orgs.ID) (orgs.Organization, error) {
					o, err := r.Organization(ctx, id)
					if err == nil {
						known, _ := shared.LoadOrStore([2]any{id, o.Revision}, o.Counts)
						o.Counts = known.(orgs.Counts)
					}
					return o, err
				}}
			})
		}},
		{name: "C22 Hold shares lists", open: func() store.Store {
			var shared sync.Map
			return answers(func(_ store.Store, _ context.Context, want store.Want, held *store.Held) {
				known, _ := shared.LoadOrStore([2]any{want.Org, held.Org.Revision}, held.Org.Counts)
				held.Org.Counts = known.(orgs.Counts)
			})()
		}},
		{name: "C22 writes share lists", open: loosely(func(l *loose) { l.shared = true })},
		{name: "C22 Register sorts what it is given", open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, register: func(ctx context.Context, org orgs.ID, list []grants.Resource) error {
				slices.SortFunc(list, grants.Resource.Compare)
				return tx.Register(ctx, org, list)
			}}
		})},
		{name: "C22 Hold appends to what it is given", open: txs(func(_ store.Store, tx store.Tx) otherTx {
			return otherTx{Tx: tx, hold: func(ctx context.Context, want store.Want) (store.Held, error) {
				_ = append(want.Users, "spoilt")
				return tx.Hold(ctx, want)
			}}
		})},
		{name: "C22 FactsMany sorts what it is given", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, factsMany: func(ctx context.Context, org orgs.ID, user orgs.UserID, list []grants.Question) ([]grants.Facts, error) {
				facts, err := r.FactsMany(ctx, org, user, list)
				slices.SortFunc(list, compareQuestions)
				return facts, err
			}}
		})},
	}
}
