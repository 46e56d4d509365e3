package boltstore

import (
	"fmt"

	bolt "go.etcd.io/bbolt"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// data finds records in one transaction, reading or writing.
type data struct{ tx *bolt.Tx }

func (d data) root(name string) *bolt.Bucket {
	return d.tx.Bucket([]byte(name))
}

func (d data) user(id orgs.UserID) (u orgs.User, found bool, err error) {
	found, err = load(d.root(rootUsers), string(id), &u)
	return u, found, err
}

// tenant returns the bucket of an organization, and false when there is none.
func (d data) tenant(id orgs.ID) (tenant, bool) {
	b := d.root(rootTenants).Bucket([]byte(id))
	return tenant{id, b}, b != nil
}

// tenant is the bucket of one organization. Its rows, roles, grants, resources
// and events are inside, so nothing finds those of another one (C19).
type tenant struct {
	id     orgs.ID
	bucket *bolt.Bucket
}

func (t tenant) sub(name string) *bolt.Bucket {
	return t.bucket.Bucket([]byte(name))
}

// order returns the bucket that has the rows in the order of sort.
func (t tenant) order(sort orgs.Sort) *bolt.Bucket {
	return t.sub(subOrder + sort.String())
}

func (t tenant) revision() uint64 {
	return numbered(t.bucket, keyRevision)
}

func (t tenant) record() (orgs.Organization, error) {
	var o orgs.Organization
	found, err := load(t.bucket, keyRecord, &o)
	if err == nil && !found {
		err = fmt.Errorf("boltstore: an organization without its record")
	}
	o.Revision = t.revision()
	return o, err
}

func (t tenant) row(id orgs.MemberID) (m orgs.Member, found bool, err error) {
	found, err = load(t.sub(subRows), string(id), &m)
	return m, found, err
}

func (t tenant) rowOf(user orgs.UserID) (orgs.Member, bool, error) {
	return t.row(orgs.MemberID(t.sub(subBound).Get([]byte(user))))
}

// rowsAt returns the rows with a folded address: those that the order by address
// has under that key.
func (t tenant) rowsAt(address string) ([]orgs.Member, error) {
	key := orgs.Member{Profile: orgs.Profile{Email: address}}.Key(orgs.ByEmail)
	var rows []orgs.Member
	for _, c := range t.classes() {
		s := span{prefix: append(c.head(), place(key, "")...)}
		for found := range s.keys(t.order(orgs.ByEmail)) {
			m, _, err := t.row(placed(found))
			if err != nil {
				return nil, err
			}
			rows = append(rows, m)
		}
	}
	return rows, nil
}

// classes returns the classes that have rows, at one seek each.
func (t tenant) classes() []class {
	var all []class
	for key := range heads(t.order(orgs.ByRole), func(key []byte) []byte { return classOf(key).head() }) {
		all = append(all, classOf(key))
	}
	return all
}

func (t tenant) role(id roles.ID) (r roles.Role, found bool, err error) {
	found, err = load(t.sub(subRoles), string(id), &r)
	return r, found, err
}

func (t tenant) roleNamed(folded string) (roles.Role, bool, error) {
	return t.role(roles.ID(t.sub(subRoleNames).Get([]byte(folded))))
}

func (t tenant) registered(r grants.Resource) bool {
	return has(t.sub(subResources), resourceKey(r))
}

func (t tenant) granted(id orgs.MemberID, g grants.Grant) bool {
	return has(t.sub(subGrants), grantKey(id, g))
}

// coverage tells by which grant of its own a row reaches r.
func (t tenant) coverage(id orgs.MemberID, r grants.Resource) grants.Coverage {
	switch {
	case t.granted(id, grants.One(r.Kind, r.ID)):
		return grants.CoveredByOne
	case t.granted(id, grants.All(r.Kind)):
		return grants.CoveredByAll
	}
	return grants.NotCovered
}
