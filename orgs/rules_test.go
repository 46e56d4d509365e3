package orgs_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

var noon = time.Date(2026, 1, 1, 12, 0, 0, 0, time.UTC)

func founded() (orgs.Organization, orgs.Member) {
	return orgs.Found("o-1", "Acme", "m-1", orgs.User{ID: "ada", Profile: orgs.Profile{Email: "ada@x"}}, noon)
}

// admitted returns o with one more row, and the row.
func admitted(o orgs.Organization, id orgs.MemberID, role roles.ID, status orgs.Status) (orgs.Organization, orgs.Member) {
	m := orgs.Member{ID: id, Org: o.ID, Role: role, Status: status, Profile: orgs.Profile{Email: string(id) + "@x"}}
	if status == orgs.Active {
		m.User = orgs.UserID(id)
	}
	o.Counts = o.Counts.With(m)
	return o, m
}

func TestFound(t *testing.T) {
	o, m := founded()
	want := orgs.Member{
		ID: "m-1", Org: "o-1", Role: roles.Admin, Status: orgs.Active, User: "ada", Profile: orgs.Profile{Email: "ada@x"}, JoinedAt: noon,
	}
	if m != want {
		t.Errorf("got %+v", m)
	}
	if o.ID != "o-1" || o.Name != "Acme" || o.CreatedAt != noon || o.Counts.Total() != 1 || o.Counts.Of(roles.Admin).Active != 1 {
		t.Errorf("got %+v", o)
	}
}

func TestDepart(t *testing.T) {
	o, ada := founded()
	if _, err := o.Depart(ada); !errors.Is(err, orgs.ErrLastAdmin) {
		t.Errorf("got %v for the last Admin", err)
	}
	withInvited, pat := admitted(o, "pat", roles.Admin, orgs.Invited)
	if _, err := withInvited.Depart(ada); !errors.Is(err, orgs.ErrLastAdmin) {
		t.Errorf("got %v beside an invited Admin", err)
	}
	if left, err := withInvited.Depart(pat); err != nil || left.Counts.Total() != 1 {
		t.Errorf("got %+v, %v for an invited Admin", left, err)
	}
	two, bob := admitted(o, "bob", roles.Admin, orgs.Active)
	left, err := two.Depart(ada)
	if err != nil || left.Counts.Of(roles.Admin).Active != 1 {
		t.Errorf("got %+v, %v with another Admin", left, err)
	}
	if _, err := left.Depart(bob); !errors.Is(err, orgs.ErrLastAdmin) {
		t.Errorf("got %v for who is the last one now", err)
	}
	three, eve := admitted(o, "eve", roles.Editor, orgs.Active)
	if left, err := three.Depart(eve); err != nil || left.Counts.Of(roles.Editor).Active != 0 {
		t.Errorf("got %+v, %v for an Editor", left, err)
	}
}

func TestConfirm(t *testing.T) {
	m := orgs.Member{Profile: orgs.Profile{Email: "Kim@x.example"}}
	for _, typed := range []string{"Kim@x.example", " kim@X.EXAMPLE\n"} {
		if err := m.Confirm(typed); err != nil {
			t.Errorf("%q: %v", typed, err)
		}
	}
	for _, typed := range []string{"", "kim", "\u212aim@x.example", "kim@x.example.", "kim@x"} {
		refused(t, m.Confirm(typed), "confirmation")
	}
}

func TestAppoint(t *testing.T) {
	o, ada := founded()
	o, eve := admitted(o, "eve", roles.Editor, orgs.Active)
	for _, role := range []roles.ID{roles.Admin, roles.Viewer, "r-1"} {
		if _, _, err := o.Appoint(ada, ada, role); !errors.Is(err, orgs.ErrOwnRole) {
			t.Errorf("got %v for one's own role", err)
		}
	}
	if _, _, err := o.Appoint(eve, ada, roles.Viewer); !errors.Is(err, orgs.ErrLastAdmin) {
		t.Errorf("got %v for the last Admin", err)
	}
	if same, m, err := o.Appoint(eve, ada, roles.Admin); err != nil || m != ada || !slices.Equal(same.Counts, o.Counts) {
		t.Errorf("got %+v, %v for the role it has", m, err)
	}
	o, m, err := o.Appoint(ada, eve, roles.Admin)
	eve.Role = roles.Admin
	if err != nil || m != eve || o.Counts.Of(roles.Admin).Active != 2 || o.Counts.Of(roles.Editor).Active != 0 {
		t.Errorf("got %+v, %+v, %v", o, m, err)
	}
	if _, m, err := o.Appoint(eve, ada, "r-1"); err != nil || m.Role != "r-1" {
		t.Errorf("got %+v, %v with another Admin", m, err)
	}
}

