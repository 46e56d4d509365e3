package memstore

import (
	"context"

	"github.com/seed-5b9f5318/charter/orgs"
)

// Revision returns the revision of org, 0 when there is none. It is one lookup.
func (r *reader) Revision(ctx context.Context, org orgs.ID) (uint64, error) {
	_, o, err := r.org(ctx, org)
	if err != nil || o == nil {
		return 0, err
	}
	return o.record.Revision, nil
}
