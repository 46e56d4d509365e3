package servicetest

import (
	"encoding/base64"
	"errors"
	"math"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// cursors are lists that page, each with the cursor of its second page.
type cursors map[string]struct {
	page func(charter.Cursor) error
	next charter.Cursor
}

func newCursors(s *corpusStage) cursors {
	s.Helper()
	machine := s.Dump().Of(s.ada.Org).Resources[0]
	all := make(cursors)
	add := func(name string, page func(charter.Cursor) (charter.Cursor, error)) {
		next, err := page("")
		s.Must(err)
		s.True(name+" has a second page", next != "")
		list := all[name]
		list.next, list.page = next, func(c charter.Cursor) error { return errOf(page(c)) }
		all[name] = list
	}
	add("organizations", func(c charter.Cursor) (charter.Cursor, error) {
		page, err := s.Svc.Orgs.Page(s.Ctx, "ada", charter.OrgQuery{Limit: 1, Cursor: c})
		return page.Next, err
	})
	for _, q := range []charter.MemberQuery{
		{}, {Descending: true}, {Sort: orgs.ByInvited}, {Sort: orgs.ByRole, Roles: []roles.ID{roles.Viewer}}, {Search: "f"},
	} {
		add("members "+q.Sort.String()+q.Search+strings.Repeat("-", len(q.Roles)), func(c charter.Cursor) (charter.Cursor, error) {
			q.Limit, q.Cursor = 1, c
			page, err := s.Svc.Members.Page(s.Ctx, s.ada, q)
			return page.Next, err
		})
	}
	add("grants", func(c charter.Cursor) (charter.Cursor, error) {
		page, err := s.Svc.Grants.Page(s.Ctx, s.ada, s.invited(), charter.GrantQuery{Limit: 1, Cursor: c})
		return page.Next, err
	})
	for _, descending := range []bool{false, true} {
		add("history"+strings.Repeat("-", map[bool]int{true: 1}[descending]), func(c charter.Cursor) (charter.Cursor, error) {
			page, err := s.Svc.History.Page(s.Ctx, s.ada, charter.HistoryQuery{Limit: 1, Cursor: c, Descending: descending})
			return page.Next, err
		})
	}
	add("resources for", func(c charter.Cursor) (charter.Cursor, error) {
		page, err := s.Svc.ResourcesFor(s.Ctx, s.ada, viewDevice, charter.PageQuery{Limit: 1, Cursor: c})
		return page.Next, err
	})
	add("members for", func(c charter.Cursor) (charter.Cursor, error) {
		page, err := s.Svc.MembersFor(s.Ctx, s.ada.Org, viewDevice, machine, charter.PageQuery{Limit: 1, Cursor: c})
		return page.Next, err
	})
	return all
}

// runForged gives every list cursors of its own query whose position somebody
// has made up: they are refused or lead somewhere in the list, and never reach a
// store with what no store can take.
func runForged(s *corpusStage) {
	const fingerprint = 8 // bytes of a cursor that tell its query
	for name, list := range s.cursors {
		raw, err := base64.RawURLEncoding.DecodeString(string(list.next))
		s.Must(err)
		for _, position := range positions() {
			forged := charter.Cursor(base64.RawURLEncoding.EncodeToString(append(raw[:fingerprint:fingerprint], position...)))
			err := list.page(forged)
			if err == nil {
				continue
			}
			refused := (*charter.InvalidError)(nil)
			if !errors.As(err, &refused) || refused.Field != "cursor" {
				s.Fatalf("%s at %.80q: got %v, want a page or an InvalidError about the cursor", name, position, err)
			}
		}
		for _, hostile := range []string{`"\u0000"`, `{"Key":"\u0000"}`, `{"ID":"a\u0000"}`, `{"Org":"\u0000"}`, `{"Resource":"\u0000"}`} {
			forged := charter.Cursor(base64.RawURLEncoding.EncodeToString(append(raw[:fingerprint:fingerprint], hostile...)))
			s.Invalid("cursor", func() error { return list.page(forged) })
		}
	}
}

// positions are what somebody may put behind a fingerprint.
func positions() []string {
	return []string{
		"", " ", "{}", "[]", "null", "true", `""`, `"x"`, "0", "-1", "1", "1.5", "1e999", "9223372036854775807", "9223372036854775808",
		"18446744073709551615", "18446744073709551616", `"` + strings.Repeat("x", 4000) + `"`, `{"Key":"x","ID":"y"}`, `{"Key":1}`, `{"key":"x"}`,
		"{\"Key\":\"\xff\"}", `{"Key":"\ud800"}`, `{"Key":"' OR 1=1 --","ID":"%"}`, `{"JoinedAt":"0001-01-01T00:00:00Z"}`,
		`{"JoinedAt":"9999-12-31T23:59:59.999999999Z","Org":"x"}`, `{"JoinedAt":"0000-01-01T00:00:00Z"}`, `{"JoinedAt":"x"}`,
		`{"Kind":"device","ID":"x"}`, `{"Kind":"rocket"}`, `{"Kind":"device","Resource":"x","All":true}`, `{"All":true}`,
		strings.Repeat("[", 3000), strings.Repeat(`{"a":`, 1000), "{}{}", "\x00", "\xff\xfe", `{"ID":"` + runes(300, 'x') + `"}`,
	}
}

// runNumbers puts numbers out of range into every limit and sort.
func runNumbers(s *corpusStage) {
	machine := s.Dump().Of(s.ada.Org).Resources[0]
	for _, n := range []int{-1, math.MinInt, charter.MaxLimit + 1, math.MaxInt32, math.MaxInt} {
		for name, op := range map[string]func() error{
			"organizations": func() error { return errOf(s.Svc.Orgs.Page(s.Ctx, "ada", charter.OrgQuery{Limit: n})) },
			"members":       func() error { return errOf(s.Svc.Members.Page(s.Ctx, s.ada, charter.MemberQuery{Limit: n})) },
			"grants":        func() error { return errOf(s.Svc.Grants.Page(s.Ctx, s.ada, s.invited(), charter.GrantQuery{Limit: n})) },
			"history":       func() error { return errOf(s.Svc.History.Page(s.Ctx, s.ada, charter.HistoryQuery{Limit: n})) },
			"deletions":     func() error { return errOf(s.Svc.History.Deletions(s.Ctx, "", n)) },
			"resources for": func() error {
				return errOf(s.Svc.ResourcesFor(s.Ctx, s.ada, viewDevice, charter.PageQuery{Limit: n}))
			},
			"members for": func() error {
				return errOf(s.Svc.MembersFor(s.Ctx, s.ada.Org, viewDevice, machine, charter.PageQuery{Limit: n}))
			},
		} {
			s.Log(name, n)
			s.Invalid("limit", op)
		}
	}
	for sort := len(orgs.Sorts()); sort <= math.MaxUint8; sort++ {
		s.Invalid("sort", func() error {
			return errOf(s.Svc.Members.Page(s.Ctx, s.ada, charter.MemberQuery{Sort: orgs.Sort(sort)}))
		})
	}
}
