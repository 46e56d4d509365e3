package browsertest

import (
	"database/sql"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// query is one of the list of users. A search costs what it finds, so one that finds
// everybody is told and not judged.
type query struct {
	form string
	told bool
}

// queries returns the list's ends, each order both ways, each filter, and searches.
func queries() (all []query) {
	forms := []string{"", "last=1", "last=1&sort=email&desc=1"}
	for _, sort := range orgs.Sorts() {
		forms = append(forms, "sort="+sort.String(), "desc=1&sort="+sort.String())
	}
	forms = append(forms, "status=active", "status=invited", "role=admin", "role=editor", "role=viewer", "role=editor&role=viewer",
		"status=invited&role=viewer&sort=email", "q=member-00000", "q=bob", "q=nobody")
	for _, form := range forms {
		all = append(all, query{form: form})
	}
	return append(all, query{"q=first", true})
}

// TestHundredThousand compares what the list of users takes in an organization of a
// hundred members and in one of a hundred thousand: it stays in the same order of
// magnitude.
func TestHundredThousand(t *testing.T) {
	const rounds = 9
	small, large := newCrowd(t, 100), newCrowd(t, 100_000)
	took := map[query][2][]time.Duration{}
	for range rounds {
		for _, q := range queries() {
			both := took[q]
			both[0], both[1] = append(both[0], small.ask(q.form)), append(both[1], large.ask(q.form))
			took[q] = both
		}
	}
	table := fmt.Sprintf("%-40s %10d %10d   ratio", "members", small.size, large.size)
	for _, q := range queries() {
		a, b := median(took[q][0]), median(took[q][1])
		ratio := float64(b) / float64(a)
		table += fmt.Sprintf("\n%-40s %10s %10s %7.2f", "?"+q.form, a.Round(10*time.Microsecond), b.Round(10*time.Microsecond), ratio)
		if ratio > 10 && !q.told {
			t.Errorf("?%s takes %v of %d members and %v of %d", q.form, a, small.size, b, large.size)
		}
	}
	t.Log("\n" + table)
}

func median(times []time.Duration) time.Duration {
	slices.Sort(times)
	return times[len(times)/2]
}

// crowd is an organization of many, with its Admin signed in.
type crowd struct {
	t     testing.TB
	size  int
	users string // the address of the list
	http  *http.Client
}

// newCrowd makes a console with an organization of so many members. One in a hundred is
// invited.
func newCrowd(t testing.TB, size int) *crowd {
	t.Helper()
	file := filepath.Join(t.TempDir(), "console.db")
	start(t, "-db", file).stop() // and prepares the organization, with five
	fill(t, file, size)
	c := start(t, "-db", file)
	jar, err := cookiejar.New(nil)
	if err != nil {
		t.Fatal(err)
	}
	made := &crowd{t: t, size: size, http: &http.Client{Jar: jar}}
	made.users, _ = made.send(http.MethodPost, c.url+"/sign-in", "account=user-ada") // goes on to the list
	made.look()
	return made
}

// look makes sure that the list has everybody, and an end.
func (c *crowd) look() {
	c.t.Helper()
	first, last := c.get(""), c.get("last=1")
	if want := fmt.Sprintf("Users <small>%d</small>", c.size); !strings.Contains(first, want) {
		c.t.Fatalf("there is no %q on %s:\n%s", want, c.users, first)
	}
	if !strings.Contains(first, ">Next<") || strings.Contains(last, ">Next<") || !strings.Contains(last, ">Previous<") {
		c.t.Errorf("the ends of the list of %d have no end", c.size)
	}
}

// ask returns how long the answer to a query takes.
func (c *crowd) ask(query string) time.Duration {
	c.t.Helper()
	began := time.Now()
	c.get(query)
	return time.Since(began)
}

func (c *crowd) get(query string) string {
	c.t.Helper()
	_, page := c.send(http.MethodGet, c.users+"?"+query, "")
	return page
}

// send returns the page that answers a request, and its address.
func (c *crowd) send(method, address, form string) (at, page string) {
	c.t.Helper()
	request, err := http.NewRequestWithContext(c.t.Context(), method, address, strings.NewReader(form))
	if err != nil {
		c.t.Fatal(err)
	}
	request.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	answer, err := c.http.Do(request)
	if err != nil {
		c.t.Fatal(err)
	}
	defer answer.Body.Close()
	text, err := io.ReadAll(answer.Body)
	if err != nil || answer.StatusCode != http.StatusOK {
		c.t.Fatalf("%s: status %d, %v", address, answer.StatusCode, err)
	}
	return answer.Request.URL.String(), string(text)
}

// fill makes the prepared organization in the console's file one of so many members.
func fill(t testing.TB, file string, size int) {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+file+"?_pragma=foreign_keys(1)&_pragma=journal_mode(WAL)&_pragma=synchronous(OFF)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	svc := service(t, db, file+".key")
	mine, err := svc.Orgs.Page(t.Context(), "user-ada", charter.OrgQuery{Search: "Windpark"})
	if err != nil || len(mine.Items) != 1 {
		t.Fatal(mine, err)
	}
	org := mine.Items[0].Org
	const prepared = 5
	var rows []charter.ImportedMember
	for n := range size - prepared - size/100 {
		rows = append(rows, charter.ImportedMember{
			User: orgs.UserID(fmt.Sprintf("user-%06d", n)), Role: roleOf(n),
			Profile: orgs.Profile{
				Email: fmt.Sprintf("member-%06d@windpark.example", n), FirstName: fmt.Sprintf("First%d", n%1000), LastName: fmt.Sprintf("Last%d", n),
			},
		})
	}
	began := time.Now()
	if _, err := svc.Members.Import(t.Context(), charter.Host(org), charter.Rows(rows), charter.Bulk{}); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d members imported in %.1f s", len(rows), time.Since(began).Seconds())
	began = time.Now()
	as := charter.Actor{User: "user-ada", Org: org}
	for n := range size / 100 {
		request := invites.Request{Email: fmt.Sprintf("invited-%06d@windpark.example", n), Role: roleOf(n)}
		if _, err := svc.Invites.Invite(t.Context(), as, request); err != nil {
			t.Fatal(err)
		}
	}
	t.Logf("%d invited in %.1f s", size/100, time.Since(began).Seconds())
}

func roleOf(n int) roles.ID {
	switch {
	case n%100 == 0:
		return roles.Admin
	case n%10 == 0:
		return roles.Editor
	}
	return roles.Viewer
}

// service opens the console's database as the console does, with its key.
func service(t testing.TB, db *sql.DB, keyFile string) *charter.Service {
	t.Helper()
	key, err := os.ReadFile(keyFile)
	if err != nil {
		t.Fatal(err)
	}
	keys, err := invites.NewKeys(key)
	if err != nil {
		t.Fatal(err)
	}
	records, err := sqlstore.New(t.Context(), db, sqlstore.SQLite())
	if err != nil {
		t.Fatal(err)
	}
	svc, err := charter.New(records, charter.Options{Catalogue: roles.SmartServices(), InvitationKeys: keys})
	if err != nil {
		t.Fatal(err)
	}
	return svc
}
