package main

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/seed-5b9f5318/charter/bench/load"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// changes makes the changes that charter makes, in transactions of the same statements:
// one that reads all that the change is decided by, the change, the event, and the
// comparison with what was read.
type changes struct {
	database
	admins map[string]string // the first of each organization

	check, readGrant, readRole, give, take, role, event, compare *sql.Stmt
}

const (
	changesCheck = `SELECT m.role, EXISTS (SELECT 1 FROM charter_resources s WHERE s.org = m.org AND s.kind = 'device' AND s.id = ?),
		EXISTS (SELECT 1 FROM charter_grants g WHERE g.org = m.org AND g.member = m.id AND g.kind = 'device' AND g.resource = ?)
		FROM charter_members m WHERE m.org = ? AND m.user_id = ? AND m.status = 'active'`
	changesReadGrant = `SELECT o.revision, o.events, o.counts, m.role,
		EXISTS (SELECT 1 FROM charter_resources s WHERE s.org = o.id AND s.kind = 'device' AND s.id = ?),
		EXISTS (SELECT 1 FROM charter_grants g WHERE g.org = o.id AND g.member = m.id AND g.kind = 'device' AND g.resource = ?)
		FROM charter_organizations o JOIN charter_members m ON m.org = o.id WHERE o.id = ? AND m.id = ?`
	changesReadRole = `SELECT o.revision, o.events, o.counts, m.role, a.role = 'admin', a.status = 'active'
		FROM charter_organizations o JOIN charter_members a ON a.org = o.id JOIN charter_members m ON m.org = o.id
		WHERE a.user_id = ? AND o.id = ? AND m.id = ?`
	changesGive    = `INSERT INTO charter_grants (org, member, kind, resource) VALUES (?, ?, 'device', ?)`
	changesTake    = `DELETE FROM charter_grants WHERE org = ? AND member = ? AND kind = 'device' AND resource = ?`
	changesRole    = `UPDATE charter_members SET role = ?, role_key = ? WHERE org = ? AND id = ?`
	changesEvent   = `INSERT INTO charter_events (org, number, at, actor, action, detail) VALUES (?, ?, ?, ?, ?, ?)`
	changesCompare = `UPDATE charter_organizations SET events = ?, counts = ?, revision = revision + 1 WHERE id = ? AND revision = ?`
)

func newChanges(ctx context.Context, e *engine, d *workload.Data) (*changes, error) {
	s, err := e.onStore(ctx, d)
	if err != nil {
		return nil, err
	}
	c := &changes{database: s.database, admins: make(map[string]string, len(d.Orgs))}
	for _, o := range d.Orgs {
		c.admins[o.ID] = o.Members[0].User
	}
	err = e.prepare(ctx, s.db, map[**sql.Stmt]string{
		&c.check: changesCheck, &c.readGrant: changesReadGrant, &c.readRole: changesReadRole, &c.give: changesGive,
		&c.take: changesTake, &c.role: changesRole, &c.event: changesEvent, &c.compare: changesCompare,
	})
	if err != nil {
		return nil, errors.Join(err, s.db.Close())
	}
	return c, nil
}

var (
	errMoved  = errors.New("the organization has changed meanwhile")
	errUnfit  = errors.New("the change cannot be made")
	errNobody = errors.New("there is no such member")
)

func (c *changes) Can(org, user, device string) (bool, error) {
	var role string
	var registered, granted bool
	err := c.check.QueryRowContext(c.ctx, device, device, org, user).Scan(&role, &registered, &granted)
	if errors.Is(err, sql.ErrNoRows) {
		return false, nil
	}
	return registered && (role == "admin" || role == "editor" && granted), err
}

func (c *changes) Give(org, user, device string) error {
	return c.grant(c.give, "grant.given", org, user, device, false)
}

func (c *changes) Take(org, user, device string) error {
	return c.grant(c.take, "grant.taken", org, user, device, true)
}

// held is what a change is decided by.
type held struct {
	revision, events int64
	counts, role     string
	first, second    bool // of the two that depend on the change
}

func (h *held) fields() []any {
	return []any{&h.revision, &h.events, &h.counts, &h.role, &h.first, &h.second}
}

func (c *changes) grant(change *sql.Stmt, action, org, user, device string, has bool) error {
	return c.transaction(func(tx *sql.Tx) error {
		var h held
		if err := c.read(tx, c.readGrant, h.fields(), device, device, org, user); err != nil {
			return err
		}
		if !h.first || h.second != has {
			return fmt.Errorf("%s of %s: %w", action, device, errUnfit)
		}
		if _, err := c.run(tx, change, org, user, device); err != nil {
			return err
		}
		return c.finish(tx, org, "", action, &h, map[string]string{"member": user, "device": device})
	})
}

func (c *changes) SetRole(org, user string, role workload.Role) error {
	return c.transaction(func(tx *sql.Tx) error {
		var h held
		admin := c.admins[org]
		if err := c.read(tx, c.readRole, h.fields(), admin, org, user); err != nil {
			return err
		}
		if !h.first || !h.second {
			return errNobody
		}
		id := load.Role(role)
		if _, err := c.run(tx, c.role, string(id), id.Key(), org, user); err != nil {
			return err
		}
		return c.finish(tx, org, admin, "role.changed", &h, map[string]string{"member": user, "from": h.role, "to": string(id)})
	})
}

// finish appends the event and compares.
func (c *changes) finish(tx *sql.Tx, org, actor, action string, h *held, detail map[string]string) error {
	text, err := json.Marshal(detail)
	if err != nil {
		return err
	}
	number := h.events + 1
	_, err = c.run(tx, c.event, org, number, time.Now().UnixMicro(), actor, action, string(text))
	if err != nil {
		return err
	}
	result, err := c.run(tx, c.compare, number, h.counts, org, h.revision)
	if err != nil {
		return err
	}
	if n, err := result.RowsAffected(); err != nil || n != 1 {
		return errors.Join(err, errMoved)
	}
	return nil
}

func (c *changes) transaction(fn func(tx *sql.Tx) error) error {
	tx, err := c.db.BeginTx(c.ctx, nil)
	if err != nil {
		return err
	}
	if err := fn(tx); err != nil {
		return errors.Join(err, tx.Rollback())
	}
	return tx.Commit()
}

// read reads the only row of a statement.
func (c *changes) read(tx *sql.Tx, statement *sql.Stmt, fields []any, args ...any) error {
	return tx.StmtContext(c.ctx, statement).QueryRowContext(c.ctx, args...).Scan(fields...) //nolint:sqlclosecheck // closed with tx
}

func (c *changes) run(tx *sql.Tx, statement *sql.Stmt, args ...any) (sql.Result, error) {
	return tx.StmtContext(c.ctx, statement).ExecContext(c.ctx, args...) //nolint:sqlclosecheck // closed with tx
}
