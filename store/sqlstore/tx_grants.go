package sqlstore

import (
	"context"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
)

// The writes of resources and grants, of which there can be many: each list is
// one parameter of a statement, and a long one a few of them.

// chunk is how many elements go into one statement: enough that statements do
// not count, and not so many that a context that is done is noticed late.
const chunk = 5000

const (
	columnOrg    = `org`
	columnMember = `member`
	columnKind   = `kind`
	// columnResource is that of grants.
	columnResource = `resource`
)

// eachChunk runs the statements that it returns for list, in parts.
func (t *tx) eachChunk(ctx context.Context, doing string, list [][]string, statement func(part [][]string) *query) error {
	for part := range slices.Chunk(list, chunk) {
		if _, err := t.exec(ctx, doing, statement(part)); err != nil {
			return err
		}
	}
	return nil
}

// deletesIn deletes the rows of table whose columns are in listed, by a subquery.
func deletesIn(listed, table string, columns []string) string {
	return `DELETE FROM ` + table + ` WHERE (` + strings.Join(columns, `, `) + `) IN (SELECT ` +
		strings.Join(elementColumns(len(columns)), `, `) + ` FROM ` + listed + `) AND org = ?`
}

// pairs returns resources as [dialect.arrays] takes them.
func pairs(resources []grants.Resource) [][]string {
	list := make([][]string, len(resources))
	for i, r := range resources {
		list[i] = []string{string(r.Kind), string(r.ID)}
	}
	return list
}

func (t *tx) Register(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	const doing = "register resources"
	return t.write(ctx, doing, func() error {
		return t.eachChunk(ctx, doing, pairs(resources), func(list [][]string) *query {
			if len(list) == 1 {
				return sentence(registers+`SELECT o.id, ?, ? FROM charter_organizations o WHERE o.id = ?`, list[0][0], list[0][1], org)
			}
			return sentence(registers+`SELECT o.id, listed.a, listed.b FROM charter_organizations o CROSS JOIN `+t.listed+` WHERE o.id = ?`,
				t.arrays(list), org)
		})
	})
}

const registers = `INSERT INTO charter_resources (org, kind, id) `

func (t *tx) Unregister(ctx context.Context, org orgs.ID, resources []grants.Resource) error {
	const doing = "unregister resources"
	return t.write(ctx, doing, func() error {
		for list := range slices.Chunk(pairs(resources), chunk) {
			err := t.deleteWith(ctx, doing,
				t.deletion(`charter_resources`, org, []string{columnKind, `id`}, list),
				t.deletion(`charter_grants`, org, []string{columnKind, columnResource}, list))
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// split returns grants of all of a kind and of one resource apart, as
// [dialect.arrays] takes them.
func split(list []grants.Grant) (wide, one [][]string) {
	for _, g := range list {
		if g.All {
			wide = append(wide, []string{string(g.Kind)})
		} else {
			one = append(one, []string{string(g.Kind), string(g.Resource)})
		}
	}
	return wide, one
}

func (t *tx) Give(ctx context.Context, org orgs.ID, id orgs.MemberID, give []grants.Grant) error {
	return t.keep(ctx, doingGive, org, adding, func() {
		t.waiting.given[ofMember{org, id}] = append(t.waiting.given[ofMember{org, id}], give...)
	})
}

func (t *tx) Take(ctx context.Context, org orgs.ID, id orgs.MemberID, take []grants.Grant) error {
	return t.keep(ctx, doingTake, org, removing, func() {
		t.waiting.taken[ofMember{org, id}] = append(t.waiting.taken[ofMember{org, id}], take...)
	})
}

const (
	doingGive = "give grants"
	doingTake = "take grants"
)

// give gives grants to members of org.
func (t *tx) give(ctx context.Context, org orgs.ID, wide, one [][]string) error {
	if err := t.eachChunk(ctx, doingGive, wide, func(list [][]string) *query { return t.givesWide(org, list) }); err != nil {
		return err
	}
	return t.eachChunk(ctx, doingGive, one, func(list [][]string) *query { return t.givesOne(org, list) })
}

// givesWide is the INSERT of these wide grants, as far as their members are there.
func (d *dialect) givesWide(org orgs.ID, list [][]string) *query {
	const gives = `INSERT INTO charter_wide_grants (org, member, kind) SELECT m.org, m.id, `
	if len(list) == 1 {
		return sentence(gives+`? FROM charter_members m WHERE m.org = ? AND m.id = ? `+d.unlessThere, list[0][1], org, list[0][0])
	}
	return sentence(gives+`listed.b FROM `+d.listed+d.joinEach(`charter_members`, `m`, `m.org = ? AND m.id = listed.a`)+` `+d.unlessThere,
		d.arrays(list), org)
}

// givesOne is the INSERT of these grants of one resource, as far as their members and
// resources are there.
func (d *dialect) givesOne(org orgs.ID, list [][]string) *query {
	const gives = `INSERT INTO charter_grants (org, member, kind, resource) SELECT m.org, m.id, `
	if len(list) == 1 {
		member, kind, id := list[0][0], list[0][1], list[0][2]
		return sentence(gives+`r.kind, r.id FROM charter_members m CROSS JOIN charter_resources r
			WHERE m.org = ? AND m.id = ? AND r.org = ? AND r.kind = ? AND r.id = ? `+d.unlessThere, org, member, org, kind, id)
	}
	return sentence(gives+`listed.b, listed.c FROM `+d.listed+d.joinEach(`charter_members`, `m`, `m.org = ? AND m.id = listed.a`)+`
		AND EXISTS (SELECT 1 FROM charter_resources r WHERE r.org = m.org AND r.kind = listed.b AND r.id = listed.c`+d.seeking+`) `+
		d.unlessThere, d.arrays(list), org)
}

func (t *tx) take(ctx context.Context, org orgs.ID, wide, one [][]string) error {
	if err := t.deleteEach(ctx, org, `charter_wide_grants`, []string{columnMember, columnKind}, wide); err != nil {
		return err
	}
	return t.deleteEach(ctx, org, `charter_grants`, []string{columnMember, columnKind, columnResource}, one)
}

// deleteEach deletes the rows of table in org whose columns are those of an element of
// list.
func (t *tx) deleteEach(ctx context.Context, org orgs.ID, table string, columns []string, list [][]string) error {
	for part := range slices.Chunk(list, chunk) {
		if _, err := t.exec(ctx, doingTake, t.deletion(table, org, columns, part)); err != nil {
			return err
		}
	}
	return nil
}

// deletion is the DELETE of these rows: of a single one, by its key.
func (d *dialect) deletion(table string, org orgs.ID, columns []string, list [][]string) *query {
	if len(list) > 1 {
		return sentence(d.deletes(d.listed, table, columns), d.arrays(list), org)
	}
	q := sentence(`DELETE FROM `+table+` WHERE org = ?`, org)
	for i, column := range columns {
		q.add(`AND `+column+` = ?`, list[0][i])
	}
	return q
}

func (t *tx) GiveEach(ctx context.Context, org orgs.ID) error {
	return t.run(ctx, "give each", sentence(`INSERT INTO charter_grants (org, member, kind, resource)
		SELECT m.org, m.id, r.kind, r.id FROM charter_members m CROSS JOIN charter_resources r
		WHERE m.org = ? AND r.org = m.org `+t.unlessThere, org))
}
