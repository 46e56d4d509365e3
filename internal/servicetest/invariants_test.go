package servicetest

import (
	"context"
	"reflect"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/castore"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// harm is something that must never be stored, done behind the Service's back,
// and what Check must say of it.
type harm struct {
	says string
	do   func(context.Context, store.Tx, harmed) error
}

// harmed is the organization that harm is done to.
type harmed struct {
	store.Held
	ada, bo, dee orgs.Member
	other        orgs.Organization // of which ada is a member too
}

// event appends an event with the next number.
func (h harmed) event(ctx context.Context, tx store.Tx, e store.Event) error {
	o := h.Org
	o.Events++
	e.Org, e.Number = o.ID, o.Events
	if err := tx.Append(ctx, e); err != nil {
		return err
	}
	return tx.UpdateOrganization(ctx, o)
}

var harms = map[string]harm{
	"no Admin": {"SPEC 7.1", func(ctx context.Context, tx store.Tx, h harmed) error {
		h.ada.Role = roles.Viewer
		return tx.UpdateMember(ctx, h.ada)
	}},
	"own role": {"SPEC 7.2", func(ctx context.Context, tx store.Tx, h harmed) error {
		return h.event(ctx, tx, store.Event{Actor: "bo", Action: store.MemberRoleChanged, Detail: store.Detail{
			Member: h.bo.ID, Before: store.State{Role: roles.Viewer}, After: store.State{Role: roles.Editor},
		}})
	}},
	"member of nothing": {"SPEC 7.3", func(ctx context.Context, tx store.Tx, h harmed) error {
		return tx.DeleteMember(ctx, h.Org.ID, h.bo.ID)
	}},
	"miscounted memberships": {"SPEC 7.3", func(ctx context.Context, tx store.Tx, h harmed) error {
		u := h.Users["bo"].User
		u.Memberships++
		return tx.PutUser(ctx, u)
	}},
	"works elsewhere": {"SPEC 7.3", func(ctx context.Context, tx store.Tx, h harmed) error {
		u := h.Users["bo"].User
		u.Active = h.other.ID
		return tx.PutUser(ctx, u)
	}},
	"two rows of a user": {"SPEC 7.4", func(ctx context.Context, tx store.Tx, h harmed) error {
		h.bo.ID = "another"
		return tx.CreateMember(ctx, h.bo)
	}},
	"two invitations of an address": {"SPEC 7.4", func(ctx context.Context, tx store.Tx, h harmed) error {
		h.dee.ID, h.dee.Email = "another", strings.ToUpper(h.dee.Email)
		return tx.CreateMember(ctx, h.dee)
	}},
	"half joined": {"SPEC 7.4", func(ctx context.Context, tx store.Tx, h harmed) error {
		h.dee.Status = orgs.Active
		return tx.JoinMember(ctx, h.dee)
	}},
	"profile of a row": {"SPEC 7.4", func(ctx context.Context, tx store.Tx, h harmed) error {
		u := h.Users["bo"].User
		u.FirstName = "Robert"
		return tx.PutUser(ctx, u)
	}},
	"resource in two organizations": {"SPEC 7.5", func(ctx context.Context, tx store.Tx, h harmed) error {
		return tx.Register(ctx, h.other.ID, []grants.Resource{{Kind: "device", ID: "d-1"}})
	}},
	"grant that was not told": {"SPEC 7.6", func(ctx context.Context, tx store.Tx, h harmed) error {
		return tx.Give(ctx, h.Org.ID, h.bo.ID, []grants.Grant{grants.All("device")})
	}},
	"gap": {"SPEC 7.6", func(ctx context.Context, tx store.Tx, h harmed) error {
		h.Org.Events++
		return h.event(ctx, tx, store.Event{Actor: "ada", Action: store.BillingChanged})
	}},
	"role that is not there": {"SPEC 7.6", func(ctx context.Context, tx store.Tx, h harmed) error {
		h.bo.Role = "nobody's"
		return tx.UpdateMember(ctx, h.bo)
	}},
	"actor who was no member": {"SPEC 7.6", func(ctx context.Context, tx store.Tx, h harmed) error {
		return h.event(ctx, tx, store.Event{Actor: "dee", Action: store.BillingChanged})
	}},
	"name that was not told": {"SPEC 7.6", func(ctx context.Context, tx store.Tx, h harmed) error {
		h.Org.Name = "Something else"
		return tx.UpdateOrganization(ctx, h.Org)
	}},
	"miscounted roles": {"SPEC 7.6", func(ctx context.Context, tx store.Tx, h harmed) error {
		h.Org.Counts = h.Org.Counts.With(h.bo)
		return tx.UpdateOrganization(ctx, h.Org)
	}},
}

// TestCheckSees: each harm is found, and named by the point that it breaks.
func TestCheckSees(t *testing.T) {
	for name, harm := range harms {
		t.Run(name, func(t *testing.T) {
			w := New(t, func(testing.TB) store.Store { return castore.NewUnchecked() })
			ada := w.Found("ada", "Acme")
			w.Must(w.Svc.Orgs.Rename(w.Ctx, ada, "Acme Ltd"))
			bo := w.Join(ada, "bo", roles.Viewer)
			w.Must(w.Svc.Resources.Register(w.Ctx, ada, grants.Resource{Kind: "device", ID: "d-1"}))
			h := harmed{ada: w.Me(ada), bo: w.Me(bo), dee: w.Invite(ada, "dee", roles.Viewer).Member}
			known := Known{Users: []orgs.UserID{"ada", "bo"}}
			w.Must(Check(w.Ctx, w.Store, known))
			var err error
			h.other, err = w.Store.Organization(w.Ctx, w.SignIn("ada").Active)
			w.Must(err)
			w.Must(w.Store.Update(w.Ctx, func(ctx context.Context, tx store.Tx) error {
				if h.Held, err = tx.Hold(ctx, store.Want{Org: ada.Org, Users: known.Users}); err != nil {
					return err
				}
				return harm.do(ctx, tx, h)
			}))
			err = Check(w.Ctx, w.Store, known)
			if err == nil || !strings.Contains(err.Error(), harm.says) {
				t.Errorf("check says %v, not %s", err, harm.says)
			}
		})
	}
}

// TestVerifySeesGrants: a grant of a row, or of a resource, that is not there.
func TestVerifySeesGrants(t *testing.T) {
	for _, has := range []map[orgs.MemberID][]grants.Grant{
		{"gone": {grants.All("device")}},
		{"row": {grants.One("device", "gone")}},
		{"row": {{Kind: "device"}}},
	} {
		o := DumpedOrg{Members: []orgs.Member{{ID: "row"}}, Grants: has}
		if err := o.verifyGrants(); err == nil || !strings.Contains(err.Error(), "SPEC 7.5") {
			t.Errorf("of %v it says %v", has, err)
		}
	}
}

// TestDumpsCompareEveryField: Dump.Equal lists fields, and must learn of new ones.
func TestDumpsCompareEveryField(t *testing.T) {
	for _, c := range []struct {
		record any
		fields int
	}{
		{Dump{}, 3}, {DumpedUser{}, 2}, {DumpedOrg{}, 6}, {orgs.Organization{}, 7},
		{roles.Role{}, 4}, {store.Event{}, 6}, {store.Detail{}, 7}, {store.State{}, 3},
	} {
		if n := reflect.TypeOf(c.record).NumField(); n != c.fields {
			t.Errorf("%T has %d fields, of which Dump.Equal compares %d", c.record, n, c.fields)
		}
	}
}
