package roles_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5b9f5318/charter/roles"
)

const head = "service\tservice_name\tpermission\tname\tresource_kind\tadmin\teditor\tviewer\n"

func TestSmartServices(t *testing.T) {
	c := roles.SmartServices()
	if c != roles.SmartServices() {
		t.Error("each call makes another catalogue")
	}
	want := map[string]int{"devices": 9, "users": 4, "store": 5, "organization": 3, "emma": 13, "timeseries": 14, "impulse": 10}
	got := make(map[string]int)
	for _, s := range c.Services() {
		got[s.Key] = len(s.Permissions)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for id, n := range map[roles.ID]int{roles.Admin: 58, roles.Editor: 41, roles.Viewer: 22} {
		if set, _ := c.BuiltIn(id); set.Len() != n {
			t.Errorf("%s holds %d, want %d", id, set.Len(), n)
		}
	}
}

// Lines of one service need not be together, and a file from Windows is one.
func TestParseCatalogue(t *testing.T) {
	lines := "fleet\tFleet\tfleet.sail\tSail\tship\tx\tx\t\n" +
		"crew\tCrew\tcrew.hire\t\t\tx\t\tx\n" +
		"fleet\tFleet\tfleet.sink\tSink\tship\tx\t\t"
	for name, tsv := range map[string]string{
		"as it is": head + lines, "with a last line end": head + lines + "\n", "with CRLF": strings.ReplaceAll(head+lines+"\n", "\n", "\r\n"),
	} {
		c, err := roles.ParseCatalogue(tsv)
		if err != nil {
			t.Fatal(name, err)
		}
		want := []roles.Service{
			{Key: "fleet", Title: "Fleet", Permissions: []roles.Declaration{
				{Permission: "fleet.sail", Title: "Sail", Kind: "ship", Editor: true}, {Permission: "fleet.sink", Title: "Sink", Kind: "ship"},
			}},
			{Key: "crew", Title: "Crew", Permissions: []roles.Declaration{{Permission: "crew.hire", Viewer: true}}},
		}
		if diff := cmp.Diff(want, c.Services()[:2]); diff != "" {
			t.Error(name, diff)
		}
	}
}

func TestParseCatalogueRefuses(t *testing.T) {
	for name, c := range map[string]struct{ tsv, want string }{
		"nothing":               {"", "line 1"},
		"another head":          {"a\tb\n", "line 1"},
		"a column too few":      {head + "fleet\tFleet\tfleet.sail\tSail\tship\tx\tx\n", "line 2 has 7 columns"},
		"an empty line":         {head + "fleet\tFleet\tfleet.sail\tSail\tship\tx\tx\t\n\n", "line 3 has 1 columns"},
		"another mark":          {head + "fleet\tFleet\tfleet.sail\tSail\tship\tx\ty\t\n", "line 2 has a mark"},
		"an Admin who lacks it": {head + "fleet\tFleet\tfleet.sail\tSail\tship\t\tx\t\n", "line 2 takes a permission from Admins"},
		"another service's":     {head + "fleet\tFleet\tcrew.sail\tSail\tship\tx\tx\t\n", "crew.sail in the service fleet"},
		"a bad key":             {head + "Fleet\tFleet\tFleet.sail\tSail\tship\tx\tx\t\n", "service key"},
	} {
		_, err := roles.ParseCatalogue(c.tsv)
		refused(t, err, "catalogue")
		if !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s: got %q, want %q in it", name, err, c.want)
		}
	}
}

// tsv writes a catalogue as ParseCatalogue reads it.
func tsv(c *roles.Catalogue) string {
	mark := map[bool]string{true: "x"}
	var b strings.Builder
	b.WriteString(head)
	for _, s := range c.Services() {
		for _, d := range s.Permissions {
			b.WriteString(strings.Join([]string{
				s.Key, s.Title, string(d.Permission), d.Title, string(d.Kind), "x", mark[d.Editor], mark[d.Viewer],
			}, "\t") + "\n")
		}
	}
	return b.String()
}

// FuzzParseCatalogue: whatever is read as a catalogue can be written and read
// again, gives Admins everything, and has what the library asks for.
func FuzzParseCatalogue(f *testing.F) {
	f.Add("")
	f.Add(head)
	f.Add(head + "fleet\tFleet\tfleet.sail\tSail\tship\tx\tx\t\n")
	f.Add(head + "users\tUsers\tusers.invite\tInvite\t\tx\tx\tx\r\nusers\tOther\tusers.fly\t\tkite\tx\t\t")
	f.Fuzz(func(t *testing.T, text string) {
		c, err := roles.ParseCatalogue(text)
		if err != nil {
			if !strings.HasPrefix(err.Error(), "invalid catalogue") {
				t.Fatalf("got %v", err)
			}
			return
		}
		again, err := roles.ParseCatalogue(tsv(c))
		if err != nil {
			t.Fatalf("what was written is not read: %v", err)
		}
		if diff := cmp.Diff(c.Services(), again.Services()); diff != "" {
			t.Fatalf("read again it is another: %s", diff)
		}
		admin, _ := c.BuiltIn(roles.Admin)
		for _, s := range c.Services() {
			for _, d := range s.Permissions {
				if !c.Holds(admin, d.Permission) || d.Permission.Service() != s.Key || d.Kind != "" && !c.HasKind(d.Kind) {
					t.Fatalf("%s is declared oddly: %+v", s.Key, d)
				}
			}
		}
		if !c.Holds(admin, roles.AccessUsers) || !c.Holds(admin, roles.ChangeBilling) {
			t.Fatal("the library's own permissions are not there")
		}
	})
}
