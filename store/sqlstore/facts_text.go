package sqlstore

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// given are the parameters of statements about questions, which these have by number:
// a check looks none up by name.
type given [givens]any

// parameter is the number of one of them. Texts have its name after a colon.
type parameter int

const (
	givenUser parameter = iota
	givenOrg
	givenPermission
	givenKind
	givenResource
	givenList
	givens
)

func (p parameter) String() string {
	return [givens]string{"user", "org", "permission", "kind", "resource", "list"}[p]
}

// factsText is a statement about questions, as query takes it or as the driver does.
type factsText struct {
	text  string
	order []parameter // as their places in the text follow each other
	// common are the flags that are those of the first question for all.
	common int64
}

// args returns what the statement is run with.
func (t factsText) args(g *given) []any {
	args := make([]any, len(t.order))
	for i, p := range t.order {
		args[i] = g[p]
	}
	return args
}

// newFactsText returns the statement whose parameters text names.
func newFactsText(text string) factsText {
	names := regexp.MustCompile(`:[a-z]+`)
	t := factsText{text: names.ReplaceAllString(text, `?`)}
	for _, name := range names.FindAllString(text, -1) {
		for p := range givens {
			if name == `:`+p.String() {
				t.order = append(t.order, p)
			}
		}
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
		alike: alike.at(places{alike.given(givenPermission), alike.given(givenKind), listedC}).ofOneKind(d).translated(d),
		many:  many.at(places{listedA, listedB, listedC}).ofAnyKind(d).translated(d),

		revision: newFactsText(`SELECT revision FROM charter_organizations WHERE id = :org`).translated(d),
		asked: newFactsText(selecting(isFacts) + idOfRow + `, ` + roleOfRow + `, NULL, NULL, NULL, NULL, NULL, NULL, NULL, o.revision,
			` + row.flags() + `, 0 FROM ` + row.from + row.joins() + row.where + ` UNION ALL`),
	}
}

// asking finds an organization o and the row m of a user in it.
type asking struct {
	joined      bool // what there is about a question, too
	from, where string
	seeking     string // of the dialect
}

// newAsking takes the parameters that it is given besides these two.
func newAsking(d *dialect, parameters ...parameter) asking {
	if d.joins {
		from := `charter_organizations o LEFT JOIN charter_members m ON m.org = o.id AND m.user_id = :user`
		return asking{joined: true, from: from, where: ` WHERE o.id = :org`}
	}
	columns := []string{`id, revision, :user AS user_id`}
	for _, p := range parameters {
		columns = append(columns, `:`+p.String()+` AS `+p.String())
	}
	from := `(SELECT ` + strings.Join(columns, `, `) + ` FROM charter_organizations WHERE id = :org) AS o
		LEFT JOIN charter_members m ` + d.membersByUser + ` ON m.org = o.id AND m.user_id = o.user_id`
	return asking{from: from, seeking: d.seeking}
}

// given returns where a parameter is found.
func (a asking) given(p parameter) string {
	if a.joined {
		return `:` + p.String()
	}
	return `o.` + p.String()
}

// places say where the parts of a question are found; resource and kind are empty where
// it is about none.
type places struct{ permission, kind, resource string }

// looking is asking with what there is about a question.
type looking struct {
	asking

	member     flags  // about the user's row
	wide       flags  // about a grant of all of the kind
	granted    *found // and registered: nil where the question is about no resource
	registered *found
}

// flags are a sum, or a number that is one, and the tables that it takes.
type flags struct{ sum, joined string }

// found is a condition, and the table that it takes.
type found struct{ is, joined string }

// What there is about one question comes as three columns: the revision of the
// organization with a sum of flags below it, the ID of the user's row and that row's
// role. A role that every catalogue has is a flag, and its name is NULL. It is so few
// columns since in SQLite, which is no round trip away, one costs as much as half a seek,
// unless it is NULL. Revisions count from 1, so that none comes near the 55 bits that
// are left to them.
const (
	flagHolds      = 1 << 0
	flagRegistered = 1 << 1
	flagGranted    = 1 << 2
	flagGrantedAll = 1 << 3
	flagActive     = 1 << 4
	flagInvited    = 1 << 5
	roleShift      = 6 // admin 1, editor 2, viewer 3
	flagBits       = 8

	// An expression has no declared type, which SQLite's driver looks up for each text.
	idOfRow   = `COALESCE(m.id, '')`
	roleOfRow = `CASE m.role WHEN 'admin' THEN NULL WHEN 'editor' THEN NULL WHEN 'viewer' THEN NULL ELSE m.role END`
)

