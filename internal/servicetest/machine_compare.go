package servicetest

import (
	"errors"
	"fmt"
	"reflect"
	"slices"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
)

// finish compares all of every store once more.
func (m *machine) finish() error {
	for i, sub := range m.subjects {
		d, err := Look(sub.Ctx, sub.Store, m.known())
		if err != nil {
			return err
		}
		if err := d.Verify(); err != nil {
			return fmt.Errorf("store %d: %w", i, err)
		}
		if err := m.compare(d); err != nil {
			return fmt.Errorf("store %d: %w", i, err)
		}
	}
	return nil
}

// glance returns what is stored, of which it reads what differs on the first
// store between was and is.
func (s *subject) glance(was, is Dump) (Dump, error) {
	var changed Known
	for id, u := range is.Users {
		if old, ok := was.Users[id]; !ok || !old.equal(u) {
			changed.Users = append(changed.Users, id)
		}
	}
	for id, o := range is.Orgs {
		if old, ok := was.Orgs[id]; !ok || !old.equal(o) {
			changed.Orgs = append(changed.Orgs, id)
		}
	}
	d, err := look(s.Ctx, s.Store, changed, true)
	if err != nil {
		return d, err
	}
	for id := range is.Users {
		if _, read := d.Users[id]; !read {
			d.Users[id] = s.last.Users[id]
		}
	}
	for id := range is.Orgs {
		if _, read := d.Orgs[id]; !read {
			d.Orgs[id] = s.last.Orgs[id]
		}
	}
	return d, nil
}

// compare compares what is stored with the model, which then takes over the
// revisions. An organization's grows when the organization changed, and only by
// one.
func (m *machine) compare(now Dump) error {
	for id, o := range now.Orgs {
		was, is := m.subjects[0].last.Orgs[id].Record, o.Record
		grown := is.Revision - was.Revision
		if is.ID != "" && was.ID != "" && (grown > 1 || grown == 0 && is.Events != was.Events) {
			return fmt.Errorf("organization %s went from revision %d to %d with event %d", id, was.Revision, is.Revision, is.Events)
		}
		if t := m.model.orgs[id]; t != nil {
			t.revision = is.Revision
		}
	}
	stored := Dump{Users: map[orgs.UserID]DumpedUser{}, Orgs: map[orgs.ID]DumpedOrg{}, Tombstones: now.Tombstones}
	for id, u := range now.Users {
		if u.Record.ID != "" {
			u.Record.Revision = 0
			stored.Users[id] = u
		}
	}
	for id, o := range now.Orgs {
		if o.Record.ID != "" {
			stored.Orgs[id] = o
		}
	}
	if want := m.model.dump(); !want.Equal(stored) {
		return fmt.Errorf("what is stored differs from the model (-model +stored):\n%s", diff(want, stored))
	}
	if n := len(m.model.fresh.orgs); n > 0 {
		return fmt.Errorf("%d organizations came from nowhere", n)
	}
	return nil
}

func diff(a, b any) string { return cmp.Diff(a, b, cmpopts.EquateEmpty()) }

// answer is what a call returned.
type answer struct {
	value any
	err   error
	token string // of the link in it
}

// check compares a with what the model wants.
func (a answer) check(want any, refused refusals) error {
	if len(refused) == 0 {
		if a.err != nil {
			return fmt.Errorf("refused with %w, and no rule does", a.err)
		}
		if !cmp.Equal(want, a.value, cmpopts.EquateEmpty()) {
			return fmt.Errorf("wrong answer (-model +service):\n%s", diff(want, a.value))
		}
		return nil
	}
	if got := classOf(a.err); !slices.Contains(refused, got) {
		return fmt.Errorf("answered %q (%v), the rules say %q", got, a.err, refused)
	}
	if a.value != nil && !reflect.ValueOf(a.value).IsZero() {
		return fmt.Errorf("refused with %v, and answered %v", a.err, a.value)
	}
	return nil
}

// classOf returns the class of err: the narrowest that it answers to.
func classOf(err error) class {
	if err == nil {
		return success
	}
	if bad := (*charter.InvalidError)(nil); errors.As(err, &bad) {
		return invalid(bad.Field)
	}
	for _, c := range []struct {
		err   error
		class class
	}{
		{charter.ErrEscalation, escalation}, {charter.ErrDenied, denied}, {charter.ErrNotFound, notFound},
		{charter.ErrLastAdmin, lastAdmin}, {charter.ErrOwnRole, ownRole}, {charter.ErrOthersRemain, othersRemain},
		{charter.ErrAlreadyMember, alreadyMember}, {charter.ErrAlreadyInvited, alreadyInvited},
		{charter.ErrBuiltInRole, builtInRole}, {charter.ErrRoleInUse, roleInUse}, {charter.ErrNameTaken, nameTaken},
		{charter.ErrHoldsAll, holdsAll}, {charter.ErrRegisteredElsewhere, elsewhere},
		{charter.ErrInvalidLink, invalidLink}, {charter.ErrWrongAddress, wrongAddress}, {charter.ErrNotPending, notPending},
	} {
		if errors.Is(err, c.err) {
			return c.class
		}
	}
	return class(err.Error())
}
