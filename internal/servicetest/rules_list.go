package servicetest

import (
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

func listRules() []Rule {
	return []Rule{
		{"M2", "the list holds active and invited members", m2Both},
		{"M2", "each sort gives its order, ignoring case and any collation", m2Orders},
		{"M2", "every sort, direction, filter and page size gives the same rows in the same order", m2Cross},
		{"M2", "equal values are ordered by ID", m2Ties},
		{"M2", "a row that does not change is neither skipped nor repeated while others come and go", m2Churn},
		{"M2", "status and role filter, several of each", m2Filters},
		{"M2", "search finds names in both orders and addresses by prefix, ignoring case", m2Searches},
		{"M2", "wildcards of databases are plain characters in a search", m2Wildcards},
		{"M2", "a cursor of another query is refused", m2OtherQuery},
		{"M2", "a cursor serves another page size, another reader and filters in another order", m2SameQuery},
		{"M2", "a page has 50 rows unless told, and up to 1,000", m2Limits},
		{"M2", "iterating stops when told and ends with an error", m2All},
	}
}

// listed returns what names the rows of as's list: the user, or the invited
// address.
func listed(w *World, as charter.Actor, q charter.MemberQuery) []string {
	w.Helper()
	return idsOf(collect(w, w.Svc.Members.All(w.Ctx, as, q)), labelOf)
}

func labelOf(m orgs.Member) string {
	if m.Status == orgs.Invited {
		return m.Email
	}
	return string(m.User)
}

// roster is an organization with members whose order is easy to get wrong.
func roster(w *World) charter.Actor {
	w.Helper()
	ada := w.Found("ada", "Acme")
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "ada", orgs.Profile{Email: "m@x.example", FirstName: "Mia", LastName: "mai"})))
	clerk, board := w.Role(ada, "Zeta"), w.Role(ada, "Alpha")
	for i, p := range []struct {
		first, last string
		role        roles.ID
	}{
		{"anna", "Zorn", roles.Viewer}, {"Anna", "Abt", board}, {"Ärne", "Beck", roles.Editor}, {"bert", "ärger", clerk},
		{"Zoe", "", roles.Admin}, {"", "Only", roles.Viewer}, {"O'Neil", "Shea", board}, {"ärne", "Aal", roles.Editor},
	} {
		email := fmt.Sprintf("%c%d@x.example", "bBaAdDcC"[i], i)
		issued, err := w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: email, Role: p.role})
		w.Must(err)
		w.Must(errOf(w.Svc.Invites.Accept(w.Ctx, token(issued), charter.Invitee{
			User: orgs.UserID(fmt.Sprintf("u%d", i)), Verified: []string{email},
			Profile: orgs.Profile{Email: email, FirstName: p.first, LastName: p.last},
		})))
	}
	for _, email := range []string{"Q@x.example", "p@x.example", "É@x.example"} {
		w.Must(errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: email, Role: roles.Viewer})))
	}
	return ada
}

func m2Both(w *World) {
	t := newTown(w)
	w.Same("rows", listed(w, t.ada, charter.MemberQuery{Sort: orgs.ByEmail}), []string{"ada", "eve", "pam@acme.example", "vic"})
	w.Accept(t.pending, "pam")
	w.Remove(t.ada, t.vic)
	w.Same("rows", listed(w, t.ada, charter.MemberQuery{Sort: orgs.ByEmail}), []string{"ada", "eve", "pam"})
}

