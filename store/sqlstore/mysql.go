package sqlstore

import (
	"context"
	"database/sql"
	"encoding/hex"
	"fmt"
	"strconv"
	"strings"

	"github.com/seed-5b9f5318/charter/internal/drivercode"
	"github.com/seed-5b9f5318/charter/internal/schema"
)

// MySQL returns the dialect of MariaDB 10.6 or later and of MySQL 8.0.19 or later,
// whatever the driver.
func MySQL() Dialect { return Dialect{mySQL()} }

func mySQL() *dialect {
	d := &dialect{
		name:     "mysql",
		tables:   schema.MySQL(),
		enforced: `@@foreign_key_checks`,
		// Strings come in hexadecimal digits: JSON has a character set, and these
		// columns have none.
		list:   `(SELECT unhex(value) FROM json_table(?, '$[*]' COLUMNS (value VARCHAR(512) PATH '$')) AS elements)`,
		listed: `(SELECT n - 1 AS n, unhex(a) AS a, unhex(b) AS b, unhex(c) AS c FROM ` + mysqlElements + `) AS listed`,
		listedStrings: `(SELECT n - 1 AS n, unhex(c) AS c FROM json_table(?, '$[*]' COLUMNS (
			n FOR ORDINALITY, c VARCHAR(512) PATH '$')) AS elements) AS listed`,
		joins:         true,
		rows:          rowsMySQL,
		comparesAll:   comparesJoined,
		element:       func(s string) string { return hex.EncodeToString([]byte(s)) },
		joinEach:      joinCross,
		seeking:       ` LIMIT 1 OFFSET 0`,
		membersJoined: `FORCE INDEX (charter_members_joined)`,
		noName:        `c`,
		limit:         `LIMIT ?`,
		nameContains:  `instr(o.folded_name, ?) > 0`,
		unlessThere:   `ON DUPLICATE KEY UPDATE kind = VALUES(kind)`,
		deletes:       deletesFrom,
		wideReach:     wideInTurn,
		locks:         locksTogether,
		translate:     straight,
		handle:        func(db *sql.DB) queryer { return newPrepared(db, spelledDB{db}) },
		uncut:         serverUncut,
		savepoint:     savepointInTx,
		atEnd:         comparedTogether,
		judge:         judgeMySQL,
	}
	d.facts = factsTextsOf(d)
	d.open = func(ctx context.Context, db *sql.DB, _ queryer) (transactions, error) {
		return &server{d: d, db: db, spelled: true}, d.checkMySQL(ctx, db)
	}
	return d
}

const mysqlElements = `json_table(?, '$[*]' COLUMNS (
	n FOR ORDINALITY, a VARCHAR(512) PATH '$[0]', b VARCHAR(512) PATH '$[1]', c VARCHAR(512) PATH '$[2]')) AS elements`

func rowsMySQL(numbers []bool) string {
	columns := make([]string, len(numbers))
	for i, number := range numbers {
		columns[i] = elementOfRow(i, number) + ` AS c` + strconv.Itoa(i)
	}
	return `(SELECT ` + strings.Join(columns, `, `) + ` FROM ` + elementsOfRows(numbers) + `) AS listed`
}

// elementsOfRows stands for a table of the rows in its parameter as they are written.
func elementsOfRows(numbers []bool) string {
	columns := make([]string, len(numbers))
	for i, number := range numbers {
		kind := `LONGTEXT`
		if number {
			kind = `BIGINT`
		}
		columns[i] = fmt.Sprintf(`c%d %s PATH '$[%d]'`, i, kind, i)
	}
	return `json_table(?, '$[*]' COLUMNS (` + strings.Join(columns, `, `) + `)) AS elements`
}

func elementOfRow(i int, number bool) string {
	if number {
		return `elements.c` + strconv.Itoa(i)
	}
	return `unhex(elements.c` + strconv.Itoa(i) + `)`
}

// comparesJoined updates from a join with the elements themselves, as [deletesFrom]
// deletes.
func comparesJoined(table string, names []string, numbers []bool, _ bool) string {
	var set strings.Builder
	for i := 2; i < len(names); i++ {
		set.WriteString(`t.` + names[i] + ` = ` + elementOfRow(i, numbers[i]) + `, `)
	}
	return `UPDATE ` + elementsOfRows(numbers) + ` CROSS JOIN ` + table + ` t SET ` + set.String() + `t.revision = t.revision + 1
		WHERE t.id = ` + elementOfRow(0, numbers[0]) + ` AND t.revision = ` + elementOfRow(1, numbers[1])
}

// deletesFrom deletes from a join: a subquery would be looked through for every
// row. The join is with the elements themselves, since MariaDB 10.11 deletes
// nothing at all where it is with [dialect.listed].
func deletesFrom(_, table string, columns []string) string {
	var conditions []string
	for i, column := range columns {
		conditions = append(conditions, `t.`+column+` = unhex(elements.`+string(rune('a'+i))+`)`)
	}
	return `DELETE t FROM ` + mysqlElements + ` CROSS JOIN ` + table + ` t WHERE ` + strings.Join(conditions, ` AND `) + ` AND t.org = ?`
}

