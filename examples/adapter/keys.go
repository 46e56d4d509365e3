package boltstore

import (
	"bytes"
	"encoding/binary"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// The buckets of the file, and what they map to what.
const (
	rootMeta       = "meta"       // formatKey → format
	rootUsers      = "users"      // user → JSON of orgs.User
	rootAddresses  = "addresses"  // folded address, user → nothing
	rootJoined     = "joined"     // user, newest first, organization → row
	rootInvited    = "invited"    // folded address, organization → row
	rootResources  = "resources"  // kind, resource → organization
	rootTombstones = "tombstones" // organization → JSON of store.Event
	rootTenants    = "tenants"    // organization → its bucket
)

// The keys and buckets inside the bucket of one organization.
const (
	keyRecord   = "record"   // JSON of orgs.Organization
	keyRevision = "revision" // eight bytes, big-endian

	subRows      = "rows"       // row → JSON of orgs.Member
	subBound     = "bound"      // user → row
	subRoles     = "roles"      // role → JSON of roles.Role
	subRoleNames = "role-names" // folded name → role
	subResources = "resources"  // kind, resource → nothing
	subGrants    = "grants"     // row, kind, resource or empty → nothing
	subGrantees  = "grantees"   // kind, resource or empty, row → nothing
	subEvents    = "events"     // number, eight bytes big-endian → JSON of store.Event
	subOrder     = "order-"     // and the name of the orgs.Sort: class, sort key, row → nothing
)

const (
	separator  = "\x00"     // ends a part of a key; no ID has it, and no byte is smaller
	escapedNUL = "\x00\xff" // a NUL inside a sort key
	endOfSort  = "\x00\x01" // ends a sort key; smaller than any byte that could go on
)

// join makes a key of parts. Keys that share a part lie together, and a part
// sorts before every longer one that begins with it.
func join(parts ...string) []byte {
	return []byte(strings.Join(parts, separator))
}

// head makes the prefix of all keys that begin with these parts and go on.
func head(parts ...string) []byte {
	return append(join(parts...), separator...)
}

// part returns the last part of key.
func part(key []byte) string {
	return string(key[bytes.LastIndexByte(key, separator[0])+1:])
}

// escaped makes text of any bytes fit for a place inside a key: what begins
// with a prefix before, begins with the escaped prefix after.
func escaped(text string) string {
	return strings.ReplaceAll(text, separator, escapedNUL)
}

// place is where a row stands within its class: the sort key, then the ID. It
// keeps the order of the pair whatever bytes the sort key has.
func place(key string, id orgs.MemberID) string {
	return escaped(key) + endOfSort + string(id)
}

// placed returns the row of what place made, or of a key that ends in it.
func placed(key []byte) orgs.MemberID {
	return orgs.MemberID(key[bytes.LastIndexByte(key, separator[0])+len(endOfSort):])
}

// class is what member lists are filtered by. Each order is kept once for each
// class, so that a filtered page reads its own rows only.
type class struct {
	status orgs.Status
	role   roles.ID
}

func (c class) head() []byte {
	return head(string(c.status), string(c.role))
}

// orderKey is where row m stands in the order by sort.
func orderKey(m orgs.Member, sort orgs.Sort) []byte {
	return append(class{m.Status, m.Role}.head(), place(m.Key(sort), m.ID)...)
}

func classOf(key []byte) class {
	status, rest, _ := bytes.Cut(key, []byte(separator))
	role, _, _ := bytes.Cut(rest, []byte(separator))
	return class{orgs.Status(status), roles.ID(role)}
}

// joinedRest is what follows head(user) in the key of a membership: newest
// first, so the time counts down. It is 8 bytes, then the organization.
func joinedRest(at time.Time, org orgs.ID) string {
	const sign = 1 << 63 // makes the order of negative numbers that of bytes
	return string(number(^(uint64(at.UnixMicro()) ^ sign))) + string(org)
}

// joinedKey is the key of the membership that row m is, which is bound.
func joinedKey(m orgs.Member) []byte {
	return append(head(string(m.User)), joinedRest(m.JoinedAt, m.Org)...)
}

// invitedKey is the key of the invitation that row m is.
func invitedKey(m orgs.Member) []byte {
	return join(orgs.FoldAddress(m.Email), string(m.Org))
}

func joinedOrg(rest []byte) orgs.ID {
	return orgs.ID(rest[8:])
}

// addressKey is under what Reader.Known finds u.
func addressKey(u orgs.User) []byte {
	return join(orgs.FoldAddress(u.Email), string(u.ID))
}

// number makes a key of n that keeps the order of numbers.
func number(n uint64) []byte {
	return binary.BigEndian.AppendUint64(nil, n)
}

func resourceKey(r grants.Resource) []byte {
	return join(string(r.Kind), string(r.ID))
}

func resourceOf(key []byte) grants.Resource {
	kind, id, _ := bytes.Cut(key, []byte(separator))
	return grants.Resource{Kind: roles.Kind(kind), ID: grants.ResourceID(id)}
}

// A grant of all of a kind has an empty resource in its key, which puts it
// before those of single resources: the order of grants.Grant.Compare.
func grantKey(id orgs.MemberID, g grants.Grant) []byte {
	return join(string(id), string(g.Kind), string(g.Resource))
}

func granteeKey(id orgs.MemberID, g grants.Grant) []byte {
	return join(string(g.Kind), string(g.Resource), string(id))
}

func grantOf(key []byte) grants.Grant {
	_, rest, _ := bytes.Cut(key, []byte(separator))
	r := resourceOf(rest)
	return grants.Grant{Kind: r.Kind, Resource: r.ID, All: r.ID == ""}
}