func m2Orders(w *World) {
	ada := roster(w)
	invited := []string{"p@x.example", "Q@x.example", "É@x.example"}
	for sort, want := range map[orgs.Sort][]string{
		orgs.ByFirstName: {"u1", "u0", "u3", "ada", "u6", "u5", "u4", "u7", "u2"},
		orgs.ByLastName:  {"u7", "u1", "u2", "ada", "u5", "u6", "u4", "u0", "u3"},
		orgs.ByEmail:     {"u2", "u3", "u0", "u1", "u6", "u7", "u4", "u5", "ada", "p@x.example", "Q@x.example", "É@x.example"},
		orgs.ByInvited:   {"ada", "u0", "u1", "u2", "u3", "u4", "u5", "u6", "u7", "Q@x.example", "p@x.example", "É@x.example"},
	} {
		got := listed(w, ada, charter.MemberQuery{Sort: sort})
		if sort == orgs.ByFirstName || sort == orgs.ByLastName {
			nameless := got[:len(invited)]
			slices.Sort(nameless) // by ID among themselves
			w.Same("the nameless come first", nameless, slices.Sorted(slices.Values(invited)))
			got = got[len(invited):]
		}
		w.Same("order by "+sort.String(), got, want)
	}
	var ranks []string
	for _, m := range collect(w, w.Svc.Members.All(w.Ctx, ada, charter.MemberQuery{Sort: orgs.ByRole})) {
		name := string(m.Role)
		if !m.Role.BuiltIn() {
			role, err := w.Store.Role(w.Ctx, ada.Org, m.Role)
			w.Must(err)
			name = role.Name
		}
		ranks = append(ranks, name)
	}
	w.Same("order by role", slices.Compact(ranks), []string{"admin", "editor", "viewer", "Zeta", "Alpha"})
}

func m2Cross(w *World) {
	ada := roster(w)
	everybody := collect(w, w.Svc.Members.All(w.Ctx, ada, charter.MemberQuery{}))
	custom := everybody[slices.IndexFunc(everybody, func(m orgs.Member) bool { return !m.Role.BuiltIn() })].Role
	filters := []charter.MemberQuery{
		{}, {Status: []orgs.Status{orgs.Active}}, {Status: []orgs.Status{orgs.Invited}}, {Roles: []roles.ID{custom, roles.Viewer}},
		{Status: []orgs.Status{orgs.Active}, Roles: []roles.ID{roles.Viewer, roles.Admin}}, {Search: "ä"}, {Search: "A"},
		{Search: "b", Status: []orgs.Status{orgs.Active}, Roles: []roles.ID{roles.Viewer}},
	}
	for _, sort := range orgs.Sorts() {
		for _, descending := range []bool{false, true} {
			page, err := w.Svc.Members.Page(w.Ctx, ada, charter.MemberQuery{Sort: sort, Descending: descending})
			w.Must(err)
			for _, q := range filters {
				want := slices.DeleteFunc(slices.Clone(page.Items), func(m orgs.Member) bool { return !wanted(q, m) })
				q.Sort, q.Descending = sort, descending
				for _, q.Limit = range []int{1, 2, 3, 5, 0} {
					got := collect(w, w.Svc.Members.All(w.Ctx, ada, q))
					w.Same(fmt.Sprintf("%+v", q), got, want)
				}
			}
			slices.Reverse(page.Items)
			other, err := w.Svc.Members.Page(w.Ctx, ada, charter.MemberQuery{Sort: sort, Descending: !descending})
			w.Must(err)
			w.Same("the other direction", other.Items, page.Items)
		}
	}
}

// wanted is what the filters of a query mean, said again.
func wanted(q charter.MemberQuery, m orgs.Member) bool {
	return (len(q.Status) == 0 || slices.Contains(q.Status, m.Status)) &&
		(len(q.Roles) == 0 || slices.Contains(q.Roles, m.Role)) &&
		(q.Search == "" || prefixFold(m.FirstName, q.Search) || prefixFold(m.LastName, q.Search) || prefixFold(m.Email, q.Search))
}

func m2Ties(w *World) {
	ada := w.Found("ada", "Acme")
	frozen := w.Clock.Now()
	still := w.At(frozen)
	for i := range 9 {
		email := fmt.Sprintf("t%d@x.example", i)
		issued, err := still.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: email, Role: roles.Viewer})
		w.Must(err)
		w.Must(errOf(still.Svc.Invites.Accept(w.Ctx, token(issued), charter.Invitee{
			User: orgs.UserID(email), Verified: []string{email},
			Profile: orgs.Profile{Email: "same@x.example", FirstName: "Sam", LastName: "Same"},
		})))
	}
	for _, sort := range orgs.Sorts() {
		for _, descending := range []bool{false, true} {
			q := charter.MemberQuery{Sort: sort, Descending: descending, Search: "same", Limit: 2}
			got := idsOf(collect(w, w.Svc.Members.All(w.Ctx, ada, q)), func(m orgs.Member) orgs.MemberID { return m.ID })
			want := slices.Sorted(slices.Values(got))
			if descending {
				slices.Reverse(want)
			}
			w.Same("tied by "+sort.String(), got, want)
			w.Same("rows", len(got), 9)
		}
	}
}

