package servicetest

import (
	"context"
	"errors"
	"fmt"
	"iter"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func bulkRules() []Rule {
	return []Rule{
		{"O9", "an import makes members of people who get no personal organization on top", o9Imports},
		{"O9", "who is a member stays as it is when it is imported again", o9ImportsAgain},
		{"O7", "who is known by another organization goes on working there when imported", o7Imports},
		{"I1", "an import ends the invitation of the address, and nobody else's", i1Imports},
		{"M7", "nobody but the host imports", m7Imports},
		{"M8", "an operation on many goes in batches and says how far it came", m8Batches},
		{"M8", "of the batch of a bad row nothing is kept, and the error names the row", m8BadRow},
		{"M8", "who comes twice is found the second time", m8Twice},
		{"M5", "many are removed by the rules of removing one", m5RemovesMany},
		{"M5", "among many nobody removes the last Admin, nor themselves", m5ManyRefused},
		{"O6", "each who loses the last organization among many gets one", o6RemovedMany},
		{"G2", "grants are given to many and taken from many by the rules for one", g2Many},
		{"G4", "any number of resources is registered and unregistered", g4Many},
	}
}

// newcomers returns n rows to import, p0 and on.
func newcomers(n int, role roles.ID, gs ...grants.Grant) []charter.ImportedMember {
	rows := make([]charter.ImportedMember, n)
	for i := range rows {
		id := orgs.UserID(fmt.Sprint("p", i))
		rows[i] = charter.ImportedMember{User: id, Profile: Profile(id), Role: role, Grants: gs}
	}
	return rows
}

func (t town) imports(bulk charter.Bulk, rows ...charter.ImportedMember) (charter.Done, error) {
	return t.Svc.Members.Import(t.Ctx, charter.Host(t.ada.Org), charter.Rows(rows), bulk)
}

func o9Imports(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 3)
	role := w.Role(t.ada, "Operator", viewDevice)
	rows := newcomers(3, role, append(ones(devices[2], devices[0], devices[2]), grants.All(dashboard))...)
	rows[1].Role, rows[2].Profile.Email = roles.Admin, " "+rows[2].Profile.Email+"\n"
	before := len(w.Dump().Of(t.ada.Org).Events)
	done, err := t.imports(charter.Bulk{}, rows...)
	w.Must(err)
	w.Same("done", done, charter.Done{Rows: 3, Changed: 3})
	org := w.Dump().Of(t.ada.Org)
	w.Same("events", len(org.Events)-before, 3)
	for i, row := range rows {
		as := charter.Actor{User: row.User, Org: t.ada.Org}
		me := w.Me(as)
		want := orgs.Member{
			ID: me.ID, Org: as.Org, Role: row.Role, Status: orgs.Active, User: row.User, Profile: Profile(row.User), JoinedAt: me.JoinedAt,
		}
		w.Same("row", me, want)
		event := org.Events[before+i]
		w.Same("event", event, store.Event{
			Org: as.Org, Number: uint64(before + i + 1), At: event.At, Action: store.MemberImported, Detail: store.Detail{
				Member: me.ID, User: row.User, After: store.State{Role: row.Role}, Grants: w.GrantsOf(t.ada, me.ID),
			},
		})
		w.Same("grants", event.Detail.Grants, append([]grants.Grant{grants.All(dashboard)}, ones(devices[0], devices[2])...))
		w.Yes(as, viewDevice, devices[0])
		w.Same("its organizations", w.Homes(row.User), []orgs.ID{t.ada.Org})
		w.Same("where it works", w.Working(row.User), t.ada.Org)
		w.Idle(func() error { return errOf(w.Svc.SignIn(w.Ctx, row.User, Profile(row.User))) })
	}
	w.Same("counted", org.Org.Counts.Of(role).Active, 2)
	host := charter.HostFor(t.ada)
	event := w.Does(store.MemberImported, func() error {
		return errOf(w.Svc.Members.Import(w.Ctx, host, charter.Rows(newcomers(4, roles.Viewer)[3:]), charter.Bulk{}))
	})
	w.Same("whom the host names", event.Actor, t.ada.User)
}

func o9ImportsAgain(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 1)
	rows := newcomers(2, roles.Viewer)
	w.Must(errOf(t.imports(charter.Bulk{}, rows...)))
	for i := range rows {
		rows[i].Role, rows[i].Grants, rows[i].Profile.FirstName = roles.Editor, ones(devices...), "Another"
	}
	w.Idle(func() error {
		done, err := t.imports(charter.Bulk{}, rows...)
		w.Same("done", done, charter.Done{Rows: 2})
		return err
	})
	w.Idle(func() error {
		return errOf(t.imports(charter.Bulk{}, charter.ImportedMember{User: "ada", Profile: Profile("ada"), Role: roles.Viewer}))
	})
	w.Idle(func() error { return errOf(t.imports(charter.Bulk{})) })
}

