package sqlstore

import (
	"context"
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-5b9f5318/charter/internal/drivercode"
	"github.com/seed-5b9f5318/charter/internal/schema"
)

// PostgreSQL returns the dialect of PostgreSQL 12 or later, whatever the driver.
func PostgreSQL() Dialect { return Dialect{postgreSQL()} }

func postgreSQL() *dialect {
	d := &dialect{
		name:   "postgres",
		tables: schema.PostgreSQL(),
		// A session that replays what another server has done enforces nothing.
		enforced: `CASE current_setting('session_replication_role') WHEN 'replica' THEN 0 ELSE 1 END`,
		// The conditions are true. They let the planner expect one element: expecting a
		// hundred it reads whole tables.
		list: `(SELECT value #>> '{}' FROM jsonb_array_elements(CAST(? AS jsonb)) AS listed (value) WHERE jsonb_typeof(value) = 'string')`,
		listed: `(SELECT n - 1 AS n, value ->> 0 AS a, value ->> 1 AS b, value ->> 2 AS c
			FROM jsonb_array_elements(CAST(? AS jsonb)) WITH ORDINALITY AS elements (value, n) WHERE jsonb_typeof(value) = 'array') AS listed`,
		listedStrings: `(SELECT n - 1 AS n, value AS c FROM unnest(CAST(? AS text[])) WITH ORDINALITY AS elements (value, n)) AS listed`,
		quoted:        quotedPostgreSQL,
		gathered:      `string_agg(CAST(%s AS text), ',')`,
		rows:          rowsPostgreSQL,
		comparesAll:   comparesFrom,
		joinEach:      joinLateral,
		seeking:       ` LIMIT 1 OFFSET 0`,
		noName:        `c`,
		limit:         `LIMIT ?`,
		nameContains:  `strpos(o.folded_name, ?) > 0`,
		unlessThere:   `ON CONFLICT DO NOTHING`,
		comparesRows:  true,
		deletes:       deletesEach,
		wideReach:     wideByPage,
		locks:         locksInTurn,
		translate:     numbered,
		handle:        func(db *sql.DB) queryer { return db },
		uncut:         serverUncut,
		savepoint:     savepoint,
		atEnd:         allInOne,
		judge:         judgePostgreSQL,
	}
	d.facts = factsTextsOf(d)
	d.open = func(ctx context.Context, db *sql.DB, _ queryer) (transactions, error) {
		return &server{d: d, db: db}, d.checkPostgreSQL(ctx, db)
	}
	return d
}

// joinLateral leaves the planner no choice but to seek: where it believes that there
// is one row, or none, it would as soon read a whole index for each element.
func joinLateral(table, as, on string) string {
	return ` CROSS JOIN LATERAL (SELECT * FROM ` + table + ` ` + as + ` WHERE ` + on + ` OFFSET 0) AS ` + as + ` WHERE 1 = 1`
}

