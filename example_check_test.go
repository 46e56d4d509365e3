package charter_test

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// Require guards an action of the host. Its denial is the same for a missing role,
// a missing grant and a device that does not exist (G6).
func ExampleService_Require() {
	ctx := context.Background()
	svc := newService()
	asBob, _ := joinedBob(ctx, svc, founded(ctx, svc), roles.Editor, grants.One("device", "pump"))

	rename := func(device grants.Resource) error {
		if err := svc.Require(ctx, asBob, "devices.edit", device); err != nil {
			return err
		}
		// … the host renames its device.
		return nil
	}
	fmt.Println("pump: ", rename(pump))
	fmt.Println("valve:", rename(valve))
	fmt.Println("ghost:", rename(grants.Resource{Kind: "device", ID: "ghost"}))
	fmt.Println(errors.Is(rename(valve), charter.ErrDenied))

	// Output:
	// pump:  <nil>
	// valve: access denied
	// ghost: access denied
	// true
}

// A permission about a kind of resource is asked with one, any other without; what
// the catalogue does not declare is an error, never an answer (G1, R4).
func ExampleService_Can() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)

	ok, err := svc.Can(ctx, asAda, "devices.add", grants.Resource{})
	fmt.Println(ok, err)
	ok, err = svc.Can(ctx, asAda, "devices.edit", pump)
	fmt.Println(ok, err)
	ok, err = svc.Can(ctx, asAda, "devices.fly", pump)
	fmt.Println(ok, errors.Is(err, charter.ErrInvalid))

	// Output:
	// true <nil>
	// true <nil>
	// false true
}

// Filter keeps the resources that the actor may use, at the price of one question
// (G7).
func ExampleService_Filter() {
	ctx := context.Background()
	svc := newService()
	asBob, _ := joinedBob(ctx, svc, founded(ctx, svc), roles.Editor, grants.One("device", "valve"))

	visible, err := svc.Filter(ctx, asBob, "devices.view", []grants.Resource{pump, valve})
	check(err)
	fmt.Println(visible)

	// Output:
	// [{device valve}]
}

// MembersFor answers the other way round: who may use this resource (G7).
func ExampleService_AllMembersFor() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	joinedBob(ctx, svc, asAda, roles.Editor, grants.One("device", "pump"))

	for _, device := range []grants.Resource{pump, valve} {
		people := 0
		for _, err := range svc.AllMembersFor(ctx, asAda.Org, "devices.edit", device, charter.PageQuery{}) {
			check(err)
			people++
		}
		fmt.Println(device.ID, "may be edited by", people)
	}

	// Output:
	// pump may be edited by 2
	// valve may be edited by 1
}

// UsersFor is for who needs no names: whom to tell that something happened (G7).
func ExampleService_AllUsersFor() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	joinedBob(ctx, svc, asAda, roles.Editor, grants.One("device", "pump"))

	var notify []string
	for user, err := range svc.AllUsersFor(ctx, asAda.Org, "devices.edit", pump, charter.PageQuery{}) {
		check(err)
		notify = append(notify, string(user))
	}
	slices.Sort(notify) // they come by the IDs of their members, which are random here
	fmt.Println(notify)

	// Output:
	// [ada bob]
}

// Explain tells the host's operators, and never who was denied, why (G7).
func ExampleService_Explain() {
	ctx := context.Background()
	svc := newService()
	asBob, _ := joinedBob(ctx, svc, founded(ctx, svc), roles.Editor, grants.One("device", "pump"))

	why, err := svc.Explain(ctx, asBob, "devices.edit", valve)
	check(err)
	for _, outcome := range why.Outcomes {
		fmt.Println(outcome.OK, outcome.Step)
	}
	fmt.Println("allowed:", why.Allowed)

	// Output:
	// true the user is a member of the organization
	// true the member has joined
	// true the member's role holds the permission
	// true the resource is registered with the organization
	// false the member is Admin or has a grant that covers the resource
	// allowed: false
}

// An Access is read once for a request and then asked without the store. It is a
// snapshot: drop it with the request.
func ExampleService_Access() {
	ctx := context.Background()
	svc := newService()
	asBob, _ := joinedBob(ctx, svc, founded(ctx, svc), roles.Editor, grants.One("device", "pump"))

	access, err := svc.Access(ctx, asBob, "device")
	check(err)
	for _, device := range []grants.Resource{pump, valve} {
		for _, p := range []roles.Permission{"devices.view", "devices.edit", "devices.delete"} {
			ok, err := access.Can(p, device)
			check(err)
			fmt.Println(device.ID, p, ok)
		}
	}
	fmt.Println("menu entry to invite users:", access.Holds(roles.InviteUsers))

	// Output:
	// pump devices.view true
	// pump devices.edit true
	// pump devices.delete false
	// valve devices.view false
	// valve devices.edit false
	// valve devices.delete false
	// menu entry to invite users: false
}

// A service restricts further who may use resources of its kind, out of sight of
// the organization. It can only narrow, even for Admins (G5).
func ExampleRestriction() {
	ctx := context.Background()
	archived := grants.Resource{Kind: "dashboard", ID: "2019"}
	svc := serviceWith(charter.Options{Restrictions: map[roles.Kind]charter.Restriction{
		"dashboard": func(_ context.Context, _ charter.Actor, q grants.Question) (bool, error) {
			return q.Permission == "emma.view-dashboards" || q.Resource != archived, nil
		},
	}})
	asAda := founded(ctx, svc)
	check(svc.Resources.Register(ctx, asAda, archived))

	for _, p := range []roles.Permission{"emma.view-dashboards", "emma.edit-dashboard"} {
		ok, err := svc.Can(ctx, asAda, p, archived)
		check(err)
		fmt.Println(p, ok)
	}

	// Output:
	// emma.view-dashboards true
	// emma.edit-dashboard false
}

// Resource access comes to an organization that did without: everybody is given
// what exists, so that nobody loses anything, and then single resources are taken
// away (G3).
func ExampleGrants_Introduce() {
	ctx := context.Background()
	svc := newService()
	asAda := founded(ctx, svc)
	asBob, bob := joinedBob(ctx, svc, asAda, roles.Editor)
	usable := func() (ids []grants.ResourceID) {
		for device, err := range svc.AllResourcesFor(ctx, asBob, "devices.edit", charter.PageQuery{}) {
			check(err)
			ids = append(ids, device.ID)
		}
		return ids
	}
	fmt.Println("before:    ", usable())

	check(svc.Grants.Introduce(ctx, charter.Host(asAda.Org)))
	fmt.Println("introduced:", usable())

	check(svc.Grants.Take(ctx, asAda, bob.ID, grants.One("device", "pump")))
	fmt.Println("narrowed:  ", usable())

	// Output:
	// before:     []
	// introduced: [pump valve]
	// narrowed:   [valve]
}

// A host declares services, permissions and kinds of its own in place of the ready
// catalogue. What charter itself asks for is added (R1).
func ExampleNew_catalogue() {
	catalogue, err := roles.NewCatalogue(roles.Service{
		Key: "notes",
		Permissions: []roles.Declaration{
			{Permission: "notes.read", Kind: "notebook", Editor: true, Viewer: true},
			{Permission: "notes.write", Kind: "notebook", Editor: true},
		},
	})
	check(err)
	_, err = charter.New(memstore.New(), charter.Options{Catalogue: catalogue, InvitationKeys: exampleKeys('a')})
	check(err)
	for _, service := range catalogue.Services() {
		fmt.Println(service.Key, len(service.Permissions))
	}

	// Output:
	// notes 2
	// users 4
	// organization 3
}
