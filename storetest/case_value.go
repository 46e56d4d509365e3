package storetest

import (
	"context"
	"fmt"
	"math"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func valueCases() []Case {
	return []Case{
		numbered(23, "text comes back byte by byte", caseText),
		numbered(23, "long text comes back whole", caseLongText),
		numbered(23, "times come back to the microsecond", caseTimes),
		numbered(23, "integers come back in their whole range", caseIntegers),
		numbered(23, "events come back with every detail", caseEvents),
	}
}

// texts returns text that something on the way to a disk may change.
func texts() []string {
	return []string{
		"plain", "two  blanks", "it's", `"quoted"`, `back\slash`, "100%", "{}", "[1]", "null", "true", "0", "00", "1e3", "-0", "<b>&amp;</b>",
		"\u00e9", "e\u0301", "\u00df", "\u0130", "\ufeffbom", "a\u00a0b", "\u200d\u202e", "\ufffd", "\uffff", "\U0001F469\u200D\U0001F680", "\U0010FFFF",
		"\u2028", "$1", ":name", "?", "/* */ --", "\x7f", "a,b", `","`,
	}
}

// lines returns what may be a name, an address of that name, and a text of
// several lines, each with as much of text as it may have.
func lines(text string) (name, address, message string) {
	name, address = "plain", text+"@mail.example"
	if trimmed, err := orgs.Name(text); err == nil {
		name = trimmed
	}
	if _, err := orgs.Address("", address); err != nil {
		address = "plain@mail.example"
	}
	return name, address, "line\n" + text + "\r\n\ttab\x01."
}

// caseText stores each text wherever text is stored.
func caseText(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	for i, text := range texts() {
		name, address, message := lines(text)
		o := organization(orgs.ID(fmt.Sprintf("o%02d", i)))
		o.Name = name
		o.Billing = orgs.Billing{Company: name, Address: message, VATID: name, Email: address, Reference: name}
		u := user(orgs.UserID(fmt.Sprintf("u%02d", i)))
		u.Profile = orgs.Profile{Email: address, FirstName: name, LastName: name}
		m := active(o.ID, orgs.MemberID("m-"+o.ID), u, roles.Viewer)
		in := invited(o.ID, orgs.MemberID("i-"+o.ID), address, roles.Viewer)
		in.Message = " \n" + message + "\n "
		r := custom("r", name, viewDevices)
		t.do(store.Want{Org: o.ID, Users: []orgs.UserID{u.ID}},
			createOrganization(o), putUser(u), createMember(m), createMember(in), createRole(o.ID, r))
		o.Revision, u.Revision = 1, 1
		t.same("an organization", t.organizationOf(o.ID), o)
		t.same("a user", t.userOf(u.ID), u)
		t.rows(m, in)
		list, err := s.Roles(ctx, o.ID)
		t.must("Roles", err)
		t.same("a role", list, []roles.Role{r})
		held := t.hold(store.Want{Org: o.ID, Member: m.ID, RoleName: roles.FoldName(name), Address: orgs.FoldAddress(address)})
		t.same("a role held", held.RoleNamed, r)
		t.same("rows held by address", len(held.Addressed), 2)
		got, err := s.Memberships(ctx, store.MembershipQuery{User: u.ID, Limit: 9})
		t.must("Memberships", err)
		t.same("a membership", got, []store.Membership{{Org: o.ID, Name: name, Member: m.ID, Role: m.Role, JoinedAt: m.JoinedAt}})
		known, err := s.Known(ctx, orgs.FoldAddress(address))
		t.must("Known", err)
		t.same("whether the address is known", known, true)
	}
	return t.err
}

// caseLongText stores what is as long as it may be, in characters of four bytes.
func caseLongText(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	wide := func(n int) string { return strings.Repeat("\U0001F642", n) }
	id := strings.Repeat("\U0001F642", 63) + "abc" // 255 bytes
	o := organization(orgs.ID(id))
	o.Name = wide(orgs.MaxName)
	o.Billing = orgs.Billing{
		Company: wide(200), Address: wide(1000), VATID: wide(50), Email: strings.Repeat("e", 241) + "@mail.example", Reference: wide(200),
	}
	u := user(orgs.UserID(id))
	u.Profile = orgs.Profile{Email: o.Billing.Email, FirstName: wide(100), LastName: wide(100)}
	u.Active = o.ID
	r := custom(roles.ID(id), wide(roles.MaxName))
	for n := range 300 {
		r.Permissions = append(r.Permissions, roles.Permission(fmt.Sprintf("%s.%03d", strings.Repeat("p", 124), n)))
		o.Counts = append(o.Counts, orgs.Count{Role: roles.ID(fmt.Sprintf("%s%03d", strings.Repeat("r", 252), n)), Active: n, Invited: 1})
	}
	m := active(o.ID, orgs.MemberID(id), u, r.ID)
	in := invited(o.ID, orgs.MemberID(id[:252]+"abd"), strings.Repeat("f", 241)+"@mail.example", r.ID)
	in.Message, in.InvitedBy = wide(2000), u.ID
	kind := roles.Kind(strings.Repeat("k", 128))
	resource := grants.Resource{Kind: kind, ID: grants.ResourceID(id)}
	g := grants.One(kind, resource.ID)
	t.do(store.Want{Org: o.ID, Users: []orgs.UserID{u.ID}}, createOrganization(o), putUser(u), createRole(o.ID, r),
		createMember(m), createMember(in), register(o.ID, resource), give(o.ID, m.ID, g))
	o.Revision, u.Revision = 1, 1
	t.same("an organization", t.organizationOf(o.ID), o)
	t.same("a user", t.userOf(u.ID), u)
	t.rows(m, in)
	got, err := s.Role(ctx, o.ID, r.ID)
	t.must("Role", err)
	t.same("a role", got, r)
	t.same("its grants", t.grantsOf(o.ID, m.ID), []grants.Grant{g})
	q := grants.Question{Permission: r.Permissions[299], Resource: resource}
	t.facts(o.ID, u.ID, q, grants.Facts{
		Revision: 1, Member: m.ID, Status: orgs.Active, Role: r.ID, Holds: true, Registered: true, Coverage: grants.CoveredByOne,
	})
	q.Permission = r.Permissions[299][:127]
	t.facts(o.ID, u.ID, q, grants.Facts{
		Revision: 1, Member: m.ID, Status: orgs.Active, Role: r.ID, Registered: true, Coverage: grants.CoveredByOne,
	})
	return t.err
}

// instants returns times, in order, that do not fit into a timestamp, a number
// of nanoseconds, or a whole number of seconds or milliseconds.
func instants() []time.Time {
	return []time.Time{
		{},
		time.Date(1, time.January, 1, 0, 0, 0, 1_000, time.UTC),
		time.Date(1600, time.February, 29, 1, 2, 3, 4_000, time.UTC),
		time.Date(1969, time.December, 31, 23, 59, 59, 999_999_000, time.UTC),
		time.Unix(0, 0).UTC(),
		time.Unix(0, 1_000).UTC(),
		time.Date(2026, time.March, 29, 1, 30, 0, 0, time.UTC),
		time.Date(2026, time.March, 29, 1, 30, 0, 100_000_000, time.UTC),
		time.Date(2026, time.March, 29, 1, 30, 0, 123_456_000, time.UTC),
		time.Date(2038, time.January, 19, 3, 14, 8, 0, time.UTC),
		time.Date(2500, time.July, 1, 12, 0, 0, 999_000, time.UTC),
		time.Date(9999, time.December, 31, 23, 59, 59, 999_999_000, time.UTC),
	}
}

// caseTimes stores each time wherever one is stored, and lists by it.
func caseTimes(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	b := user(bob)
	t.do(store.Want{Org: acme, Users: []orgs.UserID{bob}}, createOrganization(organization(acme)), putUser(b))
	var rows []orgs.Member
	var memberships []store.Membership
	for i, when := range instants() {
		o := organization(orgs.ID(fmt.Sprintf("o%02d", i)))
		o.CreatedAt = when
		u := user(orgs.UserID(fmt.Sprintf("u%02d", i)))
		u.CreatedAt = when
		m := active(o.ID, orgs.MemberID("m-"+o.ID), b, roles.Viewer)
		m.JoinedAt = when
		in := invited(acme, orgs.MemberID("i-"+o.ID), string(o.ID)+"@mail.example", roles.Viewer)
		in.InvitedAt = when
		r := custom("r", "Role")
		r.CreatedAt = when
		e := event(o.ID, 1)
		e.At = when
		t.do(store.Want{Org: o.ID, Users: []orgs.UserID{u.ID}}, createOrganization(o), putUser(u), createRole(o.ID, r), appendEvent(e))
		t.do(store.Want{Org: acme}, createMember(in))
		o.Revision, u.Revision = 1, 1
		t.same("a user", t.userOf(u.ID), u)
		t.same("an organization", t.organizationOf(o.ID), o)
		t.rows(in)
		if i > 0 { // nobody joins at the zero time
			t.do(store.Want{Org: o.ID, Users: []orgs.UserID{bob}}, createMember(m))
			t.rows(m)
			memberships = append([]store.Membership{{Org: o.ID, Name: o.Name, Member: m.ID, Role: m.Role, JoinedAt: when}}, memberships...)
		}
		got, err := s.Role(ctx, o.ID, "r")
		t.must("Role", err)
		t.same("a role", got, r)
		page, err := s.Events(ctx, store.EventQuery{Org: o.ID, Limit: 1})
		t.must("Events", err)
		t.same("an event", page.Events, []store.Event{e})
		rows = append(rows, in)
	}
	page, err := s.Members(ctx, store.MemberQuery{Org: acme, Sort: orgs.ByInvited, Limit: everything})
	t.must("Members", err)
	t.same("rows by the time of the invitation", page.Members, rows)
	list, err := s.Memberships(ctx, store.MembershipQuery{User: bob, Limit: everything})
	t.must("Memberships", err)
	t.same("memberships, the last first", list, memberships)
	return t.err
}

// caseIntegers stores integers at the ends of their ranges, and events in the
// order of theirs.
func caseIntegers(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	for _, n := range []int{math.MaxInt, math.MinInt, -1, 0, math.MaxInt32 + 1} {
		o := t.organizationOf(acme)
		o.Counts = orgs.Counts{{Role: roles.Admin, Active: n, Invited: n}}
		o.Events = uint64(n)
		u := t.userOf(bob)
		u.Memberships = n
		m := active(acme, bobRow, user(bob), auditor)
		m.Issue = n
		t.do(store.Want{Org: acme, Users: []orgs.UserID{bob}}, updateOrganization(o), putUser(u), updateMember(m))
		o.Revision++
		u.Revision++
		t.same("an organization", t.organizationOf(acme), o)
		t.same("a user", t.userOf(bob), u)
		t.rows(m)
	}
	numbers := []uint64{1, 2, math.MaxInt32 + 1, math.MaxInt64, math.MaxInt64 + 1, math.MaxInt64 + 2, math.MaxUint64 - 1, math.MaxUint64}
	want := []store.Event{event(acme, 1), event(acme, 2)}
	for _, n := range numbers[2:] {
		t.do(store.Want{Org: acme}, appendEvent(event(acme, n)))
		want = append(want, event(acme, n))
	}
	for i := range want {
		page, err := s.Events(ctx, store.EventQuery{Org: acme, After: numbers[i], Limit: everything})
		t.must("Events", err)
		t.same(fmt.Sprintf("events after %d", numbers[i]), page.Events, want[i+1:])
	}
	last := tombstone(umbra)
	last.Number = math.MaxUint64
	t.do(store.Want{Org: umbra}, deleteOrganization(umbra, last))
	list, err := s.Tombstones(ctx, closed, 9)
	t.must("Tombstones", err)
	t.same("a tombstone", list, []store.Event{last})
	return t.err
}

// caseEvents stores events with everything that a detail may have.
func caseEvents(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.do(store.Want{Org: acme}, createOrganization(organization(acme)))
	state := func(text string) store.State {
		return store.State{Name: text, Role: roles.ID(text), Permissions: []roles.Permission{editDevices, viewDevices}}
	}
	var events []store.Event
	for i, text := range texts() {
		events = append(events, store.Event{
			Org: acme, Number: uint64(i + 1), At: at(i), Actor: orgs.UserID(text), Action: store.RoleChanged,
			Detail: store.Detail{
				Member: orgs.MemberID(text), User: orgs.UserID(text), Role: roles.ID(text), Before: state(text), After: state(text + text),
				Grants:    []grants.Grant{grants.One(device, grants.ResourceID(text)), grants.All(dashboard)},
				Resources: []grants.Resource{thing(grants.ResourceID(text)), board("b")},
			},
		})
	}
	next := uint64(len(events) + 1)
	events = append(events,
		store.Event{Org: acme, Number: next, At: at(60), Action: store.GrantsIntroduced}, // by the host, and no detail
		store.Event{Org: acme, Number: next + 1, At: at(60), Action: store.OrganizationRenamed, Detail: store.Detail{After: store.State{Name: "x"}}},
	)
	var ops []op
	for _, e := range events {
		ops = append(ops, appendEvent(e))
	}
	t.do(store.Want{Org: acme}, ops...)
	page, err := s.Events(ctx, store.EventQuery{Org: acme, Limit: everything})
	t.must("Events", err)
	t.same("events", page.Events, events)
	last := events[0]
	last.Action = store.OrganizationDeleted
	t.do(store.Want{Org: acme}, deleteOrganization(acme, last))
	list, err := s.Tombstones(ctx, "", 9)
	t.must("Tombstones", err)
	t.same("tombstones", list, []store.Event{last})
	return t.err
}
