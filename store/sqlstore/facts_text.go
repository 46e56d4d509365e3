package sqlstore

import (
	"cmp"
	"regexp"
	"strings"
)

// given are the parameters of statements about questions. Their texts have the name of
// each after a colon.
type given struct{ user, org, permission, kind, resource, list any }

// The names of those that are about a question itself.
const (
	givenPermission = "permission"
	givenKind       = "kind"
	givenResource   = "resource"
)

func (g *given) value(name string) any {
	switch name {
	case "user":
		return g.user
	case "org":
		return g.org
	case givenPermission:
		return g.permission
	case givenKind:
		return g.kind
	case givenResource:
		return g.resource
	default:
		return g.list
	}
}

// factsText is a statement about questions, as query takes it or as the driver does.
type factsText struct {
	text  string
	order []string // the parameters, as their places in the text follow each other
}

// args returns what the statement is run with.
func (t factsText) args(g *given) []any {
	args := make([]any, len(t.order))
	for i, name := range t.order {
		args[i] = g.value(name)
	}
	return args
}

// newFactsText returns the statement whose parameters text names.
func newFactsText(text string) factsText {
	names := regexp.MustCompile(`:[a-z]+`)
	t := factsText{text: names.ReplaceAllString(text, `?`)}
	for _, name := range names.FindAllString(text, -1) {
		t.order = append(t.order, name[1:])
	}
	return t
}

// translated returns t as the driver of d takes it: it is the same each time.
func (t factsText) translated(d *dialect) factsText {
	if d.translate != nil {
		t.text, _ = d.translate(t.text, make([]any, len(t.order))) // all are texts
	}
	return t
}

// factsTexts are the statements about questions.
type factsTexts struct {
	// one is about a question, plain about one that is about no resource.
	one, plain factsText
	// many is about a list of questions, alike about a list of resources: questions of
	// one permission and one kind.
	many, alike factsText
	// asked is plain as records, with a UNION ALL for others to follow, and not yet as
	// the driver takes it.
	asked factsText
	// revision answers the revision of an organization.
	revision factsText
}

// factsTextsOf returns those of d.
func factsTextsOf(d *dialect) factsTexts {
	plain, one := newAsking(d, givenPermission), newAsking(d, givenPermission, givenKind, givenResource)
	alike, many := newAsking(d, givenPermission, givenKind), newAsking(d)
	row := plain.at(places{permission: plain.given(givenPermission)})
	return factsTexts{
		plain: row.text(d).translated(d),
		one:   one.at(places{one.given(givenPermission), one.given(givenKind), one.given(givenResource)}).text(d).translated(d),
		alike: alike.at(places{alike.given(givenPermission), alike.given(givenKind), listedC}).
			texts(d.listedStrings).translated(d),
		many: many.at(places{listedA, listedB, listedC}).
			texts(cmp.Or(d.listedInGroups, d.listed)).translated(d),
		revision: newFactsText(`SELECT revision FROM charter_organizations WHERE id = :org`).translated(d),
		asked: newFactsText(`SELECT '` + isFacts + `', ` + idOfRow + `, ` + roleOfRow + `, '', '', '', '', '', '', '', o.revision,
			` + row.flags + `, 0 FROM ` + row.from + row.joined + row.where + ` UNION ALL`),
	}
}

// asking finds an organization o and the row m of a user in it.
type asking struct {
	joins       bool
	from, where string
}

// newAsking takes the parameters that it is given besides these two.
func newAsking(d *dialect, names ...string) asking {
	if d.joins {
		return asking{true, `charter_organizations o LEFT JOIN charter_members m ON m.org = o.id AND m.user_id = :user`, ` WHERE o.id = :org`}
	}
	columns := []string{`id, revision, :user AS user_id`}
	for _, name := range names {
		columns = append(columns, `:`+name+` AS `+name)
	}
	return asking{false, `(SELECT ` + strings.Join(columns, `, `) + ` FROM charter_organizations WHERE id = :org) AS o
		LEFT JOIN charter_members m ` + d.membersByUser + ` ON m.org = o.id AND m.user_id = o.user_id`, ``}
}

// given returns where a parameter is found.
func (a asking) given(name string) string {
	if a.joins {
		return `:` + name
	}
	return `o.` + name
}

