package sqlstore

import "strings"

// query is one statement in the making: its text and the parameters that the
// text has a ? for, in order.
type query struct {
	text strings.Builder
	args []any
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

// array returns list, of strings or of short lists of strings, as the parameter of
// [dialect.list] or [dialect.listed].
func array[T any](list []T) string {
	if len(list) == 0 {
		return "[]" // and not null, which is a row
	}
	return encode(list)
}

// singles returns list as [dialect.listed] takes it.
func singles[T ~string](list []T) [][]string {
	lists := make([][]string, len(list))
	for i, v := range list {
		lists[i] = []string{string(v)}
	}
	return lists
}
