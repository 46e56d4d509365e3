package sqlstore

import (
	"encoding/json"
	"slices"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Rows of several kinds come in one result, so that what belongs together costs
// one round trip: Hold reads all that it was asked for in one statement, and a
// page comes with the facts about who asks for it. Every row has the same
// columns: what it is, nine texts, three numbers. The lists of columns below say
// which; those that a kind does not need are ” and 0.
type record struct {
	is     string // one of the constants; '' where all rows are the same
	text   [9]string
	number [3]int64
}

// What a record is, where that is not clear.
const (
	isSession      = "session"
	isOrganization = "organization"
	isUser         = "user"
	isActor        = "actor"
	isMember       = "member"
	isAddressed    = "addressed"
	isRole         = "role"
	isRoleNamed    = "role named"
	isPlace        = "place"
	isActorHas     = "actor has"
	isMemberHas    = "member has"
	isResource     = "resource"
	isFacts        = "facts"
)

// The columns of each kind, after what it is.
const (
	columnsOfOrganization = `o.id, o.name, o.company, o.address, o.vat_id, o.billing_email, o.reference, o.counts, '',
		o.created_at, o.events, o.revision`
	columnsOfUser = `u.id, u.email, u.first_name, u.last_name, u.active, '', '', '', '',
		u.memberships, u.created_at, u.revision`
	columnsOfMember = `m.id, m.role, m.status, COALESCE(m.user_id, ''), m.email, m.first_name, m.last_name, m.invited_by, m.message,
		m.invited_at, m.joined_at, m.issue`
	columnsOfGrantee = `m.id, COALESCE(m.user_id, ''), '', '', '', '', '', '', '', 0, 0, 0`
	// One row for each permission, and one with '' for a role without any.
	columnsOfRole     = `r.id, r.name, COALESCE(p.permission, ''), '', '', '', '', '', '', r.created_at, 0, 0`
	columnsOfResource = `r.kind, r.id, '', '', '', '', '', '', '', 0, 0, 0`
	columnsOfEvent    = `e.org, e.actor, e.action, e.detail, '', '', '', '', '', e.number, e.at, 0`
)

// columnsOfGrant returns the columns of a grant, whose kind and resource, if it is of one,
// are found.
func columnsOfGrant(found []string) string {
	return strings.Join(append(slices.Clone(found), repeated(`''`, len(record{}.text)-len(found))...), `, `) + `, 0, 0, 0`
}

// fields returns where to scan r's columns to, in their order.
func (r *record) fields() []any {
	t, n := &r.text, &r.number
	return []any{
		&r.is, &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7], &t[8], &n[0], &n[1], &n[2],
	}
}

func (r *record) organization() (orgs.Organization, error) {
	counts, err := decodeCounts(r.text[7])
	return orgs.Organization{
		ID: orgs.ID(r.text[0]), Name: r.text[1],
		Billing: orgs.Billing{
			Company: r.text[2], Address: r.text[3], VATID: r.text[4], Email: r.text[5], Reference: r.text[6],
		},
		CreatedAt: timeOf(r.number[0]), Counts: counts,
		Events: uint64(r.number[1]), Revision: uint64(r.number[2]),
	}, err
}

func (r *record) user() orgs.User {
	return orgs.User{
		ID:      orgs.UserID(r.text[0]),
		Profile: orgs.Profile{Email: r.text[1], FirstName: r.text[2], LastName: r.text[3]},
		Active:  orgs.ID(r.text[4]), Memberships: int(r.number[0]),
		CreatedAt: timeOf(r.number[1]), Revision: uint64(r.number[2]),
	}
}

func (r *record) member(org orgs.ID) orgs.Member {
	return orgs.Member{
		ID: orgs.MemberID(r.text[0]), Org: org, Role: roles.ID(r.text[1]), Status: orgs.Status(r.text[2]),
		User:      orgs.UserID(r.text[3]),
		Profile:   orgs.Profile{Email: r.text[4], FirstName: r.text[5], LastName: r.text[6]},
		InvitedBy: orgs.UserID(r.text[7]), Message: r.text[8],
		InvitedAt: timeOf(r.number[0]), JoinedAt: timeOf(r.number[1]), Issue: int(r.number[2]),
	}
}

func (r *record) grantee() store.Grantee {
	return store.Grantee{Member: orgs.MemberID(r.text[0]), User: orgs.UserID(r.text[1])}
}

// role returns the role with the one permission that r is about.
func (r *record) role() roles.Role {
	role := roles.Role{ID: roles.ID(r.text[0]), Name: r.text[1], CreatedAt: timeOf(r.number[0])}
	if p := roles.Permission(r.text[2]); p != "" {
		role.Permissions = []roles.Permission{p}
	}
	return role
}

func (r *record) resource() grants.Resource {
	return grants.Resource{Kind: roles.Kind(r.text[0]), ID: grants.ResourceID(r.text[1])}
}

// grant is of all of a kind where there is no resource, whose IDs are not empty.
func (r *record) grant() grants.Grant {
	if r.text[1] == "" {
		return grants.All(roles.Kind(r.text[0]))
	}
	return grants.One(roles.Kind(r.text[0]), grants.ResourceID(r.text[1]))
}

func (r *record) event() (store.Event, error) {
	e := store.Event{
		Org: orgs.ID(r.text[0]), Number: orderedNumber(r.number[0]), At: timeOf(r.number[1]),
		Actor: orgs.UserID(r.text[1]), Action: store.Action(r.text[2]),
	}
	return e, json.Unmarshal([]byte(r.text[3]), &e.Detail)
}

// timeOf and [time.Time.UnixMicro] carry every time that the contract allows,
// the zero time among them.
func timeOf(micro int64) time.Time { return time.UnixMicro(micro).UTC() }

// ordered returns n as a signed number of the same order; orderedNumber is the
// way back.
func ordered(n uint64) int64       { return int64(n ^ 1<<63) }
func orderedNumber(n int64) uint64 { return uint64(n) ^ 1<<63 }

// count is an [orgs.Count] as it is stored: its names in the database do not
// change with the Go ones.
type count struct {
	Role    roles.ID `json:"role"`
	Active  int      `json:"active"`
	Invited int      `json:"invited"`
}

func encodeCounts(counts orgs.Counts) string {
	list := make([]count, len(counts))
	for i, c := range counts {
		list[i] = count(c)
	}
	return encode(list)
}

func decodeCounts(text string) (orgs.Counts, error) {
	var list []count
	if err := json.Unmarshal([]byte(text), &list); err != nil || len(list) == 0 {
		return nil, err
	}
	counts := make(orgs.Counts, len(list))
	for i, c := range list {
		counts[i] = orgs.Count(c)
	}
	return counts, nil
}

// encode returns v as JSON. Values of strings, numbers and booleans, which are all
// there is here, always encode.
func encode(v any) string {
	text, _ := json.Marshal(v)
	return string(text)
}
