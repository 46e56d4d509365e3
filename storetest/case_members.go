package storetest

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func memberListCases() []Case {
	return []Case{
		numbered(24, "members in every order, page by page", caseMemberOrders),
		numbered(24, "members filtered and searched, page by page", caseMemberFilters),
		numbered(24, "members while rows come and go", caseMembersChange),
		numbered(24, "members after a row that is gone", caseMembersAfterGone),
	}
}

// roster returns rows of org that tie and collate: active and invited, with
// names that differ in case, accents, blanks and length, and some not at all.
func roster(org orgs.ID) []orgs.Member {
	names := [][2]string{
		{"Ann", "Lee"}, {"ann", "LEE"}, {"\u00c1nn", "Lee"}, {"A\u0301nn", "Lee"}, {"Ann", ""}, {"", "Ann"}, {"", ""}, {"", ""},
		{"Anna", "Lee"}, {"An", "n Lee"}, {"An n", "Lee"}, {"\u00d6zil", "B"}, {"Oezil", "B"}, {"Z", "A"}, {"z", "a"}, {"-", "_"},
		{"\u5f20", "\u4f1f"}, {"\U0001F600", "x"}, {"\uFFFD", "x"}, {"a%", "b"}, {"a_", "b"}, {"O'Neil", "P"}, {"\u00df", "s"}, {"ss", "s"},
	}
	givable := []roles.ID{roles.Admin, roles.Viewer, auditor, roles.Editor, spare, "A-role", "z-role"}
	var rows []orgs.Member
	for i, name := range names {
		// IDs go another way than everything else, and one is a prefix of others.
		id := orgs.MemberID(fmt.Sprintf("%s-%s", org, strings.Repeat("r", 1+i*7%13)+string(rune('a'+i*5%26))))
		u := user(orgs.UserID("u-" + id))
		u.Profile = orgs.Profile{FirstName: name[0], LastName: name[1], Email: fmt.Sprintf("%cx%d@Mail.example", 'A'+i%4*32, i/2)}
		m := active(org, id, u, givable[i%len(givable)])
		m.InvitedAt = at(i * 7 % 5)
		if i%6 == 5 {
			m.InvitedAt = instants()[0]
		}
		rows = append(rows, m)
		if i%3 == 0 {
			in := invited(org, "i"+id, fmt.Sprintf("%s%02d@mail.example", strings.ToLower(name[0]+"q"), i), m.Role)
			in.InvitedAt = m.InvitedAt
			rows = append(rows, in)
		}
	}
	return rows
}

// enrol adds rows to their organization, which it creates.
func (t *trial) enrol(rows []orgs.Member) {
	org := rows[0].Org
	want := store.Want{Org: org}
	ops := []op{createOrganization(organization(org))}
	for _, id := range []roles.ID{auditor, spare, "A-role", "z-role"} {
		ops = append(ops, createRole(org, custom(id, "Role "+string(id))))
	}
	for _, m := range rows {
		if m.User != "" {
			want.Users = append(want.Users, m.User)
			ops = append(ops, putUser(orgs.User{ID: m.User, Profile: m.Profile, CreatedAt: at(1)}))
		}
		ops = append(ops, createMember(m))
	}
	t.do(want, ops...)
}

// matching returns the rows that q asks for, all of them, in its order.
func matching(rows []orgs.Member, q store.MemberQuery) []orgs.Member {
	var list []orgs.Member
	for _, m := range rows {
		if (len(q.Status) == 0 || slices.Contains(q.Status, m.Status)) &&
			(len(q.Roles) == 0 || slices.Contains(q.Roles, m.Role)) && q.Search.Match(m) {
			list = append(list, m)
		}
	}
	slices.SortFunc(list, func(a, b orgs.Member) int {
		c := cmp.Or(strings.Compare(a.Key(q.Sort), b.Key(q.Sort)), strings.Compare(string(a.ID), string(b.ID)))
		if q.Descending {
			return -c
		}
		return c
	})
	return list
}

// members returns the pager of q.
func (t *trial) members(q store.MemberQuery) pager[orgs.Member, store.Position] {
	return pager[orgs.Member, store.Position]{
		page: func(after *store.Position, limit int) ([]orgs.Member, error) {
			q.After, q.Limit = after, limit
			page, err := t.s.Members(t.ctx, q)
			return page.Members, err
		},
		at: func(m orgs.Member) store.Position { return store.Position{Key: m.Key(q.Sort), ID: m.ID} },
	}
}

// inEveryOrder calls fn with a query of org for each order.
func inEveryOrder(org orgs.ID, fn func(what string, q store.MemberQuery)) {
	for _, sort := range orgs.Sorts() {
		for _, descending := range []bool{false, true} {
			fn(fmt.Sprintf("members by %s, descending %t", sort, descending), store.MemberQuery{Org: org, Sort: sort, Descending: descending})
		}
	}
}

