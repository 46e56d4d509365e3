package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// imported returns what the import of text printed after its heading, on the
// database of the working directory.
func imported(t *testing.T, text string) []string {
	t.Helper()
	if err := os.WriteFile("roster.csv", []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	_, told, ok := strings.Cut(play(t, "-import", "roster.csv"), "The roster roster.csv goes to \"Windpark North\":\n")
	if !ok {
		t.Fatal("nothing was imported")
	}
	var lines []string
	for line := range strings.Lines(told) {
		lines = append(lines, strings.Join(strings.Fields(line), " "))
	}
	return lines
}

// The shipped roster: each bad row is refused for its own reason, all others are
// invited, and a second time they are so already.
func TestShippedRoster(t *testing.T) {
	svc := serviceOn(t, memstore.New())
	if err := tell(t.Context(), svc, &report{w: io.Discard}); err != nil {
		t.Fatal(err)
	}
	golden(t, "testdata/import.golden", importedOn(t, svc, "people.csv"))

	again := importedOn(t, svc, "people.csv")
	if want := "\n1000 rows: 0 invited (0 by mail, 0 by link), 1000 refused\n"; !strings.HasSuffix(again, want) {
		t.Errorf("the second import lacks %q:\n%s", want, again)
	}
	if n := strings.Count(again, "already invited"); n != 989+2 {
		t.Errorf("the second import refused %d rows as already invited, want 991", n)
	}
}

// The same on a file, as the command does it.
func TestShippedRosterOnSQLite(t *testing.T) {
	files := here(t, "people.csv", "testdata/first.golden", "testdata/import.golden")
	told, roster, _ := strings.Cut(play(t, "-import", files[0]), "The roster ")
	golden(t, files[2], "The roster "+strings.ReplaceAll(roster, files[0], "people.csv"))
	if !strings.HasPrefix(readFile(t, files[1]), told) {
		t.Errorf("before the import the story is not told as ever:\n%s", told)
	}
}

func importedOn(t *testing.T, svc *charter.Service, path string) string {
	t.Helper()
	var out bytes.Buffer
	if err := importFile(t.Context(), svc, path, &report{w: &out}, io.Discard); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// Spreadsheets differ; people do not.
func TestSpreadsheets(t *testing.T) {
	plain := "name,e-mail,role,devices\nAsh,eve@x.example,Editor,turbine-1;turbine-2\nFox,ian@x.example,viewer,\n"
	want := []entry{
		{name: "Ash", email: "eve@x.example", role: "Editor", devices: []grants.ResourceID{"turbine-1", "turbine-2"}},
		{name: "Fox", email: "ian@x.example", role: "viewer"},
	}
	for name, text := range map[string]string{
		"plain":            plain,
		"byte order mark":  "\ufeff" + plain,
		"line ends":        strings.ReplaceAll(plain, "\n", "\r\n"),
		"no last line end": strings.TrimSuffix(plain, "\n"),
		"quoted": "\ufeff\"name\",\"e-mail\",\"role\",\"devices\"\r\n" +
			"\"Ash\",\"eve@x.example\",\"Editor\",\"turbine-1;turbine-2\"\r\nFox,ian@x.example,viewer,\"\"\r\n",
		"spaces": "name, e-mail, role, devices\n" +
			"Ash ,  eve@x.example , Editor, turbine-1 ; turbine-2;\n\nFox,ian@x.example, viewer,\n",
		"columns": "ROLE,Devices,no,E-Mail,Name\nEditor,turbine-1;turbine-2,1,eve@x.example,Ash\nviewer,,2,ian@x.example,Fox\n",
	} {
		if diff := cmp.Diff(want, entries(t, text), cmp.AllowUnexported(entry{}), cmpopts.IgnoreFields(entry{}, "line")); diff != "" {
			t.Errorf("%s, -want +got:\n%s", name, diff)
		}
	}
}

func TestQuotedCells(t *testing.T) {
	got := entries(t, "name,e-mail,role,devices\n\n\"Ash, \"\"Eve\"\"\nof Nowhere\",e@x.example,Editor,\nFox,i@x.example,Viewer,\n")
	want := []entry{
		{line: 3, name: "Ash, \"Eve\"\nof Nowhere", email: "e@x.example", role: "Editor"},
		{line: 5, name: "Fox", email: "i@x.example", role: "Viewer"},
	}
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(entry{})); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func entries(t *testing.T, text string) (all []entry) {
	t.Helper()
	people, err := newRoster(strings.NewReader(text))
	if err != nil {
		t.Fatalf("%q: %v", text, err)
	}
	for {
		p, err := people.next()
		if errors.Is(err, io.EOF) {
			return all
		}
		if err != nil {
			t.Fatalf("%q: %v", text, err)
		}
		all = append(all, p)
	}
}

// A file as a spreadsheet on Windows writes it becomes invitations with roles and
// grants.
func TestImport(t *testing.T) {
	here(t)
	got := imported(t, "\ufeffname,e-mail,role,devices\r\n"+
		"\"Ash, Eve\",eve@windpark.example,Editor,turbine-2;turbine-1\r\nIan Fox,ian@else.example,viewer,\r\n")
	if diff := cmp.Diff([]string{"2 rows: 2 invited (1 by mail, 1 by link), 0 refused"}, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
	want := []string{
		"eve@windpark.example editor [turbine-1 turbine-2] Welcome to Windpark North, Ash, Eve!",
		"ian@else.example viewer [] Welcome to Windpark North, Ian Fox!",
	}
	if diff := cmp.Diff(want, stored(t)); diff != "" {
		t.Errorf("stored, -want +got:\n%s", diff)
	}
}

// stored returns the invited members of the organization with their grants.
func stored(t *testing.T) (rows []string) {
	t.Helper()
	h, err := openHost(t.Context(), "quickstart.db")
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	now, err := gather(t.Context(), h.svc)
	if err != nil {
		t.Fatal(err)
	}
	query := charter.MemberQuery{Status: []orgs.Status{orgs.Invited}, Sort: orgs.ByEmail}
	for m, err := range h.svc.Members.All(t.Context(), now.admin, query) {
		if err != nil {
			t.Fatal(err)
		}
		var devices []grants.ResourceID
		for g, err := range h.svc.Grants.All(t.Context(), now.admin, m.ID, charter.GrantQuery{}) {
			if err != nil {
				t.Fatal(err)
			}
			devices = append(devices, g.Resource)
		}
		rows = append(rows, fmt.Sprintf("%s %s %s %s", m.Email, m.Role, devices, m.Message))
	}
	return rows
}

// Each bad row is told with its line and why, and does not stop the next one.
func TestRefusedRows(t *testing.T) {
	here(t)
	got := imported(t, strings.Join([]string{
		"name,e-mail,role,devices",
		"A,nobody,Viewer,",
		"B,b@windpark.example,Chief,",
		"C,c@windpark.example,Viewer,turbine-1;crane-7",
		"D,bob@windpark.example,Viewer,",
		"E,e@windpark.example,Viewer,turbine-1",
		"E again,E@Windpark.Example,Viewer,",
		"F,f@windpark.example,Viewer",
		`G "quoted" wrongly,g@windpark.example,Viewer,`,
		strings.Repeat("H", 3000) + ",h@windpark.example,Viewer,",
		"I,i\x1b[2J@windpark.example,Viewer,",
		"J,j@windpark.example,Viewer,turbine-2",
	}, "\n"))
	want := []string{
		`· line 2 "nobody" invalid email: is not an e-mail address`,
		`· line 3 "b@windpark.example" unknown role "Chief"`,
		`· line 4 "c@windpark.example" unknown device "crane-7"`,
		`· line 5 "bob@windpark.example" already a member`,
		`· line 7 "E@Windpark.Example" already invited`,
		`· line 8 "" wrong number of fields`,
		`· line 9 "" bare " in non-quoted-field`,
		`· line 10 "h@windpark.example" invalid message: is longer than 2000 characters`,
		`· line 11 "i\x1b[2J@windpark.example" invalid email: has a control character`,
		`11 rows: 2 invited (2 by mail, 0 by link), 9 refused`,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("-want +got:\n%s", diff)
	}
}

func TestNotARoster(t *testing.T) {
	here(t)
	play(t)
	for text, want := range map[string]string{
		"":                               "the line with the names of the columns",
		"name,e-mail,role\n":             `no column "devices"`,
		"name;e-mail;role;devices\n":     `no column "name"`,
		"\xff\xfen\x00a\x00m\x00e\x00\n": `no column "name"`,
	} {
		if err := os.WriteFile("roster.csv", []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		err := run(t.Context(), []string{"-import", "roster.csv"}, io.Discard, io.Discard)
		if err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("import of %q: %v, want %q", text, err, want)
		}
	}
}

// An import that is interrupted says how far it came; a later one invites the
// rest.
func TestInterruptedImport(t *testing.T) {
	here(t)
	play(t)
	h, err := openHost(t.Context(), "quickstart.db")
	if err != nil {
		t.Fatal(err)
	}
	defer h.close()
	now, err := gather(t.Context(), h.svc)
	if err != nil {
		t.Fatal(err)
	}
	text := "name,e-mail,role,devices\n"
	for n := range 10 {
		text += fmt.Sprintf("N,n%d@windpark.example,Viewer,turbine-1\n", n)
	}
	imports := func(ctx context.Context, step func()) (string, error) {
		people, err := newRoster(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		into, err := newInviter(t.Context(), h.svc, now.admin)
		if err != nil {
			t.Fatal(err)
		}
		sum, err := importAll(ctx, people, into, step)
		var out bytes.Buffer
		sum.tell(&report{w: &out}, "roster")
		return out.String(), err
	}

	ctx, cancel := context.WithCancel(t.Context())
	steps := 0
	told, err := imports(ctx, func() {
		if steps++; steps == 4 {
			cancel()
		}
	})
	if !errors.Is(err, context.Canceled) || !strings.Contains(told, "4 rows: 4 invited") {
		t.Errorf("interrupted: %v, %s", err, told)
	}
	told, err = imports(t.Context(), func() {})
	if err != nil || !strings.Contains(told, "10 rows: 6 invited (6 by mail, 0 by link), 4 refused") {
		t.Errorf("continued: %v, %s", err, told)
	}
}
