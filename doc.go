// Package charter answers who belongs to which organization, in what role, who
// was invited, and who may use what. A Go service embeds it and brings its own
// database; charter owns these facts and is the only thing that changes them.
//
// The host, which is the service that embeds charter, authenticates people, owns
// the devices and dashboards, sends mail and draws pages.
//
//	keys, err := invites.NewKeys(secret) // 32 bytes or more, kept outside the database
//	svc, err := charter.New(memstore.New(), charter.Options{
//		Catalogue:      roles.SmartServices(),
//		InvitationKeys: keys,
//	})
//	ada, err := svc.SignIn(ctx, "u-1", orgs.Profile{Email: "ada@acme.example", FirstName: "Ada"})
//	acme, err := svc.Orgs.Create(ctx, ada.ID, "Acme")
//	as := charter.Actor{User: ada.ID, Org: acme.ID}
//	err = svc.Resources.Register(ctx, as, grants.Resource{Kind: "device", ID: "d-1"})
//	issued, err := svc.Invites.Invite(ctx, as, invites.Request{
//		Email: "bob@acme.example", Role: roles.Editor,
//		Grants: []grants.Grant{grants.One("device", "d-1")},
//	})
//	// … Bob follows issued.Link.URL(), which the host has mailed, and signs up. The link
//	// ends in the token, and for it the host calls
//	bob, err := svc.Invites.Accept(ctx, token, charter.Invitee{User: "u-2", Profile: profile, Verified: verified})
//	ok, err := svc.Can(ctx, charter.Actor{User: "u-2", Org: acme.ID}, "devices.update-firmware",
//		grants.Resource{Kind: "device", ID: "d-1"})
//
// # Operations and questions
//
// Operations are grouped by noun: [Service.Orgs], [Service.Members],
// [Service.Invites], [Service.Roles], [Service.Resources], [Service.Grants],
// [Service.History]. Each checks its input first, then runs in one transaction:
// it holds what it decides about, asks the rules, saves what they return and
// appends to the history. It happens whole or not at all, whatever runs at once.
//
// The questions stand on the Service: [Service.Can] and [Service.Require] for
// one, [Service.CanEach] and [Service.Filter] for many, [Service.Access] for many
// within one request, [Service.Holds] for menus, [Service.ResourcesFor],
// [Service.MembersFor] and [Service.UsersFor] for lists, [Service.Explain] for the
// host's operators.
//
// What is granted is registered first, in an invitation too: charter refuses a grant of
// a resource that the organization does not have.
//
// Operations with an [Actor] ask what the actor may. Those without one, and the
// questions, are the host's own: charter trusts the host with them.
//
// # Errors
//
// Denial is an answer, never an accident: an error never comes with yes, and zero
// values deny. Match errors with errors.Is; the classes and the refusals of
// single rules are listed under Variables. [InvalidError] names the field. Who is
// denied learns nothing but [ErrDenied], and whose link is no good nothing but
// [ErrInvalidLink], both bare; other errors but [InvalidError] begin with "charter:"
// and the operation. For people, show the text of the sentinel that matched,
// [ErrEscalation] included: [Status] returns it, with the status code that a web
// service answers with.
//
// An ID that is empty, longer than 255 bytes or no UTF-8 is [ErrInvalid]; one that
// names nothing is [ErrNotFound], whatever it looks like. [ErrRegisteredElsewhere]
// tells that an ID exists in an organization which is not the asker's: choose IDs
// of resources that cannot be guessed, or show it as ErrNotFound.
//
// # Concurrency
//
// A [Service] is safe for concurrent use, and many on many machines may share a
// database. Who loses a race is run again by the Service, from fresh reads;
// [Options.Attempts] bounds that, and so does a deadline of the context.
//
// # Cost
//
// Each operation says what it costs: how many statements the store in package
// sqlstore runs for it on SQLite, BEGIN and COMMIT apart, and what the time grows
// with besides the logarithm of what is stored. On a server each is a round trip.
// Tests count them, and docs/costs.md in the repository has the counts on every
// database. Who loses a race pays again.
//
// # Rules
//
// Codes such as M7 name the rules that the code, its tests and this page refer to;
// docs/rules.md in the repository lists them with what proves each.
//
// # Compatibility
//
// Until version 1 names may still move; the CHANGELOG says where to.
package charter
