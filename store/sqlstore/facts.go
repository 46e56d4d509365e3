package sqlstore

import (
	"context"
	"fmt"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// seeking ends a subquery that is to be run for each row: PostgreSQL, when it
// expects many, would rather read all there is into memory first.
const seeking = `LIMIT 1 OFFSET 0`

// What there is about one question comes as four columns: the revision of the
// organization, a sum of flags, the ID of the user's row and that row's role. A
// role that every catalogue has is a flag, and its name is empty. It is so few columns
// since in SQLite, which is no round trip away, one costs as much as half a seek.
const (
	flagHolds      = 1 << 0
	flagRegistered = 1 << 1
	flagGranted    = 1 << 2
	flagGrantedAll = 1 << 3
	flagActive     = 1 << 4
	flagInvited    = 1 << 5
	roleShift      = 6 // admin 1, editor 2, viewer 3

	// flagsOfRow are about the row: with a role of its own, whether that role holds
	// the permission.
	flagsOfRow = `CASE m.status WHEN 'active' THEN 16 WHEN 'invited' THEN 32 ELSE 0 END
		+ CASE m.role WHEN 'admin' THEN 64 WHEN 'editor' THEN 128 WHEN 'viewer' THEN 192 ELSE
			CASE WHEN EXISTS (SELECT 1 FROM charter_role_permissions p
				WHERE p.org = o.id AND p.role = m.role AND p.permission = o.permission ` + seeking + `) THEN 1 ELSE 0 END END`
	// flagsOfResource are about the row and a resource. Of one that has been granted
	// nothing else is asked: it is registered, and one wins over all (C14, C18).
	flagsOfResource = `CASE WHEN EXISTS (SELECT 1 FROM charter_grants g
			WHERE g.org = o.id AND g.member = m.id AND g.kind = o.kind AND g.resource = o.resource ` + seeking + `) THEN 6 ELSE
			CASE WHEN EXISTS (SELECT 1 FROM charter_resources s
				WHERE s.org = o.id AND s.kind = o.kind AND s.id = o.resource ` + seeking + `) THEN 2 ELSE 0 END
			+ CASE WHEN EXISTS (SELECT 1 FROM charter_wide_grants w
				WHERE w.org = o.id AND w.member = m.id AND w.kind = o.kind ` + seeking + `) THEN 8 ELSE 0 END END`
	idOfRow   = `COALESCE(m.id, '')`
	roleOfRow = `CASE m.role WHEN 'admin' THEN '' WHEN 'editor' THEN '' WHEN 'viewer' THEN '' ELSE COALESCE(m.role, '') END`
)

// factsTexts are the statements about one question, as the driver takes them: they
// are the same each time.
type factsTexts struct {
	// resource is about a user, a permission, a kind, a resource and an
	// organization, plain about all but the kind and the resource.
	resource, plain string
	// many is about a user, an organization and a list of questions.
	many string
	// asked is plain as records, with a UNION ALL for others to follow, and not yet as
	// the driver takes it.
	asked string
	// revision is about an organization, and answers its revision.
	revision string
}

// factsTextsOf returns those of d.
func factsTextsOf(d *dialect) factsTexts {
	selects := func(flags string) string {
		return `SELECT o.revision AS ` + d.noName + `, CASE WHEN m.id IS NULL THEN 0 ELSE ` + flags + ` END AS ` + d.noName + `, ` +
			idOfRow + ` AS ` + d.noName + `, ` + roleOfRow + ` AS ` + d.noName
	}
	from := func(parameters string) string {
		return ` FROM (SELECT id, revision, ` + parameters + ` FROM charter_organizations WHERE id = ?) AS o
			LEFT JOIN charter_members m ` + d.membersByUser + ` ON m.org = o.id AND m.user_id = o.user_id`
	}
	about := from(`? AS user_id, ? AS permission`)
	t := factsTexts{
		resource: selects(flagsOfRow+` + `+flagsOfResource) + from(`? AS user_id, ? AS permission, ? AS kind, ? AS resource`),
		plain:    selects(flagsOfRow) + about,
		many:     manyText(d),
		revision: `SELECT revision FROM charter_organizations WHERE id = ?`,
		asked: `SELECT '` + isFacts + `', ` + idOfRow + `, ` + roleOfRow + `, '', '', '', '', '', '', '', o.revision,
			CASE WHEN m.id IS NULL THEN 0 ELSE ` + flagsOfRow + ` END, 0` + about + ` UNION ALL`,
	}
	if d.translate != nil {
		t.resource, _ = d.translate(t.resource, []any{"", "", "", "", ""})
		t.plain, _ = d.translate(t.plain, []any{"", "", ""})
		t.many, _ = d.translate(t.many, []any{"", "", ""})
		t.revision, _ = d.translate(t.revision, []any{""})
	}
	return t
}

// factsRow is a row of [factsTexts].
type factsRow struct {
	revision, flags int64
	member, role    string
}

func (r *record) facts() grants.Facts {
	return factsRow{r.number[0], r.number[1], r.text[0], r.text[1]}.facts()
}

func (r factsRow) facts() grants.Facts {
	f := grants.Facts{
		Revision: uint64(r.revision), Member: orgs.MemberID(r.member), Role: roles.ID(r.role),
		Holds: r.flags&flagHolds != 0, Registered: r.flags&flagRegistered != 0,
	}
	switch {
	case r.flags&flagActive != 0:
		f.Status = orgs.Active
	case r.flags&flagInvited != 0:
		f.Status = orgs.Invited
	}
	switch r.flags >> roleShift {
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
// of the organization's own.
func (r reader) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, question grants.Question) (grants.Facts, error) {
	about := question.Resource
	text, args := r.facts.resource, []any{string(user), string(question.Permission), string(about.Kind), string(about.ID), string(org)}
	if about == (grants.Resource{}) {
		text, args = r.facts.plain, append(args[:2], args[4])
	}
	found, err := r.factsRow(ctx, text, args)
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
	if err := rows.Scan(&found.revision, &found.flags, &found.member, &found.role); err != nil {
		return found, fmt.Errorf("%w: %w", errUnread, err)
	}
	return found, rows.Close() // which has the error of what comes after the row
}

// asked returns the beginning of a page: the facts about who asks for it, if
// anybody does (C16), and then what the rest of the statement finds.
func (r reader) asked(org orgs.ID, asker store.Asker) *query {
	q := new(query)
	if asker.User == "" {
		return q
	}
	return q.add(r.facts.asked, asker.User, asker.Permission, org)
}