// at looks for what there is about the question in these places. With a role of the
// organization's own that is whether it holds the permission.
func (a asking) at(p places) *looking {
	holds := a.has(`charter_role_permissions p`, `p`, `p.org = o.id AND p.role = m.role AND p.permission = `+p.permission)
	l := &looking{asking: a, member: flags{`CASE m.status WHEN 'active' THEN 16 WHEN 'invited' THEN 32 ELSE 0 END
		+ CASE m.role WHEN 'admin' THEN 64 WHEN 'editor' THEN 128 WHEN 'viewer' THEN 192 ELSE ` + holds.then(1) + ` END`, holds.joined}}
	if p.resource != "" {
		l.granted = a.has(`charter_grants g`, `g`,
			`g.org = o.id AND g.member = m.id AND g.kind = `+p.kind+` AND g.resource = `+p.resource)
		l.registered = a.has(`charter_resources s`, `s`, `s.org = o.id AND s.kind = `+p.kind+` AND s.id = `+p.resource)
		wide := a.has(`charter_wide_grants w`, `w`, `w.org = o.id AND w.member = m.id AND w.kind = `+p.kind)
		l.wide = flags{wide.then(flagGrantedAll), wide.joined}
	}
	return l
}

// has says that there is such a row in a table, of which there is one at most. MariaDB
// joins all tables in less time than it takes to begin with as many subqueries; the
// others seek only what they are asked for.
func (a asking) has(table, as, on string) *found {
	if a.joined {
		return &found{as + `.org IS NOT NULL`, ` LEFT JOIN ` + table + ` ON ` + on}
	}
	return &found{`EXISTS (SELECT 1 FROM ` + table + ` WHERE ` + on + a.seeking + `)`, ``}
}

// then returns a number: this one if c holds.
func (c *found) then(number int) string {
	return `CASE WHEN ` + c.is + ` THEN ` + strconv.Itoa(number) + ` ELSE 0 END`
}

// flags returns all that there is about the question. Of a resource that has been
// granted nothing else is asked: it is registered, and one wins over all (C14, C18).
func (l *looking) flags() string {
	sum := l.member.sum
	if l.granted != nil {
		sum += ` + ` + l.resource(l.registered.then(flagRegistered)+` + `+l.wide.sum)
	}
	return ofRow(sum)
}

// resource returns what there is about the resource, where that is not granted this.
func (l *looking) resource(otherwise string) string {
	return `CASE WHEN ` + l.granted.is + ` THEN ` + strconv.Itoa(flagGranted|flagRegistered) + ` ELSE ` + otherwise + ` END`
}

// ofRow returns flags for a user who has a row.
func ofRow(flags string) string { return `CASE WHEN m.id IS NULL THEN 0 ELSE ` + flags + ` END` }

// joins returns the tables that flags takes.
func (l *looking) joins() string {
	if l.granted == nil {
		return l.member.joined
	}
	return l.member.joined + l.granted.joined + l.registered.joined + l.wide.joined
}

// text returns the statement about one question.
func (l *looking) text(d *dialect) factsText {
	unnamed := ` AS ` + d.noName
	packed := `o.revision * ` + strconv.Itoa(1<<flagBits) + ` + ` + l.flags()
	return newFactsText(`SELECT ` + packed + unnamed + `, ` + idOfRow + unnamed + `, ` + roleOfRow + unnamed +
		` FROM ` + l.from + l.joins() + l.where)
}

// ofAnyKind returns the statement about a list of questions.
func (l *looking) ofAnyKind(d *dialect) factsText {
	return l.texts(d, cmp.Or(d.listedInGroups, d.listed), flags{}, flags{l.flags(), l.joins()})
}

// ofOneKind returns the statement about a list of resources. What does not depend on
// those is asked once.
func (l *looking) ofOneKind(d *dialect) factsText {
	text := l.texts(d, d.listedStrings,
		flags{ofRow(l.member.sum + ` + ` + l.wide.sum), l.member.joined + l.wide.joined},
		flags{ofRow(l.resource(l.registered.then(flagRegistered))), l.granted.joined + l.registered.joined})
	text.common = (answered - 1) &^ (flagGranted | flagRegistered)
	return text
}

// texts returns the statement about the questions in listed: with flags that are
// common to all, and those of each. A question's number and its flags are one number,
// and the first question has the common ones. All numbers are one text; where the
// database gathers none, each is a row, and the first one has what else there is.
func (l *looking) texts(d *dialect, listed string, common, each flags) factsText {
	number := `listed.n * ` + strconv.Itoa(1<<flagBits) + ` + ` + each.sum
	if common.sum != `` {
		number += ` + CASE listed.n WHEN 0 THEN ` + common.sum + ` ELSE 0 END`
	}
	listed = strings.Replace(listed, `?`, `:list`, 1)
	if d.gathered != "" {
		return newFactsText(`SELECT (SELECT ` + fmt.Sprintf(d.gathered, number) + ` FROM ` + listed + each.joined + `), o.revision, ` +
			idOfRow + `, ` + roleOfRow + ` FROM ` + l.from + common.joined + l.where)
	}
	first := func(text string) string { return `, CASE listed.n WHEN 0 THEN ` + text + ` END` }
	return newFactsText(`SELECT ` + number + first(`o.revision`) + first(idOfRow) + first(roleOfRow) +
		` FROM ` + l.from + common.joined + ` CROSS JOIN ` + listed + each.joined + l.where)
}
