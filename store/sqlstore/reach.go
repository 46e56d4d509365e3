package sqlstore

import (
	"cmp"
	"context"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Resources returns a page of an organization's resources, or of those that a
// user reaches, in one statement. The ways to reach a resource are seeks in the
// order of the page, and the page is their union: what is reached twice comes
// once.
func (r reader) Resources(ctx context.Context, q store.ResourceQuery) (page store.ResourcePage, err error) {
	list := r.merged(`UNION`, r.resourceSeeks(q), `ORDER BY kind, id`, q.Limit)
	statement := r.asked(q.Org, q.Asker).
		add(selecting(isAlike) + columnsOfResource + ` FROM (`).addQuery(list).add(`) AS r`)
	err = r.read(ctx, "resources", statement, func(rec *record) error {
		if rec.is == isFacts {
			page.Facts = rec.facts()
		} else {
			page.Resources = append(page.Resources, rec.resource())
		}
		return nil
	})
	if err != nil {
		return store.ResourcePage{}, err
	}
	slices.SortFunc(page.Resources, grants.Resource.Compare)
	return page, nil
}

// resourceSeeks finds every resource of the organization or, with a User, what
// that user's active row reaches: everything by its role, by grants of one, by
// grants of all of a kind.
func (r reader) resourceSeeks(q store.ResourceQuery) (seeks []*query) {
	row := func() *query {
		return sentence(`SELECT m.id FROM charter_members m WHERE m.org = ? AND m.user_id = ? AND m.status = 'active'`, q.Org, q.User)
	}
	const all, of, inOrg = `SELECT s.kind AS kind, s.id AS id`, `charter_resources s`, `s.org = ?`
	free := condition{`charter_members m ` + r.oneByUser, sentence(`m.org = ? AND m.user_id = ? AND m.status = 'active' AND`,
		q.Org, q.User).addQuery(oneOf(r.dialect, `m.role`, q.Reach))}
	after := position{}
	if q.After != nil {
		after = position{q.After.Kind, q.After.ID}
	}
	for _, s := range spans(q.Kinds, after) {
		if q.User == "" {
			seeks = append(seeks, r.addSpan(sentence(all+` FROM `+of+` WHERE `+inOrg, q.Org), s, `s.kind`, `s.id`))
			continue
		}
		seeks = append(seeks,
			r.addSpan(r.when(free, all, of, inOrg, q.Org), s, `s.kind`, `s.id`),
			r.addSpan(sentence(`SELECT g.kind AS kind, g.resource AS id FROM charter_grants g WHERE g.org = ? AND g.member = (`, q.Org).
				addQuery(row()).add(`)`), s, `g.kind`, `g.resource`))
		seeks = append(seeks, r.wideSeeks(q, row, s)...)
	}
	return seeks
}

// wideSeeks find, in s, the resources of the kinds of which the member that row
// selects has a wide grant.
func (r reader) wideSeeks(q store.ResourceQuery, row func() *query, s span) []*query {
	if s.is != "=" {
		return r.wideReach(r, q, row, s)
	}
	granted := sentence(`w.org = ? AND w.member = (`, q.Org).addQuery(row()).add(`) AND w.kind = ?`, s.kind)
	part := r.when(condition{`charter_wide_grants w ` + r.oneWide, granted},
		`SELECT s.kind AS kind, s.id AS id`, `charter_resources s`, `s.org = ?`, q.Org)
	return []*query{r.addSpan(part, s, `s.kind`, `s.id`)}
}

// wideReach is how a database does that where s is not of one kind.
type wideReach func(r reader, q store.ResourceQuery, row func() *query, s span) []*query

// wideByGrant goes through the grants and the resources of each: in order, as
// SQLite sees.
func wideByGrant(r reader, q store.ResourceQuery, row func() *query, s span) []*query {
	part := sentence(`SELECT w.kind AS kind, s.id AS id FROM charter_wide_grants w CROSS JOIN charter_resources s
		WHERE w.org = ? AND w.member = (`, q.Org).addQuery(row()).add(`) AND s.org = ? AND s.kind = w.kind`, q.Org)
	return []*query{r.addSpan(part, s, `w.kind`, `s.id`)}
}

// wideByPage goes through the grants and takes a page of the resources of each.
func wideByPage(r reader, q store.ResourceQuery, row func() *query, s span) []*query {
	part := sentence(`SELECT w.kind AS kind, s.id AS id FROM charter_wide_grants w CROSS JOIN LATERAL (
		SELECT r.id FROM charter_resources r WHERE r.org = ? AND r.kind = w.kind`, q.Org)
	if q.Limit > 0 {
		part.add(`ORDER BY r.id`).add(r.limit, q.Limit)
	}
	part.add(`) AS s WHERE w.org = ? AND w.member = (`, q.Org).addQuery(row()).add(`)`)
	return []*query{r.addSpan(part, s, `w.kind`, ``)}
}

// wideInTurn takes a page of the resources of the member's first grant, of its
// second, and so on, since MariaDB has no LATERAL; a grant that is not there finds
// none. After so many of them it goes through all resources, and passes over those of
// other kinds.
func wideInTurn(r reader, q store.ResourceQuery, row func() *query, s span) (seeks []*query) {
	if q.Limit == 0 {
		return wideByGrant(r, q, row, s)
	}
	nth := func(n int) *query {
		kinds := sentence(`SELECT w.kind FROM charter_wide_grants w WHERE w.org = ? AND w.member = (`, q.Org).addQuery(row()).add(`)`)
		return r.addSpan(kinds, s, `w.kind`, ``).add(`ORDER BY w.kind LIMIT 1 OFFSET ?`, n)
	}
	for n := range maxTurns {
		part := sentence(`SELECT s.kind AS kind, s.id AS id FROM charter_resources s WHERE s.org = ? AND s.kind = (`, q.Org).
			addQuery(nth(n)).add(`)`)
		part.order = orderByID(false)
		seeks = append(seeks, part)
	}
	rest := sentence(`SELECT s.kind AS kind, s.id AS id FROM charter_resources s WHERE s.org = ? AND s.kind > (`, q.Org).
		addQuery(nth(maxTurns - 1)).add(`) AND EXISTS (SELECT 1 FROM charter_wide_grants w WHERE w.org = s.org AND w.member = (`).addQuery(row()).
		add(`) AND w.kind = s.kind)`)
	return append(seeks, r.addSpan(rest, s, `s.kind`, `s.id`))
}

// maxTurns is how many of a member's wide grants wideInTurn takes a page of.
const maxTurns = 8

// position is where a page by kind and ID ends; the zero value is before all.
type position struct {
	kind roles.Kind
	id   grants.ResourceID
}

// span is a part of a list by kind and ID that is one range of an index for each
// kind.
type span struct {
	is    string       // "=", ">" or "IN"; "" lets every kind pass
	kind  roles.Kind   // for "=" and ">"
	kinds []roles.Kind // for "IN", in order
	after grants.ResourceID
}

// maxSpans is how many kinds a page is merged from, at most. A filter of more walks
// the list of all kinds, from the first of them, and passes over the others.
const maxSpans = 16

// spans returns what comes after a position, of kinds or, when there are none, of
// every kind: the rest of the position's own kind, and the kinds after it. In one
// condition they would not be ranges.
func spans(kinds []roles.Kind, after position) (list []span) {
	if after.kind != "" && (len(kinds) == 0 || slices.Contains(kinds, after.kind)) {
		list = append(list, span{is: "=", kind: after.kind, after: after.id})
	}
	later := slices.DeleteFunc(distinct(kinds), func(k roles.Kind) bool { return k <= after.kind })
	switch {
	case len(kinds) == 0 && after.kind == "":
		return []span{{}}
	case len(kinds) == 0:
		return append(list, span{is: ">", kind: after.kind})
	case len(later) > maxSpans, len(list)+len(later) == 0:
		return append(list, span{is: "IN", kinds: later})
	}
	for _, k := range later {
		list = append(list, span{is: "=", kind: k})
	}
	return list
}

// addSpan lets only s pass.
func (r reader) addSpan(q *query, s span, kind, id string) *query {
	switch s.is {
	case "":
		return q
	case "IN":
		if len(s.kinds) > 0 {
			q.add(`AND `+kind+` >= ?`, s.kinds[0])
		}
		return q.add(`AND`).addQuery(oneOf(r.dialect, kind, s.kinds))
	}
	q.add(`AND `+kind+` `+s.is+` ?`, s.kind)
	if s.is == "=" {
		q.order = orderByID(false)
	}
	if s.after != "" {
		q.add(`AND `+id+` > ?`, s.after)
	}
	return q
}

// Grants returns a page of a member's grants in one statement: the merge of
// those of all of a kind and those of one resource.
func (r reader) Grants(ctx context.Context, q store.GrantQuery) (page store.GrantPage, err error) {
	after := position{}
	if q.After != nil {
		after = position{q.After.Kind, q.After.Resource}
	}
	var seeks []*query
	for _, s := range spans(q.Kinds, after) {
		seeks = append(seeks, r.addSpan(sentence(
			`SELECT g.kind AS kind, g.resource AS id FROM charter_grants g WHERE g.org = ? AND g.member = ?`, q.Org, q.Member),
			s, `g.kind`, `g.resource`))
		if s.is == "=" && s.kind == after.kind {
			continue // of a kind, the grant of all comes first
		}
		seeks = append(seeks, r.addSpan(sentence(
			`SELECT w.kind AS kind, '' AS id FROM charter_wide_grants w WHERE w.org = ? AND w.member = ?`, q.Org, q.Member),
			s, `w.kind`, ``))
	}
	list := r.merged(`UNION ALL`, seeks, `ORDER BY kind, id`, q.Limit)
	statement := r.asked(q.Org, q.Asker).
		add(selecting(isAlike) + columnsOfResource + ` FROM (`).addQuery(list).add(`) AS r`)
	err = r.read(ctx, "grants", statement, func(rec *record) error {
		if rec.is == isFacts {
			page.Facts = rec.facts()
		} else {
			page.Grants = append(page.Grants, rec.grant())
		}
		return nil
	})
	if err != nil {
		return store.GrantPage{}, err
	}
	slices.SortFunc(page.Grants, grants.Grant.Compare)
	return page, nil
}

// Grantees returns a page of the active members that reach a resource, in one
// statement. Those of the roles that need no grant are a seek for each role, those
// with a grant are looked up one by one: it costs what it returns and the
// holders among them that are invited or in another role.
func (r reader) Grantees(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
	page, err := r.memberPage(ctx, "grantees", q.Org, r.reaching(q, columnsOfMember))
	slices.SortFunc(page.Members, func(a, b orgs.Member) int { return cmp.Compare(a.ID, b.ID) })
	return page, err
}

// GranteeIDs is Grantees without the records.
func (r reader) GranteeIDs(ctx context.Context, q store.GranteeQuery) (page store.GranteePage, err error) {
	err = r.read(ctx, "grantee IDs", r.reaching(q, columnsOfGrantee), func(rec *record) error {
		if rec.is == isFacts {
			page.Facts = rec.facts()
		} else {
			page.Grantees = append(page.Grantees, rec.grantee())
		}
		return nil
	})
	if err != nil {
		return store.GranteePage{}, err
	}
	slices.SortFunc(page.Grantees, func(a, b store.Grantee) int { return cmp.Compare(a.Member, b.Member) })
	return page, nil
}

// reaching returns the statement that finds columns of the members m on q's page, in
// no order.
func (r reader) reaching(q store.GranteeQuery, columns string) *query {
	list := r.merged(`UNION`, r.granteeSeeks(q), `ORDER BY id`, q.Limit)
	return r.asked(q.Org, q.Asker).
		add(selecting(isAlike)+columns+` FROM (`).addQuery(list).
		add(`) AS found`).add(r.joinEach(`charter_members`, `m`, `m.org = ? AND m.id = found.id`), q.Org)
}

// granteeSeeks returns the ways to reach q.Resource. What is not registered is
// reached by nobody.
func (r reader) granteeSeeks(q store.GranteeQuery) (seeks []*query) {
	registered := condition{`charter_resources s`, sentence(`s.org = ? AND s.kind = ? AND s.id = ?`, q.Org, q.Resource.Kind, q.Resource.ID)}
	holders := func(table string) *query {
		return r.when(registered, `SELECT h.member AS id`, table+` h`, `h.org = ? AND h.kind = ? AND h.member > ?`,
			q.Org, q.Resource.Kind, q.After).
			add(`AND EXISTS (SELECT 1 FROM charter_members m WHERE m.org = h.org AND m.id = h.member AND m.status = 'active'`).
			addQuery(r.eligible(q)).add(r.seeking + `)`)
	}
	seeks = append(seeks, holders(`charter_grants`).add(`AND h.resource = ?`, q.Resource.ID), holders(`charter_wide_grants`))
	members := func(c condition, text string, args ...any) *query {
		part := r.when(c, `SELECT m.id AS id`, `charter_members m`, `m.org = ? AND m.status = 'active' AND m.id > ?`, q.Org, q.After)
		seeks = append(seeks, part.add(text, args...))
		return part
	}
	free, perhaps := apart(q)
	if len(free)+len(perhaps) > maxSeeks {
		members(registered, `AND`).addQuery(oneOf(r.dialect, `m.role`, free))
		if len(perhaps) > 0 {
			members(registered, `AND`).addQuery(oneOf(r.dialect, `m.role`, perhaps)).add(`AND `+storing, q.Permission)
		}
		return seeks
	}
	for _, role := range free {
		members(registered, `AND m.role_key = ?`, role.Key())
	}
	for _, role := range perhaps {
		stores := sentence(`p.org = ? AND p.role = ? AND p.permission = ?`, q.Org, role, q.Permission)
		members(registered.and(`charter_role_permissions p`, stores), `AND m.role_key = ?`, role.Key())
	}
	return seeks
}

// apart returns the roles in q.Reach that are in q.Roles, and those that may store
// q.Permission.
func apart(q store.GranteeQuery) (free, perhaps []roles.ID) {
	asked := distinct(q.Roles)
	for _, role := range distinct(q.Reach) {
		if _, found := slices.BinarySearch(asked, role); found {
			free = append(free, role)
		} else if q.Permission != "" && !role.BuiltIn() {
			perhaps = append(perhaps, role)
		}
	}
	return free, perhaps
}

// storing says that m's role stores a permission.
const storing = `EXISTS (SELECT 1 FROM charter_role_permissions p WHERE p.org = m.org AND p.role = m.role AND p.permission = ?)`

// eligible says that m's role is one that q asks for, and is nothing to start from.
func (r reader) eligible(q store.GranteeQuery) *query {
	if q.Permission == "" {
		return sentence(`AND`).addQuery(oneOf(r.dialect, `m.role`, q.Roles))
	}
	return sentence(`AND (`).addQuery(oneOf(r.dialect, `m.role`, q.Roles)).add(`OR `+storing+`)`, q.Permission)
}