// straight has the tables of a statement read in the order in which it names them,
// which CROSS JOIN says to SQLite.
func straight(text string, args []any) (string, []any) {
	return strings.ReplaceAll(text, `CROSS JOIN`, `STRAIGHT_JOIN`), args
}

// locksTogether is a UNION of SELECTs, which run in this order. Nothing is read before
// the organization is locked: a transaction that keeps its first snapshot must not have
// it from before the lock came.
func locksTogether(d *dialect, c contested) *query {
	locks := []*query{
		sentence(`(SELECT 1 FROM charter_organizations o WHERE o.id = ? FOR UPDATE)`, c.org),
		sentence(`(SELECT 1 FROM charter_users u WHERE u.id IN `+d.list+` ORDER BY u.id FOR UPDATE)`, array(d, c.users)),
	}
	switch len(c.members) {
	case 0:
	case 1:
		locks = append(locks, sentence(`(SELECT 1 FROM charter_users u WHERE u.id =
			(SELECT m.user_id FROM charter_members m WHERE m.org = ? AND m.id = ? FOR UPDATE) FOR UPDATE)`, c.org, c.members[0]))
	default:
		locks = append(locks, sentence(`(SELECT 1 FROM charter_users u WHERE u.id IN
			(SELECT m.user_id FROM charter_members m WHERE m.org = ? AND m.id IN `+d.list+`) ORDER BY u.id FOR UPDATE)`,
			c.org, array(d, c.members)))
	}
	return new(query).addAll(`UNION ALL`, locks)
}

// checkMySQL refuses what would break a promise without an error.
func (d *dialect) checkMySQL(ctx context.Context, db *sql.DB) error {
	var version string
	if err := db.QueryRowContext(ctx, `SELECT version()`).Scan(&version); err != nil {
		return d.fail(ctx, "look at the server", err)
	}
	isolation, least, name := `@@transaction_isolation`, 8_00_19, "MySQL 8.0.19"
	if strings.Contains(version, "MariaDB") {
		isolation, least, name = `@@tx_isolation`, 10_06_00, "MariaDB 10.6"
	}
	if versionNumber(version) < least {
		return errorf("the server is version %s, and %s is the oldest that will do", version, name)
	}
	settings := mysqlSettings(isolation)
	var others, wrong int
	err := db.QueryRowContext(ctx, `SELECT `+firstOf(settings)+`, (SELECT count(*) FROM information_schema.tables
		WHERE table_schema = database() AND table_name LIKE 'charter!_%' ESCAPE '!' AND engine <> 'InnoDB')`).
		Scan(&wrong, &others)
	switch {
	case err != nil:
		return d.fail(ctx, "look at the server", err)
	case others > 0:
		return errorf("%d of the tables are not in InnoDB, and no other engine has transactions and foreign keys", others)
	case wrong > 0:
		return errorf("the sessions %s", settings[wrong-1].why)
	}
	return nil
}

// judgeMySQL finds the number of an error in a field of that name: the driver's
// error is a struct without a method for it.
func judgeMySQL(err error) verdict {
	number, ok := drivercode.Of(err, "Number")
	if !ok {
		return verdict{}
	}
	v := verdict{code: strconv.Itoa(number)}
	switch number {
	case 1213, // deadlock, or a cluster's other node was first
		1205, // a lock that did not come
		1020, // what was read has changed
		3101: // a group's other member was first, said of a COMMIT
		v.lost, v.undone, v.gone = true, true, number != 1205
	case 1305: // no such savepoint
		v.gone = true
	case 1062, 1452: // unique, foreign key: another writer was there first
		v.taken = true
	case 1290: // the server has been set to be read, said of a COMMIT too
		v.undone = true
	case 1040, 1203, 1047, 1053, 1927: // no room for more, no node, no more of this one
		v.away = true
	}
	v.means = mysqlMeans(number)
	return v
}

// mysqlMeans says what a number means that is about the host's server and its
// settings.
func mysqlMeans(number int) string {
	switch number {
	case 3, 14, 20, 1021, 1026, 1030, 1114:
		return diskFull
	case 1040, 1203:
		return noConnections
	case 1044, 1142, 1143, 1227:
		return noRight
	case 1045, 1130:
		return notLetIn
	case 1046:
		return "the data source name names no database"
	case 1047:
		return "the node of the cluster takes no statements now"
	case 1049:
		return noDatabase
	case 1053, 1927:
		return ended
	case 1146:
		return "a table of the schema is missing"
	case 1153:
		return "a statement is longer than the server takes: raise max_allowed_packet"
	case 1290, 1792, 1836:
		return noWrites
	case 1317, 1969, 3024:
		return cancelled
	case 1461:
		return "the server keeps no more prepared statements: raise max_prepared_stmt_count"
	}
	return ""
}

const noWrites = "the server takes no writes"

// savepointInTx asks whether there is a savepoint after it was set: outside of a
// transaction, that does nothing and says nothing.
func savepointInTx(ctx context.Context, tx *sql.Tx) error {
	if err := savepoint(ctx, tx); err != nil {
		return err
	}
	_, err := tx.ExecContext(ctx, `ROLLBACK TO SAVEPOINT charter_update`)
	return err
}
