package servicetest

import (
	"fmt"
	"iter"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func removals(members ...orgs.Member) iter.Seq2[charter.Removal, error] {
	var rows []charter.Removal
	for _, m := range members {
		rows = append(rows, charter.Removal{Member: m.ID, Confirmation: m.Email})
	}
	return charter.Rows(rows)
}

func m5RemovesMany(w *World) {
	t := newTown(w)
	sweeper := t.custom("sweeper", everything(w)...)
	devices := w.Devices(t.ada, 1)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.vic), append(ones(devices...), grants.All(device))...))
	eve, vic, pending := w.Me(t.eve), w.Me(t.vic), t.pending.Member
	before := len(w.Dump().Of(t.ada.Org).Events)
	done, err := w.Svc.Members.RemoveMany(w.Ctx, sweeper, removals(eve, pending, orgs.Member{ID: "gone", Profile: Profile("gone")}, vic), charter.Bulk{})
	w.Must(err)
	w.Same("done", done, charter.Done{Rows: 4, Changed: 3})
	org := w.Dump().Of(t.ada.Org)
	w.Same("rows left", len(org.Members), 2)
	w.Same("grants left", len(org.Grants), 0)
	for i, want := range []struct {
		action store.Action
		member orgs.Member
	}{{store.MemberRemoved, eve}, {store.InvitationRevoked, pending}, {store.MemberRemoved, vic}} {
		event := org.Events[before+i]
		w.Same("action", event.Action, want.action)
		w.Same("actor", event.Actor, sweeper.User)
		w.Same("detail", event.Detail, store.Detail{Member: want.member.ID, User: want.member.User, Before: store.State{Role: want.member.Role}})
	}
}

func m5ManyRefused(w *World) {
	t := newTown(w)
	bo := w.Join(t.ada, "bo", roles.Admin)
	eve, vic, ada := w.Me(t.eve), w.Me(t.vic), w.Me(t.ada)
	remove := func(as charter.Actor, members ...orgs.Member) func() error {
		return func() error { return errOf(w.Svc.Members.RemoveMany(w.Ctx, as, removals(members...), charter.Bulk{})) }
	}
	w.Invalid("rows[1].member", remove(bo, eve, w.Me(bo)))
	w.Denied(remove(t.vic, eve))
	w.Denied(remove(t.pam, eve))
	w.Denied(remove(t.vic, orgs.Member{ID: "gone", Profile: Profile("gone")}))
	w.Invalid("actor.user", remove(charter.Host(t.ada.Org), eve))
	sweeper := t.custom("sweeper", roles.RemoveUsers)
	w.escalates(remove(sweeper, ada))
	wrong := vic
	wrong.Email = "wrong@acme.example"
	w.Invalid("rows[1].confirmation", remove(t.ada, eve, wrong))
	w.Must(remove(bo, eve, ada)())
	w.Same("rows left", len(w.Dump().Of(t.ada.Org).Members), 4)
}

func o6RemovedMany(w *World) {
	t := newTown(w)
	w.Must(errOf(t.imports(charter.Bulk{}, newcomers(20, roles.Viewer)...)))
	members := []orgs.Member{w.Me(t.eve), w.Me(t.vic)}
	for i := range 20 {
		members = append(members, w.Me(charter.Actor{User: orgs.UserID(fmt.Sprint("p", i)), Org: t.ada.Org}))
	}
	gil := w.Join(t.ada, "gil", roles.Viewer) // has another one
	members = append(members, w.Me(gil))
	done, err := w.Svc.Members.RemoveMany(w.Ctx, t.ada, removals(members...), charter.Bulk{})
	w.Must(err)
	w.Same("done", done, charter.Done{Rows: 23, Changed: 23})
	for _, m := range members[:22] {
		homes := w.Homes(m.User)
		w.Same("organizations", len(homes), 1)
		user, err := w.Svc.User(w.Ctx, m.User)
		w.Must(err)
		w.personal(w.Dump().Of(homes[0]), m.User, user)
	}
	w.Same("who has another", w.Homes("gil"), []orgs.ID{t.gus.Org})
}
