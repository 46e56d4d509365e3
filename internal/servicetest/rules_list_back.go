package servicetest

import (
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

func backRules() []Rule {
	return []Rule{
		{"M2", "walking backwards gives the same pages and rows, whatever the sort, direction, filter and page size", m2Back},
		{"M2", "walking backwards, a row that does not change is neither skipped nor repeated while others come and go", m2ChurnBack},
		{"M2", "a page whose rows went still leads on, and back", m2Emptied},
		{"M2", "the last page is asked for without a cursor", m2Last},
		{"M2", "a cursor to the page before serves its own query only, and any page size", m2BackQuery},
		{"M2", "iterating from a page reached backwards goes on to the end", m2AllBack},
		{"H2", "the history goes backwards in both orders, also while events come", h2Back},
		{"H2", "iterating from a page reached backwards goes on to the end", h2AllBack},
		{"H2", "the last page is asked for without a cursor", h2Last},
	}
}

// turns asks for a page of a list that goes both ways: by a cursor, or the last.
type turns[T any] func(c charter.Cursor, last bool) charter.Page[T]

func (w *World) memberPages(as charter.Actor, q charter.MemberQuery) turns[orgs.Member] {
	return func(c charter.Cursor, last bool) charter.Page[orgs.Member] {
		w.Helper()
		q.Cursor, q.Last = c, last
		page, err := w.Svc.Members.Page(w.Ctx, as, q)
		w.Must(err)
		return page
	}
}

func (w *World) historyPages(as charter.Actor, q charter.HistoryQuery) turns[charter.Event] {
	return func(c charter.Cursor, last bool) charter.Page[charter.Event] {
		w.Helper()
		q.Cursor, q.Last = c, last
		page, err := w.Svc.History.Page(w.Ctx, as, q)
		w.Must(err)
		return page
	}
}

// bothWays walks through a list that stands still, which has the rows want, forwards
// and backwards with a turn after each page.
func bothWays[T any](w *World, name string, limit int, want []T, get turns[T]) {
	w.Helper()
	page := get("", false)
	w.Same(name+": before the first page", page.Previous, charter.Cursor(""))
	got := page.Items
	for page.Next != "" {
		w.Same(name+": rows on a page with a next one", len(page.Items), limit)
		next := get(page.Next, false)
		w.Same(name+": forth and back", get(next.Previous, false), page)
		page = next
		got = append(got, page.Items...)
	}
	w.Same(name+": forwards", got, want)

	page = get("", true)
	w.Same(name+": after the last page", page.Next, charter.Cursor(""))
	got = slices.Clone(page.Items)
	for page.Previous != "" {
		w.Same(name+": rows on a page with one before it", len(page.Items), limit)
		previous := get(page.Previous, false)
		w.Same(name+": back and forth", get(previous.Next, false).Items, page.Items)
		page = previous
		got = slices.Concat(page.Items, got)
	}
	w.Same(name+": backwards", got, want)
}

func m2Back(w *World) {
	ada := roster(w)
	filters := []charter.MemberQuery{
		{}, {Status: []orgs.Status{orgs.Active}}, {Status: []orgs.Status{orgs.Invited}, Roles: []roles.ID{roles.Viewer}},
		{Roles: []roles.ID{roles.Admin, roles.Editor}}, {Search: "A"}, {Search: "nobody"},
	}
	for _, q := range filters {
		for _, q.Sort = range orgs.Sorts() {
			for _, q.Descending = range []bool{false, true} {
				q.Limit = charter.MaxLimit
				want := w.memberPages(ada, q)("", false).Items
				for _, q.Limit = range []int{1, 2, 7, charter.MaxLimit} {
					bothWays(w, fmt.Sprintf("%+v", q), q.Limit, want, w.memberPages(ada, q))
				}
			}
		}
	}
}

// m2ChurnBack is m2Churn from the last page to the first.
func m2ChurnBack(w *World) {
	stays := func(m orgs.Member) bool { return m.Email[3:7] == "stay" }
	for _, sort := range orgs.Sorts() {
		for _, descending := range []bool{false, true} {
			ada := w.Found("ada", "Acme")
			for i := range 12 {
				w.Must(errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: churnEmail(i, "stay"), Role: roles.Viewer})))
				w.Must(errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: churnEmail(i, "go"), Role: roles.Viewer})))
			}
			q := charter.MemberQuery{Sort: sort, Descending: descending, Limit: 3, Search: "c"}
			want := keep(collect(w, w.Svc.Members.All(w.Ctx, ada, q)), stays)
			get := w.memberPages(ada, q)
			page := get("", true)
			got := keep(page.Items, stays)
			for n := 0; page.Previous != ""; n++ {
				w.Same("rows on a page with one before it", len(page.Items), 3)
				for _, m := range page.Items {
					if !stays(m) {
						w.Must(w.Svc.Invites.Revoke(w.Ctx, ada, m.ID))
					}
				}
				if n < 12 {
					w.Must(errOf(w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: churnEmail(n, "new"), Role: roles.Viewer})))
				}
				page = get(page.Previous, false)
				got = slices.Concat(keep(page.Items, stays), got)
			}
			w.Same("the rows that stayed, by "+sort.String(), got, want)
			w.Same("how many", len(got), 12)
		}
	}
}

