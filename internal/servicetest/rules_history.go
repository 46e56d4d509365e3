package servicetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func historyRules() []Rule {
	return []Rule{
		{"H1", "a history tells a whole story, each change once, without gaps", h1Story},
		{"H1", "each organization is numbered for itself", h1PerOrganization},
		{"H1", "an event's time is the change's", h1Time},
		{"H1", "a change that fails and a look append nothing", h1Nothing},
		{"H1", "events name rows and users and tell no name, address, message or billing", h1NoPersonalData},
		{"H2", "holders of users.access page through it, both ways", h2Pages},
		{"H2", "who lacks users.access is denied", h2Denied},
		{"H2", "a cursor serves its own organization and direction only", h2Cursors},
	}
}

func h1Story(w *World) {
	ada := w.Found("ada", "Acme")
	w.Must(w.Svc.Orgs.Rename(w.Ctx, ada, "Acme & Co"))
	w.Must(w.Svc.Orgs.SetBilling(w.Ctx, ada, orgs.Billing{Company: "Acme Ltd"}))
	machine := w.Devices(ada, 1)[0]
	clerk := w.Role(ada, "Clerk", viewDevice)
	bob := w.Invite(ada, "bob", clerk)
	bob, err := w.Svc.Invites.Reissue(w.Ctx, ada, bob.Member.ID)
	w.Must(err)
	id := bob.Member.ID
	w.Must(w.Svc.Grants.Give(w.Ctx, ada, id, ones(machine)...))
	as := w.Accept(bob, "bob")
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, ada, id, roles.Editor))
	w.Must(w.Svc.Roles.SetPermissions(w.Ctx, ada, clerk))
	w.Must(w.Svc.Roles.Delete(w.Ctx, ada, clerk))
	w.Must(w.Svc.Grants.Take(w.Ctx, ada, id, ones(machine)...))
	w.Must(w.Svc.Grants.Introduce(w.Ctx, charter.Host(ada.Org)))
	w.Must(w.Svc.Resources.Unregister(w.Ctx, charter.HostFor(as), machine))
	w.Must(errOf(w.Svc.Orgs.Leave(w.Ctx, as)))
	w.Must(w.Svc.Invites.Revoke(w.Ctx, ada, w.Invite(ada, "cleo", roles.Viewer).Member.ID))
	w.Remove(ada, w.Join(ada, "dan", roles.Viewer))
	want := []string{
		"ada organization.founded", "ada organization.renamed", "ada organization.billing-changed", "ada resources.registered",
		"ada role.created", "ada member.invited", "ada member.reissued", "ada grants.given", "bob member.accepted",
		"ada member.role-changed", "ada role.changed", "ada role.deleted", "ada grants.taken", " grants.introduced",
		"bob resources.unregistered", "bob member.left", "ada member.invited", "ada member.revoked", "ada member.invited",
		"dan member.accepted", "ada member.removed",
	}
	events := collect(w, w.Svc.History.All(w.Ctx, ada, charter.HistoryQuery{Limit: 4}))
	w.Same("story", idsOf(events, func(e charter.Event) string { return fmt.Sprintf("%s %s", e.Actor, e.Action) }), want)
	for i, e := range events {
		w.Same("number", e.Number, uint64(i+1))
		w.Same("organization", e.Org, ada.Org)
	}
	w.Same("the organization's count", w.Dump().Of(ada.Org).Org.Events, uint64(len(want)))
}

func h1PerOrganization(w *World) {
	t := newTown(w)
	for _, as := range []charter.Actor{t.ada, t.gus, t.ada} {
		before := w.Dump()
		event := w.Does(store.OrganizationRenamed, func() error {
			return w.Svc.Orgs.Rename(w.Ctx, as, "By "+string(as.User)+string(as.Org[:4])+fmt.Sprint(len(before.Of(as.Org).Events)))
		})
		w.Same("number", event.Number, before.Of(as.Org).Org.Events+1)
	}
	for _, o := range w.Dump().Orgs {
		for i, e := range o.Events {
			w.Same("number", e.Number, uint64(i+1))
		}
	}
}

func h1Time(w *World) {
	ada := w.Found("ada", "Acme")
	from := w.Clock.Now()
	event := w.Does(store.OrganizationRenamed, func() error { return w.Svc.Orgs.Rename(w.Ctx, ada, "New") })
	w.True("within the change", event.At.After(from) && event.At.Before(w.Clock.Now()))
	events := collect(w, w.Svc.History.All(w.Ctx, ada, charter.HistoryQuery{}))
	w.Same("as stored", events[1], event)
	w.True("times do not go back", slices.IsSortedFunc(events, func(a, b charter.Event) int { return a.At.Compare(b.At) }))
}

