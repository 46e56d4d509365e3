package sqlstore

import (
	"context"
	"database/sql"
	"encoding/hex"
	"strconv"
	"strings"
)

// spelledTx runs statements that have their parameters in their text, so that no
// driver prepares one. Where a cluster of MariaDB's aborts a transaction during the
// preparing or closing of a statement, its client is never told, and what follows is
// committed statement by statement.
type spelledTx struct{ *sql.Tx }

func (t spelledTx) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return t.Tx.QueryContext(ctx, spelled(text, args))
}

func (t spelledTx) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	return t.Tx.ExecContext(ctx, spelled(text, args))
}

// spelledDB does the same on a handle: a driver that is let to write them into the text
// escapes a quote by a byte that belongs, in some character sets, to the character
// before it.
type spelledDB struct{ *sql.DB }

func (db spelledDB) QueryContext(ctx context.Context, text string, args ...any) (*sql.Rows, error) {
	return db.DB.QueryContext(ctx, spelled(text, args))
}

func (db spelledDB) ExecContext(ctx context.Context, text string, args ...any) (sql.Result, error) {
	return db.DB.ExecContext(ctx, spelled(text, args))
}

// spelled returns text with args in the places of its question marks.
func spelled(text string, args []any) string {
	var b strings.Builder
	for _, arg := range args {
		before, after, _ := strings.Cut(text, `?`)
		b.WriteString(before)
		b.WriteString(literal(plain(arg)))
		text = after
	}
	b.WriteString(text)
	return b.String()
}

// literal returns value as the server reads it, whatever its mode and the character
// set of the connection. There are texts, numbers, truth values and nil.
func literal(value any) string {
	switch v := value.(type) {
	case string:
		return `_utf8mb4 X'` + hex.EncodeToString([]byte(v)) + `'`
	case int64:
		return strconv.FormatInt(v, 10)
	case bool:
		return strconv.FormatBool(v)
	default:
		return `NULL`
	}
}