func o7Imports(w *World) {
	t := newTown(w)
	row := charter.ImportedMember{User: "gil", Profile: Profile("gil"), Role: roles.Viewer}
	row.Profile.FirstName = "Gilbert"
	w.Does(store.MemberImported, func() error { return errOf(t.imports(charter.Bulk{}, row)) })
	w.Same("where it works", w.Working("gil"), t.gus.Org)
	w.Same("its organizations", len(w.Homes("gil")), 2)
	w.Same("its name there", w.Me(t.gil).FirstName, "Gilbert")
	w.Same("its name here", w.Me(charter.Actor{User: "gil", Org: t.ada.Org}).FirstName, "Gilbert")
}

func i1Imports(w *World) {
	t := newTown(w)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.invited(), grants.All(dashboard)))
	other := w.Invite(t.ada, "quin", roles.Admin)
	rows := []charter.ImportedMember{
		{User: "pam", Profile: orgs.Profile{Email: "PAM@acme.example"}, Role: roles.Editor},
		{User: "ada", Profile: orgs.Profile{Email: Profile("quin").Email}, Role: roles.Viewer}, // a member already
	}
	before := len(w.Dump().Of(t.ada.Org).Events)
	done, err := t.imports(charter.Bulk{}, rows...)
	w.Must(err)
	w.Same("done", done, charter.Done{Rows: 2, Changed: 1})
	events := w.Dump().Of(t.ada.Org).Events[before:]
	w.Same("events", []store.Action{events[0].Action, events[1].Action}, []store.Action{store.InvitationRevoked, store.MemberImported})
	w.Same("the revocation", events[0].Detail, store.Detail{Member: t.invited(), Before: store.State{Role: roles.Viewer}})
	me := w.Me(t.pam)
	w.Same("role", me.Role, roles.Editor)
	w.Same("grants", w.GrantsOf(t.ada, me.ID), nil)
	w.Refused(charter.ErrInvalidLink, func() error { return errOf(w.Svc.Invites.Accept(w.Ctx, t.pending.Link.URL(), Invitee("pam"))) })
	w.Accept(other, "quin")
}

func m7Imports(w *World) {
	t := newTown(w)
	rows := charter.Rows(newcomers(1, roles.Viewer))
	for _, as := range []charter.Actor{t.ada, t.eve, t.pam, t.gus, {User: "gus", Org: t.ada.Org}} {
		w.Denied(func() error { return errOf(w.Svc.Members.Import(w.Ctx, as, rows, charter.Bulk{})) })
	}
	w.Refused(charter.ErrNotFound, func() error {
		return errOf(w.Svc.Members.Import(w.Ctx, charter.Host("nowhere"), rows, charter.Bulk{}))
	})
	w.Invalid("actor.org", func() error { return errOf(w.Svc.Members.Import(w.Ctx, charter.Host(""), rows, charter.Bulk{})) })
	w.Invalid("rows", func() error { return errOf(w.Svc.Members.Import(w.Ctx, charter.Host(t.ada.Org), nil, charter.Bulk{})) })
	for _, size := range []int{-1, charter.MaxBatch + 1} {
		w.Invalid("batch", func() error {
			return errOf(w.Svc.Members.Import(w.Ctx, charter.Host(t.ada.Org), rows, charter.Bulk{Batch: size}))
		})
	}
}

func m8Batches(w *World) {
	t := newTown(w)
	var seen []charter.Done
	rows := newcomers(7, roles.Viewer)
	bulk := charter.Bulk{Batch: 3, Progress: func(done charter.Done) {
		seen = append(seen, done)
		w.Same("members when it is told", len(w.Dump().Of(t.ada.Org).Members), 4+done.Changed)
	}}
	revision := w.Dump().Of(t.ada.Org).Org.Revision
	done, err := t.imports(bulk, rows...)
	w.Must(err)
	w.Same("progress", seen, []charter.Done{{Rows: 3, Changed: 3}, {Rows: 6, Changed: 6}, {Rows: 7, Changed: 7}})
	w.Same("done", done, seen[2])
	w.Same("the organization's revision moves once for each batch", w.Dump().Of(t.ada.Org).Org.Revision, revision+3)

	ctx, cancel := context.WithCancel(w.Ctx)
	defer cancel()
	bulk.Progress = func(charter.Done) { cancel() }
	more := newcomers(12, roles.Viewer)[7:]
	done, err = w.Svc.Members.Import(ctx, charter.Host(t.ada.Org), charter.Rows(more), bulk)
	w.True("the context's error comes back", errors.Is(err, context.Canceled))
	w.Same("done before it ended", done, charter.Done{Rows: 3, Changed: 3})
	w.Same("members", len(w.Dump().Of(t.ada.Org).Members), 4+7+3)
	done, err = t.imports(charter.Bulk{}, more[done.Rows:]...)
	w.Must(err)
	w.Same("the rest", done, charter.Done{Rows: 2, Changed: 2})
}

