package sqlstore

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// factsRow is a row of [factsTexts].
type factsRow struct {
	flags    int64 // in the lowest [flagBits]
	revision int64
	member   string
	role     sql.NullString
}

func (r *record) facts() grants.Facts {
	return factsRow{r.number[1], r.number[0], r.text[0].String, r.text[1]}.facts()
}

func (r factsRow) facts() grants.Facts {
	f := grants.Facts{
		Revision: uint64(r.revision), Member: orgs.MemberID(r.member), Role: roles.ID(r.role.String),
		Holds: r.flags&flagHolds != 0, Registered: r.flags&flagRegistered != 0,
	}
	switch {
	case r.flags&flagActive != 0:
		f.Status = orgs.Active
	case r.flags&flagInvited != 0:
		f.Status = orgs.Invited
	}
	switch r.flags >> roleShift & 3 {
	case 1:
		f.Role = roles.Admin
	case 2:
		f.Role = roles.Editor
	case 3:
		f.Role = roles.Viewer
	}
	switch {
	case r.flags&flagGranted != 0:
		f.Coverage = grants.CoveredByOne
	case r.flags&flagGrantedAll != 0:
		f.Coverage = grants.CoveredByAll
	}
	return f
}

// Facts returns what decides question for user in org: one statement of one row.
// It seeks the organization, the user's row and the grant; where there is none, the
// resource and the grant of all of its kind; and the permission where the role is one
// of the organization's own. MariaDB seeks all of them.
func (r reader) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, question grants.Question) (grants.Facts, error) {
	about := question.Resource
	text := r.facts.one
	if about == (grants.Resource{}) {
		text = r.facts.plain
	}
	found, err := r.factsRow(ctx, text.text, text.args(&given{
		givenUser: string(user), givenOrg: string(org), givenPermission: string(question.Permission),
		givenKind: string(about.Kind), givenResource: string(about.ID),
	}))
	if err != nil {
		return grants.Facts{}, err
	}
	return found.facts(), nil
}

// factsRow reads the only row that there can be, if there is one. A check has no time
// for a closure, which is allocated with what it holds: only who has to wait makes one.
func (r reader) factsRow(ctx context.Context, text string, args []any) (factsRow, error) {
	const doing = "facts"
	if err := r.over(ctx, doing); err != nil {
		return factsRow{}, err
	}
	found, err := r.factsOnce(r.during(ctx, false), text, args)
	if err == nil {
		return *found, nil
	}
	if !r.judge(err).busy {
		return factsRow{}, r.unread(ctx, doing, err)
	}
	return r.factsAgain(ctx, doing, text, args)
}

func (r reader) factsAgain(ctx context.Context, doing, text string, args []any) (factsRow, error) {
	var found factsRow
	err := r.reading(ctx, doing, func(ctx context.Context) (bool, error) {
		row, err := r.factsOnce(ctx, text, args)
		found = *row
		return false, err
	})
	return found, err
}

// factsOnce is one attempt of factsRow.
func (r reader) factsOnce(ctx context.Context, text string, args []any) (*factsRow, error) {
	found := new(factsRow)
	rows, err := r.db.QueryContext(ctx, text, args...)
	if err != nil {
		return found, err
	}
	defer rows.Close()
	if !rows.Next() {
		return found, rows.Err()
	}
	if err := rows.Scan(&found.flags, &found.member, &found.role); err != nil {
		return found, fmt.Errorf("%w: %w", errUnread, err)
	}
	found.revision = found.flags >> flagBits
	return found, rows.Close() // which has the error of what comes after the row
}

// asked returns the beginning of a page: the facts about who asks for it, if
// anybody does (C16), and then what the rest of the statement finds.
func (r reader) asked(org orgs.ID, asker store.Asker) *query {
	q := new(query)
	if asker.User == "" {
		return q
	}
	asked := &r.facts.asked
	return q.add(asked.text, asked.args(&given{givenUser: asker.User, givenOrg: org, givenPermission: asker.Permission})...)
}