// m2Churn pages through the list and, after each page, removes every row of the
// page that may go, the one that the cursor stands on among them, and adds
// others all over the place.
func m2Churn(w *World) {
	for _, sort := range orgs.Sorts() {
		for _, descending := range []bool{false, true} {
			ada := w.Found("ada", "Acme")
			for i := range 12 {
				w.Must(errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: churnEmail(i, "stay"), Role: roles.Viewer})))
				w.Must(errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: churnEmail(i, "go"), Role: roles.Viewer})))
			}
			q := charter.MemberQuery{Sort: sort, Descending: descending, Limit: 3, Search: "c"}
			stays := func(m orgs.Member) bool { return m.Email[3:7] == "stay" }
			want := keep(collect(w, w.Svc.Members.All(w.Ctx, ada, q)), stays)
			var got []orgs.Member
			for n := 0; ; n++ {
				page, err := w.Svc.Members.Page(w.Ctx, ada, q)
				w.Must(err)
				got = append(got, keep(page.Items, stays)...)
				if q.Cursor = page.Next; q.Cursor == "" {
					break
				}
				for _, m := range page.Items {
					if !stays(m) {
						w.Must(w.Svc.Invites.Revoke(w.Ctx, ada, m.ID))
					}
				}
				if n < 12 {
					w.Must(errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: churnEmail(n, "new"), Role: roles.Viewer})))
				}
			}
			w.Same("the rows that stayed, by "+sort.String(), got, want)
			w.Same("how many", len(got), 12)
		}
	}
}

func churnEmail(i int, kind string) string { return fmt.Sprintf("c%02d%s@x.example", i, kind) }

func m2Filters(w *World) {
	t := newTown(w)
	clerk := t.Role(t.ada, "Clerk")
	w.Invite(t.ada, "clem", clerk)
	w.Join(t.ada, "cora", clerk)
	everybody := []string{"ada", "clem@acme.example", "cora", "eve", "pam@acme.example", "vic"}
	for _, c := range []struct {
		status []orgs.Status
		roles  []roles.ID
		want   []string
	}{
		{nil, nil, everybody},
		{[]orgs.Status{orgs.Active, orgs.Invited, orgs.Active}, nil, everybody},
		{[]orgs.Status{orgs.Invited}, nil, []string{"clem@acme.example", "pam@acme.example"}},
		{nil, []roles.ID{clerk}, []string{"clem@acme.example", "cora"}},
		{nil, []roles.ID{roles.Viewer, clerk, roles.Viewer}, []string{"clem@acme.example", "cora", "pam@acme.example", "vic"}},
		{[]orgs.Status{orgs.Active}, []roles.ID{clerk, roles.Admin}, []string{"ada", "cora"}},
		{[]orgs.Status{orgs.Invited}, []roles.ID{roles.Admin}, nil},
		{nil, []roles.ID{"no-such-role"}, nil},
	} {
		w.Same(fmt.Sprint(c.status, c.roles), listed(w, t.ada, charter.MemberQuery{Status: c.status, Roles: c.roles, Sort: orgs.ByEmail}), c.want)
	}
	w.Invalid("status[1]", func() error {
		return errOf(w.Svc.Members.Page(w.Ctx, t.ada, charter.MemberQuery{Status: []orgs.Status{orgs.Active, "gone"}}))
	})
	w.Invalid("status[0]", func() error {
		return errOf(w.Svc.Members.Page(w.Ctx, t.ada, charter.MemberQuery{Status: []orgs.Status{""}}))
	})
	w.Invalid("roles[0]", func() error {
		return errOf(w.Svc.Members.Page(w.Ctx, t.ada, charter.MemberQuery{Roles: []roles.ID{""}}))
	})
	w.Invalid("sort", func() error {
		return errOf(w.Svc.Members.Page(w.Ctx, t.ada, charter.MemberQuery{Sort: orgs.ByRole + 1}))
	})
}