// places say where the parts of a question are found; resource and kind are empty where
// it is about none.
type places struct{ permission, kind, resource string }

// looking is asking with what there is about a question.
type looking struct {
	asking

	flags  string // a sum of them
	joined string // tables that they take
}

// What there is about one question comes as four columns: a sum of flags, the revision
// of the organization, the ID of the user's row and that row's role. A role that every
// catalogue has is a flag, and its name is empty. It is so few columns since in SQLite,
// which is no round trip away, one costs as much as half a seek.
const (
	flagHolds      = 1 << 0
	flagRegistered = 1 << 1
	flagGranted    = 1 << 2
	flagGrantedAll = 1 << 3
	flagActive     = 1 << 4
	flagInvited    = 1 << 5
	roleShift      = 6 // admin 1, editor 2, viewer 3
	flagBits       = 8

	idOfRow   = `COALESCE(m.id, '')`
	roleOfRow = `CASE m.role WHEN 'admin' THEN '' WHEN 'editor' THEN '' WHEN 'viewer' THEN '' ELSE COALESCE(m.role, '') END`
)

// seeking ends a subquery that is to be run for each row: PostgreSQL, when it
// expects many, would rather read all there is into memory first.
const seeking = `LIMIT 1 OFFSET 0`

// at looks for what there is about the question in these places. With a role of the
// organization's own that is whether it holds the permission. Of a resource that has
// been granted nothing else is asked: it is registered, and one wins over all (C14, C18).
func (a asking) at(p places) *looking {
	l := &looking{asking: a}
	holds := l.has(`charter_role_permissions p`, `p`, `p.org = o.id AND p.role = m.role AND p.permission = `+p.permission)
	flags := `CASE m.status WHEN 'active' THEN 16 WHEN 'invited' THEN 32 ELSE 0 END
		+ CASE m.role WHEN 'admin' THEN 64 WHEN 'editor' THEN 128 WHEN 'viewer' THEN 192 ELSE CASE WHEN ` + holds + ` THEN 1 ELSE 0 END END`
	if p.resource != "" {
		granted := l.has(`charter_grants g`, `g`,
			`g.org = o.id AND g.member = m.id AND g.kind = `+p.kind+` AND g.resource = `+p.resource)
		registered := l.has(`charter_resources s`, `s`, `s.org = o.id AND s.kind = `+p.kind+` AND s.id = `+p.resource)
		wide := l.has(`charter_wide_grants w`, `w`, `w.org = o.id AND w.member = m.id AND w.kind = `+p.kind)
		flags += ` + CASE WHEN ` + granted + ` THEN 6 ELSE
			CASE WHEN ` + registered + ` THEN 2 ELSE 0 END + CASE WHEN ` + wide + ` THEN 8 ELSE 0 END END`
	}
	l.flags = `CASE WHEN m.id IS NULL THEN 0 ELSE ` + flags + ` END`
	return l
}

// has says that there is such a row in a table, of which there is one at most. MariaDB
// joins all tables in less time than it takes to begin with as many subqueries; the
// others seek only what they are asked for.
func (l *looking) has(table, as, on string) string {
	if !l.joins {
		return `EXISTS (SELECT 1 FROM ` + table + ` WHERE ` + on + ` ` + seeking + `)`
	}
	l.joined += ` LEFT JOIN ` + table + ` ON ` + on
	return as + `.org IS NOT NULL`
}

// text returns the statement about one question.
func (l *looking) text(d *dialect) factsText {
	unnamed := ` AS ` + d.noName
	return newFactsText(`SELECT ` + l.flags + unnamed + `, o.revision` + unnamed + `, ` + idOfRow + unnamed + `, ` + roleOfRow + unnamed +
		` FROM ` + l.from + l.joined + l.where)
}

// texts returns the statement about the questions in listed. A question's number and
// its flags are one column; the others are of the first question alone.
func (l *looking) texts(listed string) factsText {
	first := func(text string) string { return `, CASE listed.n WHEN 0 THEN ` + text + ` END` }
	return newFactsText(`SELECT listed.n * 256 + ` + l.flags + first(`o.revision`) + first(idOfRow) + first(roleOfRow) +
		` FROM ` + l.from + ` CROSS JOIN ` + strings.Replace(listed, `?`, `:list`, 1) + l.joined + l.where)
}
