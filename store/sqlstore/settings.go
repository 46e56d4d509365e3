package sqlstore

import (
	"strconv"
	"strings"
)

// setting is what the sessions must not be set to.
type setting struct {
	is  string // a condition in SQL
	why string // it is refused, and what to do
}

// mysqlSettings are refused: with most a promise is broken without an error, with the
// last three a statement fails one day. Isolation is the variable of that name.
func mysqlSettings(isolation string) []setting {
	return []setting{
		{
			isolation + ` = 'READ-UNCOMMITTED'`,
			"are at READ UNCOMMITTED, where a check sees what is never committed: use another isolation level",
		},
		{
			`NOT @@autocommit`,
			"have autocommit off, where a check sees what was there long ago: leave it on",
		},
		{
			`@@completion_type <> 'NO_CHAIN'`,
			"have a completion_type by which a transaction follows another one, where a check sees what was there long ago: set it to NO_CHAIN",
		},
		// The characters of utf8mb3 have at most three bytes, and what has more becomes
		// question marks. In gbk, sjis and others a character may end in a backslash,
		// and the quote after it, which a driver has escaped, ends the text.
		{
			`@@character_set_client NOT IN ('utf8mb4', 'latin1')`,
			"have a character_set_client in which a text may become another one, or SQL: set utf8mb4, or latin1",
		},
		{
			`@@character_set_connection <> @@character_set_client`,
			"have a character_set_connection that is not their character_set_client, and what it lacks becomes question marks: set both to utf8mb4",
		},
		{
			`@@sql_select_limit < 18446744073709551615`,
			"have a sql_select_limit, which cuts what a rule has to see: set it to 18446744073709551615",
		},
		// A sort key has up to 804 bytes, and its length takes two more.
		{
			`@@max_sort_length < 806`,
			"have a max_sort_length that is shorter than names are, and pages of lists leave out rows: set it to 806 or more",
		},
		{
			`NOT @@unique_checks`,
			"have unique_checks off, where what is unique may be there twice: leave it on",
		},
		{
			`find_in_set('EMPTY_STRING_IS_NULL', @@sql_mode)`,
			"have EMPTY_STRING_IS_NULL in sql_mode, and empty texts are no nulls: leave it out",
		},
		{
			`@@sql_safe_updates`,
			"have sql_safe_updates on, which forbids statements that are safe: leave it off",
		},
		{
			`NOT @@sql_big_selects`,
			"have a max_join_size, beyond which lists fail as they grow: set sql_big_selects to 1",
		},
	}
}

// firstOf returns what in SQL is the number of the first setting that is so, from 1
// on, and 0 when none is.
func firstOf(settings []setting) string {
	var b strings.Builder
	b.WriteString(`CASE`)
	for i, s := range settings {
		b.WriteString(` WHEN ` + s.is + ` THEN ` + strconv.Itoa(i+1))
	}
	b.WriteString(` ELSE 0 END`)
	return b.String()
}
