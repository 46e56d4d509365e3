package servicetest

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

func restrictRules() []Rule {
	return []Rule{
		{"G5", "a restriction narrows every question", g5Narrows},
		{"G5", "a restriction never widens, nor is it asked what is denied already", g5NeverWidens},
		{"G5", "an error or a panic in a restriction denies", g5Fails},
		{"G5", "a restriction narrows Admins too, and its own kind alone", g5Kind},
		{"G5", "a page of a list may be short, and has its next one all the same", g5Pages},
		{"G5", "a restriction learns who asks what", g5Learns},
		{"G5", "a restriction of an undeclared kind and a nil one are refused", g5Options},
	}
}

// restricting returns an option: rule narrows resources of kind.
func restricting(kind roles.Kind, rule func(charter.Actor, grants.Question) (bool, error)) func(*charter.Options) {
	return func(o *charter.Options) {
		o.Restrictions = map[roles.Kind]charter.Restriction{
			kind: func(_ context.Context, as charter.Actor, q grants.Question) (bool, error) { return rule(as, q) },
		}
	}
}

func g5Narrows(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 3)
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	open := func(as charter.Actor, r grants.Resource) bool {
		return r == devices[0] || r == devices[1] && as == t.eve
	}
	narrow := w.Also(restricting(device, func(as charter.Actor, q grants.Question) (bool, error) { return open(as, q.Resource), nil }))
	for _, as := range []charter.Actor{t.ada, t.eve, t.vic} {
		access, err := narrow.Svc.Access(w.Ctx, as)
		w.Must(err)
		want := keep(devices, func(r grants.Resource) bool { return open(as, r) })
		agree(narrow, as, access, viewDevice, devices, want)
	}
	why, err := narrow.Svc.Explain(w.Ctx, t.vic, viewDevice, devices[2])
	w.Must(err)
	w.Same("the last step", why.Outcomes[5], grants.Outcome{Step: grants.IsUnrestricted})
	why, err = narrow.Svc.Explain(w.Ctx, t.vic, viewDevice, devices[0])
	w.Must(err)
	w.Same("the last step", why.Outcomes[5], grants.Outcome{Step: grants.IsUnrestricted, OK: true})
	held, err := narrow.Svc.Holds(w.Ctx, t.vic, viewDevice)
	w.Must(err)
	w.True("what the role holds is another question", held)
}

func g5NeverWidens(w *World) {
	t := newTown(w)
	mine, theirs := w.Devices(t.ada, 1)[0], w.Devices(t.gus, 1)[0]
	wide := w.Also(restricting(device, func(as charter.Actor, q grants.Question) (bool, error) {
		w.Same("asked about what is allowed alone", []any{as, q.Resource}, []any{t.ada, mine})
		return true, nil
	}))
	for _, c := range []struct {
		as charter.Actor
		p  roles.Permission
		r  grants.Resource
	}{
		{t.vic, viewDevice, mine}, {t.vic, deleteDevice, mine}, {t.ada, viewDevice, theirs}, {t.pam, viewDevice, mine},
		{charter.Actor{User: "gus", Org: t.ada.Org}, viewDevice, mine}, {t.ada, viewDevice, grants.Resource{Kind: device, ID: "no-such"}},
	} {
		access, err := wide.Svc.Access(w.Ctx, c.as)
		w.Must(err)
		agree(wide, c.as, access, c.p, []grants.Resource{c.r}, nil)
	}
}

