package servicetest

import (
	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func removeRules() []Rule {
	return []Rule{
		{"M5", "a member is removed with its address typed, whatever the case", m5Removes},
		{"M5", "another address, or none, removes nobody", m5Confirmation},
		{"M5", "removing needs users.remove", m5Denied},
		{"M5", "all grants go with the member", m5Grants},
		{"M5", "removing an invited member revokes the invitation", m5Invited},
		{"M5", "removing oneself is leaving", m5Self},
		{"M5", "nobody removes the last active Admin", m5LastAdmin},
		{"M5", "who is not there cannot be removed", m5Unknown},
	}
}

func m5Removes(w *World) {
	t := newTown(w)
	sweeper := t.custom("sweeper", everything(w)...)
	for as, typed := range map[charter.Actor]string{t.eve: "EVE@acme.EXAMPLE", t.vic: " vic@acme.example\n"} {
		row := w.Me(as)
		event := w.Does(store.MemberRemoved, func() error { return w.Svc.Members.Remove(w.Ctx, sweeper, row.ID, typed) })
		w.Same("actor", event.Actor, sweeper.User)
		w.Same("detail", event.Detail, store.Detail{Member: row.ID, User: as.User, Before: store.State{Role: row.Role}})
		w.Refused(charter.ErrNotFound, func() error { return errOf(w.Svc.Members.Get(w.Ctx, t.ada, row.ID)) })
		w.Denied(func() error { return errOf(w.Svc.Orgs.Get(w.Ctx, as)) })
		w.No(as, series, none)
	}
	w.Same("rows left", len(w.Dump().Of(t.ada.Org).Members), 3)
}

func m5Confirmation(w *World) {
	t := newTown(w)
	kim := w.Join(t.ada, "kim", roles.Viewer)
	for _, typed := range []string{
		"", " ", "kim", "kim@acme", "ada@acme.example", "kim@acme.example.", "\u212aim@acme.example", "kım@acme.example",
		"kim@acme.example\x00", "\xff", "k%", "kim@acme.example,eve@acme.example",
	} {
		w.Invalid("confirmation", func() error { return w.Svc.Members.Remove(w.Ctx, t.ada, t.id(kim), typed) })
		w.Invalid("confirmation", func() error { return w.Svc.Members.Remove(w.Ctx, kim, t.id(kim), typed) })
		w.Invalid("confirmation", func() error { return w.Svc.Members.Remove(w.Ctx, t.ada, t.invited(), typed) })
	}
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "kim", orgs.Profile{Email: "kim@new.example"})))
	w.Invalid("confirmation", func() error { return w.Svc.Members.Remove(w.Ctx, t.ada, t.id(kim), "kim@acme.example") })
	w.Must(w.Svc.Members.Remove(w.Ctx, t.ada, t.id(kim), "kim@new.example"))
}

func m5Denied(w *World) {
	t := newTown(w)
	most := t.custom("most", everything(w, roles.RemoveUsers)...)
	target := w.Me(t.vic)
	for _, as := range []charter.Actor{t.eve, most, t.pam, {User: "gus", Org: t.ada.Org}} {
		w.Denied(func() error { return w.Svc.Members.Remove(w.Ctx, as, target.ID, target.Email) })
		w.Denied(func() error { return w.Svc.Members.Remove(w.Ctx, as, target.ID, "wrong@acme.example") })
		w.Denied(func() error { return w.Svc.Members.Remove(w.Ctx, as, t.invited(), t.pending.Member.Email) })
		w.Denied(func() error { return w.Svc.Members.Remove(w.Ctx, as, "no-such-row", target.Email) })
		w.Denied(func() error { return w.Svc.Invites.Revoke(w.Ctx, as, t.invited()) })
	}
}

