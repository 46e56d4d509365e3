package servicetest

import (
	"context"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func userRules() []Rule {
	return []Rule{
		{"M3", "who invited the members of a page is named at once", m3Inviters},
		{"M3", "up to 1,000 users are named at once", m3Thousand},
		{"H2", "who acted in a page of the history is named at once", h2Actors},
	}
}

func m3Inviters(w *World) {
	t := newTown(w)
	bob := w.Join(t.ada, "bob", roles.Admin)
	w.Invite(bob, "xan", roles.Viewer)
	w.Invite(t.ada, "yve", roles.Viewer)
	page, err := w.Svc.Members.Page(w.Ctx, t.ada, charter.MemberQuery{})
	w.Must(err)
	inviters := idsOf(page.Items, func(m orgs.Member) orgs.UserID { return m.InvitedBy }) // ada's is empty
	named := func(ids ...orgs.UserID) map[orgs.UserID]orgs.User {
		users, err := w.Svc.Users(w.Ctx, ids...)
		w.Must(err)
		return users
	}
	stored := func(ids ...orgs.UserID) map[orgs.UserID]orgs.User {
		users := map[orgs.UserID]orgs.User{}
		for _, id := range ids {
			user, err := w.Svc.User(w.Ctx, id)
			w.Must(err)
			users[id] = user
		}
		return users
	}
	w.Same("the inviters", named(inviters...), stored("ada", "bob"))
	w.Remove(t.ada, bob)
	w.Must(errOf(w.Svc.SignIn(w.Ctx, "ada", orgs.Profile{Email: "ada@new.example", FirstName: "Adele"})))
	w.Same("the inviters, as they are now", named(inviters...), stored("ada", "bob"))
	w.Same("who is invited is no user yet", named("xan", "gus", "nobody", "gus"), stored("gus"))
	w.Idle(func() error { return errOf(w.Svc.Users(w.Ctx, "ada", "nobody")) })
}

// peopled counts the questions about many users that reach a store.
type peopled struct {
	store.Store
	asked *atomic.Int64
}

func (p peopled) Users(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error) {
	p.asked.Add(1)
	return p.Store.Users(ctx, ids)
}

func m3Thousand(w *World) {
	w.SignIn("ada")
	p := peopled{w.Store, new(atomic.Int64)}
	svc := w.Svc.With(p)
	ids := make([]orgs.UserID, charter.MaxLimit)
	for i := range ids {
		ids[i] = orgs.UserID(fmt.Sprint("u-", i))
	}
	ids[charter.MaxLimit-1] = "ada"
	users, err := svc.Users(w.Ctx, ids...)
	w.Must(err)
	w.Same("of a thousand", []any{len(users), users["ada"].Profile, p.asked.Load()}, []any{1, Profile("ada"), int64(1)})
	w.Invalid("users", func() error { return errOf(svc.Users(w.Ctx, slices.Concat(ids, []orgs.UserID{""})...)) })
	w.Invalid("users[1]", func() error { return errOf(svc.Users(w.Ctx, "", "a\x00", "")) })
	for _, nobody := range [][]orgs.UserID{nil, {""}, {"", ""}} {
		users, err := svc.Users(w.Ctx, nobody...)
		w.Must(err)
		w.True("nobody is in an empty map", users != nil && len(users) == 0)
	}
	w.Same("questions about nobody, or too many", p.asked.Load(), int64(1))
}

func h2Actors(w *World) {
	t := newTown(w)
	w.Devices(charter.Host(t.ada.Org), 1)
	w.Must(errOf(w.Svc.Orgs.Leave(w.Ctx, t.vic)))
	page, err := w.Svc.History.Page(w.Ctx, t.ada, charter.HistoryQuery{})
	w.Must(err)
	actors := idsOf(page.Items, func(e charter.Event) orgs.UserID { return e.Actor })
	users, err := w.Svc.Users(w.Ctx, actors...)
	w.Must(err)
	w.Same("how many acted", len(users), 3)
	for _, id := range []orgs.UserID{"ada", "eve", "vic"} {
		w.Same("who acted", users[id].Profile, Profile(id))
	}
}
