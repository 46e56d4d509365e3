package sqlstore

import (
	"database/sql"
	"encoding/json"
	"slices"
	"strconv"
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
// which; those that a kind does not need are NULL and 0, for which drivers allocate
// nothing.
type record struct {
	is     int64 // one of the constants
	text   [9]sql.NullString
	number [3]int64
}

// What a record is.
const (
	isAlike = iota // as all others of the statement
	isSession
	isOrganization
	isUser
	isActor
	isMember
	isAddressed
	isRole
	isRoleNamed
	isPlace
	isActorHas
	isMemberHas
	isResource
	isFacts
)

// selecting begins a SELECT of records of a kind, whose columns follow.
func selecting(is int) string { return `SELECT ` + strconv.Itoa(is) + `, ` }

// The columns of each kind, after what it is.
const (
	columnsOfOrganization = `o.id, o.name, o.company, o.address, o.vat_id, o.billing_email, o.reference, o.counts, NULL,
		o.created_at, o.events, o.revision`
	columnsOfUser = `u.id, u.email, u.first_name, u.last_name, u.active, NULL, NULL, NULL, NULL,
		u.memberships, u.created_at, u.revision`
	columnsOfMember = `m.id, m.role, m.status, m.user_id, m.email, m.first_name, m.last_name, m.invited_by, m.message,
		m.invited_at, m.joined_at, m.issue`
	columnsOfGrantee = `m.id, m.user_id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0`
	// One row for each permission, and one without for a role that has none.
	columnsOfRole     = `r.id, r.name, p.permission, NULL, NULL, NULL, NULL, NULL, NULL, r.created_at, 0, 0`
	columnsOfResource = `r.kind, r.id, NULL, NULL, NULL, NULL, NULL, NULL, NULL, 0, 0, 0`
	columnsOfEvent    = `e.org, e.actor, e.action, e.detail, NULL, NULL, NULL, NULL, NULL, e.number, e.at, 0`
)

// columnsOfGrant returns the columns of a grant, whose kind and resource, if it is of one,
// are found.
func columnsOfGrant(found []string) string {
	return strings.Join(append(slices.Clone(found), repeated(`NULL`, len(record{}.text)-len(found))...), `, `) + `, 0, 0, 0`
}

// fields returns where to scan r's columns to, in their order.
func (r *record) fields() []any {
	t, n := &r.text, &r.number
	return []any{
		&r.is, &t[0], &t[1], &t[2], &t[3], &t[4], &t[5], &t[6], &t[7], &t[8], &n[0], &n[1], &n[2],
	}
}

func (r *record) organization() (orgs.Organization, error) {
	counts, err := decodeCounts(r.text[7].String)
	return orgs.Organization{
		ID: orgs.ID(r.text[0].String), Name: r.text[1].String,
		Billing: orgs.Billing{
			Company: r.text[2].String, Address: r.text[3].String, VATID: r.text[4].String,
			Email: r.text[5].String, Reference: r.text[6].String,
		},
		CreatedAt: timeOf(r.number[0]), Counts: counts,
		Events: uint64(r.number[1]), Revision: uint64(r.number[2]),
	}, err
}

func (r *record) user() orgs.User {
	return orgs.User{
		ID:      orgs.UserID(r.text[0].String),
		Profile: r.profile(1),
		Active:  orgs.ID(r.text[4].String), Memberships: int(r.number[0]),
		CreatedAt: timeOf(r.number[1]), Revision: uint64(r.number[2]),
	}
}

// profile returns the profile whose columns begin with this text.
func (r *record) profile(first int) orgs.Profile {
	return orgs.Profile{Email: r.text[first].String, FirstName: r.text[first+1].String, LastName: r.text[first+2].String}
}

func (r *record) member(org orgs.ID) orgs.Member {
	return orgs.Member{
		ID: orgs.MemberID(r.text[0].String), Org: org, Role: roles.ID(r.text[1].String), Status: orgs.Status(r.text[2].String),
		User:      orgs.UserID(r.text[3].String),
		Profile:   r.profile(4),
		InvitedBy: orgs.UserID(r.text[7].String), Message: r.text[8].String,
		InvitedAt: timeOf(r.number[0]), JoinedAt: timeOf(r.number[1]), Issue: int(r.number[2]),
	}
}

func (r *record) grantee() store.Grantee {
	return store.Grantee{Member: orgs.MemberID(r.text[0].String), User: orgs.UserID(r.text[1].String)}
}

// role returns the role with the one permission that r is about.
func (r *record) role() roles.Role {
	role := roles.Role{ID: roles.ID(r.text[0].String), Name: r.text[1].String, CreatedAt: timeOf(r.number[0])}
	if p := roles.Permission(r.text[2].String); p != "" {
		role.Permissions = []roles.Permission{p}
	}
	return role
}

func (r *record) resource() grants.Resource {
	return grants.Resource{Kind: roles.Kind(r.text[0].String), ID: grants.ResourceID(r.text[1].String)}
}

// grant is of all of a kind where there is no resource, whose IDs are not empty.
func (r *record) grant() grants.Grant {
	if r.text[1].String == "" {
		return grants.All(roles.Kind(r.text[0].String))
	}
	return grants.One(roles.Kind(r.text[0].String), grants.ResourceID(r.text[1].String))
}

func (r *record) event() (store.Event, error) {
	e := store.Event{
		Org: orgs.ID(r.text[0].String), Number: orderedNumber(r.number[0]), At: timeOf(r.number[1]),
		Actor: orgs.UserID(r.text[1].String), Action: store.Action(r.text[2].String),
	}
	return e, json.Unmarshal([]byte(r.text[3].String), &e.Detail)
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
