package cached_test

import (
	"context"
	"fmt"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/cached"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// A host gives these stores to charter.New and Service.With. Here they are asked and
// written to by hand, to show what each answers.
func Example() {
	database := memstore.New()
	cache, err := cached.New(database, cached.Options{Bytes: 16 << 20})
	if err != nil {
		fmt.Println(err)
		return
	}
	fast := cache.AtMostOld(time.Minute)

	fmt.Println("write:", write(cache.Latest(), roles.Editor))
	fmt.Println(role(fast), "is read, and known from now on")

	fmt.Println("write:", write(cache.Latest(), roles.Admin))
	fmt.Println(role(fast), "was written through the cache")

	fmt.Println("write:", write(database, roles.Viewer)) // as another process does it
	fmt.Println(role(fast), "was so within the minute")
	fmt.Println(role(cache.AtLeast("acme", 3)), "is of revision 3 or later")
	// Output:
	// write: <nil>
	// editor is read, and known from now on
	// write: <nil>
	// admin was written through the cache
	// write: <nil>
	// admin was so within the minute
	// viewer is of revision 3 or later
}

// role asks s for the role of ada.
func role(s store.Store) string {
	facts, err := s.Facts(context.Background(), "acme", "ada", grants.Question{Permission: roles.ChangeRoles})
	if err != nil {
		return err.Error()
	}
	return string(facts.Role)
}

// write makes ada a member with role, or changes the role.
func write(s store.Store, role roles.ID) error {
	row := orgs.Member{ID: "ada-1", Org: "acme", User: "ada", Status: orgs.Active, Role: role}
	return s.Update(context.Background(), func(ctx context.Context, tx store.Tx) error {
		held, err := tx.Hold(ctx, store.Want{Org: "acme", Users: []orgs.UserID{"ada"}})
		if err != nil {
			return err
		}
		if held.Org.ID != "" {
			return tx.UpdateMember(ctx, row)
		}
		if err := tx.CreateOrganization(ctx, orgs.Organization{ID: "acme", Name: "Acme"}); err != nil {
			return err
		}
		return tx.CreateMember(ctx, row)
	})
}