func g5Fails(w *World) {
	t := newTown(w)
	machine := w.Devices(t.ada, 1)[0]
	for name, rule := range map[string]func(charter.Actor, grants.Question) (bool, error){
		"an error":    func(charter.Actor, grants.Question) (bool, error) { return true, errors.New("down") },
		"a panic":     func(charter.Actor, grants.Question) (bool, error) { panic("oh") },
		"a nil panic": func(charter.Actor, grants.Question) (bool, error) { panic(error(nil)) },
		"a cancelled": func(charter.Actor, grants.Question) (bool, error) { return true, context.Canceled },
		"a plain no":  func(charter.Actor, grants.Question) (bool, error) { return false, nil },
		"a bad index": func(_ charter.Actor, q grants.Question) (bool, error) { return []bool{}[len(q.Permission)], nil },
	} {
		var log bytes.Buffer
		narrow := w.Also(func(o *charter.Options) {
			restricting(device, rule)(o)
			o.Logger = slog.New(slog.NewTextHandler(&log, nil))
		})
		w.Log(name)
		access, err := narrow.Svc.Access(w.Ctx, t.ada)
		w.Must(err)
		agree(narrow, t.ada, access, viewDevice, []grants.Resource{machine}, nil)
		narrow.Denied(func() error { return narrow.Svc.Require(w.Ctx, t.ada, viewDevice, machine) })
		w.Same("it is logged", log.Len() > 0, name != "a plain no")
		w.True("without names or addresses", !strings.Contains(log.String(), "@") && !strings.Contains(log.String(), string(machine.ID)))
	}
}

func g5Kind(w *World) {
	t := newTown(w)
	machine := w.Devices(t.ada, 1)[0]
	board := grants.Resource{Kind: dashboard, ID: "b-1"}
	w.Must(w.Svc.Resources.Register(w.Ctx, t.ada, board))
	closed := w.Also(restricting(dashboard, func(charter.Actor, grants.Question) (bool, error) { return false, nil }))
	closed.No(t.ada, viewBoard, board)
	closed.Yes(t.ada, viewDevice, machine)
	closed.Yes(t.ada, series, none)
	w.Yes(t.ada, viewBoard, board)
}

func g5Pages(w *World) {
	t := newTown(w)
	devices := w.Devices(t.ada, 6)
	w.Must(w.Svc.Grants.Introduce(w.Ctx, t.ada))
	last := w.Also(restricting(device, func(as charter.Actor, q grants.Question) (bool, error) {
		return q.Resource == devices[5] && as.User != "ada", nil
	}))
	page, err := last.Svc.ResourcesFor(w.Ctx, t.vic, viewDevice, charter.PageQuery{Limit: 2})
	w.Must(err)
	w.Same("items", page.Items, nil)
	w.True("there is a next page", page.Next != "")
	for limit := 1; limit <= 7; limit++ {
		q := charter.PageQuery{Limit: limit}
		w.Same("resources", collect(w, last.Svc.AllResourcesFor(w.Ctx, t.vic, viewDevice, q)), devices[5:])
		members := collect(w, last.Svc.AllMembersFor(w.Ctx, t.ada.Org, viewDevice, devices[5], q))
		w.Same("members", len(members), 2)
		w.True("not Ada", !contains(idsOf(members, func(m orgs.Member) orgs.UserID { return m.User }), "ada"))
		users := collect(w, last.Svc.AllUsersFor(w.Ctx, t.ada.Org, viewDevice, devices[5], q))
		w.Same("users", users, idsOf(members, func(m orgs.Member) orgs.UserID { return m.User }))
		w.Same("nobody", collect(w, last.Svc.AllMembersFor(w.Ctx, t.ada.Org, viewDevice, devices[0], q)), nil)
	}
}

func g5Learns(w *World) {
	t := newTown(w)
	machine := w.Devices(t.ada, 1)[0]
	var learnt []any
	curious := w.Also(restricting(device, func(as charter.Actor, q grants.Question) (bool, error) {
		learnt = append(learnt, as, q)
		return true, nil
	}))
	curious.Yes(t.ada, firmware, machine)
	w.Same("learnt", learnt, []any{t.ada, grants.Question{Permission: firmware, Resource: machine}})
}

func g5Options(w *World) {
	yes := func(context.Context, charter.Actor, grants.Question) (bool, error) { return true, nil }
	for _, bad := range []map[roles.Kind]charter.Restriction{{"rocket": yes}, {"": yes}, {device: nil}, {device: yes, "Device": yes}} {
		_, err := charter.New(w.Store, charter.Options{
			Catalogue: roles.SmartServices(), InvitationKeys: ring(w, 1), Restrictions: bad,
		})
		bad := (*charter.InvalidError)(nil)
		w.True("refused, by name", errors.As(err, &bad) && bad.Field == "options.restrictions")
	}
}
