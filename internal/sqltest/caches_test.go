package sqltest

import (
	"context"
	"database/sql"
	"path/filepath"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/cached"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
	"github.com/seed-5b9f5318/charter/storetest"
)

func newCache(t testing.TB, s store.Store, options cached.Options) *cached.Cache {
	t.Helper()
	c, err := cached.New(s, options)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// TestCaches runs two Services with a cache each on one database, as two processes
// would, beside a third one without.
func TestCaches(t *testing.T) {
	eachOrAll(t, func(t *testing.T, e *engine) {
		steps := effort(4_000, 500)
		if e.server != nil && !inFull() {
			steps = 500
		}
		servicetest.RunCaches(t, e.stores(), func(t testing.TB, s store.Store, now func() time.Time) servicetest.Readings {
			return newCache(t, s, cached.Options{Clock: now})
		}, steps)
	})
}

// TestConformanceOfCaches runs the whole contract on a cache in front of a database.
func TestConformanceOfCaches(t *testing.T) {
	if effort(1, 0) == 0 {
		return // store/cached does it, in memory
	}
	storetest.Run(t, func(t testing.TB) store.Store {
		db := sqliteOpen(t, filepath.Join(t.TempDir(), "charter.db")+hasty, 8)
		return newCache(t, migrated(t, db, sqlstore.SQLite()), cached.Options{}).Latest()
	}, storetest.Watchdog(5*time.Minute))
}

// TestStatementsOfCaches is what each reading asks a database for.
func TestStatementsOfCaches(t *testing.T) {
	eachEngine(t, func(t *testing.T, e *engine) {
		db, recorder := e.fresh(t).recorded(t, 4)
		s := opened(t, db, e.dialect)
		populate(t, s, 2, 12)
		c, sole := newCache(t, s, cached.Options{}), newCache(t, s, cached.Options{SoleWriter: true})
		q := grants.Question{Permission: "devices.view", Resource: grants.Resource{Kind: device, ID: thing(1, 0)}}
		ask := func(from store.Store) (list []string) {
			t.Helper()
			recorder.take()
			if _, err := from.Facts(t.Context(), org(1), user(1), q); err != nil {
				t.Fatal(err)
			}
			return recorder.texts()
		}
		asked := func() []string {
			t.Helper()
			recorder.take()
			if _, err := s.Revision(t.Context(), org(1)); err != nil {
				t.Fatal(err)
			}
			return recorder.texts()
		}
		revision := asked()
		if len(revision) != 1 {
			t.Fatalf("Revision is %d statements: %q", len(revision), revision)
		}
		for _, from := range []store.Store{c.Latest(), sole.Latest()} {
			if ran := ask(from); len(ran) != 1 {
				t.Errorf("what nobody knows is %d statements: %q", len(ran), ran)
			}
		}
		for name, known := range map[string]struct {
			from store.Store
			want []string
		}{
			"latest":              {c.Latest(), revision},
			"latest, sole writer": {sole.Latest(), nil},
			"at most an hour old": {c.AtMostOld(time.Hour), nil},
			"at least a revision": {c.AtLeast(org(1), 1), nil},
		} {
			if diff := cmp.Diff(known.want, ask(known.from)); diff != "" {
				t.Errorf("%s, known (- want, + ran):\n%s", name, diff)
			}
		}
	})
}

// TestCacheAndHostTransaction changes a role in a transaction of the host's: the
// rest of the process sees it once that is committed, and at once.
func TestCacheAndHostTransaction(t *testing.T) {
	eachHost(t, func(t *testing.T, s *sqlstore.Store, db *sql.DB) {
		c := newCache(t, s, cached.Options{})
		old := c.AtMostOld(time.Hour)
		check := func(what string, want uint64) {
			t.Helper()
			f, err := old.Facts(t.Context(), org(1), user(1), grants.Question{Permission: "devices.edit"})
			if err != nil || f.Revision != want {
				t.Errorf("%s: got revision %d, %v, want %d", what, f.Revision, err, want)
			}
		}
		before, err := s.Revision(t.Context(), org(1))
		if err != nil {
			t.Fatal(err)
		}
		check("before", before)
		var ended func(error)
		err = s.InTx(t.Context(), func(ctx context.Context, tx *sql.Tx, bound store.Store) error {
			var inside store.Store
			inside, ended = c.Bind(bound)
			if err := touch(ctx, inside, org(1)); err != nil {
				return err
			}
			check("before the commit", before)
			return order(ctx, tx, "one")
		})
		ended(nil)
		if err != nil {
			t.Fatal(err)
		}
		check("after the commit", before+1)
	})
}

// TestCacheInTx: what the host's transaction wrote is seen at once when it is over,
// though it took two attempts, and none is left in doubt for ever.
func TestCacheInTx(t *testing.T) {
	eachHost(t, func(t *testing.T, s *sqlstore.Store, _ *sql.DB) {
		c := newCache(t, s, cached.Options{SoleWriter: true})
		check := func(when string, want uint64) {
			t.Helper()
			for _, reading := range []store.Store{c.AtMostOld(time.Hour), c.Latest()} {
				f, err := reading.Facts(t.Context(), org(1), user(1), grants.Question{Permission: "devices.edit"})
				if err != nil || f.Revision != want {
					t.Errorf("%s: got revision %d, %v, want %d", when, f.Revision, err, want)
				}
			}
		}
		before, err := s.Revision(t.Context(), org(1))
		if err != nil {
			t.Fatal(err)
		}
		check("before", before)
		attempts := 0
		err = cached.InTx(t.Context(), c, s, func(ctx context.Context, tx *sql.Tx, inside store.Store) error {
			attempts++
			if err := touch(ctx, inside, org(1)); err != nil {
				return err
			}
			if attempts == 1 {
				return store.ErrConflict
			}
			return order(ctx, tx, "one")
		})
		if err != nil || attempts != 2 {
			t.Fatalf("%v after %d attempts", err, attempts)
		}
		check("after the commit", before+1)
		asked := c.Stats().Validations
		check("later", before+1)
		if now := c.Stats().Validations; now != asked {
			t.Errorf("%d questions for a revision that only this cache moves", now-asked)
		}
	})
}

// touch moves the revision of id.
func touch(ctx context.Context, s store.Store, id orgs.ID) error {
	return s.Update(ctx, func(ctx context.Context, tx store.Tx) error {
		held, err := tx.Hold(ctx, store.Want{Org: id})
		if err != nil {
			return err
		}
		return tx.UpdateOrganization(ctx, held.Org)
	})
}
