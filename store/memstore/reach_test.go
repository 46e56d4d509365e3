package memstore

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"testing"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// TestACrowdReaches: a resource of more holders than are kept in one array is listed
// as one of few is, without those who are invited or have another role (C24, C28).
func TestACrowdReaches(t *testing.T) {
	for name, holders := range map[string]int{"few": maxFew / 2, "many": 3 * maxFew} {
		t.Run(name, func(t *testing.T) {
			s, ctx := New(), t.Context()
			pump := grants.Resource{Kind: "device", ID: "pump"}
			var want []store.Grantee
			update(t, s, func(ctx context.Context, tx store.Tx) error {
				err := errors.Join(create("acme")(ctx, tx), tx.Register(ctx, "acme", []grants.Resource{pump}))
				for i := range holders {
					id := fmt.Sprintf("m-%03d", i)
					m := orgs.Member{ID: orgs.MemberID(id), Org: "acme", Role: roles.Editor, Status: orgs.Active, User: orgs.UserID("u-" + id)}
					switch i % 4 {
					case 1:
						m.Role = roles.Viewer
					case 2:
						m.Status, m.User, m.Email = orgs.Invited, "", id+"@mail.example"
					default:
						want = append(want, store.Grantee{Member: m.ID, User: m.User})
					}
					err = errors.Join(err, tx.CreateMember(ctx, m), tx.Give(ctx, "acme", m.ID, []grants.Grant{grants.One(pump.Kind, pump.ID)}))
				}
				return err
			})
			for _, limit := range []int{1, 7, 1000} {
				q := store.GranteeQuery{Org: "acme", Resource: pump, Roles: []roles.ID{roles.Editor}, Limit: limit}
				var got []store.Grantee
				for more := true; more; more = len(got) < len(want) {
					ids, err := s.GranteeIDs(ctx, q)
					page, other := s.Grantees(ctx, q)
					if err != nil || other != nil || len(ids.Grantees) == 0 || len(ids.Grantees) != len(page.Members) {
						t.Fatalf("after %q: %d IDs, %v, and %d members, %v", q.After, len(ids.Grantees), err, len(page.Members), other)
					}
					got = append(got, ids.Grantees...)
					q.After = page.Members[len(page.Members)-1].ID
				}
				if !slices.Equal(got, want) {
					t.Errorf("in pages of %d: %v, want %v", limit, got, want)
				}
			}
		})
	}
}
