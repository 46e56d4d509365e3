package sqlstore

import (
	"cmp"
	"context"
	"fmt"
	"strings"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// manyText returns the statement about many questions of one user: the organization
// and the row are found once, and only the first question's answer names them.
func manyText(d *dialect) string {
	ofQuestion := strings.NewReplacer(`o.permission`, `listed.a`, `o.kind`, `listed.b`, `o.resource`, `listed.c`)
	first := func(text string) string { return `CASE listed.n WHEN 0 THEN ` + text + ` ELSE '' END` }
	return `SELECT listed.n, o.revision, CASE WHEN m.id IS NULL THEN 0 ELSE ` +
		ofQuestion.Replace(flagsOfRow+` + `+flagsOfResource) + ` END, ` + first(idOfRow) + `, ` + first(roleOfRow) + `
		FROM (SELECT id, revision, ? AS user_id FROM charter_organizations WHERE id = ?) AS o
		LEFT JOIN charter_members m ` + d.membersByUser + ` ON m.org = o.id AND m.user_id = o.user_id
		CROSS JOIN ` + cmp.Or(d.listedInGroups, d.listed)
}

// ask returns questions as the parameter of [manyText], and which of them the nth in it
// is.
func (d *dialect) ask(questions []grants.Question) (parameter string, places []int) {
	if d.listedInGroups != "" {
		return askInGroups(questions)
	}
	list := make([][]string, len(questions))
	places = make([]int, len(questions))
	for i, q := range questions {
		list[i], places[i] = []string{string(q.Permission), string(q.Resource.Kind), string(q.Resource.ID)}, i
	}
	return d.arrays(list), places
}

func askInGroups(questions []grants.Question) (parameter string, places []int) {
	type about struct {
		permission roles.Permission
		kind       roles.Kind
	}
	groups := map[about][]int{}
	for i, q := range questions {
		of := about{q.Permission, q.Resource.Kind}
		groups[of] = append(groups[of], i)
	}
	list := make([][]any, 0, len(groups))
	for of, members := range groups {
		ids := make([]grants.ResourceID, len(members))
		for i, n := range members {
			ids[i] = questions[n].Resource.ID
		}
		list = append(list, []any{of.permission, of.kind, ids, len(places)})
		places = append(places, members...)
	}
	return encode(list), places
}

// FactsMany returns the facts about each question, in their order: one statement,
// whatever their number. What is about the user it finds once, and about each question
// what Facts seeks.
func (r reader) FactsMany(ctx context.Context, org orgs.ID, user orgs.UserID, questions []grants.Question) ([]grants.Facts, error) {
	parameter, places := r.ask(questions)
	facts := make([]grants.Facts, len(questions)) // what there is no row for is zero
	text, args := r.facts.many, []any{string(user), string(org), parameter}
	err := r.reading(ctx, "facts", func(ctx context.Context) (bool, error) {
		return false, r.factsRows(ctx, text, args, places, facts)
	})
	if err != nil {
		return nil, err
	}
	return facts, nil
}

// factsRows reads a row for each of facts, the nth for that at places[n]. The first one
// names the row and the role of all.
func (r reader) factsRows(ctx context.Context, text string, args []any, places []int, facts []grants.Facts) error {
	rows, err := r.db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var n int
	var found factsRow
	columns := []any{&n, &found.revision, &found.flags, &found.member, &found.role}
	for rows.Next() {
		if err := rows.Scan(columns...); err != nil {
			return fmt.Errorf("%w: %w", errUnread, err)
		}
		facts[places[n]] = found.facts()
	}
	if err := rows.Err(); err != nil || len(facts) == 0 {
		return err
	}
	named := facts[places[0]]
	for i := range facts {
		facts[i].Member, facts[i].Role = named.Member, named.Role
	}
	return nil
}