// failing gives rows, and then an error.
func failing[T any](err error, rows ...T) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for _, row := range rows {
			if !yield(row, nil) {
				return
			}
		}
		var none T
		if yield(none, err) {
			panic("asked on after an error")
		}
	}
}

func m8BadRow(w *World) {
	t := newTown(w)
	foreign := w.Devices(t.gus, 1)
	for i, bad := range []struct {
		field  string
		change func(*charter.ImportedMember)
	}{
		{"rows[4].email", func(r *charter.ImportedMember) { r.Profile.Email = "nobody" }},
		{"rows[4].role", func(r *charter.ImportedMember) { r.Role = "no-such-role" }},
		{"rows[4].grants[1].resource", func(r *charter.ImportedMember) {
			r.Grants = append([]grants.Grant{grants.All(device)}, ones(foreign...)...)
		}},
	} {
		rows := newcomers(6*(i+1), roles.Viewer)[6*i:]
		bad.change(&rows[4])
		done, err := t.imports(charter.Bulk{Batch: 3}, rows...)
		w.Same("done", done, charter.Done{Rows: 3, Changed: 3})
		var row *charter.RowError
		var invalid *charter.InvalidError
		w.True("the error is of a row and of a field", errors.As(err, &row) && errors.As(err, &invalid))
		w.Same("row", row.Row, 4)
		w.Same("field", invalid.Field, bad.field)
		w.Same("text", err.Error(), "invalid "+bad.field+": "+invalid.Problem)
		w.Same("members", len(w.Dump().Of(t.ada.Org).Members), 4+3*(i+1))
	}
	broken := errors.New("line 5 is broken")
	before := w.fingerprint()
	done, err := w.Svc.Members.Import(w.Ctx, charter.Host(t.ada.Org), failing(broken, newcomers(20, roles.Viewer)[18:]...), charter.Bulk{})
	var row *charter.RowError
	w.True("what the iterator gave comes back", errors.Is(err, broken) && errors.As(err, &row) && row.Row == 2)
	w.Same("done", done, charter.Done{})
	w.Same("stored", w.fingerprint(), before)
}

func m8Twice(w *World) {
	t := newTown(w)
	rows := newcomers(2, roles.Viewer)
	rows = append(rows, rows[0], rows[1])
	rows[2].Role = roles.Editor
	rows[3].User = "another" // by the address of the one before it
	done, err := t.imports(charter.Bulk{}, rows...)
	w.Must(err)
	w.Same("done", done, charter.Done{Rows: 4, Changed: 3})
	w.Same("the first row counts", w.Me(charter.Actor{User: "p0", Org: t.ada.Org}).Role, roles.Viewer)
	devices := w.Devices(t.ada, 2)
	id := t.id(t.vic)
	given, err := w.Svc.Grants.GiveMany(w.Ctx, t.ada, charter.Rows([]charter.MemberGrants{
		{Member: id, Grants: ones(devices[0])}, {Member: id, Grants: ones(devices...)}, {Member: id, Grants: ones(devices...)},
	}), charter.Bulk{})
	w.Must(err)
	w.Same("given", given, charter.Done{Rows: 3, Changed: 2})
	removal := charter.Removal{Member: id, Confirmation: Profile("vic").Email}
	removed, err := w.Svc.Members.RemoveMany(w.Ctx, t.ada, charter.Rows([]charter.Removal{removal, removal}), charter.Bulk{})
	w.Must(err)
	w.Same("removed", removed, charter.Done{Rows: 2, Changed: 1})
}

