package servicetest

import (
	"fmt"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func orgRules() []Rule {
	return []Rule{
		{"O1", "a user founds any number of organizations and is the first, active Admin of each", o1Founds},
		{"O1", "founding leaves the organization that the user works in as it is", o1StaysWhereItWorks},
		{"O1", "a user is in many organizations, in another role in each", o1ManyOrganizations},
		{"O1", "who never signed in founds nothing", o1StrangerFoundsNothing},
		{"O2", "a name is trimmed, 1 to 100 characters of any script", o2Names},
		{"O2", "an empty, long or broken name and one with control characters is refused", o2BadNames},
		{"O2", "names need not be unique", o2NamesRepeat},
		{"O3", "renaming needs organization.rename and tells before and after", o3Rename},
		{"O3", "who lacks organization.rename is denied", o3RenameDenied},
		{"O3", "billing details are written and read with organization.change-billing", o3Billing},
		{"O3", "billing details are neither read nor written without organization.change-billing", o3BillingDenied},
		{"O3", "every member sees its organization, nobody else does", o3Visible},
		{"O4", "a member leaves on its own, with all its grants", o4Leaves},
		{"O4", "the last active Admin cannot leave", o4LastAdmin},
		{"O4", "an invited Admin does not count", o4InvitedAdmin},
		{"O4", "once another Admin is appointed the first may leave", o4Appointed},
		{"O4", "who is no member cannot leave, nor twice", o4NoMember},
		{"O4", "who comes back starts without its old grants", o4ComesBack},
	}
}

func o1Founds(w *World) {
	w.SignIn("ada")
	for i := range 30 {
		name := fmt.Sprintf("Works %d", i)
		var org charter.Organization
		event := w.Does(store.OrganizationFounded, func() (err error) {
			org, err = w.Svc.Orgs.Create(w.Ctx, "ada", name)
			return err
		})
		stored := w.Dump().Of(org.ID)
		w.Same("name", stored.Org.Name, name)
		w.Same("rows", len(stored.Members), 1)
		first := stored.Members[0]
		w.Same("first member", first, orgs.Member{
			ID: first.ID, Org: org.ID, Role: roles.Admin, Status: orgs.Active,
			User: "ada", Profile: Profile("ada"), JoinedAt: stored.Org.CreatedAt,
		})
		w.Same("event", event, store.Event{
			Org: org.ID, Number: 1, At: stored.Org.CreatedAt, Actor: "ada", Action: store.OrganizationFounded,
			Detail: store.Detail{Member: first.ID, User: "ada", After: store.State{Role: roles.Admin}},
		})
	}
	w.Same("organizations", len(w.Homes("ada")), 31)
}

func o1StaysWhereItWorks(w *World) {
	home := w.SignIn("ada").Active
	as := w.Found("ada", "Acme")
	w.Same("working in", w.Working("ada"), home)
	w.True("the new organization is another", as.Org != home)
}

func o1ManyOrganizations(w *World) {
	t := newTown(w)
	w.Join(t.gus, "eve", roles.Viewer)
	w.SignIn("eve")
	own, err := w.Svc.Orgs.Create(w.Ctx, "eve", "Eve & sons")
	w.Must(err)
	got := make(map[orgs.ID]roles.ID)
	for _, m := range collect(w, w.Svc.Orgs.All(w.Ctx, "eve", charter.OrgQuery{})) {
		got[m.Org] = m.Role
	}
	w.Same("roles", got, map[orgs.ID]roles.ID{t.ada.Org: roles.Editor, t.gus.Org: roles.Viewer, own.ID: roles.Admin})
}

func o1StrangerFoundsNothing(w *World) {
	w.SignIn("ada")
	w.Refused(charter.ErrNotFound, func() error { return errOf(w.Svc.Orgs.Create(w.Ctx, "nobody", "Acme")) })
	w.Refused(charter.ErrNotFound, func() error { return errOf(w.Svc.Orgs.Create(w.Ctx, "ADA", "Acme")) })
}

func o2Names(w *World) {
	as := w.Found("ada", "  \t Acme \n ")
	w.Same("name", w.Dump().Of(as.Org).Org.Name, "Acme")
	for _, name := range []string{"x", runes(100, 'x'), runes(100, '😀'), "Łódź — 東京", "' OR 1=1 --", "a  b"} {
		w.Does(store.OrganizationRenamed, func() error { return w.Svc.Orgs.Rename(w.Ctx, as, " "+name+"\u00a0") })
		org, err := w.Svc.Orgs.Get(w.Ctx, as)
		w.Must(err)
		w.Same("name", org.Name, name)
		created, err := w.Svc.Orgs.Create(w.Ctx, "ada", name+" ")
		w.Must(err)
		w.Same("name", created.Name, name)
	}
}

func o2BadNames(w *World) {
	as := w.Found("ada", "Acme")
	for _, name := range []string{
		"", " ", " \n\t ", runes(101, 'x'), runes(101, '😀'), "a\nb", "a\tb", "a\x00b", "a\x7fb", "a\u0085b",
		"a\u2028b", "a\u2029b", "a\x1bb", "\xff", "a\xc3", strings.Repeat("x", 1<<20),
	} {
		w.Invalid("name", func() error { return errOf(w.Svc.Orgs.Create(w.Ctx, "ada", name)) })
		w.Invalid("name", func() error { return w.Svc.Orgs.Rename(w.Ctx, as, name) })
	}
}

func o2NamesRepeat(w *World) {
	first, second := w.Found("ada", "Acme"), w.Found("ada", "Acme")
	third := w.Found("gus", "Acme")
	w.True("three organizations", first.Org != second.Org && second.Org != third.Org && first.Org != third.Org)
	other := w.Found("gus", "Globex")
	w.Must(w.Svc.Orgs.Rename(w.Ctx, other, "Acme"))
}

func o3Rename(w *World) {
	t := newTown(w)
	clerk := t.custom("clerk", roles.RenameOrganization)
	for _, as := range []charter.Actor{t.ada, clerk} {
		before, err := w.Svc.Orgs.Get(w.Ctx, as)
		w.Must(err)
		name := "Acme of " + string(as.User)
		event := w.Does(store.OrganizationRenamed, func() error { return w.Svc.Orgs.Rename(w.Ctx, as, name) })
		w.Same("actor", event.Actor, as.User)
		w.Same("detail", event.Detail, store.Detail{Before: store.State{Name: before.Name}, After: store.State{Name: name}})
		w.Idle(func() error { return w.Svc.Orgs.Rename(w.Ctx, as, " "+name) })
	}
	globex, err := w.Svc.Orgs.Get(w.Ctx, t.gus)
	w.Must(err)
	w.Same("the other organization", globex.Name, "Globex")
}

func o3RenameDenied(w *World) {
	t := newTown(w)

	wide := t.custom("wide", everything(w, roles.RenameOrganization)...)
	for _, as := range []charter.Actor{t.eve, t.vic, wide, t.pam, {User: "ada", Org: t.gus.Org}, {User: "gus", Org: t.ada.Org}} {
		w.Denied(func() error { return w.Svc.Orgs.Rename(w.Ctx, as, "Mine") })
	}
}

func o3Billing(w *World) {
	t := newTown(w)
	payer := t.custom("payer", roles.ChangeBilling)
	want := orgs.Billing{Company: "Acme Ltd", Address: "1 Road\nTown", VATID: "GB 1", Email: "Pay@acme.example", Reference: "PO-1"}
	event := w.Does(store.BillingChanged, func() error {
		return w.Svc.Orgs.SetBilling(w.Ctx, payer, orgs.Billing{
			Company: " Acme Ltd ", Address: "1 Road\nTown\n", VATID: "\tGB 1", Email: " Pay@acme.example ", Reference: "PO-1 ",
		})
	})
	w.Same("the event tells no billing details", event.Detail, store.Detail{})
	for _, as := range []charter.Actor{t.ada, payer} {
		got, err := w.Svc.Orgs.Billing(w.Ctx, as)
		w.Must(err)
		w.Same("billing", got, want)
	}
	w.Idle(func() error { return w.Svc.Orgs.SetBilling(w.Ctx, t.ada, want) })
	w.Does(store.BillingChanged, func() error { return w.Svc.Orgs.SetBilling(w.Ctx, t.ada, orgs.Billing{Company: "Only"}) })
	got, err := w.Svc.Orgs.Billing(w.Ctx, t.ada)
	w.Must(err)
	w.Same("billing is replaced as a whole", got, orgs.Billing{Company: "Only"})
	other, err := w.Svc.Orgs.Billing(w.Ctx, t.gus)
	w.Must(err)
	w.Same("billing of the other organization", other, orgs.Billing{})
}

func o3BillingDenied(w *World) {
	t := newTown(w)
	w.Must(w.Svc.Orgs.SetBilling(w.Ctx, t.ada, orgs.Billing{Company: "Acme Ltd"}))
	renamer := t.custom("renamer", roles.RenameOrganization, roles.AccessUsers)
	for _, as := range []charter.Actor{t.eve, t.vic, renamer, t.pam, {User: "gus", Org: t.ada.Org}} {
		w.Denied(func() error { return w.Svc.Orgs.SetBilling(w.Ctx, as, orgs.Billing{}) })
		w.Denied(func() error {
			got, err := w.Svc.Orgs.Billing(w.Ctx, as)
			w.Same("billing with a denial", got, orgs.Billing{})
			return err
		})
	}
}

func o3Visible(w *World) {
	t := newTown(w)
	for _, as := range []charter.Actor{t.ada, t.eve, t.vic, t.custom("bare")} {
		org, err := w.Svc.Orgs.Get(w.Ctx, as)
		w.Must(err)
		stored := w.Dump().Of(t.ada.Org).Org
		w.Same("organization", org, charter.Organization{
			ID: stored.ID, Name: "Acme", CreatedAt: stored.CreatedAt, Revision: stored.Revision,
		})
	}
	for _, as := range []charter.Actor{t.pam, {User: "gus", Org: t.ada.Org}, {User: "ada", Org: "nowhere"}} {
		w.Denied(func() error { return errOf(w.Svc.Orgs.Get(w.Ctx, as)) })
	}
}

func o4Leaves(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	for _, as := range []charter.Actor{t.eve, t.vic, t.custom("bare")} {
		row := w.Me(as)
		event := w.Does(store.MemberLeft, func() error { return errOf(w.Svc.Orgs.Leave(w.Ctx, as)) })
		w.Same("actor", event.Actor, as.User)
		w.Same("detail", event.Detail, store.Detail{Member: row.ID, User: as.User, Before: store.State{Role: row.Role}})
		w.Refused(charter.ErrNotFound, func() error { return errOf(w.Svc.Members.Get(w.Ctx, t.ada, row.ID)) })
		w.Same("grants left behind", w.Dump().Of(t.ada.Org).Grants[row.ID], nil)
		w.No(as, viewDevice, devices[0])
	}
	w.Same("rows left", len(w.Dump().Of(t.ada.Org).Members), 2) // Ada, and Pam's invitation
}

func o4LastAdmin(w *World) {
	t := newTown(w)
	w.Refused(charter.ErrLastAdmin, func() error { return errOf(w.Svc.Orgs.Leave(w.Ctx, t.ada)) })
	w.Refused(charter.ErrLastAdmin, func() error {
		return w.Svc.Members.Remove(w.Ctx, t.ada, t.id(t.ada), Profile("ada").Email)
	})
	alone := w.Found("solo", "Alone")
	w.Refused(charter.ErrLastAdmin, func() error { return errOf(w.Svc.Orgs.Leave(w.Ctx, alone)) })
	personal := charter.Actor{User: "solo", Org: w.Working("solo")}
	w.Refused(charter.ErrLastAdmin, func() error { return errOf(w.Svc.Orgs.Leave(w.Ctx, personal)) })
}

func o4InvitedAdmin(w *World) {
	t := newTown(w)
	issued := w.Invite(t.ada, "bob", roles.Admin)
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.invited(), roles.Admin))
	w.Refused(charter.ErrLastAdmin, func() error { return errOf(w.Svc.Orgs.Leave(w.Ctx, t.ada)) })
	w.Accept(issued, "bob")
	w.Does(store.MemberLeft, func() error { return errOf(w.Svc.Orgs.Leave(w.Ctx, t.ada)) })
}

