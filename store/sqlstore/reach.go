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
	list := new(query).addAll(`UNION`, r.resourceSeeks(q)).add(`ORDER BY kind, id`)
	if q.Limit > 0 {
		list.add(r.limit, q.Limit)
	}
	statement := asked(q.Org, q.Asker).
		add(`SELECT '', ` + columnsOfResource + ` FROM (`).addQuery(list).add(`) AS r`)
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
	row := func(columns, table string) *query {
		return sentence(`SELECT `+columns+` FROM charter_members m CROSS JOIN `+table+
			` WHERE m.org = ? AND m.user_id = ? AND m.status = 'active'`, q.Org, q.User)
	}
	after := position{}
	if q.After != nil {
		after = position{q.After.Kind, q.After.ID}
	}
	for _, s := range spans(q.Kinds, after) {
		if q.User == "" {
			seeks = append(seeks, sentence(`SELECT s.kind AS kind, s.id AS id FROM charter_resources s WHERE s.org = ?`, q.Org).
				addSpan(r.list, s, `s.kind`, `s.id`))
			continue
		}
		seeks = append(seeks,
			row(`s.kind AS kind, s.id AS id`, `charter_resources s`).
				add(`AND m.role IN `+r.list+` AND s.org = ?`, array(q.Reach), q.Org).
				addSpan(r.list, s, `s.kind`, `s.id`),
			row(`g.kind, g.resource`, `charter_grants g`).
				add(`AND g.org = ? AND g.member = m.id`, q.Org).
				addSpan(r.list, s, `g.kind`, `g.resource`),
			row(`w.kind, s.id`, `charter_wide_grants w CROSS JOIN charter_resources s`).
				add(`AND w.org = ? AND w.member = m.id AND s.org = ? AND s.kind = w.kind`, q.Org, q.Org).
				addSpan(r.list, s, `w.kind`, `s.id`))
	}
	return seeks
}

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
	kinds []roles.Kind // for "IN"
	after grants.ResourceID
}

// spans returns what comes after a position, of kinds or, when there are none, of
// every kind: the rest of the position's own kind, and the kinds after it. In one
// condition they would not be ranges.
func spans(kinds []roles.Kind, after position) (list []span) {
	if after.kind != "" && (len(kinds) == 0 || slices.Contains(kinds, after.kind)) {
		list = append(list, span{is: "=", kind: after.kind, after: after.id})
	}
	switch {
	case len(kinds) > 0:
		later := slices.DeleteFunc(distinct(kinds), func(k roles.Kind) bool { return k <= after.kind })
		return append(list, span{is: "IN", kinds: later})
	case after.kind != "":
		return append(list, span{is: ">", kind: after.kind})
	default:
		return append(list, span{})
	}
}

// addSpan lets only s pass.
func (q *query) addSpan(list string, s span, kind, id string) *query {
	switch s.is {
	case "":
		return q
	case "IN":
		return q.add(`AND `+kind+` IN `+list, array(s.kinds))
	}
	q.add(`AND `+kind+` `+s.is+` ?`, s.kind)
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
		seeks = append(seeks, sentence(
			`SELECT g.kind AS kind, g.resource AS id FROM charter_grants g WHERE g.org = ? AND g.member = ?`, q.Org, q.Member).
			addSpan(r.list, s, `g.kind`, `g.resource`))
		if s.is == "=" {
			continue // of a kind, the grant of all comes first
		}
		seeks = append(seeks, sentence(`SELECT w.kind, '' FROM charter_wide_grants w WHERE w.org = ? AND w.member = ?`, q.Org, q.Member).
			addSpan(r.list, s, `w.kind`, ``))
	}
	list := new(query).addAll(`UNION ALL`, seeks).add(`ORDER BY kind, id`).add(r.limit, q.Limit)
	statement := asked(q.Org, q.Asker).
		add(`SELECT '', ` + columnsOfResource + ` FROM (`).addQuery(list).add(`) AS r`)
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
	list := new(query).addAll(`UNION`, r.granteeSeeks(q)).add(`ORDER BY id`).add(r.limit, q.Limit)
	statement := asked(q.Org, q.Asker).
		add(`SELECT '', `+columnsOfMember+` FROM (`).addQuery(list).
		add(`) AS page CROSS JOIN charter_members m WHERE m.org = ? AND m.id = page.id`, q.Org)
	page, err := r.memberPage(ctx, "grantees", q.Org, statement)
	slices.SortFunc(page.Members, func(a, b orgs.Member) int { return cmp.Compare(a.ID, b.ID) })
	return page, err
}

// granteeSeeks returns the ways to reach q.Resource. Each begins with the
// resource: what is not registered is reached by nobody.
func (r reader) granteeSeeks(q store.GranteeQuery) []*query {
	from := func(table, id string) *query {
		return sentence(`SELECT `+id+` AS id FROM charter_resources s CROSS JOIN `+table+
			` WHERE s.org = ? AND s.kind = ? AND s.id = ?`, q.Org, q.Resource.Kind, q.Resource.ID)
	}
	holders := func(table, id string) *query {
		return from(table+` h CROSS JOIN charter_members m`, id).
			add(`AND h.org = s.org AND h.kind = s.kind AND h.member > ?`, q.After).
			add(`AND m.org = h.org AND m.id = h.member AND m.status = 'active' AND m.role IN `+r.list, array(q.Roles))
	}
	seeks := []*query{
		holders(`charter_grants`, `h.member`).add(`AND h.resource = s.id`),
		holders(`charter_wide_grants`, `h.member`),
	}
	free := slices.DeleteFunc(distinct(q.Reach), func(role roles.ID) bool { return !slices.Contains(q.Roles, role) })
	members := func(text string, args ...any) {
		seeks = append(seeks, from(`charter_members m`, `m.id`).
			add(`AND m.org = s.org AND m.status = 'active' AND m.id > ?`, q.After).add(text, args...))
	}
	if len(free) > maxSeeks {
		members(`AND m.role IN `+r.list, array(free))
		return seeks
	}
	for _, role := range free {
		members(`AND m.role_key = ?`, role.Key())
	}
	return seeks
}
