package charter_test

import (
	"context"
	"errors"
	"fmt"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// Custom roles hold what the organization wants, from the host's catalogue. Nobody
// hands out what they do not hold themselves (R3, M7).
func ExampleRoles_Create() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)

	steward, err := svc.Roles.Create(ctx, asAda, "Steward", roles.AccessUsers, roles.ChangeRoles)
	check(err)
	asBob, bob := joinedBob(ctx, svc, asAda, steward.ID)

	_, err = svc.Roles.Create(ctx, asBob, "Greeter", roles.AccessUsers)
	fmt.Println("Bob gives what he holds:", err)
	_, err = svc.Roles.Create(ctx, asBob, "Remover", roles.RemoveUsers)
	fmt.Println("what he lacks is escalation:", errors.Is(err, charter.ErrEscalation))
	err = svc.Members.ChangeRole(ctx, asBob, bob.ID, roles.Viewer)
	fmt.Println("his own role is not his to change:", errors.Is(err, charter.ErrOwnRole))

	// Output:
	// Bob gives what he holds: <nil>
	// what he lacks is escalation: true
	// his own role is not his to change: true
}

// A page of members says who invited each by ID. All of them are named with one
// question; the founder was invited by nobody (M3).
func ExampleService_Users() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	joinedBob(ctx, svc, asAda, roles.Viewer)

	page, err := svc.Members.Page(ctx, asAda, charter.MemberQuery{})
	check(err)
	var inviters []orgs.UserID
	for _, member := range page.Items {
		inviters = append(inviters, member.InvitedBy)
	}
	users, err := svc.Users(ctx, inviters...)
	check(err)
	for _, member := range page.Items {
		fmt.Printf("%s, invited by %q\n", member.FirstName, users[member.InvitedBy].FirstName)
	}

	// Output:
	// Ada, invited by ""
	// Bob, invited by "Ada"
}

// An organization always keeps an active Admin: the last one neither leaves nor is
// removed nor gets another role (O4, M4, M5).
func ExampleOrgs_Leave_lastAdmin() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	_, bob := joinedBob(ctx, svc, asAda, roles.Viewer)

	_, err := svc.Orgs.Leave(ctx, asAda)
	fmt.Println("alone:", errors.Is(err, charter.ErrLastAdmin))

	check(svc.Members.ChangeRole(ctx, asAda, bob.ID, roles.Admin))
	_, err = svc.Orgs.Leave(ctx, asAda)
	fmt.Println("with another Admin:", err)

	// Output:
	// alone: true
	// with another Admin: <nil>
}

// Who loses the last organization finds a new, empty one of its own, as its Admin
// (O6). Bob came by invitation, so he had no personal one before (O9).
func ExampleOrgs_Leave() {
	ctx := context.Background()
	svc := serviceWith(charter.Options{
		PersonalName: func(p orgs.Profile) string { return p.FirstName + "'s organization" },
	})
	asBob, _ := joinedBob(ctx, svc, founded(ctx, svc), roles.Editor)

	bob, err := svc.Orgs.Leave(ctx, asBob)
	check(err)
	personal, err := svc.Orgs.Get(ctx, charter.Actor{User: bob.ID, Org: bob.Active})
	check(err)
	fmt.Println(personal.Name)

	// Output:
	// Bob's organization
}

// The member list has filters, a search, five orders, and pages that neither skip
// nor repeat (M2). All goes through the pages.
func ExampleMembers_All() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	joinedBob(ctx, svc, asAda, roles.Editor)
	joined(ctx, svc, asAda, "cleo", orgs.Profile{Email: "cleo@elsewhere.example", FirstName: "Cleo", LastName: "Moor"}, roles.Viewer)

	byLastName := charter.MemberQuery{Sort: orgs.ByLastName, Descending: true}
	for member, err := range svc.Members.All(ctx, asAda, byLastName) {
		check(err)
		fmt.Println(member.LastName, member.FirstName, member.Role)
	}

	// Output:
	// Vale Ada admin
	// Reed Bob editor
	// Moor Cleo viewer
}

// A page says where the next one begins. The cursor fits in a URL.
func ExampleMembers_Page() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	joinedBob(ctx, svc, asAda, roles.Editor)

	query := charter.MemberQuery{Status: []orgs.Status{orgs.Active}, Limit: 1}
	for {
		page, err := svc.Members.Page(ctx, asAda, query)
		check(err)
		for _, member := range page.Items {
			fmt.Println(member.FirstName)
		}
		if page.Next == "" {
			break
		}
		query.Cursor = page.Next
	}

	// Output:
	// Ada
	// Bob
}

// A list in a browser also goes back, and begins at its end when that is asked for.
func ExampleMembers_Page_backwards() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	joinedBob(ctx, svc, asAda, roles.Editor)
	joined(ctx, svc, asAda, "cleo", orgs.Profile{Email: "cleo@elsewhere.example", FirstName: "Cleo"}, roles.Viewer)

	show := func(query charter.MemberQuery) charter.Page[orgs.Member] {
		query.Limit = 2
		page, err := svc.Members.Page(ctx, asAda, query)
		check(err)
		for _, member := range page.Items {
			fmt.Print(member.FirstName, " ")
		}
		fmt.Println("previous:", page.Previous != "", "next:", page.Next != "")
		return page
	}
	last := show(charter.MemberQuery{Last: true})
	first := show(charter.MemberQuery{Cursor: last.Previous})
	show(charter.MemberQuery{Cursor: first.Next})

	// Output:
	// Bob Cleo previous: true next: false
	// Ada previous: false next: true
	// Bob Cleo previous: true next: false
}

// Removing somebody takes their address, typed, as confirmation (M5).
func ExampleMembers_Remove() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	asBob, bob := joinedBob(ctx, svc, asAda, roles.Editor)

	err := svc.Members.Remove(ctx, asAda, bob.ID, "yes")
	var invalid *charter.InvalidError
	if errors.As(err, &invalid) {
		fmt.Println("bad input:", invalid.Field)
	}

	check(svc.Members.Remove(ctx, asAda, bob.ID, "Bob@acme.example"))
	_, err = svc.Members.Me(ctx, asBob)
	fmt.Println("Bob is out:", errors.Is(err, charter.ErrDenied))

	// Output:
	// bad input: confirmation
	// Bob is out: true
}

// A deleted organization leaves one event with what it had, for the host to purge
// its own data by (O5).
func ExampleHistory_Deletions() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	_, err := svc.Orgs.Delete(ctx, asAda)
	check(err)

	purge := func() (purged int) {
		deleted, err := svc.History.Deletions(ctx, "", 0)
		check(err)
		for _, event := range deleted {
			for _, r := range event.Detail.Resources {
				fmt.Println("purge", r.Kind, r.ID)
			}
			check(svc.History.Purged(ctx, event.Org))
		}
		return len(deleted)
	}
	fmt.Println(purge(), "organization purged")
	fmt.Println(purge(), "left to purge")

	// Output:
	// purge device pump
	// purge device valve
	// 1 organization purged
	// 0 left to purge
}
