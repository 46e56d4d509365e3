package sqlstore

import (
	"cmp"
	"context"
	"database/sql"
	"fmt"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// ask returns the statement about questions, its parameters but for user and
// organization, and which of them the nth in its list is.
func (d *dialect) ask(questions []grants.Question) (text factsText, about given, places []int) {
	places = make([]int, len(questions))
	for i := range questions {
		places[i] = i
	}
	if same, ids := resourcesOf(questions); same {
		of := questions[0]
		return d.facts.alike, given{permission: string(of.Permission), kind: string(of.Resource.Kind), list: array(d, ids)}, places
	}
	if d.listedInGroups != "" {
		about.list, places = askInGroups(questions)
		return d.facts.many, about, places
	}
	list := make([][]string, len(questions))
	for i, q := range questions {
		list[i] = []string{string(q.Permission), string(q.Resource.Kind), string(q.Resource.ID)}
	}
	about.list = d.arrays(list)
	return d.facts.many, about, places
}

// resourcesOf reports whether questions differ by the ID of their resource alone, and
// returns those.
func resourcesOf(questions []grants.Question) (same bool, ids []grants.ResourceID) {
	if len(questions) == 0 {
		return false, nil
	}
	ids = make([]grants.ResourceID, len(questions))
	for i, q := range questions {
		if q.Permission != questions[0].Permission || q.Resource.Kind != questions[0].Resource.Kind {
			return false, nil
		}
		ids[i] = q.Resource.ID
	}
	return true, ids
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
	text, about, places := r.ask(questions)
	about.user, about.org = string(user), string(org)
	facts, args := make([]grants.Facts, len(questions)), text.args(&about) // what there is no row for is zero
	err := r.reading(ctx, "facts", func(ctx context.Context) (bool, error) {
		return false, r.factsRows(ctx, text.text, args, places, facts)
	})
	if err != nil {
		return nil, err
	}
	return facts, nil
}

// factsRows reads a row for each of facts, the nth for that at places[n]. One of them
// has what all have in common.
func (r reader) factsRows(ctx context.Context, text string, args []any, places []int, facts []grants.Facts) error {
	rows, err := r.db.QueryContext(ctx, text, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	var packed int64
	var revision sql.NullInt64
	var member, role sql.NullString
	columns := []any{&packed, &revision, &member, &role}
	var common factsRow
	clear(facts) // of what an attempt before has read
	for rows.Next() {
		if err := rows.Scan(columns...); err != nil {
			return fmt.Errorf("%w: %w", errUnread, err)
		}
		if revision.Valid {
			common = factsRow{revision: revision.Int64, member: member.String, role: role.String}
		}
		facts[places[packed>>flagBits]] = factsRow{flags: packed & (1<<flagBits - 1)}.facts()
	}
	for i := range facts {
		f := &facts[i]
		f.Revision, f.Member = uint64(common.revision), orgs.MemberID(common.member)
		f.Role = cmp.Or(f.Role, roles.ID(common.role))
	}
	return rows.Err()
}