func m5Grants(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 2)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.vic), grants.All(device), grants.One(device, devices[0].ID)))
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.eve), grants.One(device, devices[0].ID)))
	old := t.id(t.vic)
	w.Yes(t.vic, viewDevice, devices[1])
	w.Remove(t.ada, t.vic)
	w.No(t.vic, viewDevice, devices[0])
	w.Same("grants", w.GrantsOf(t.ada, old), nil)
	w.Yes(t.eve, viewDevice, devices[0])
	w.Join(t.ada, "vic", roles.Viewer)
	w.No(t.vic, viewDevice, devices[0])
	w.Same("grants of the new row", w.GrantsOf(t.ada, t.id(t.vic)), nil)
}

func m5Invited(w *World) {
	t := newTown(w)
	event := w.Does(store.InvitationRevoked, func() error {
		return w.Svc.Members.Remove(w.Ctx, t.ada, t.invited(), "PAM@acme.example")
	})
	w.Same("detail", event.Detail, store.Detail{Member: t.invited(), Before: store.State{Role: roles.Viewer}})
	w.Refused(charter.ErrInvalidLink, func() error { return errOf(w.Svc.Invites.Accept(w.Ctx, token(t.pending), Invitee("pam"))) })
	w.Refused(charter.ErrInvalidLink, func() error { return errOf(w.Svc.Invites.Open(w.Ctx, token(t.pending))) })
	w.Invite(t.ada, "pam", roles.Viewer) // the address is free again
}

func m5Self(w *World) {
	t := newTown(w)
	row := w.Me(t.vic)
	event := w.Does(store.MemberLeft, func() error { return w.Svc.Members.Remove(w.Ctx, t.vic, row.ID, row.Email) })
	w.Same("actor", event.Actor, t.vic.User)
	w.Same("detail", event.Detail, store.Detail{Member: row.ID, User: "vic", Before: store.State{Role: roles.Viewer}})
	w.Same("it has its personal organization", len(w.Homes("vic")), 1)
	me := w.Me(t.ada)
	w.Refused(charter.ErrLastAdmin, func() error { return w.Svc.Members.Remove(w.Ctx, t.ada, me.ID, me.Email) })
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.eve), roles.Admin))
	w.Does(store.MemberLeft, func() error { return w.Svc.Members.Remove(w.Ctx, t.ada, me.ID, me.Email) })
}

func m5LastAdmin(w *World) {
	t := newTown(w)
	wide := t.custom("wide", everything(w)...)
	w.Invite(t.ada, "bob", roles.Admin) // does not count
	me := w.Me(t.ada)
	w.escalates(func() error { return w.Svc.Members.Remove(w.Ctx, wide, me.ID, me.Email) })
	w.Refused(charter.ErrLastAdmin, func() error { return w.Svc.Members.Remove(w.Ctx, t.ada, me.ID, me.Email) })
	w.Must(w.Svc.Members.ChangeRole(w.Ctx, t.ada, t.id(t.eve), roles.Admin))
	w.Does(store.MemberRemoved, func() error { return w.Svc.Members.Remove(w.Ctx, t.eve, me.ID, me.Email) })
	eve := w.Me(t.eve)
	w.escalates(func() error { return w.Svc.Members.Remove(w.Ctx, wide, eve.ID, eve.Email) })
	w.Refused(charter.ErrLastAdmin, func() error { return w.Svc.Members.Remove(w.Ctx, t.eve, eve.ID, eve.Email) })
}

func m5Unknown(w *World) {
	t := newTown(w)
	gone, foreign := w.Me(t.vic), w.Me(t.gil)
	w.Remove(t.ada, t.vic)
	for _, id := range []orgs.MemberID{gone.ID, foreign.ID, "no-such-row"} {
		w.Refused(charter.ErrNotFound, func() error { return w.Svc.Members.Remove(w.Ctx, t.ada, id, gone.Email) })
		w.Refused(charter.ErrNotFound, func() error { return w.Svc.Members.Remove(w.Ctx, t.ada, id, foreign.Email) })
		w.Refused(charter.ErrNotFound, func() error { return w.Svc.Invites.Revoke(w.Ctx, t.ada, id) })
	}
	w.Invalid("member", func() error { return w.Svc.Members.Remove(w.Ctx, t.ada, "", gone.Email) })
}