func caseMemberOrders(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	rows := roster(acme)
	t.enrol(rows)
	t.enrol(roster(umbra))
	inEveryOrder(acme, func(what string, q store.MemberQuery) {
		walk(t, what, t.members(q), matching(rows, q))
	})
	return t.err
}

// caseMemberFilters combines status, roles and search, each combination in two
// of the orders.
func caseMemberFilters(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	rows := roster(acme)
	t.enrol(rows)
	t.enrol(roster(umbra))
	n := 0
	for _, status := range [][]orgs.Status{nil, {orgs.Active}, {orgs.Invited}, {orgs.Invited, orgs.Active}} {
		for _, of := range [][]roles.ID{nil, {roles.Viewer}, {"A-role", roles.Admin, auditor, roles.Admin}, {"nobody's"}} {
			for _, text := range []string{"", "ann", "ann lee", "lee", "\u00e1", "ax", "q", "%", "nobody"} {
				q := store.MemberQuery{
					Org: acme, Status: status, Roles: of, Search: orgs.NewSearch(text), Sort: orgs.Sorts()[n%5], Descending: n%2 == 1,
				}
				n++
				want := matching(rows, q)
				q.Limit = len(want) + 1
				what := fmt.Sprintf("members of status %v, roles %v, found by %q, by %s, descending %t", status, of, text, q.Sort, q.Descending)
				got, err := t.members(q).page(nil, len(want)+1)
				t.must(what, err)
				t.same(what, got, want)
				if n%4 == 0 {
					walk(t, what, t.members(q), want)
				}
				if t.err != nil {
					return t.err
				}
			}
		}
	}
	return t.err
}

// caseMembersChange removes rows before and behind the reader, among them the
// last one of each page, and adds some.
func caseMembersChange(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	n := 0
	inEveryOrder(acme, func(what string, q store.MemberQuery) {
		if t.err != nil {
			return
		}
		n++
		q.Org = orgs.ID(fmt.Sprintf("org-%02d", n))
		rows := matching(roster(q.Org), q)
		t.enrol(rows)
		var stay []orgs.Member
		leave := map[orgs.MemberID]bool{}
		for i, m := range rows {
			if i%4 == 1 {
				leave[m.ID] = true // the last one of a page, as long as nothing else changes
			} else {
				stay = append(stay, m)
			}
		}
		gone := 0
		stroll(t, what, t.members(q), stay, func(pages int) {
			i := (pages*5 + 1) % len(rows)
			if pages*2 <= len(rows) {
				i = pages*2 - 1
			}
			ops := []op{createMember(invited(q.Org, orgs.MemberID(fmt.Sprintf("new-%02d", pages)), fmt.Sprintf("%c%d@mail.example", 'a'+pages%26, pages), roles.Viewer))}
			if leave[rows[i].ID] {
				ops = append(ops, deleteMember(q.Org, rows[i].ID))
				gone++
			}
			if pages > len(rows) { // enough was added for a reader that is slow
				ops = nil
			}
			t.do(store.Want{Org: q.Org}, ops...)
		})
		if t.err == nil && gone == 0 {
			t.failf("%s: the case removed no row", what)
		}
	})
	return t.err
}

// caseMembersAfterGone asks for what is after rows that were removed, and after
// positions where no row ever was.
func caseMembersAfterGone(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	rows := roster(acme)
	t.enrol(rows)
	var left []orgs.Member
	var ops []op
	for i, m := range rows {
		if i%2 == 0 {
			left = append(left, m)
		} else {
			ops = append(ops, deleteMember(acme, m.ID))
		}
	}
	t.do(store.Want{Org: acme}, ops...)
	nowhere := []store.Position{{}, {Key: "ann lee"}, {Key: "ann lee", ID: "zzz"}, {Key: "\U0010FFFF", ID: "a"}, {Key: "1", ID: "m"}}
	inEveryOrder(acme, func(what string, q store.MemberQuery) {
		p := t.members(q)
		positions := slices.Clone(nowhere)
		for _, m := range rows {
			positions = append(positions, p.at(m))
		}
		sorted := matching(left, q)
		for _, after := range positions {
			if t.err != nil {
				return
			}
			var want []orgs.Member
			for _, m := range sorted {
				c := cmp.Or(strings.Compare(m.Key(q.Sort), after.Key), strings.Compare(string(m.ID), string(after.ID)))
				if c > 0 != q.Descending && c != 0 {
					want = append(want, m)
				}
			}
			got, err := p.page(&after, everything)
			t.must(what, err)
			t.same(fmt.Sprintf("%s, after %+q", what, after), got, want)
		}
	})
	return t.err
}
