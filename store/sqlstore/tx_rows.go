package sqlstore

import (
	"strconv"
	"strings"
)

// columns are those of one row.
type columns []column

type column struct {
	name  string
	value any
}

func (c columns) split() (names []string, values []any) {
	for _, column := range c {
		names, values = append(names, column.name), append(values, column.value)
	}
	return names, values
}

// besides returns the columns of c whose values differ from those of old, which has the
// same.
func (c columns) besides(old columns) columns {
	var changed columns
	for i, column := range c {
		if column != old[i] {
			changed = append(changed, column)
		}
	}
	return changed
}

// created returns the columns of the record id, which is new.
func (c columns) created(id any) columns {
	return append(c, columns{{`id`, id}, {`revision`, 1}}...)
}

// inserts returns the INSERTs of rows that all have the same columns: one for a
// row alone, and otherwise one for as many as a parameter may well hold.
func (d *dialect) inserts(table string, rows []columns) []*query {
	return d.insertsFrom(table, rows, nil, ``)
}

// insertsInside is inserts for rows that hang on an organization, which is their
// last column: where that is not there, nothing is added (C26).
func (d *dialect) insertsInside(table string, rows []columns) []*query {
	return d.insertsFrom(table, rows, []string{`o.id`}, `charter_organizations o WHERE o.id =`)
}

// insertsFrom inserts rows whose last columns are those named in found, which from
// finds by what the rows have in their place.
func (d *dialect) insertsFrom(table string, rows []columns, found []string, from string) []*query {
	if len(rows) == 0 {
		return nil
	}
	names, values := rows[0].split()
	own := len(names) - len(found)
	text := `INSERT INTO ` + table + ` (` + strings.Join(names, `, `) + `) SELECT `
	if len(rows) == 1 {
		text += strings.Join(append(repeated(`?`, own), found...), `, `)
		if from != `` {
			text += ` FROM ` + from + ` ?`
		}
		return []*query{sentence(text, values...)}
	}
	text += strings.Join(append(cells(0, own), found...), `, `) + ` FROM ` + d.rows(numbers(rows))
	if from != `` {
		text += ` CROSS JOIN ` + from + ` ` + cell(own)
	}
	var inserts []*query
	for _, p := range d.parts(rows) {
		inserts = append(inserts, sentence(text, p.list))
	}
	return inserts
}

func repeated(text string, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = text
	}
	return list
}

// cell returns the name of column i of [dialect.rows].
func cell(i int) string { return `listed.c` + strconv.Itoa(i) }

// cells returns the names of n columns of [dialect.rows].
func cells(first, n int) []string {
	list := make([]string, n)
	for i := range list {
		list[i] = cell(first + i)
	}
	return list
}

// numbers says which columns of rows are numbers. What is nil in all rows may be
// either.
func numbers(rows []columns) []bool {
	is := make([]bool, len(rows[0]))
	for i, column := range rows[0] {
		_, is[i] = plain(column.value).(int64)
	}
	return is
}

// maxPart is about how long a parameter may become before the next statement
// begins: a server refuses one that is too long.
const maxPart = 1 << 20

// part is some rows as the parameter of [dialect.rows].
type part struct {
	list string
	rows int
}

// parts returns rows as parameters of [dialect.rows].
func (d *dialect) parts(rows []columns) []part {
	var parts []part
	var b []byte
	n := 0
	for i, row := range rows {
		if n > 0 {
			b = append(b, ',')
		}
		b = append(b, '[')
		for j, column := range row {
			if j > 0 {
				b = append(b, ',')
			}
			b = d.appendValue(b, plain(column.value))
		}
		b = append(b, ']')
		n++
		if len(b) >= maxPart || i == len(rows)-1 {
			parts = append(parts, part{`[` + string(b) + `]`, n})
			b, n = b[:0], 0
		}
	}
	return parts
}

// appendValue appends what [plain] returns, as JSON.
func (d *dialect) appendValue(b []byte, value any) []byte {
	switch v := value.(type) {
	case string:
		return appendText(b, d.written(v))
	case int64:
		return strconv.AppendInt(b, v, 10)
	default:
		return append(b, `null`...)
	}
}

// appendText appends s as JSON, most of it without a look at each character.
func appendText(b []byte, s string) []byte {
	for i := range len(s) {
		if c := s[i]; c < ' ' || c > '~' || c == '"' || c == '\\' {
			return append(b, encode(s)...)
		}
	}
	return append(append(append(b, '"'), s...), '"')
}
