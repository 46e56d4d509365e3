package schema

import (
	"context"
	"database/sql"
	"fmt"

	"github.com/pressly/goose/v3/lock"

	"github.com/seed-5b9f5318/charter/internal/drivercode"
)

// mysqlLock lets one process migrate at a time. A statement that changes a
// schema commits whatever came before it, so that no transaction does.
type mysqlLock struct{}

var _ lock.SessionLocker = mysqlLock{}

const (
	migratingSeconds = 60
	// notSupported is what a cluster answers: it runs such statements one after the
	// other on all nodes, and each says IF NOT EXISTS.
	notSupported = 1235
)

func (mysqlLock) SessionLock(ctx context.Context, conn *sql.Conn) error {
	var got sql.NullBool
	row := conn.QueryRowContext(ctx, fmt.Sprintf(`SELECT get_lock(sha1(concat('charter ', database())), %d)`, migratingSeconds))
	err := row.Scan(&got)
	if number, _ := drivercode.Of(err, "Number"); number == notSupported {
		return nil
	}
	if err == nil && !got.Bool {
		err = errorf("another process has been migrating for %d seconds", migratingSeconds)
	}
	return err
}

func (mysqlLock) SessionUnlock(ctx context.Context, conn *sql.Conn) error {
	var had sql.NullBool
	err := conn.QueryRowContext(ctx, `SELECT release_lock(sha1(concat('charter ', database())))`).Scan(&had)
	if number, _ := drivercode.Of(err, "Number"); number == notSupported {
		return nil
	}
	return err
}
