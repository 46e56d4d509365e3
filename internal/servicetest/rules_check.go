package servicetest

import (
	"cmp"
	"errors"
	"iter"
	"reflect"
	"slices"
	"strings"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

func compare[T cmp.Ordered](a, b T) int { return cmp.Compare(a, b) }

// errOf drops the value of an operation that returns one.
func errOf[T any](_ T, err error) error { return err }

// Same fails the test unless got is want. Nil and empty slices are the same; a
// want that is nil stands for the zero value.
func (w *World) Same(what string, got, want any) {
	w.Helper()
	if want == nil {
		want = reflect.Zero(reflect.TypeOf(got)).Interface()
	}
	if reflect.DeepEqual(got, want) {
		return // quickly; what differs in nothing but nil and empty goes on
	}
	if diff := gocmp.Diff(want, got, cmpopts.EquateEmpty(), cmpopts.EquateComparable(charter.Actor{})); diff != "" {
		w.Fatalf("%s (-want +got):\n%.5000s", what, diff)
	}
}

// True fails the test unless ok.
func (w *World) True(what string, ok bool) {
	w.Helper()
	if !ok {
		w.Fatalf("not so: %s", what)
	}
}

// Refused fails the test unless op is refused with want and nothing changed.
func (w *World) Refused(want error, op func() error) {
	w.Helper()
	before := w.fingerprint()
	err := op()
	if !errors.Is(err, want) {
		w.Fatalf("got error %v, want %v", err, want)
	}
	w.Same("stored after a refusal", w.fingerprint(), before)
}

// Denied fails the test unless op gives the one denial, to the letter (G6), and
// nothing changed.
func (w *World) Denied(op func() error) {
	w.Helper()
	w.Refused(charter.ErrDenied, func() error {
		err := op()
		if err != nil && err != charter.ErrDenied { //nolint:errorlint // the very same value is the claim
			w.Fatalf("got %v, want the bare ErrDenied", err)
		}
		return err
	})
}

// Invalid fails the test unless op is refused for field and nothing changed.
func (w *World) Invalid(field string, op func() error) {
	w.Helper()
	w.Refused(charter.ErrInvalid, func() error {
		err := op()
		if bad := (*charter.InvalidError)(nil); errors.As(err, &bad) && bad.Field != field {
			w.Fatalf("the error names the field %q, want %q", bad.Field, field)
		}
		return err
	})
}

// Idle fails the test unless op succeeds and changes nothing: no event either.
func (w *World) Idle(op func() error) {
	w.Helper()
	before := w.fingerprint()
	w.Must(op())
	w.Same("stored after an idle operation", w.fingerprint(), before)
}

// Does fails the test unless op succeeds and appends exactly one event, of
// action, and nothing to any other history but the founding of personal
// organizations. It returns the event.
func (w *World) Does(action store.Action, op func() error) (done store.Event) {
	w.Helper()
	before := w.Dump()
	w.Must(op())
	after := w.Dump()
	for _, o := range after.Orgs {
		was := before.Of(o.Org.ID).Events
		w.Same("history so far", o.Events[:min(len(was), len(o.Events))], was)
	}
	count := 0
	for _, e := range after.since(before) {
		switch {
		case e.Action == action && (action != store.OrganizationFounded || count == 0):
			done = e
			count++
		case e.Action == store.OrganizationFounded && e.Number == 1 && before.Of(e.Org).Org.ID == "":
		default:
			w.Fatalf("an event too many: %+v", e)
		}
	}
	if count != 1 {
		w.Fatalf("%d events of %s, want 1", count, action)
	}
	return done
}

// Founds is Does for an operation that ends in exactly one new personal
// organization, besides its own event, and returns what is stored of it.
func (w *World) Founds(action store.Action, op func() error) StoredOrg {
	w.Helper()
	before := w.Dump()
	w.Does(action, op)
	var fresh []StoredOrg
	for _, o := range w.Dump().Orgs {
		if before.Of(o.Org.ID).Org.ID == "" {
			fresh = append(fresh, o)
		}
	}
	if len(fresh) != 1 {
		w.Fatalf("%d new organizations, want 1", len(fresh))
	}
	return fresh[0]
}

// Yes fails the test unless the actor may.
func (w *World) Yes(as charter.Actor, p roles.Permission, r grants.Resource) {
	w.Helper()
	w.True(string(as.User)+" may "+string(p)+" "+string(r.ID), w.Can(as, p, r))
}

// No fails the test unless the actor may not.
func (w *World) No(as charter.Actor, p roles.Permission, r grants.Resource) {
	w.Helper()
	w.True(string(as.User)+" may not "+string(p)+" "+string(r.ID), !w.Can(as, p, r))
}

// Can is the Service's, without an error.
func (w *World) Can(as charter.Actor, p roles.Permission, r grants.Resource) bool {
	w.Helper()
	ok, err := w.Svc.Can(w.Ctx, as, p, r)
	w.Must(err)
	return ok
}

// Row returns member id as as sees it.
func (w *World) Row(as charter.Actor, id orgs.MemberID) orgs.Member {
	w.Helper()
	m, err := w.Svc.Members.Get(w.Ctx, as, id)
	w.Must(err)
	return m
}

// GrantsOf returns all grants of member id as as sees them.
func (w *World) GrantsOf(as charter.Actor, id orgs.MemberID) []grants.Grant {
	w.Helper()
	return collect(w, w.Svc.Grants.All(w.Ctx, as, id, charter.GrantQuery{}))
}

// Role creates a custom role of as's organization.
func (w *World) Role(as charter.Actor, name string, permissions ...roles.Permission) roles.ID {
	w.Helper()
	role, err := w.Svc.Roles.Create(w.Ctx, as, name, permissions...)
	w.Must(err)
	return role.ID
}

// Remove removes the active member as from its organization, by admin.
func (w *World) Remove(admin, as charter.Actor) {
	w.Helper()
	row := w.Me(as)
	w.Must(w.Svc.Members.Remove(w.Ctx, admin, row.ID, row.Email))
}

// Working returns the organization that the user works in.
func (w *World) Working(id orgs.UserID) orgs.ID {
	w.Helper()
	user, err := w.Svc.User(w.Ctx, id)
	w.Must(err)
	return user.Active
}

// Homes returns the organizations of user id, the most recently joined first.
func (w *World) Homes(id orgs.UserID) []orgs.ID {
	w.Helper()
	return idsOf(collect(w, w.Svc.Orgs.All(w.Ctx, id, charter.OrgQuery{})), func(m charter.Membership) orgs.ID { return m.Org })
}

// collect returns what seq yields, and fails the test on an error.
func collect[T any](w *World, seq iter.Seq2[T, error]) (all []T) {
	w.Helper()
	for item, err := range seq {
		w.Must(err)
		all = append(all, item)
	}
	return all
}

func idsOf[T, ID any](items []T, id func(T) ID) []ID {
	ids := make([]ID, len(items))
	for i, item := range items {
		ids[i] = id(item)
	}
	return ids
}

// token returns the token that the link ends in.
func token(issued charter.Issued) string { return issued.Link.Token() }

// runes returns a string of n of r.
func runes(n int, r rune) string { return strings.Repeat(string(r), n) }

// mustBuiltIn returns what built-in role id holds.
func mustBuiltIn(w *World, id roles.ID) roles.Set {
	w.Helper()
	set, ok := w.Svc.Catalogue().BuiltIn(id)
	w.True(string(id)+" is built in", ok)
	return set
}

// everything returns every permission of the catalogue but those in less.
func everything(w *World, less ...roles.Permission) []roles.Permission {
	w.Helper()
	return without(w.Svc.Catalogue().Permissions(mustBuiltIn(w, roles.Admin)), less...)
}

// without returns items but those in less.
func without[T comparable](items []T, less ...T) []T {
	return slices.DeleteFunc(slices.Clone(items), func(item T) bool { return slices.Contains(less, item) })
}

// keep returns those of items that ok is true for.
func keep[T any](items []T, ok func(T) bool) (kept []T) {
	for _, item := range items {
		if ok(item) {
			kept = append(kept, item)
		}
	}
	return kept
}

// prefixFold reports whether s begins with prefix, ignoring the case of letters.
func prefixFold(s, prefix string) bool {
	return strings.HasPrefix(strings.ToLower(strings.ToUpper(s)), strings.ToLower(strings.ToUpper(prefix)))
}

// isAll reports whether err answers to every one of targets.
func isAll(err error, targets ...error) bool {
	return !slices.ContainsFunc(targets, func(target error) bool { return !errors.Is(err, target) })
}

// InviteAddress invites an address.
func (w *World) InviteAddress(as charter.Actor, email string, role roles.ID) charter.Issued {
	w.Helper()
	issued, err := w.Svc.Invites.Invite(w.Ctx, as, invites.Request{Email: email, Role: role})
	w.Must(err)
	return issued
}

// asciiUpper returns s with a-z in upper case and all else as it is.
func asciiUpper(s string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' {
			return r - 'a' + 'A'
		}
		return r
	}, s)
}

// resourceOf returns r when a permission is about kind, the zero Resource when
// it is about none.
func resourceOf(kind roles.Kind, r grants.Resource) grants.Resource {
	if kind == "" {
		return grants.Resource{}
	}
	return grants.Resource{Kind: kind, ID: r.ID}
}

func contains[T comparable](items []T, item T) bool { return slices.Contains(items, item) }
