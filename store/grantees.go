package store

import (
	"context"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
)

// Grantee is a member that reaches a resource, without the member's record.
type Grantee struct {
	Member orgs.MemberID
	User   orgs.UserID
}

// GranteePage is a page of grantees.
type GranteePage struct {
	Facts    grants.Facts // about the Asker
	Grantees []Grantee
}

// GranteeLister is what a Reader may have besides its methods: who reaches a resource,
// for less than their records would cost. The Service calls [GranteeIDs], which does
// without.
type GranteeLister interface {
	// GranteeIDs returns of each member on the page that Grantees returns no more than
	// the IDs (C28).
	GranteeIDs(ctx context.Context, q GranteeQuery) (GranteePage, error)
}

// GranteeIDs returns a page of the active members that reach a resource, by ID,
// ascending: from r itself where it is a [GranteeLister], otherwise of what Grantees
// returns. A Store that wraps another one passes the call on by this function; one that
// embeds a GranteeLister and overrides Grantees overrides GranteeIDs too.
func GranteeIDs(ctx context.Context, r Reader, q GranteeQuery) (GranteePage, error) {
	if lister, ok := r.(GranteeLister); ok {
		return lister.GranteeIDs(ctx, q)
	}
	page, err := r.Grantees(ctx, q)
	if err != nil {
		return GranteePage{}, err
	}
	list := make([]Grantee, len(page.Members))
	for i, m := range page.Members {
		list[i] = Grantee{m.ID, m.User}
	}
	return GranteePage{Facts: page.Facts, Grantees: list}, nil
}
