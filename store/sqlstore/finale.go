package sqlstore

import (
	"context"
	"slices"
	"strconv"
)

// finale is what an Update writes last: what it kept back, and the comparison of
// all that it holds (C7).
type finale struct {
	// kept are statements of any number of rows each.
	kept []*query
	// compared are the records that are held and were there, organizations first,
	// then users, in ascending order (C9).
	compared []comparison
	// together are comparisons of many records each. They come last.
	together []counted
}

// counted is a statement that must be about so many rows.
type counted struct {
	*query
	rows int64
}

// comparisons returns statements that change the records of table, whose columns are
// its ID, the revision that it must still have, and what it becomes.
func (s *session) comparisons(table string, records []columns) []counted {
	if len(records) == 0 {
		return nil
	}
	names, _ := records[0].split()
	text := s.comparesAll(table, names, numbers(records), s.hurried())
	var list []counted
	for _, p := range s.parts(records) {
		list = append(list, counted{sentence(text, p.list), int64(p.rows)})
	}
	return list
}

// expect runs a statement that must be about so many rows.
func (s *session) expect(ctx context.Context, doing string, c counted) error {
	n, err := s.exec(ctx, doing, c.query)
	if err == nil && n != c.rows {
		err = s.moved(doing)
	}
	return err
}

// comparison changes one record that must still have the revision that it had.
type comparison struct {
	table    string
	id       any
	revision int64
	columns  []string // besides the revision
	values   []any
}

// set adds the assignments of c to q, with a prefix for each column.
func (c comparison) set(q *query, prefix string) {
	for i, column := range c.columns {
		q.add(prefix+column+` = ?,`, c.values[i])
	}
	q.add(prefix + `revision = ` + prefix + `revision + 1`)
}

// where adds the conditions of c to q.
func (c comparison) where(q *query, prefix string) {
	q.add(prefix+`id = ? AND `+prefix+`revision = ?`, c.id, c.revision)
}

// statement compares and changes; hurried, it waits for nobody (see [nowait]).
func (c comparison) statement(hurried bool) *query {
	q := sentence(`UPDATE ` + c.table + ` SET`)
	c.set(q, ``)
	if hurried {
		return q.add(`WHERE id = (SELECT id FROM `+c.table+` WHERE id = ?`+nowait+`) AND revision = ?`, c.id, c.revision)
	}
	c.where(q.add(`WHERE`), ``)
	return q
}

// hurried reports whether the comparison is to wait for nobody. Who runs a transaction
// of the host's again knows nothing of locks to wait for, and would lose again at once.
func (s *session) hurried() bool { return !s.bound }

const doingFinale = "write and compare"

// eachByItself runs a finale as a statement for each part: where a statement costs
// no round trip, that is the simplest.
func eachByItself(ctx context.Context, s *session, f *finale) error {
	for _, q := range f.kept {
		if _, err := s.exec(ctx, doingFinale, q); err != nil {
			return err
		}
	}
	for _, c := range f.compared {
		if err := s.expect(ctx, doingFinale, counted{c.statement(false), 1}); err != nil {
			return err
		}
	}
	return expectAll(ctx, s, f.together)
}

func expectAll(ctx context.Context, s *session, list []counted) error {
	for _, c := range list {
		if err := s.expect(ctx, doingFinale, c); err != nil {
			return err
		}
	}
	return nil
}

// finaleParts is how much of a finale goes into one statement, at most.
const finaleParts = 16

// allInOne runs a finale as one statement, or a few of them when it is long: each
// part is a WITH of its own, and the statement returns the number of rows that the
// comparisons found.
func allInOne(ctx context.Context, s *session, f *finale) error {
	var parts []counted
	for _, q := range f.kept {
		parts = append(parts, counted{q, 0}) // nobody counts them
	}
	for _, c := range f.compared {
		parts = append(parts, counted{c.statement(s.hurried()), 1})
	}
	parts = append(parts, f.together...)
	for some := range slices.Chunk(parts, finaleParts) {
		q, sum, want := new(query), sentence(`SELECT 0`), int64(0)
		for i, p := range some {
			name, word := `part`+strconv.Itoa(i), `,`
			if i == 0 {
				word = `WITH`
			}
			q.add(word + ` ` + name + ` AS (`).addQuery(p.query).add(`RETURNING 1)`)
			if p.rows > 0 {
				sum.add(`+ (SELECT count(*) FROM ` + name + `)`)
				want += p.rows
			}
		}
		found, err := s.number(ctx, doingFinale, q.addQuery(sum))
		if err == nil && found != want {
			err = s.moved(doingFinale)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// comparedTogether runs a finale as a statement for each that was kept back and one
// for the comparisons: an UPDATE of several tables, which changes a row of each or
// none at all.
func comparedTogether(ctx context.Context, s *session, f *finale) error {
	for _, q := range f.kept {
		if _, err := s.exec(ctx, doingFinale, q); err != nil {
			return err
		}
	}
	for some := range slices.Chunk(f.compared, finaleParts) {
		tables, set, where := sentence(`UPDATE`), sentence(`SET`), sentence(`WHERE`)
		for i, c := range some {
			alias := `t` + strconv.Itoa(i)
			if i > 0 {
				tables.add(`CROSS JOIN`)
				set.add(`,`)
				where.add(`AND`)
			}
			tables.add(c.table + ` ` + alias)
			c.set(set, alias+`.`)
			c.where(where, alias+`.`)
		}
		q := tables.addQuery(set).addQuery(where)
		if err := s.expect(ctx, doingFinale, counted{q, int64(len(some))}); err != nil {
			return err
		}
	}
	return expectAll(ctx, s, f.together)
}
