package charter_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// TestBatchesOfManyGrants shows that a batch ends where its rows have 50,000 grants
// together, however few rows these are.
func TestBatchesOfManyGrants(t *testing.T) {
	_, svc := losingService(t)
	ada, err := svc.SignIn(t.Context(), "ada", orgs.Profile{Email: "ada@acme.example"})
	if err != nil {
		t.Fatal(err)
	}
	as := charter.ActorOf(ada)
	var people []charter.ImportedMember
	for i := range 5 {
		person := charter.ImportedMember{User: orgs.UserID(fmt.Sprint("p", i)), Role: roles.Viewer}
		person.Profile.Email = string(person.User) + "@acme.example"
		people = append(people, person)
	}
	if _, err := svc.Members.Import(t.Context(), charter.Host(as.Org), charter.Rows(people), charter.Bulk{}); err != nil {
		t.Fatal(err)
	}
	var most []grants.Grant // of one row; nobody has them
	for i := range charter.MaxBatch {
		most = append(most, grants.One("device", grants.ResourceID(fmt.Sprint("d", i))))
	}
	var rows []charter.MemberGrants
	for m, err := range svc.Members.All(t.Context(), as, charter.MemberQuery{}) {
		if err != nil {
			t.Fatal(err)
		}
		rows = append(rows, charter.MemberGrants{Member: m.ID, Grants: most})
	}
	var told []int
	bulk := charter.Bulk{Progress: func(done charter.Done) { told = append(told, done.Rows) }}
	if _, err := svc.Grants.TakeMany(t.Context(), as, charter.Rows(rows), bulk); err != nil {
		t.Fatal(err)
	}
	if want := []int{5, 6}; !slices.Equal(told, want) {
		t.Errorf("batches end at the rows %v, want %v", told, want)
	}
}