func g2Many(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 3)
	giver := t.custom("giver", everything(w)...)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(giver), ones(devices...)...))
	rows := func(rows ...charter.MemberGrants) iter.Seq2[charter.MemberGrants, error] { return charter.Rows(rows) }
	eve, vic := t.id(t.eve), t.id(t.vic)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, vic, ones(devices[0])...))
	done, err := w.Svc.Grants.GiveMany(w.Ctx, giver, rows(
		charter.MemberGrants{Member: vic, Grants: ones(devices[1], devices[0])}, charter.MemberGrants{Member: vic},
		charter.MemberGrants{Member: t.invited(), Grants: ones(devices...)},
	), charter.Bulk{})
	w.Must(err)
	w.Same("done", done, charter.Done{Rows: 3, Changed: 2})
	w.Same("grants", w.GrantsOf(t.ada, vic), ones(devices[0], devices[1]))
	w.Same("grants of the invited", w.GrantsOf(t.ada, t.invited()), ones(devices...))

	give := func(as charter.Actor, list ...charter.MemberGrants) func() error {
		return func() error { return errOf(w.Svc.Grants.GiveMany(w.Ctx, as, rows(list...), charter.Bulk{})) }
	}
	fine := charter.MemberGrants{Member: eve, Grants: ones(devices[0])}
	w.escalates(give(giver, fine, charter.MemberGrants{Member: vic, Grants: []grants.Grant{grants.All(device)}}))
	w.escalates(give(giver, fine, charter.MemberGrants{Member: t.id(t.ada)}))
	w.Denied(give(t.eve, fine))
	w.Refused(charter.ErrNotFound, give(t.ada, fine, charter.MemberGrants{Member: t.id(t.gus)}))
	w.Invalid("rows[1].grants[0].resource", give(t.ada, fine, charter.MemberGrants{Member: vic, Grants: []grants.Grant{grants.One(device, "none")}}))
	w.Must(give(charter.Host(t.ada.Org), fine, charter.MemberGrants{Member: vic, Grants: []grants.Grant{grants.All(device)}})())

	taken, err := w.Svc.Grants.TakeMany(w.Ctx, t.ada, rows(
		charter.MemberGrants{Member: eve, Grants: ones(devices...)}, charter.MemberGrants{Member: vic, Grants: append(ones(devices[0]), grants.All(device))},
	), charter.Bulk{})
	w.Must(err)
	w.Same("taken", taken, charter.Done{Rows: 2, Changed: 2})
	w.Same("left", w.GrantsOf(t.ada, vic), ones(devices[1]))
	w.Same("left", w.GrantsOf(t.ada, eve), nil)
	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, eve, grants.All(device)))
	w.Refused(charter.ErrHoldsAll, func() error {
		return errOf(w.Svc.Grants.TakeMany(w.Ctx, t.ada, rows(fine), charter.Bulk{}))
	})
}

func g4Many(w *World) {
	t := newTown(w)
	theirs := w.Devices(t.gus, 1)[0]
	var things []grants.Resource
	for i := range 25 {
		things = append(things, grants.Resource{Kind: device, ID: grants.ResourceID(fmt.Sprint("n", 10+i))})
	}
	register := func(as charter.Actor, list ...grants.Resource) (charter.Done, error) {
		return w.Svc.Resources.RegisterMany(w.Ctx, as, charter.Rows(list), charter.Bulk{Batch: 10})
	}
	before := len(w.Dump().Of(t.ada.Org).Events)
	done, err := register(t.ada, append(things, things[0])...)
	w.Must(err)
	w.Same("done", done, charter.Done{Rows: 26, Changed: 25})
	org := w.Dump().Of(t.ada.Org)
	w.Same("registered", org.Resources, things)
	w.Same("events", len(org.Events)-before, 3)
	w.Same("what the second one tells", org.Events[before+1].Detail, store.Detail{Resources: things[10:20]})

	fresh := grants.Resource{Kind: device, ID: "fresh"}
	w.Refused(charter.ErrRegisteredElsewhere, func() error {
		_, err := register(t.ada, fresh, theirs)
		var row *charter.RowError
		w.True("the row is named", errors.As(err, &row) && row.Row == 1)
		return err
	})
	w.Invalid("rows[1].kind", func() error { return errOf(register(t.ada, fresh, grants.Resource{Kind: "rocket", ID: "r"})) })
	w.Denied(func() error { return errOf(register(t.eve, fresh)) })
	w.Refused(charter.ErrNotFound, func() error { return errOf(register(charter.Host("nowhere"), fresh)) })

	w.Must(w.Svc.Grants.Give(w.Ctx, t.ada, t.id(t.vic), ones(things[:12]...)...))
	gone, err := w.Svc.Resources.UnregisterMany(w.Ctx, charter.Host(t.ada.Org), charter.Rows(append([]grants.Resource{theirs}, things[:11]...)), charter.Bulk{Batch: 5})
	w.Must(err)
	w.Same("gone", gone, charter.Done{Rows: 12, Changed: 11})
	w.Same("left", w.Dump().Of(t.ada.Org).Resources, things[11:])
	w.Same("grants left", w.GrantsOf(t.ada, t.id(t.vic)), ones(things[11]))
	_, err = w.Svc.Invites.Invite(w.Ctx, t.ada, invites.Request{Email: "x@acme.example", Role: roles.Viewer, Grants: ones(things[11])})
	w.Must(err)
}