// quotedPostgreSQL writes an array, which PostgreSQL reads in half the time of JSON.
func quotedPostgreSQL(list []string) string {
	escaped := strings.NewReplacer(`\`, `\\`, `"`, `\"`)
	var b strings.Builder
	for i, element := range list {
		if i > 0 {
			b.WriteString(`,`)
		}
		b.WriteString(`"`)
		_, _ = escaped.WriteString(&b, element) // a Builder takes everything
		b.WriteString(`"`)
	}
	return `{` + b.String() + `}`
}

func rowsPostgreSQL(numbers []bool) string {
	columns := make([]string, len(numbers))
	for i, number := range numbers {
		columns[i] = fmt.Sprintf(`value ->> %d`, i)
		if number {
			columns[i] = `CAST(` + columns[i] + ` AS bigint)`
		}
		columns[i] += ` AS c` + strconv.Itoa(i)
	}
	return `(SELECT ` + strings.Join(columns, `, `) +
		` FROM jsonb_array_elements(CAST(? AS jsonb)) AS elements (value) WHERE jsonb_typeof(value) = 'array') AS listed`
}

// nowait locks a record at once or not at all, for the comparison at the end: whoever
// else has it is about to change it, and so this Update is about to lose, and may have a
// row that the other one waits for. That would be a circle as in [locksInTurn].
const nowait = ` FOR NO KEY UPDATE NOWAIT`

// comparesFrom updates from the rows.
func comparesFrom(table string, names []string, numbers []bool, hurried bool) string {
	var set strings.Builder
	for i, name := range names[2:] {
		set.WriteString(name + ` = ` + cell(i+2) + `, `)
	}
	locked := ``
	if hurried {
		locked = ` CROSS JOIN LATERAL (SELECT 1 FROM ` + table + ` l WHERE l.id = ` + cell(0) + nowait + `) AS locked`
	}
	return `UPDATE ` + table + ` AS t SET ` + set.String() + `revision = t.revision + 1 FROM ` + rowsPostgreSQL(numbers) + locked +
		` WHERE t.id = ` + cell(0) + ` AND t.revision = ` + cell(1)
}

// deletesEach looks up each row by all its columns. The OFFSET hides from the planner
// that the organization is the same in all: it would start with all that a member has,
// where it expects little, and go through the elements for each.
func deletesEach(listed, table string, columns []string) string {
	return `DELETE FROM ` + table + ` WHERE (` + strings.Join(columns, `, `) + `, org) IN (SELECT ` +
		strings.Join(elementColumns(len(columns)), `, `) + `, org FROM ` + listed + ` CROSS JOIN (SELECT ? AS org) AS same OFFSET 0)`
}

// locksInTurn locks in a WITH each, since a UNION locks nothing: all users in one order,
// and no member row. Two that wait for each other do so for a second, by default, before
// the server looks.
func locksInTurn(d *dialect, c contested) *query {
	q := sentence(`WITH first AS MATERIALIZED (SELECT 1 FROM charter_organizations o WHERE o.id = ? FOR NO KEY UPDATE)`, c.org)
	q.add(`, others AS MATERIALIZED (SELECT 1 FROM charter_users u WHERE u.id IN (SELECT * FROM `+d.list+` AS listed`, array(d, c.users))
	if len(c.members) > 0 {
		q.add(`UNION ALL SELECT m.user_id FROM charter_members m WHERE m.org = ? AND m.id IN `+d.list, c.org, array(d, c.members))
	}
	return q.add(`) ORDER BY u.id FOR NO KEY UPDATE) SELECT (SELECT count(*) FROM first) + (SELECT count(*) FROM others)`)
}

// numbered returns a statement with its parameters numbered and of a type that
// the statement itself says: drivers have modes in which nobody asks the server
// for it, and nothing is prepared or set for a session, so that a pooler may give
// each transaction another connection.
func numbered(text string, args []any) (string, []any) {
	var b strings.Builder
	b.Grow(len(text) + 20*len(args))
	values := make([]any, len(args))
	for i, arg := range args {
		values[i] = plain(arg)
		before, after, _ := strings.Cut(text, `?`)
		b.WriteString(before)
		b.WriteString(`CAST($`)
		b.WriteString(strconv.Itoa(i + 1))
		if _, number := values[i].(int64); number {
			b.WriteString(` AS bigint)`)
		} else {
			b.WriteString(` AS text)`)
		}
		text = after
	}
	b.WriteString(text)
	return b.String(), values
}

// plain returns arg as an int64, a string or nil: drivers that take named types
// do not agree on what they are. There are no others here.
func plain(arg any) any {
	value, _ := driver.DefaultParameterConverter.ConvertValue(arg)
	return value
}

// minPostgreSQL is the version that this is written for, as the server tells it.
const minPostgreSQL = 12_00_00

func (d *dialect) checkPostgreSQL(ctx context.Context, db *sql.DB) error {
	var version int
	var encoding, client string
	err := db.QueryRowContext(ctx, `SELECT CAST(current_setting('server_version_num') AS integer),
		current_setting('server_encoding'), current_setting('client_encoding')`).Scan(&version, &encoding, &client)
	switch {
	case err != nil:
		return d.fail(ctx, "look at the server", err)
	case version < minPostgreSQL:
		return errorf("the server is PostgreSQL %d, and 12 is the oldest that will do", version/1_00_00)
	case encoding != "UTF8":
		return errorf("the database is encoded in %s, which cannot keep every text: create it with ENCODING 'UTF8'", encoding)
	case client != "UTF8":
		return errorf("the sessions' client_encoding is %s, and texts are sent in UTF8, which would be taken for others: set it to UTF8", client)
	}
	return nil
}

func judgePostgreSQL(err error) verdict {
	var stated interface{ SQLState() string } // pgx and lib/pq have it
	if !errors.As(err, &stated) {
		return verdict{}
	}
	state := stated.SQLState()
	v := verdict{code: state}
	switch state {
	case "40001", // serialization failure
		"40P01", // deadlock
		"55P03": // a lock that was not to be waited for
		v.lost = true
	case "25P01": // no transaction
		v.gone = true
	case "23505", "23503": // unique, foreign key: another writer was there first
		table, known := drivercode.Text(err, "TableName", "Table") // pgx, lib/pq
		v.taken = !known || strings.HasPrefix(table, "charter_")
	case "53300", "57P01", "57P02", "57P03", "57P05":
		v.away = true
	}
	v.means = postgresMeans(state)
	// Whatever goes wrong before a server has decided to commit is an error and undoes
	// all. Of these classes are what ends a connection, at whatever moment, and 40003 is
	// a server's own word for not knowing.
	switch class := state[:min(2, len(state))]; class {
	case "08":
		v.away = true
	case "", "57", "58", "XX":
	default:
		v.undone = state != "40003"
	}
	return v
}

// postgresMeans says what a state means that is about the host's server and its
// settings.
func postgresMeans(state string) string {
	const lost = "the connection to the server was lost or refused, by itself or by a pooler"
	return map[string]string{
		"08000": lost, "08001": lost, "08003": lost, "08004": lost, "08006": lost, "08P01": lost,
		"25006": "the server takes no writes: it is a standby, or set to be read",
		"25P02": "a statement before this one has failed, and the transaction with it",
		"25P03": "the server has ended a transaction that was idle for too long",
		"26000": notKept, "42P05": notKept,
		"28000": notLetIn, "28P01": notLetIn,
		"3D000": noDatabase,
		"3F000": "no schema of the search_path exists",
		"42501": noRight,
		"42P01": "a table is not where the search_path says",
		"53100": diskFull,
		"53300": noConnections,
		"57P03": "the server takes no connection now",
		"57014": cancelled,
		"57P01": ended, "57P05": ended,
	}[state]
}

const notKept = "a pooler does not keep what the driver prepares: open the handle in another mode of the driver"

func savepoint(ctx context.Context, tx *sql.Tx) error {
	_, err := tx.ExecContext(ctx, `SAVEPOINT charter_update`)
	return err
}
