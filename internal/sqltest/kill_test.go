package sqltest

import (
	"bufio"
	"bytes"
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"os"
	osexec "os/exec"
	"path/filepath"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

const (
	killFile = "CHARTER_TEST_KILL_FILE" // the database of a process that is to be killed
	killLife = "CHARTER_TEST_KILL_LIFE" // its number: no two make the same names

	kills        = 50
	killsPerFile = 5
	killWriters  = 4
	mostFacts    = 80 // that a process lives to see acknowledged
)

// TestMain is also the process that is killed: this test binary, started again.
func TestMain(m *testing.M) {
	if path := os.Getenv(killFile); path != "" {
		fmt.Fprintln(os.Stderr, live(context.Background(), path, os.Getenv(killLife)))
		os.Exit(1)
	}
	os.Exit(m.Run())
}

// fact is what a call that returned no error has made true for good: a user that
// signed in, an event in the history, an organization that is gone.
type fact struct {
	User   orgs.UserID
	Org    orgs.ID
	Action store.Action
	Member orgs.MemberID
	Role   roles.ID
}

// stored fails unless f is in d. That the state is what the history says is for
// Verify to see.
func (f fact) stored(d servicetest.Dump) error {
	switch {
	case f.Org == "":
		if d.Users[f.User].Record.ID == f.User {
			return nil
		}
	case f.Action == store.OrganizationDeleted:
		left := slices.ContainsFunc(d.Tombstones, func(e store.Event) bool { return e.Org == f.Org })
		if left && d.Orgs[f.Org].Record.ID == "" {
			return nil
		}
	default:
		if slices.ContainsFunc(d.Orgs[f.Org].Events, func(e store.Event) bool {
			return e.Action == f.Action && e.Detail.Member == f.Member && e.Detail.Role == f.Role
		}) {
			return nil
		}
	}
	return fmt.Errorf("%+v was acknowledged and is lost", f)
}

// TestKill kills a process that writes, at random moments, and opens what it left:
// all of SPEC 7 holds, and whatever was acknowledged is there (SPEC 7.8).
func TestKill(t *testing.T) {
	start, facts := time.Now(), 0
	for file := range kills / killsPerFile {
		t.Run(fmt.Sprintf("file %d", file), func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "charter.db")
			root(t, path)
			known := servicetest.Known{Users: []orgs.UserID{"root"}}
			var all []fact
			for life := range killsPerFile {
				all = append(all, kill(t, path, life)...)
				for _, f := range all {
					known.Users, known.Orgs = append(known.Users, f.User), append(known.Orgs, f.Org)
				}
				survived(t, path, known, all)
			}
			facts += len(all)
		})
	}
	t.Logf("%d kills, %d facts acknowledged, in %s", kills, facts, time.Since(start).Round(time.Millisecond))
}

// root makes the database, with an organization that all writers share.
func root(t *testing.T, path string) {
	t.Helper()
	db := sqliteOpen(t, path, killWriters)
	w := servicetest.On(t, migrated(t, db, sqlstore.SQLite()))
	w.SignIn("root")
	if err := db.Close(); err != nil {
		t.Fatal(err)
	}
}

