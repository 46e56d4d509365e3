// Command together shows that what charter keeps and a service's own rows commit
// together, or vanish together, on whichever database the service has.
//
//	go -C examples run ./together
//	go -C examples run ./together -dsn postgres://me@localhost/app
//	go -C examples run ./together -dsn 'mysql://me:secret@tcp(localhost)/app'
//
// The service gives each member a desk. Its table has one rule of its own, that a
// desk is one member's; when it says no, the invitation is gone as well. The desks
// are dropped in the end; what charter keeps stays.
package main

import (
	"cmp"
	"context"
	"crypto/rand"
	"database/sql"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"strings"

	_ "github.com/go-sql-driver/mysql"
	_ "github.com/jackc/pgx/v5/stdlib"
	_ "modernc.org/sqlite"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

func main() {
	dsn := flag.String("dsn", "together.db", "the `database`: postgres://…, mysql://…, or an SQLite file")
	flag.Parse()
	if err := run(context.Background(), *dsn, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "together:", err)
		os.Exit(1)
	}
}

// run opens the database, tells the story and cleans up.
func run(ctx context.Context, dsn string, out io.Writer) error {
	h, err := open(ctx, dsn)
	if err != nil {
		return err
	}
	defer h.db.Close()
	if _, err := h.db.ExecContext(ctx, `CREATE TABLE desks (desk VARCHAR(20) PRIMARY KEY, member VARCHAR(64) NOT NULL)`); err != nil {
		return err
	}
	err = h.tell(ctx, out)
	_, dropped := h.db.ExecContext(ctx, `DROP TABLE desks`)
	return cmp.Or(err, dropped)
}

// host is a service with a database that charter shares.
type host struct {
	db      *sql.DB
	records *sqlstore.Store
	svc     *charter.Service
	insert  string // a desk, in the database's own way to write parameters
}

// open opens the database as its address says, and migrates what charter keeps.
func open(ctx context.Context, dsn string) (*host, error) {
	h := &host{insert: `INSERT INTO desks (desk, member) VALUES (?, ?)`}
	driver, dialect := "sqlite", sqlstore.SQLite()
	switch {
	case strings.HasPrefix(dsn, "postgres://"):
		driver, dialect = "pgx", sqlstore.PostgreSQL()
		h.insert = `INSERT INTO desks (desk, member) VALUES ($1, $2)`
	case strings.HasPrefix(dsn, "mysql://"):
		driver, dialect = "mysql", sqlstore.MySQL()
		dsn = strings.TrimPrefix(dsn, "mysql://")
	}
	var err error
	if h.db, err = sql.Open(driver, dsn); err != nil {
		return nil, err
	}
	if err := h.serve(ctx, dialect); err != nil {
		return nil, errors.Join(err, h.db.Close())
	}
	return h, nil
}

func (h *host) serve(ctx context.Context, dialect sqlstore.Dialect) error {
	if err := sqlstore.Migrate(ctx, h.db, dialect); err != nil {
		return err
	}
	var err error
	if h.records, err = sqlstore.New(ctx, h.db, dialect); err != nil {
		return err
	}
	// A service keeps its key; here nobody opens a link.
	keys, err := invites.NewKeys([]byte(rand.Text() + rand.Text()))
	if err != nil {
		return err
	}
	h.svc, err = charter.New(h.records, charter.Options{Catalogue: roles.SmartServices(), InvitationKeys: keys})
	return err
}

func (h *host) tell(ctx context.Context, out io.Writer) error {
	ada, err := h.svc.SignIn(ctx, "ada", orgs.Profile{Email: "ada@acme.example", FirstName: "Ada"})
	if err != nil {
		return err
	}
	acme, err := h.svc.Orgs.Create(ctx, ada.ID, "Acme")
	if err != nil {
		return err
	}
	as := charter.Actor{User: ada.ID, Org: acme.ID}

	fmt.Fprintln(out, "Ada invites Bob and gives him desk 7, in one transaction.")
	if err := h.inviteTo(ctx, as, "bob@acme.example", "7"); err != nil {
		return err
	}
	if err := h.count(ctx, as, out); err != nil {
		return err
	}
	fmt.Fprintln(out, "She invites Cleo and gives her desk 7 too. That is Bob's.")
	if err := h.inviteTo(ctx, as, "cleo@acme.example", "7"); err == nil {
		return errors.New("two members have one desk")
	}
	fmt.Fprintln(out, "The database refused the desk, and the invitation went with it.")
	return h.count(ctx, as, out)
}

// inviteTo invites somebody and gives them a desk: both, or neither.
func (h *host) inviteTo(ctx context.Context, as charter.Actor, email, desk string) error {
	return h.records.InTx(ctx, func(ctx context.Context, tx *sql.Tx, bound store.Store) error {
		issued, err := h.svc.With(bound).Invites.Invite(ctx, as, invites.Request{Email: email, Role: roles.Viewer})
		if err != nil {
			return err
		}
		_, err = tx.ExecContext(ctx, h.insert, desk, string(issued.Member.ID))
		return err
	})
}

// count tells how many are invited, and how many desks are taken.
func (h *host) count(ctx context.Context, as charter.Actor, out io.Writer) error {
	page, err := h.svc.Members.Page(ctx, as, charter.MemberQuery{Status: []orgs.Status{orgs.Invited}})
	if err != nil {
		return err
	}
	var desks int
	if err := h.db.QueryRowContext(ctx, `SELECT count(*) FROM desks`).Scan(&desks); err != nil {
		return err
	}
	_, err = fmt.Fprintf(out, "  invited: %d, desks taken: %d\n", len(page.Items), desks)
	return err
}
