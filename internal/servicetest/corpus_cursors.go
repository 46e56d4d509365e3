package servicetest

import (
	"bytes"
	"encoding/base64"
	"math"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// cursors are lists that page, each with the cursor of its second page, or of the one
// before the last.
type cursors map[string]struct {
	page func(charter.Cursor) error
	next charter.Cursor
}

func newCursors(s *corpusStage) cursors {
	s.Helper()
	machine := s.Dump().Of(s.ada.Org).Resources[0]
	all := make(cursors)
	add := func(name string, page func(charter.Cursor) (charter.Cursor, error)) { all.add(s, name, page) }
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
		add("members backwards "+q.Sort.String()+q.Search+strings.Repeat("-", len(q.Roles)), func(c charter.Cursor) (charter.Cursor, error) {
			back := q
			back.Limit, back.Cursor, back.Last = 1, c, c == ""
			page, err := s.Svc.Members.Page(s.Ctx, s.ada, back)
			return page.Previous, err
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
		add("history backwards"+strings.Repeat("-", map[bool]int{true: 1}[descending]), func(c charter.Cursor) (charter.Cursor, error) {
			q := charter.HistoryQuery{Limit: 1, Cursor: c, Descending: descending, Last: c == ""}
			page, err := s.Svc.History.Page(s.Ctx, s.ada, q)
			return page.Previous, err
		})
	}
	s.Invite(s.gus, "pam", roles.Viewer) // whom Acme invites too
	add("received", func(c charter.Cursor) (charter.Cursor, error) {
		page, err := s.Svc.Invites.Received(s.Ctx, Profile("pam").Email, charter.PageQuery{Limit: 1, Cursor: c})
		return page.Next, err
	})
	add("resources for", func(c charter.Cursor) (charter.Cursor, error) {
		page, err := s.Svc.ResourcesFor(s.Ctx, s.ada, viewDevice, charter.PageQuery{Limit: 1, Cursor: c})
		return page.Next, err
	})
	add("members for", func(c charter.Cursor) (charter.Cursor, error) {
		page, err := s.Svc.MembersFor(s.Ctx, s.ada.Org, viewDevice, machine, charter.PageQuery{Limit: 1, Cursor: c})
		return page.Next, err
	})
	add("users for", func(c charter.Cursor) (charter.Cursor, error) {
		page, err := s.Svc.UsersFor(s.Ctx, s.ada.Org, viewDevice, machine, charter.PageQuery{Limit: 1, Cursor: c})
		return page.Next, err
	})
	return all
}

// add has the list name, which page returns the next cursor of.
func (all cursors) add(s *corpusStage, name string, page func(charter.Cursor) (charter.Cursor, error)) {
	s.Helper()
	next, err := page("")
	s.Must(err)
	s.True(name+" has a second page", next != "")
	list := all[name]
	list.next, list.page = next, func(c charter.Cursor) error { return errOf(page(c)) }
	all[name] = list
}

// runForged gives every list what nobody sealed, and its own cursor with a byte
// changed, cut off or too many: refused by name, whatever it is.
func runForged(s *corpusStage) {
	for _, list := range s.cursors {
		raw, err := base64.RawURLEncoding.DecodeString(string(list.next))
		s.Must(err)
		for _, forged := range forgeries(raw) {
			c := charter.Cursor(base64.RawURLEncoding.EncodeToString(forged))
			s.Invalid("cursor", func() error { return list.page(c) })
		}
		for _, c := range []charter.Cursor{"x", "=", list.next + "A", list.next + "=", " " + list.next, "\x00", "\xff"} {
			s.Invalid("cursor", func() error { return list.page(c) })
		}
	}
}

func forgeries(raw []byte) [][]byte {
	flipped := slices.Clone(raw)
	flipped[len(flipped)/2] ^= 1
	return [][]byte{
		flipped, raw[:len(raw)-1], raw[1:], raw[:12], raw[:1], append(slices.Clone(raw), 0), append(slices.Clone(raw), raw...),
		[]byte(`{"Key":"\u0000"}`), []byte("9223372036854775808"), make([]byte, 28), bytes.Repeat([]byte("["), 3000),
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
			"received": func() error {
				return errOf(s.Svc.Invites.Received(s.Ctx, "pam@acme.example", charter.PageQuery{Limit: n}))
			},
			"resources for": func() error {
				return errOf(s.Svc.ResourcesFor(s.Ctx, s.ada, viewDevice, charter.PageQuery{Limit: n}))
			},
			"members for": func() error {
				return errOf(s.Svc.MembersFor(s.Ctx, s.ada.Org, viewDevice, machine, charter.PageQuery{Limit: n}))
			},
			"users for": func() error {
				return errOf(s.Svc.UsersFor(s.Ctx, s.ada.Org, viewDevice, machine, charter.PageQuery{Limit: n}))
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