func o4Appointed(w *World) {
	t := newTown(w)
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.eve), roles.Admin))
	w.Does(store.MemberLeft, func() error { return errOf(w.Svc.Orgs.Leave(w.Ctx, t.ada)) })
	w.Denied(func() error { return w.Svc.Orgs.Rename(w.Ctx, t.ada, "Mine") })
	w.Refused(charter.ErrLastAdmin, func() error { return errOf(w.Svc.Orgs.Leave(w.Ctx, t.eve)) })
}

func o4NoMember(w *World) {
	t := newTown(w)
	w.Must(errOf(w.Svc.Orgs.Leave(w.Ctx, t.vic)))
	for _, as := range []charter.Actor{
		t.vic, t.pam, {User: "gil", Org: t.ada.Org}, {User: "eve", Org: "nowhere"}, {User: "nobody", Org: t.ada.Org},
	} {
		w.Denied(func() error { return errOf(w.Svc.Orgs.Leave(w.Ctx, as)) })
	}
}

func o4ComesBack(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 1)
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	old := w.Me(t.vic)
	w.Yes(t.vic, viewDevice, devices[0])
	w.Must(errOf(w.Svc.Orgs.Leave(w.Ctx, t.vic)))
	w.Clock.Add(time.Hour)
	w.Join(t.ada, "vic", roles.Viewer)
	fresh := w.Me(t.vic)
	w.True("the row is another", fresh.ID != old.ID && fresh.JoinedAt.After(old.JoinedAt))
	w.No(t.vic, viewDevice, devices[0])
	w.Same("grants", w.GrantsOf(t.ada, fresh.ID), nil)
}
