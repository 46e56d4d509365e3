package sqlstore

import (
	"context"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// seeking ends a subquery that is to be run for each row: PostgreSQL, when it
// expects many, would rather read all there is into memory first.
const seeking = `LIMIT 1 OFFSET 0`

// The facts about each question in the table listed: the organization, the row
// of the user if there is one, and four yes-or-no questions, a seek each (C14).
const (
	selectFacts = `SELECT '` + isFacts + `', COALESCE(m.id, ''), COALESCE(m.status, ''), COALESCE(m.role, ''),
		'', '', '', '', '', '', o.revision,
		CASE WHEN EXISTS (SELECT 1 FROM charter_role_permissions p
			WHERE p.org = o.id AND p.role = m.role AND p.permission = listed.a ` + seeking + `) THEN 1 ELSE 0 END
		+ CASE WHEN EXISTS (SELECT 1 FROM charter_resources s
			WHERE s.org = o.id AND s.kind = listed.b AND s.id = listed.c ` + seeking + `) THEN 2 ELSE 0 END
		+ CASE WHEN EXISTS (SELECT 1 FROM charter_grants g
			WHERE g.org = o.id AND g.member = m.id AND g.kind = listed.b AND g.resource = listed.c ` + seeking + `) THEN 4 ELSE 0 END
		+ CASE WHEN EXISTS (SELECT 1 FROM charter_wide_grants w
			WHERE w.org = o.id AND w.member = m.id AND w.kind = listed.b ` + seeking + `) THEN 8 ELSE 0 END,
		listed.n
	FROM charter_organizations o LEFT JOIN charter_members m ON m.org = o.id AND m.user_id = ? CROSS JOIN`
	oneListed = `(SELECT 0 AS n, ? AS a, ? AS b, ? AS c) AS listed`
	factsOf   = `WHERE o.id = ?`

	flagHolds      = 1
	flagRegistered = 2
	flagGranted    = 4
	flagGrantedAll = 8
)

// addFacts adds the facts about one question to q.
func (q *query) addFacts(org orgs.ID, user orgs.UserID, about grants.Question) *query {
	return q.add(selectFacts, user).
		add(oneListed, about.Permission, about.Resource.Kind, about.Resource.ID).
		add(factsOf, org)
}

func (r *record) facts() grants.Facts {
	f := grants.Facts{
		Revision: uint64(r.number[0]),
		Member:   orgs.MemberID(r.text[0]), Status: orgs.Status(r.text[1]), Role: roles.ID(r.text[2]),
		Holds: r.number[1]&flagHolds != 0, Registered: r.number[1]&flagRegistered != 0,
	}
	switch {
	case r.number[1]&flagGranted != 0:
		f.Coverage = grants.CoveredByOne
	case r.number[1]&flagGrantedAll != 0:
		f.Coverage = grants.CoveredByAll
	}
	return f
}

// Facts returns what decides question for user in org: one statement, seven
// seeks.
func (r reader) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, question grants.Question) (f grants.Facts, err error) {
	err = r.read(ctx, "facts", new(query).addFacts(org, user, question), func(rec *record) error {
		f = rec.facts()
		return nil
	})
	return f, err
}

// FactsMany returns the facts about each question, in their order: one
// statement, whatever their number.
func (r reader) FactsMany(ctx context.Context, org orgs.ID, user orgs.UserID, questions []grants.Question) ([]grants.Facts, error) {
	list := make([][]string, len(questions))
	for i, q := range questions {
		list[i] = []string{string(q.Permission), string(q.Resource.Kind), string(q.Resource.ID)}
	}
	facts := make([]grants.Facts, len(questions)) // what there is no row for is zero
	q := sentence(selectFacts, user).add(r.listed, r.arrays(list)).add(factsOf, org)
	err := r.read(ctx, "facts", q, func(rec *record) error {
		facts[rec.number[2]] = rec.facts()
		return nil
	})
	if err != nil {
		return nil, err
	}
	return facts, nil
}

// asked returns the beginning of a page: the facts about who asks for it, if
// anybody does (C16), and then what the rest of the statement finds.
func asked(org orgs.ID, asker store.Asker) *query {
	q := new(query)
	if asker.User == "" {
		return q
	}
	return q.addFacts(org, asker.User, grants.Question{Permission: asker.Permission}).add(`UNION ALL`)
}
