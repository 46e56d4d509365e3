package main

import (
	"context"
	"database/sql"
	"errors"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/bench/load"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// byHand answers with one prepared statement each, on tables that have nothing but what
// these statements need, in the order in which they need it.
type byHand struct {
	database

	one, check, each, devices, users *sql.Stmt
}

const (
	// A grant has a foreign key to its device: whose grant is found, that device is
	// registered.
	byHandCheck = `SELECT CASE WHEN EXISTS (SELECT 1 FROM h_members m JOIN h_permissions p ON p.role = m.role AND p.permission = ?
		WHERE m.org = ? AND m.user_id = ? AND m.status = 'active' AND
		CASE WHEN m.role = 'admin' THEN EXISTS (SELECT 1 FROM h_devices d WHERE d.org = m.org AND d.id = ?)
		ELSE EXISTS (SELECT 1 FROM h_grants g WHERE g.org = m.org AND g.user_id = m.user_id AND g.device = ?) END) THEN 1 ELSE 0 END`
	byHandEach = `SELECT d.id FROM h_members m JOIN h_permissions p ON p.role = m.role AND p.permission = ?
		JOIN h_devices d ON d.org = m.org
		WHERE m.org = ? AND m.user_id = ? AND m.status = 'active' AND (m.role = 'admin' OR
			EXISTS (SELECT 1 FROM h_grants g WHERE g.org = m.org AND g.user_id = m.user_id AND g.device = d.id))
		AND d.id IN (?`
	byHandDevices = `SELECT g.device FROM h_grants g WHERE g.org = ? AND g.user_id = ?
		UNION ALL SELECT d.id FROM h_members m JOIN h_devices d ON d.org = m.org WHERE m.org = ? AND m.user_id = ? AND m.role = 'admin'`
	byHandUsers = `SELECT m.user_id FROM h_members m WHERE m.org = ? AND m.role = 'admin'
		UNION ALL SELECT m.user_id FROM h_grants g JOIN h_members m ON m.org = g.org AND m.user_id = g.user_id
		JOIN h_permissions p ON p.role = m.role AND p.permission = ?
		WHERE g.org = ? AND g.device = ? AND m.role <> 'admin'`
)

// byHandSchema has KEY for the type of an ID and CLUSTERED after each table.
const byHandSchema = `
	CREATE TABLE h_permissions (role KEY NOT NULL, permission KEY NOT NULL, PRIMARY KEY (role, permission))CLUSTERED;
	CREATE TABLE h_members (org KEY NOT NULL, user_id KEY NOT NULL, role KEY NOT NULL, status KEY NOT NULL,
		PRIMARY KEY (org, user_id))CLUSTERED;
	CREATE INDEX h_members_role ON h_members (org, role);
	CREATE TABLE h_devices (org KEY NOT NULL, id KEY NOT NULL, PRIMARY KEY (org, id))CLUSTERED;
	CREATE TABLE h_grants (org KEY NOT NULL, user_id KEY NOT NULL, device KEY NOT NULL, PRIMARY KEY (org, user_id, device),
		FOREIGN KEY (org, user_id) REFERENCES h_members (org, user_id),
		FOREIGN KEY (org, device) REFERENCES h_devices (org, id))CLUSTERED;
	CREATE INDEX h_grants_device ON h_grants (org, device, user_id)`

// asked is how many devices are in one question, at most.
const asked = 100

func newByHand(ctx context.Context, e *engine, d *workload.Data) (*byHand, error) {
	db, err := e.open(ctx)
	if err != nil {
		return nil, err
	}
	b := &byHand{database: db}
	schema := strings.NewReplacer("CLUSTERED", e.clustered, "KEY NOT", e.key+" NOT")
	for text := range strings.SplitSeq(byHandSchema, ";") {
		if _, err := db.db.ExecContext(ctx, schema.Replace(text)); err != nil {
			return nil, errors.Join(err, db.Close())
		}
	}
	err = b.load(e, d)
	if err == nil {
		err = e.prepare(ctx, db.db, map[**sql.Stmt]string{
			&b.one: `SELECT 1`, &b.check: byHandCheck, &b.devices: byHandDevices, &b.users: byHandUsers,
			&b.each: byHandEach + strings.Repeat(`, ?`, asked-1) + `)`,
		})
	}
	if err != nil {
		return nil, errors.Join(err, db.Close())
	}
	return b, nil
}

// load loads d, a hundred rows at a time.
func (b *byHand) load(e *engine, d *workload.Data) error {
	var permissions, members, devices, granted [][]any
	for _, role := range workload.Roles() {
		for _, p := range load.Permissions(role) {
			permissions = append(permissions, []any{string(load.Role(role)), p})
		}
	}
	for _, o := range d.Orgs {
		for _, name := range o.Devices {
			devices = append(devices, []any{o.ID, name})
		}
		for _, m := range o.Members {
			members = append(members, []any{o.ID, m.User, string(load.Role(m.Role)), "active"})
			for _, n := range m.Grants {
				granted = append(granted, []any{o.ID, m.User, o.Devices[n]})
			}
		}
	}
	tx, err := b.db.BeginTx(b.ctx, nil)
	if err != nil {
		return err
	}
	defer tx.Rollback()
	for _, table := range []struct {
		name string
		rows [][]any
	}{{"h_permissions", permissions}, {"h_members", members}, {"h_devices", devices}, {"h_grants", granted}} {
		for rows := range slices.Chunk(table.rows, 100) {
			row := `(?` + strings.Repeat(`, ?`, len(rows[0])-1) + `)`
			text := e.text(`INSERT INTO ` + table.name + ` VALUES ` + row + strings.Repeat(`, `+row, len(rows)-1))
			if _, err := tx.ExecContext(b.ctx, text, slices.Concat(rows...)...); err != nil {
				return err
			}
		}
	}
	return tx.Commit()
}

func (b *byHand) Ping() error { return b.one.QueryRowContext(b.ctx).Scan(new(int)) }

func (b *byHand) Can(org, user, device string) (ok bool, err error) {
	err = b.check.QueryRowContext(b.ctx, workload.Permission, org, user, device, device).Scan(&ok)
	return ok, err
}

func (b *byHand) CanEach(org, user string, devices []string) ([]bool, error) {
	args := []any{workload.Permission, org, user}
	for i := range asked {
		args = append(args, devices[min(i, len(devices)-1)])
	}
	may := make(map[string]bool, len(devices))
	err := b.list(b.each, func(device string) { may[device] = true }, args...)
	answers := make([]bool, len(devices))
	for i, device := range devices {
		answers[i] = may[device]
	}
	return answers, err
}

func (b *byHand) Devices(org, user string, fn func(string)) error {
	return b.list(b.devices, fn, org, user, org, user)
}

func (b *byHand) Users(org, device string, fn func(string)) error {
	return b.list(b.users, fn, org, workload.Permission, org, device)
}

func (b *byHand) list(statement *sql.Stmt, fn func(string), args ...any) error {
	rows, err := statement.QueryContext(b.ctx, args...)
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var name string
		if err := rows.Scan(&name); err != nil {
			return err
		}
		fn(name)
	}
	return rows.Err()
}
