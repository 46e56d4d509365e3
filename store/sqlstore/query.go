package sqlstore

import (
	"cmp"
	"strings"
)

// query is one statement in the making: its text and the parameters that the
// text has a ? for, in order.
type query struct {
	text strings.Builder
	args []any
	// order is enough for a part of a merged list; "" where it takes that of the list.
	order string
}

// sentence returns the query that is just this.
func sentence(text string, args ...any) *query { return new(query).add(text, args...) }

// add adds to the text, after a space, and to the parameters.
func (q *query) add(text string, args ...any) *query {
	if q.text.Len() > 0 {
		q.text.WriteByte(' ')
	}
	q.text.WriteString(text)
	q.args = append(q.args, args...)
	return q
}

// addAll adds parts with a word, such as UNION ALL, between them.
func (q *query) addAll(between string, parts []*query) *query {
	for i, part := range parts {
		if i > 0 {
			q.add(between)
		}
		q.addQuery(part)
	}
	return q
}

func (q *query) addQuery(part *query) *query { return q.add(part.text.String(), part.args...) }

// merged returns the first rows of all parts together, at most limit when that is
// not 0. Word is UNION ALL, or UNION where parts may have rows in common.
func (d *dialect) merged(word string, parts []*query, order string, limit int) *query {
	if !d.merges && len(parts) > 1 && limit > 0 {
		for i, part := range parts {
			parts[i] = sentence(`(`).addQuery(part).add(cmp.Or(part.order, order)).add(d.limit, limit).add(`)`)
		}
	}
	if len(parts) == 1 {
		order = cmp.Or(parts[0].order, order)
	}
	list := new(query).addAll(word, parts).add(order)
	if limit > 0 {
		list.add(d.limit, limit)
	}
	return list
}

// array returns list as the parameter of [dialect.list].
func array[T ~string](d *dialect, list []T) string {
	texts := make([]string, len(list))
	for i, v := range list {
		texts[i] = d.written(string(v))
	}
	return encode(texts)
}

// arrays returns list, of short lists of strings, as the parameter of
// [dialect.listed].
func (d *dialect) arrays(list [][]string) string {
	texts := make([][]string, len(list))
	for i, values := range list {
		texts[i] = make([]string, len(values))
		for j, v := range values {
			texts[i][j] = d.written(v)
		}
	}
	return encode(texts)
}

func (d *dialect) written(element string) string {
	if d.element == nil {
		return element
	}
	return d.element(element)
}

// maxCompared is how many elements of a list are parameters, to compare with one by one:
// to make a table of so few costs more.
const maxCompared = 8

// oneOf says that column is an element of list. It is nothing to start from, as a planner
// would take it without the IS TRUE.
func oneOf[T ~string](d *dialect, column string, list []T) *query {
	switch n := len(list); {
	case n == 0:
		return sentence(`1 = 0`)
	case n <= maxCompared:
		// SQLite makes a table of a longer IN, too.
		return sentence(`(`+strings.Join(repeated(column+` = ?`, n), ` OR `)+`) IS TRUE`, values(list)...)
	}
	return sentence(`(`+column+` IN `+d.list+`) IS TRUE`, array(d, list))
}

// matching returns what stands after FROM to find the rows of table whose columns are
// those of an element of list, and its parameters. More conditions may follow. One
// element is parameters: to make a table of it costs more than to find a row.
func (d *dialect) matching(list [][]string, columns []string, table, as string) (from string, args []any) {
	if len(list) == 1 {
		return table + ` ` + as + ` WHERE ` + equal(columns, repeated(`?`, len(columns))), values(list[0])
	}
	return d.listed + d.joinEach(table, as, equal(columns, elementColumns(len(columns)))), []any{d.arrays(list)}
}

// joinCross lets the database find out that it is best to seek.
func joinCross(table, as, on string) string {
	return ` CROSS JOIN ` + table + ` ` + as + ` WHERE ` + on
}

// equal says that columns have these values.
func equal(columns, values []string) string {
	var conditions []string
	for i, column := range columns {
		conditions = append(conditions, column+` = `+values[i])
	}
	return strings.Join(conditions, ` AND `)
}

// values returns list as parameters.
func values[T ~string](list []T) (args []any) {
	for _, value := range list {
		args = append(args, string(value))
	}
	return args
}

// The columns of [dialect.listed] for the parts of an element.
const (
	listedA = `listed.a`
	listedB = `listed.b`
	listedC = `listed.c`
)

// elementColumns returns the first n of them.
func elementColumns(n int) []string { return []string{listedA, listedB, listedC}[:n] }

// singles returns list as [dialect.arrays] takes it.
func singles[T ~string](list []T) [][]string {
	lists := make([][]string, len(list))
	for i, v := range list {
		lists[i] = []string{string(v)}
	}
	return lists
}

// condition says that there is a row in a table, at most one.
type condition struct {
	table string
	is    *query
}

// and says that there is a row in another table, too.
func (c condition) and(table string, is *query) condition {
	return condition{c.table + ` CROSS JOIN ` + table, new(query).addQuery(c.is).add(`AND`).addQuery(is)}
}

// when returns a SELECT of what is in another table, of nothing unless c holds. More
// conditions may follow.
func (d *dialect) when(c condition, columns, from, where string, args ...any) *query {
	if !d.conditionFirst {
		return sentence(columns+` FROM `+from+` WHERE `+where, args...).
			add(`AND EXISTS (SELECT 1 FROM ` + c.table + ` WHERE`).addQuery(c.is).add(`)`)
	}
	return sentence(columns+` FROM `+c.table+` CROSS JOIN `+from+` WHERE`).addQuery(c.is).add(`AND `+where, args...)
}