// kill starts a process that writes, kills it at a random moment and returns what
// it had reported until then.
func kill(t *testing.T, path string, life int) (facts []fact) {
	t.Helper()
	cmd := osexec.CommandContext(t.Context(), os.Args[0])
	cmd.Env = append(os.Environ(), killFile+"="+path, fmt.Sprintf("%s=%d", killLife, life))
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	deadly := 1 + rand.IntN(mostFacts)
	for lines := bufio.NewScanner(out); lines.Scan(); {
		var f fact
		if err := json.Unmarshal(lines.Bytes(), &f); err != nil {
			t.Errorf("report %q: %v", lines.Bytes(), err)
			break
		}
		facts = append(facts, f)
		if len(facts) == deadly {
			// Right after a report it would be in the same place too often.
			<-time.After(rand.N(3 * time.Millisecond))
			if err := cmd.Process.Kill(); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := cmd.Wait(); cmd.ProcessState.Exited() {
		t.Fatalf("was not killed: %v: %s", err, complaint.Bytes())
	}
	return facts
}

// survived opens the database once more and looks.
func survived(t *testing.T, path string, known servicetest.Known, facts []fact) {
	t.Helper()
	db := sqliteOpen(t, path, 1)
	defer db.Close()
	d, err := servicetest.Look(t.Context(), opened(t, db, sqlstore.SQLite()), known)
	if err != nil {
		t.Fatal(err)
	}
	if err := d.Verify(); err != nil {
		t.Error(err)
	}
	for _, f := range facts {
		if err := f.stored(d); err != nil {
			t.Error(err)
		}
	}
	var integrity string
	if err := db.QueryRowContext(t.Context(), "PRAGMA integrity_check").Scan(&integrity); err != nil || integrity != "ok" {
		t.Errorf("integrity check: %s, %v", integrity, err)
	}
}

// live writes to the database at path until it is killed, in several goroutines,
// and reports each fact on standard output once the call has returned.
func live(ctx context.Context, path, life string) error {
	svc, err := serve(ctx, path)
	if err != nil {
		return err
	}
	root, err := svc.User(ctx, "root")
	if err != nil {
		return err
	}
	reports := &reporter{}
	failed := make(chan error)
	for i := range killWriters {
		go func() {
			for n := 0; ; n++ {
				w := writer{ctx: ctx, svc: svc, out: reports, name: fmt.Sprintf("%s-%d-%d", life, i, n)}
				w.run(charter.Actor{User: root.ID, Org: root.Active})
				if w.err != nil {
					failed <- w.err
					return
				}
			}
		}()
	}
	return <-failed
}

// serve opens the database as a host does that starts.
func serve(ctx context.Context, path string) (*charter.Service, error) {
	db, err := sql.Open("sqlite", path)
	if err != nil {
		return nil, err
	}
	s, err := sqlstore.New(ctx, db, sqlstore.SQLite())
	if err != nil {
		return nil, err
	}
	keys, err := invites.NewKeys(bytes.Repeat([]byte{7}, invites.MinKey))
	if err != nil {
		return nil, err
	}
	return charter.New(s, charter.Options{Catalogue: roles.SmartServices(), InvitationKeys: keys})
}

// reporter writes facts to standard output, a line each.
type reporter struct{ mu sync.Mutex }

func (r *reporter) report(f fact) error {
	line, err := json.Marshal(f)
	if err != nil {
		return err
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	_, err = os.Stdout.Write(append(line, '\n'))
	return err
}

// writer plays a story with names of its own. The first error ends it.
type writer struct {
	ctx  context.Context
	svc  *charter.Service
	out  *reporter
	name string
	err  error
}

// do makes a call and reports the fact that it returns.
func (w *writer) do(call func() (fact, error)) {
	if w.err != nil {
		return
	}
	f, err := call()
	if err == nil {
		err = w.out.report(f)
	}
	w.err = err
}

// does is do for a call whose fact is known before.
func (w *writer) does(f fact, call func() error) {
	w.do(func() (fact, error) { return f, call() })
}

func (w *writer) user(part string) (orgs.UserID, orgs.Profile) {
	id := part + "-" + w.name
	return orgs.UserID(id), orgs.Profile{Email: id + "@acme.example", FirstName: part}
}

func (w *writer) found(user orgs.UserID) (as charter.Actor) {
	w.do(func() (fact, error) {
		org, err := w.svc.Orgs.Create(w.ctx, user, "Acme")
		as = charter.Actor{User: user, Org: org.ID}
		return fact{User: user, Org: org.ID, Action: store.OrganizationFounded, Member: w.me(as)}, err
	})
	return as
}

// me returns the row of as, which the founding does not tell.
func (w *writer) me(as charter.Actor) orgs.MemberID {
	m, err := w.svc.Members.Me(w.ctx, as)
	if err != nil {
		return ""
	}
	return m.ID
}

func (w *writer) invite(as charter.Actor, part string) (issued charter.Issued) {
	w.do(func() (_ fact, err error) {
		_, profile := w.user(part)
		issued, err = w.svc.Invites.Invite(w.ctx, as, invites.Request{Email: profile.Email, Role: roles.Viewer})
		return fact{User: as.User, Org: as.Org, Action: store.MemberInvited, Member: issued.Member.ID}, err
	})
	return issued
}

func (w *writer) accept(issued charter.Issued, part string) (m orgs.Member) {
	w.do(func() (_ fact, err error) {
		user, profile := w.user(part)
		m, err = w.svc.Invites.Accept(w.ctx, issued.Link.URL(), charter.Invitee{User: user, Profile: profile, Verified: []string{profile.Email}})
		return fact{User: user, Org: m.Org, Action: store.InvitationAccepted, Member: m.ID}, err
	})
	return m
}

// run is the story: an organization with somebody who stays, somebody who goes and
// somebody who never comes, a guest of everybody's, and an organization that goes.
func (w *writer) run(shared charter.Actor) {
	ada, profile := w.user("ada")
	w.does(fact{User: ada}, func() error {
		_, err := w.svc.SignIn(w.ctx, ada, profile)
		return err
	})
	as := w.found(ada)
	event := func(action store.Action, id orgs.MemberID) fact {
		return fact{User: ada, Org: as.Org, Action: action, Member: id}
	}
	thing := grants.Resource{Kind: "device", ID: grants.ResourceID(w.name)}
	w.does(event(store.ResourcesRegistered, ""), func() error { return w.svc.Resources.Register(w.ctx, as, thing) })
	w.invite(shared, "guest")
	stays, goes, never := w.invite(as, "bo"), w.invite(as, "cy"), w.invite(as, "dee")
	bo, cy := w.accept(stays, "bo"), w.accept(goes, "cy")
	w.does(event(store.MemberRoleChanged, bo.ID), func() error { return w.svc.Members.ChangeRole(w.ctx, as, bo.ID, roles.Editor) })
	w.does(event(store.GrantsGiven, bo.ID), func() error {
		return w.svc.Grants.Give(w.ctx, as, bo.ID, grants.One(thing.Kind, thing.ID))
	})
	w.does(event(store.MemberRemoved, cy.ID), func() error { return w.svc.Members.Remove(w.ctx, as, cy.ID, cy.Email) })
	w.does(event(store.InvitationRevoked, never.Member.ID), func() error {
		return w.svc.Invites.Revoke(w.ctx, as, never.Member.ID)
	})
	w.does(event(store.OrganizationRenamed, ""), func() error { return w.svc.Orgs.Rename(w.ctx, as, w.name) })
	w.do(func() (fact, error) {
		role, err := w.svc.Roles.Create(w.ctx, as, "Operators", "devices.view")
		return fact{User: ada, Org: as.Org, Action: store.RoleCreated, Role: role.ID}, err
	})
	w.do(func() (fact, error) {
		gone, err := w.svc.Orgs.Create(w.ctx, ada, "Gone")
		if err == nil {
			_, err = w.svc.Orgs.Delete(w.ctx, charter.Actor{User: ada, Org: gone.ID})
		}
		return fact{User: ada, Org: gone.ID, Action: store.OrganizationDeleted}, err
	})
}