// m2Emptied leaves a page without rows on either side of those that stay.
func m2Emptied(w *World) {
	ada := w.Found("ada", "Acme")
	rows := make(map[string]orgs.MemberID)
	for i := range 6 {
		email := churnEmail(i, "stay")
		issued, err := w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: email, Role: roles.Viewer})
		w.Must(err)
		rows[email] = issued.Member.ID
	}
	revoke := func(numbers ...int) {
		for _, i := range numbers {
			w.Must(w.Svc.Invites.Revoke(w.Ctx, ada, rows[churnEmail(i, "stay")]))
		}
	}
	get := w.memberPages(ada, charter.MemberQuery{Sort: orgs.ByEmail, Search: "c", Limit: 2})
	has := func(page charter.Page[orgs.Member], numbers ...int) {
		w.Helper()
		want := idsOf(numbers, func(i int) string { return churnEmail(i, "stay") })
		w.Same("rows", idsOf(page.Items, func(m orgs.Member) string { return m.Email }), want)
	}
	first := get("", false)
	second := get(first.Next, false)
	third := get(second.Next, false)
	has(third, 4, 5)

	revoke(4, 5)
	after := get(second.Next, false)
	has(after)
	w.Same("after the last page", after.Next, charter.Cursor(""))
	last := get(after.Previous, false)
	has(last, 2, 3)
	w.Same("after what is the last page now", last.Next, charter.Cursor(""))
	has(get(last.Previous, false), 0, 1)

	revoke(0, 1)
	before := get(second.Previous, false)
	has(before)
	w.Same("before the first page", before.Previous, charter.Cursor(""))
	now := get(before.Next, false)
	has(now, 2, 3)
	w.Same("before what is the first page now", now.Previous, charter.Cursor(""))

	issued, err := w.Svc.Invites.Invite(w.Ctx, ada, invites.Request{Email: churnEmail(1, "stay"), Role: roles.Viewer})
	w.Must(err)
	rows[churnEmail(1, "stay")] = issued.Member.ID
	short := get(second.Previous, false)
	has(short, 1)
	w.Same("before the first page", short.Previous, charter.Cursor(""))
	has(get(short.Next, false), 2, 3)

	revoke(1, 2, 3)
	for _, page := range []charter.Page[orgs.Member]{get("", false), get("", true)} {
		has(page)
		w.Same("around an empty list", []charter.Cursor{page.Previous, page.Next}, []charter.Cursor{"", ""})
	}
}

func m2Last(w *World) {
	ada := roster(w)
	next := w.memberPages(ada, charter.MemberQuery{Limit: 2})("", false).Next
	for _, c := range []charter.Cursor{next, "x"} {
		w.Invalid("last", func() error { return errOf(w.Svc.Members.Page(w.Ctx, ada, charter.MemberQuery{Last: true, Cursor: c})) })
		for m, err := range w.Svc.Members.All(w.Ctx, ada, charter.MemberQuery{Last: true, Cursor: c}) {
			w.Same("row with an error", m, orgs.Member{})
			w.Invalid("last", func() error { return err })
		}
	}
	w.Denied(func() error {
		return errOf(w.Svc.Members.Page(w.Ctx, charter.Actor{User: "u0", Org: ada.Org}, charter.MemberQuery{Last: true}))
	})
}

func m2BackQuery(w *World) {
	ada := roster(w)
	gus := w.Found("gus", "Globex")
	desk := w.Join(ada, "desk", w.Role(ada, "Desk", roles.AccessUsers))
	first := charter.MemberQuery{Roles: []roles.ID{roles.Viewer, roles.Editor}, Limit: 1}
	all := collect(w, w.Svc.Members.All(w.Ctx, ada, first))
	last := w.memberPages(ada, first)("", true)
	first.Cursor = last.Previous
	for name, change := range map[string]func(*charter.MemberQuery){
		"status":    func(q *charter.MemberQuery) { q.Status = []orgs.Status{orgs.Active} },
		"roles":     func(q *charter.MemberQuery) { q.Roles = q.Roles[:1] },
		"search":    func(q *charter.MemberQuery) { q.Search = "a" },
		"sort":      func(q *charter.MemberQuery) { q.Sort = orgs.ByEmail },
		"direction": func(q *charter.MemberQuery) { q.Descending = true },
		"a letter":  func(q *charter.MemberQuery) { q.Cursor = charter.Cursor(other(q.Cursor[0])) + q.Cursor[1:] },
	} {
		q := first
		change(&q)
		w.Log("another", name)
		w.Invalid("cursor", func() error { return errOf(w.Svc.Members.Page(w.Ctx, ada, q)) })
	}
	w.Invalid("cursor", func() error { return errOf(w.Svc.Members.Page(w.Ctx, gus, first)) })
	w.Invalid("cursor", func() error {
		return errOf(w.Svc.History.Page(w.Ctx, ada, charter.HistoryQuery{Cursor: last.Previous}))
	})
	for limit := 1; limit <= len(all); limit++ {
		q := first
		q.Limit = limit
		rest := w.memberPages(desk, q)(last.Previous, false)
		w.Same("rows before the last one", rest.Items, all[max(0, len(all)-1-limit):len(all)-1])
		w.Same("whether there are more", rest.Previous != "", limit < len(all)-1)
	}
}