func TestMayDelete(t *testing.T) {
	o, ada := founded()
	if err := o.MayDelete(ada); err != nil {
		t.Errorf("got %v for the only member", err)
	}
	for _, status := range []orgs.Status{orgs.Active, orgs.Invited} {
		more, m := admitted(o, "m", roles.Admin, status)
		if err := more.MayDelete(ada); !errors.Is(err, orgs.ErrOthersRemain) {
			t.Errorf("got %v beside one that is %s", err, status)
		}
		m.Role = roles.Editor
		if err := more.MayDelete(m); !errors.Is(err, roles.ErrDenied) {
			t.Errorf("got %v for an Editor", err)
		}
	}
	for _, m := range []orgs.Member{{}, {Role: roles.Admin}, {Role: roles.Admin, Status: orgs.Invited}, {Status: orgs.Active}} {
		if err := o.MayDelete(m); !errors.Is(err, roles.ErrDenied) {
			t.Errorf("got %v for %+v", err, m)
		}
	}
}

func TestAdmit(t *testing.T) {
	active, invited := orgs.Member{Status: orgs.Active}, orgs.Member{Status: orgs.Invited}
	for _, c := range []struct {
		with []orgs.Member
		want error
	}{
		{nil, nil}, {[]orgs.Member{active}, orgs.ErrAlreadyMember}, {[]orgs.Member{invited}, orgs.ErrAlreadyInvited},
		{[]orgs.Member{active, invited}, orgs.ErrAlreadyInvited}, {[]orgs.Member{active, active}, orgs.ErrAlreadyMember},
	} {
		if err := orgs.Admit(c.with); !errors.Is(err, c.want) || (err == nil) != (c.want == nil) {
			t.Errorf("got %v beside %+v, want %v", err, c.with, c.want)
		}
	}
}

func TestJoin(t *testing.T) {
	o, _ := founded()
	o, pat := admitted(o, "pat", roles.Viewer, orgs.Invited)
	user := orgs.User{ID: "u-9", Profile: orgs.Profile{Email: "p@y", FirstName: "Pat"}}
	joined, m, err := o.Join(pat, orgs.Member{}, user, noon)
	want := pat
	want.User, want.Profile, want.Status, want.JoinedAt = "u-9", user.Profile, orgs.Active, noon
	if err != nil || m != want || joined.Counts.Of(roles.Viewer) != (orgs.Count{Role: roles.Viewer, Active: 1}) {
		t.Errorf("got %+v, %+v, %v", joined, m, err)
	}
	if _, _, err := o.Join(pat, orgs.Member{ID: "m-7"}, user, noon); !errors.Is(err, orgs.ErrAlreadyMember) {
		t.Errorf("got %v for who is in by another row", err)
	}
}

func TestUser(t *testing.T) {
	u := orgs.User{}.Joined("o-1")
	if u.Active != "o-1" || u.Memberships != 1 || u.Homeless() {
		t.Errorf("got %+v after the first", u)
	}
	u = u.Joined("o-2").Joined("o-3")
	if u.Active != "o-1" || u.Memberships != 3 {
		t.Errorf("got %+v after two more", u)
	}
	if left := u.Departed("o-2", "o-3"); left.Active != "o-1" || left.Memberships != 2 || left.Homeless() {
		t.Errorf("got %+v after another one ended", left)
	}
	if left := u.Departed("o-1", "o-3"); left.Active != "o-3" {
		t.Errorf("got %+v after the active one ended", left)
	}
	last := orgs.User{}.Joined("o-1").Departed("o-1", "")
	if last.Active != "" || !last.Homeless() {
		t.Errorf("got %+v after the last one ended", last)
	}
}

// Whatever is tried in whatever order: the counts are those of the rows, and
// there is always an active Admin (SPEC 7).
func TestAlwaysAnAdmin(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		o, first := founded()
		rows := []orgs.Member{first}
		for step := range rapid.IntRange(0, 60).Draw(t, "steps") {
			i := rapid.IntRange(0, len(rows)-1).Draw(t, "row")
			role := rapid.SampledFrom([]roles.ID{roles.Admin, roles.Editor, "r-1"}).Draw(t, "role")
			switch rapid.SampledFrom([]string{"depart", "appoint", "invite", "join"}).Draw(t, "what") {
			case "depart":
				if left, err := o.Depart(rows[i]); err == nil {
					o, rows = left, slices.Delete(rows, i, i+1)
				}
			case "appoint":
				actor := rows[rapid.IntRange(0, len(rows)-1).Draw(t, "actor")]
				if changed, m, err := o.Appoint(actor, rows[i], role); err == nil {
					o, rows[i] = changed, m
				}
			case "invite":
				var m orgs.Member
				o, m = admitted(o, orgs.MemberID(rune('a'+step)), role, orgs.Invited)
				rows = append(rows, m)
			case "join":
				if rows[i].Status == orgs.Invited {
					o, rows[i], _ = o.Join(rows[i], orgs.Member{}, orgs.User{ID: "u"}, noon)
				}
			}
			check(t, o, rows)
		}
	})
}

func check(t *rapid.T, o orgs.Organization, rows []orgs.Member) {
	var counts orgs.Counts
	admins := 0
	for _, m := range rows {
		counts = counts.With(m)
		if m.Status == orgs.Active && m.Role == roles.Admin {
			admins++
		}
	}
	if !slices.Equal(counts, o.Counts) || admins == 0 {
		t.Fatalf("%d active Admins; counted %v of %v", admins, o.Counts, counts)
	}
}