func m2Searches(w *World) {
	ada := roster(w)
	w.Must(errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: "\u212aelvin@x.example", Role: roles.Viewer})))
	for search, want := range map[string][]string{
		"ANNA": {"u0", "u1"}, "anna z": {"u0"}, "zorn a": {"u0"}, "zorn,": nil, " Ärn ": {"u2", "u7"}, "äRGER": {"u3"}, "ar": nil,
		"nna": nil, "o'n": {"u6"}, "only": {"u5"}, "A3@": {"u3"}, "x.example": nil, "É@": {"É@x.example"}, "é@": nil, "é": nil,
		"kel": nil, "\u212ael": {"\u212aelvin@x.example"}, "zoe": {"u4"}, "zoe ": {"u4"}, "anna  z": nil,
	} {
		w.Same("found by "+search, listed(w, ada, charter.MemberQuery{Search: search, Sort: orgs.ByInvited}), want)
	}
	w.Same("spaces find everybody", len(listed(w, ada, charter.MemberQuery{Search: "  "})), 13)
	for _, search := range []string{runes(301, 'x'), "a\nb", "a\x00", "\xff"} {
		w.Invalid("search", func() error { return errOf(w.Svc.Members.Page(w.Ctx, ada, charter.MemberQuery{Search: search})) })
	}
	w.Must(errOf(w.Svc.Members.Page(w.Ctx, ada, charter.MemberQuery{Search: runes(300, '😀')})))
}