func m2AllBack(w *World) {
	ada := roster(w)
	for _, descending := range []bool{false, true} {
		q := charter.MemberQuery{Sort: orgs.ByLastName, Descending: descending, Limit: 5}
		all := collect(w, w.Svc.Members.All(w.Ctx, ada, q))
		get := w.memberPages(ada, q)
		last := get("", true)
		q.Cursor = last.Previous
		w.Same("from the page before the last", collect(w, w.Svc.Members.All(w.Ctx, ada, q)), all[2:])
		q.Cursor = get(last.Previous, false).Previous
		w.Same("from a short first page", collect(w, w.Svc.Members.All(w.Ctx, ada, q)), all)
		q.Cursor, q.Last = "", true
		w.Same("the last page alone", collect(w, w.Svc.Members.All(w.Ctx, ada, q)), all[7:])
	}
}

func h2Back(w *World) {
	t := newTown(w)
	want := w.Dump().Of(t.ada.Org).Events
	for _, descending := range []bool{false, true} {
		for limit := 1; limit <= len(want)+1; limit++ {
			bothWays(w, fmt.Sprint(descending, limit), limit, want, w.historyPages(t.ada, charter.HistoryQuery{Descending: descending, Limit: limit}))
		}
		slices.Reverse(want)
	}
	numbers := func(page charter.Page[charter.Event]) []uint64 {
		return idsOf(page.Items, func(e charter.Event) uint64 { return e.Number })
	}
	count := uint64(len(want))
	newest := w.historyPages(t.ada, charter.HistoryQuery{Descending: true, Limit: 2})
	top := newest("", false)
	second := newest(top.Next, false)
	for i := range 3 {
		w.Must(w.Svc.Orgs.Rename(w.Ctx, t.ada, fmt.Sprint("Newer ", i)))
	}
	back := newest(second.Previous, false)
	w.Same("before the second page", numbers(back), []uint64{count, count - 1})
	back = newest(back.Previous, false)
	w.Same("what has come", numbers(back), []uint64{count + 2, count + 1})
	back = newest(back.Previous, false)
	w.Same("the newest", numbers(back), []uint64{count + 3})
	w.Same("before the newest", back.Previous, charter.Cursor(""))
	w.Same("after the newest", numbers(newest(back.Next, false)), []uint64{count + 2, count + 1})
}

func h2AllBack(w *World) {
	t := newTown(w)
	for _, descending := range []bool{false, true} {
		q := charter.HistoryQuery{Descending: descending, Limit: 2}
		all := collect(w, w.Svc.History.All(w.Ctx, t.ada, q))
		last := w.historyPages(t.ada, q)("", true)
		q.Cursor = last.Previous
		w.Same("from the page before the last", collect(w, w.Svc.History.All(w.Ctx, t.ada, q)), all[len(all)-4:])
		q.Cursor, q.Last = "", true
		w.Same("the last page alone", collect(w, w.Svc.History.All(w.Ctx, t.ada, q)), all[len(all)-2:])
	}
}

func h2Last(w *World) {
	t := newTown(w)
	last := w.historyPages(t.ada, charter.HistoryQuery{Limit: 2})("", true)
	for _, c := range []charter.Cursor{last.Previous, "x"} {
		w.Invalid("last", func() error {
			return errOf(w.Svc.History.Page(w.Ctx, t.ada, charter.HistoryQuery{Last: true, Cursor: c}))
		})
	}
	w.Invalid("cursor", func() error {
		return errOf(w.Svc.History.Page(w.Ctx, t.gus, charter.HistoryQuery{Cursor: last.Previous}))
	})
	w.Invalid("cursor", func() error {
		return errOf(w.Svc.History.Page(w.Ctx, t.ada, charter.HistoryQuery{Cursor: last.Previous, Descending: true}))
	})
	w.Denied(func() error { return errOf(w.Svc.History.Page(w.Ctx, t.eve, charter.HistoryQuery{Last: true})) })
}
