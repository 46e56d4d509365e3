package invites_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// refused fails the test unless err is an input.Error about field.
func refused(t *testing.T, err error, field string) {
	t.Helper()
	var found *input.Error
	if !errors.As(err, &found) || found.Field != field {
		t.Fatalf("got %v, want an error about %q", err, field)
	}
}

func TestRequest(t *testing.T) {
	c := roles.SmartServices()
	got, err := invites.Request{
		Email: " A@b ", Role: "r-1", Message: " Hi\n",
		Grants: []grants.Grant{grants.One("device", "b"), grants.All("device"), grants.One("device", "b")},
	}.Normalize(c)
	want := invites.Request{
		Email: "A@b", Role: "r-1", Message: " Hi\n", Grants: []grants.Grant{grants.All("device"), grants.One("device", "b")},
	}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	long := invites.Request{Email: "a@b", Role: roles.Viewer, Message: strings.Repeat("😀", invites.MaxMessage)}
	if _, err := long.Normalize(c); err != nil {
		t.Errorf("got %v for the longest message", err)
	}
	for field, bad := range map[string]invites.Request{
		"email": {Role: roles.Viewer}, "role": {Email: "a@b"}, "message": {Email: "a@b", Role: roles.Viewer, Message: strings.Repeat("x", 2001)},
		"grants[0].kind": {Email: "a@b", Role: roles.Viewer, Grants: []grants.Grant{{}}},
	} {
		got, err := bad.Normalize(c)
		refused(t, err, field)
		if diff := cmp.Diff(invites.Request{}, got); diff != "" {
			t.Errorf("%s: a request came with the error: %s", field, diff)
		}
	}
}

func TestSameDomain(t *testing.T) {
	for _, c := range []struct {
		inviter, invited string
		want             invites.Delivery
	}{
		{"a@x.example", "b@x.example", invites.ByMail}, {"a@x.example", "b@X.EXAMPLE ", invites.ByMail},
		{"a@x.example", "b@y.example", invites.ByLink}, {"a@x.example", "b@sub.x.example", invites.ByLink},
		{"a@sub.x.example", "b@x.example", invites.ByLink}, {"a@\u212a.example", "b@k.example", invites.ByLink},
		{"", "", invites.ByLink}, {"a", "a", invites.ByLink}, {"a@", "b@", invites.ByLink},
	} {
		if got := invites.SameDomain(c.inviter, c.invited); got != c.want {
			t.Errorf("%q to %q: got %s", c.inviter, c.invited, got)
		}
	}
	var zero invites.Delivery
	if zero != invites.ByLink || zero.String() != "by link" || invites.ByMail.String() != "by mail" {
		t.Error("the zero Delivery is not the careful one, or is called otherwise")
	}
}

func TestAccept(t *testing.T) {
	waiting := orgs.Member{ID: "m", Status: orgs.Invited, Profile: orgs.Profile{Email: "Kim@x.example"}}
	joined := orgs.Member{ID: "m", Status: orgs.Active, User: "u-1", Profile: orgs.Profile{Email: "other@x.example"}}
	right := []string{"a@x.example", " KIM@x.example"}
	for name, c := range map[string]struct {
		m        orgs.Member
		user     orgs.UserID
		verified []string
		again    bool
		want     error
	}{
		"waits":                       {waiting, "u-1", right, false, nil},
		"waits for another address":   {waiting, "u-1", []string{"\u212aim@x.example", "kim@x.example.org"}, false, invites.ErrWrongAddress},
		"waits, and nothing verified": {waiting, "u-1", nil, false, invites.ErrWrongAddress},
		"joined by the same":          {joined, "u-1", nil, true, nil},
		"joined by another":           {joined, "u-2", right, false, invites.ErrInvalidLink},
		"joined by nobody":            {orgs.Member{Status: orgs.Active}, "u-2", right, false, invites.ErrInvalidLink},
	} {
		again, err := invites.Accept(c.m, c.user, slices.Clone(c.verified))
		if again != c.again || !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("%s: got %v, %v", name, again, err)
		}
	}
}
