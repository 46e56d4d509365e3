package sqlstore

import (
	"context"
	"fmt"

	"github.com/seed-5b9f5318/charter/orgs"
)

// Revision returns the revision of org, 0 when there is none: one statement, one
// seek, one number.
func (r reader) Revision(ctx context.Context, org orgs.ID) (uint64, error) {
	var revision int64
	err := r.reading(ctx, "revision", func(ctx context.Context) (begun bool, err error) {
		rows, err := r.db.QueryContext(ctx, r.facts.revision.text, string(org))
		if err != nil {
			return false, err
		}
		defer rows.Close()
		if rows.Next() {
			if err := rows.Scan(&revision); err != nil {
				return true, fmt.Errorf("%w: %w", errUnread, err)
			}
		}
		return false, rows.Err()
	})
	return uint64(revision), err
}
