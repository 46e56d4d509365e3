package sqltest

import (
	"database/sql"
	"fmt"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// naive is a race of two transactions as they are often written: each looks whether
// it may, then writes, and nothing compares what it has looked at. In what it
// executes # is the number of the round.
type naive struct {
	name  string
	scene []string
	look  [2]string // returns a number
	least int       // the number with which a call may go on
	write [2][]string
	// alike says that both write one row, which a cluster notices by itself.
	alike bool
}

var naiveTables = []string{
	`CREATE TABLE naive_orgs (id VARCHAR(50) PRIMARY KEY, revision INT NOT NULL)`,
	`CREATE TABLE naive_members (org VARCHAR(50), person VARCHAR(50), role VARCHAR(50), PRIMARY KEY (org, person))`,
	`CREATE TABLE naive_invitations (id VARCHAR(50) PRIMARY KEY, status VARCHAR(50))`,
}

const (
	countAdmins = `SELECT count(*) FROM naive_members WHERE org = 'acme-#' AND role = 'admin'`
	countJoined = `SELECT count(*) FROM naive_members WHERE person = 'bo-#' AND org IN ('beta-#', 'gamma-#')`
	countOpen   = `SELECT count(*) FROM naive_invitations WHERE id = 'i-#' AND status = 'pending'`
)

var naives = []naive{
	{
		name: "M4 two Admins demote each other", least: 2,
		scene: []string{`INSERT INTO naive_members VALUES ('acme-#', 'ada-#', 'admin'), ('acme-#', 'bo-#', 'admin')`},
		look:  [2]string{countAdmins, countAdmins},
		write: [2][]string{
			{`UPDATE naive_members SET role = 'viewer' WHERE org = 'acme-#' AND person = 'bo-#'`},
			{`UPDATE naive_members SET role = 'viewer' WHERE org = 'acme-#' AND person = 'ada-#'`},
		},
	},
	{
		name: "O6 removed from two organizations, of which each is compared", least: 2,
		scene: []string{
			`INSERT INTO naive_orgs VALUES ('beta-#', 0), ('gamma-#', 0)`,
			`INSERT INTO naive_members VALUES ('beta-#', 'bo-#', 'viewer'), ('gamma-#', 'bo-#', 'viewer')`,
		},
		look: [2]string{countJoined, countJoined},
		write: [2][]string{
			{
				`DELETE FROM naive_members WHERE org = 'beta-#' AND person = 'bo-#'`,
				`UPDATE naive_orgs SET revision = revision + 1 WHERE id = 'beta-#' AND revision = 0`,
			},
			{
				`DELETE FROM naive_members WHERE org = 'gamma-#' AND person = 'bo-#'`,
				`UPDATE naive_orgs SET revision = revision + 1 WHERE id = 'gamma-#' AND revision = 0`,
			},
		},
	},
	{
		name: "I8 accepted and revoked", least: 1, alike: true,
		scene: []string{`INSERT INTO naive_invitations VALUES ('i-#', 'pending')`},
		look:  [2]string{countOpen, countOpen},
		write: [2][]string{
			{`UPDATE naive_invitations SET status = 'accepted' WHERE id = 'i-#'`},
			{`UPDATE naive_invitations SET status = 'revoked' WHERE id = 'i-#'`},
		},
	},
}

// runNaives is the control of the races: on an engine that lets transactions overlap,
// nearly every round of a naive one breaks. If not, what the others bear proves
// nothing.
func runNaives(t *testing.T, e *engine, rounds int) {
	t.Helper()
	dbs := e.handles(t)
	for _, text := range naiveTables {
		must(t, dbs[0], text)
	}
	for _, c := range naives {
		t.Run("control "+c.name, func(t *testing.T) {
			broken := 0
			for n := range rounds {
				if c.breaks(t, dbs, n) {
					broken++
				}
			}
			t.Logf("control: %d of %d rounds broken", broken, rounds)
			if noticed := c.alike && e.on != nil; !noticed && broken*10 < rounds*9 {
				t.Errorf("void: the control broke in %d of %d rounds only", broken, rounds)
			}
		})
	}
}

// handles returns two handles on an empty database of e, on different nodes where
// it has several.
func (e *engine) handles(t testing.TB) [2]*sql.DB {
	t.Helper()
	d := e.blank(t)
	other := d
	if e.on != nil {
		other.dsn = nodes(t, d)[1]
	}
	return [2]*sql.DB{d.open(t, 2), other.open(t, 2)}
}

// breaks runs round n and reports whether both calls did what only one of them
// may. Both have looked when they are released.
func (c naive) breaks(t *testing.T, dbs [2]*sql.DB, n int) bool {
	t.Helper()
	numbered := func(text string) string { return strings.ReplaceAll(text, "#", strconv.Itoa(n)) }
	for _, text := range c.scene {
		must(t, dbs[0], numbered(text))
	}
	var txs [2]*sql.Tx
	for i := range txs {
		txs[i] = begin(t, dbs[i])
		if got := number(t, txs[i], numbered(c.look[i])); got < c.least {
			t.Fatalf("round %d: call %d found %d before anybody wrote", n, i, got)
		}
	}
	var errs [2]error
	var both sync.WaitGroup
	released := make(chan struct{})
	for i := range txs {
		both.Go(func() {
			<-released
			errs[i] = perform(t, txs[i], c.write[i], numbered)
		})
	}
	close(released)
	both.Wait()
	return errs[0] == nil && errs[1] == nil
}

// perform executes statements that change a row each, and commits.
func perform(t testing.TB, tx *sql.Tx, texts []string, numbered func(string) string) error {
	t.Helper()
	defer tx.Rollback()
	for _, text := range texts {
		result, err := tx.ExecContext(t.Context(), numbered(text))
		if err != nil {
			return err
		}
		if n, err := result.RowsAffected(); err != nil || n != 1 {
			return fmt.Errorf("%d rows, %w", n, err)
		}
	}
	return tx.Commit()
}