func m2Wildcards(w *World) {
	ada := w.Found("ada", "Acme")
	for _, email := range []string{"a%b@x.example", "a_b@x.example", "a*b@x.example", "a?b@x.example", "axb@x.example", "'x@x.example"} {
		w.Must(errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: email, Role: roles.Viewer})))
	}
	for search, want := range map[string][]string{
		"a%": {"a%b@x.example"}, "a_": {"a_b@x.example"}, "a*": {"a*b@x.example"}, "a?b": {"a?b@x.example"}, "%": nil, "_": nil,
		"*": nil, "'": {"'x@x.example"}, "a%b@": {"a%b@x.example"}, `a\`: nil,
	} {
		w.Same("found by "+search, listed(w, ada, charter.MemberQuery{Search: search}), want)
	}
}

// other returns a letter of base64 that is not c.
func other(c byte) string {
	if c == 'A' {
		return "B"
	}
	return "A"
}

func m2OtherQuery(w *World) {
	ada := roster(w)
	gus := w.Found("gus", "Globex")
	first := charter.MemberQuery{Status: []orgs.Status{orgs.Active}, Roles: []roles.ID{roles.Viewer, roles.Editor}, Search: "a", Limit: 1}
	page, err := w.Svc.Members.Page(w.Ctx, ada, first)
	w.Must(err)
	w.True("there is a next page", page.Next != "")
	for name, change := range map[string]func(*charter.MemberQuery){
		"status":    func(q *charter.MemberQuery) { q.Status = nil },
		"roles":     func(q *charter.MemberQuery) { q.Roles = q.Roles[:1] },
		"search":    func(q *charter.MemberQuery) { q.Search = "ä" },
		"sort":      func(q *charter.MemberQuery) { q.Sort = orgs.ByLastName },
		"direction": func(q *charter.MemberQuery) { q.Descending = true },
		"a letter":  func(q *charter.MemberQuery) { q.Cursor = charter.Cursor(other(q.Cursor[0])) + q.Cursor[1:] },
		"its end":   func(q *charter.MemberQuery) { q.Cursor = q.Cursor[:len(q.Cursor)-2] },
	} {
		q := first
		q.Cursor = page.Next
		change(&q)
		w.Log("another", name)
		w.Invalid("cursor", func() error { return errOf(w.Svc.Members.Page(w.Ctx, ada, q)) })
	}
	q := first
	q.Cursor = page.Next
	w.Invalid("cursor", func() error { return errOf(w.Svc.Members.Page(w.Ctx, gus, q)) })
	w.Invalid("cursor", func() error { return errOf(w.Svc.History.Page(w.Ctx, ada, charter.HistoryQuery{Cursor: page.Next})) })
	w.Invalid("cursor", func() error { return errOf(w.Svc.Orgs.Page(w.Ctx, "ada", charter.OrgQuery{Cursor: page.Next})) })
	w.Invalid("cursor", func() error {
		return errOf(w.Svc.Grants.Page(w.Ctx, ada, page.Items[0].ID, charter.GrantQuery{Cursor: page.Next}))
	})
}

func m2SameQuery(w *World) {
	ada := roster(w)
	desk := w.Join(ada, "desk", w.Role(ada, "Desk", roles.AccessUsers))
	q := charter.MemberQuery{Status: []orgs.Status{orgs.Invited, orgs.Active}, Roles: []roles.ID{roles.Viewer, roles.Editor}, Limit: 2}
	all := collect(w, w.Svc.Members.All(w.Ctx, ada, q))
	page, err := w.Svc.Members.Page(w.Ctx, ada, q)
	w.Must(err)
	q.Limit, q.Cursor = 100, page.Next
	q.Status, q.Roles = []orgs.Status{orgs.Active, orgs.Invited}, []roles.ID{roles.Editor, roles.Viewer, roles.Editor}
	rest, err := w.Svc.Members.Page(w.Ctx, desk, q)
	w.Must(err)
	w.Same("the rest", rest.Items, all[2:])
	w.Denied(func() error { return errOf(w.Svc.Members.Page(w.Ctx, charter.Actor{User: "u0", Org: ada.Org}, q)) })
}

func m2Limits(w *World) {
	ada := w.Found("ada", "Acme")
	for i := range 50 {
		page, err := w.Svc.Members.Page(w.Ctx, ada, charter.MemberQuery{})
		w.Must(err)
		w.Same("rows on the only page", []any{len(page.Items), page.Next}, []any{i + 1, charter.Cursor("")})
		w.Invite(ada, orgs.UserID(fmt.Sprintf("m%d", i)), roles.Viewer)
	}
	page, err := w.Svc.Members.Page(w.Ctx, ada, charter.MemberQuery{})
	w.Must(err)
	w.Same("rows on the first page", []any{len(page.Items), page.Next == ""}, []any{50, false})
	page, err = w.Svc.Members.Page(w.Ctx, ada, charter.MemberQuery{Limit: charter.MaxLimit})
	w.Must(err)
	w.Same("rows on the largest page", len(page.Items), 51)
	for _, limit := range []int{-1, charter.MaxLimit + 1, 1 << 62} {
		w.Invalid("limit", func() error { return errOf(w.Svc.Members.Page(w.Ctx, ada, charter.MemberQuery{Limit: limit})) })
		w.Invalid("limit", func() error {
			return errOf(w.Svc.Grants.Page(w.Ctx, ada, w.Me(ada).ID, charter.GrantQuery{Limit: limit}))
		})
		w.Invalid("limit", func() error { return errOf(w.Svc.History.Deletions(w.Ctx, "", limit)) })
	}
}

func m2All(w *World) {
	ada := roster(w)
	n := 0
	for _, err := range w.Svc.Members.All(w.Ctx, ada, charter.MemberQuery{Limit: 2}) {
		w.Must(err)
		if n++; n == 3 {
			break
		}
	}
	w.Same("rows until told to stop", n, 3)
	u0 := charter.Actor{User: "u0", Org: ada.Org}
	var last error
	for m, err := range w.Svc.Members.All(w.Ctx, u0, charter.MemberQuery{}) {
		w.Same("row with an error", m, orgs.Member{})
		last = err
	}
	w.True("the end is a denial", last == charter.ErrDenied) //nolint:errorlint // the very same value is the claim
}