func h1Nothing(w *World) {
	t := newTown(w)
	w.Refused(charter.ErrLastAdmin, func() error { return errOf(w.Svc.Orgs.Leave(w.Ctx, t.ada)) })
	w.Refused(charter.ErrAlreadyInvited, func() error {
		return errOf(w.Svc.Invites.Invite(w.Ctx, t.ada, invites.Request{Email: "pam@acme.example", Role: roles.Viewer}))
	})
	w.Denied(func() error { return w.Svc.Orgs.Rename(w.Ctx, t.vic, "Mine") })
	w.Invalid("name", func() error { return w.Svc.Orgs.Rename(w.Ctx, t.ada, "") })
	w.Idle(func() error { return errOf(w.Svc.Members.Page(w.Ctx, t.ada, charter.MemberQuery{})) })
	w.Idle(func() error { return errOf(w.Svc.Roles.List(w.Ctx, t.ada)) })
	w.Idle(func() error { return errOf(w.Svc.History.Page(w.Ctx, t.ada, charter.HistoryQuery{})) })
	w.Idle(func() error { return errOf(w.Svc.Can(w.Ctx, t.ada, series, none)) })
	w.Idle(func() error { return errOf(w.Svc.Invites.Link(w.Ctx, t.ada, t.invited())) })
}

func h1NoPersonalData(w *World) {
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "u-1", orgs.Profile{Email: "Secret1@x.example", FirstName: "Secret2", LastName: "Secret3"})))
	org, err := w.Svc.Orgs.Create(w.Ctx, "u-1", "Acme")
	w.Must(err)
	as := charter.Actor{User: "u-1", Org: org.ID}
	w.Must(w.Svc.Orgs.SetBilling(w.Ctx, as, orgs.Billing{Company: "Secret4", Email: "secret5@x.example"}))
	issued, err := w.Svc.Invites.Invite(w.Ctx, as, invites.Request{
		Email: "secret6@x.example", Role: roles.Viewer, Message: "Secret7", Grants: []grants.Grant{grants.All(device)},
	})
	w.Must(err)
	who := charter.Invitee{
		User: "u-2", Verified: []string{"secret6@x.example"}, Profile: orgs.Profile{Email: "secret8@x.example", LastName: "Secret9"},
	}
	w.Must(errOf(w.Svc.Invites.Accept(w.Ctx, token(issued), who)))
	w.Must(w.Svc.Members.Remove(w.Ctx, as, issued.Member.ID, "secret8@x.example"))
	for _, o := range w.Dump().Orgs {
		text, err := json.Marshal(o.Events)
		w.Must(err)
		w.True("nothing personal", !strings.Contains(strings.ToLower(string(text)), "secret"))
	}
}

func h2Pages(w *World) {
	t := newTown(w)
	desk := t.custom("desk", roles.AccessUsers)
	want := w.Dump().Of(t.ada.Org).Events
	w.True("there is something to page", len(want) > 5)
	for _, as := range []charter.Actor{t.ada, desk} {
		for limit := 1; limit <= len(want)+1; limit++ {
			w.Same("oldest first", collect(w, w.Svc.History.All(w.Ctx, as, charter.HistoryQuery{Limit: limit})), want)
			newest := collect(w, w.Svc.History.All(w.Ctx, as, charter.HistoryQuery{Limit: limit, Descending: true}))
			slices.Reverse(newest)
			w.Same("newest first", newest, want)
		}
	}
	page, err := w.Svc.History.Page(w.Ctx, t.ada, charter.HistoryQuery{Limit: 2, Descending: true})
	w.Must(err)
	w.Must(w.Svc.Orgs.Rename(w.Ctx, t.ada, "Newer"))
	next, err := w.Svc.History.Page(w.Ctx, t.ada, charter.HistoryQuery{Limit: 2, Descending: true, Cursor: page.Next})
	w.Must(err)
	w.Same("the next page, after a new event", next.Items[0].Number, page.Items[1].Number-1)
	for _, limit := range []int{-1, charter.MaxLimit + 1} {
		w.Invalid("limit", func() error { return errOf(w.Svc.History.Page(w.Ctx, t.ada, charter.HistoryQuery{Limit: limit})) })
	}
}

func h2Denied(w *World) {
	t := newTown(w)
	most := t.custom("most", everything(w, roles.AccessUsers)...)
	for _, as := range []charter.Actor{t.eve, t.vic, most, t.pam, {User: "gus", Org: t.ada.Org}, {User: "ada", Org: "nowhere"}} {
		w.Denied(func() error { return errOf(w.Svc.History.Page(w.Ctx, as, charter.HistoryQuery{})) })
	}
}

func h2Cursors(w *World) {
	t := newTown(w)
	page, err := w.Svc.History.Page(w.Ctx, t.ada, charter.HistoryQuery{Limit: 1})
	w.Must(err)
	w.Invalid("cursor", func() error { return errOf(w.Svc.History.Page(w.Ctx, t.gus, charter.HistoryQuery{Cursor: page.Next})) })
	w.Invalid("cursor", func() error {
		return errOf(w.Svc.History.Page(w.Ctx, t.ada, charter.HistoryQuery{Cursor: page.Next, Descending: true}))
	})
	more, err := w.Svc.History.Page(w.Ctx, t.ada, charter.HistoryQuery{Cursor: page.Next, Limit: 3})
	w.Must(err)
	w.Same("numbers", idsOf(more.Items, func(e charter.Event) uint64 { return e.Number }), []uint64{2, 3, 4})
}
