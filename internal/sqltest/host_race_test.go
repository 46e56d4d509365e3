package sqltest

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"testing"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/sqlstore"
)

// isolated is a level that the host may begin its transactions at.
type isolated struct {
	name       string
	level      sql.IsolationLevel
	parameters string
}

func isolations(e *engine) []isolated {
	all := []isolated{
		{"read committed", sql.LevelReadCommitted, ""},
		{"repeatable read", sql.LevelRepeatableRead, ""},
		{"serializable", sql.LevelSerializable, ""},
	}
	if e == onMariaDB() {
		all = append(all,
			isolated{"repeatable read, snapshot isolation", sql.LevelRepeatableRead, "&innodb_snapshot_isolation=1"},
			isolated{"serializable, snapshot isolation", sql.LevelSerializable, "&innodb_snapshot_isolation=1"})
	}
	return all
}

// TestHostsHaveRead has two transactions of hosts read first, each its own snapshot,
// and then each make one of two Admins leave: one does, the other one is told that its
// snapshot was old, or that it is about the last Admin, which nobody makes leave.
func TestHostsHaveRead(t *testing.T) {
	eachServer(t, func(t *testing.T, e *engine) {
		for _, i := range isolations(e) {
			t.Run(i.name, func(t *testing.T) {
				db := e.fresh(t).with(i.parameters).open(t, 8)
				s := opened(t, db, e.dialect)
				tally := map[string]int{}
				for n := range effort(20, 5) {
					newHosts(t, s, db, i.level, fmt.Sprint(n)).meet(t, tally)
				}
				t.Log(tally)
			})
		}
	})
}

// hosts are two that let an Admin leave each, of one organization that has no others.
type hosts struct {
	*tenant
	store    *sqlstore.Store
	db       *sql.DB
	level    sql.IsolationLevel
	managers [2]charter.Actor
}

func newHosts(t *testing.T, s *sqlstore.Store, db *sql.DB, level sql.IsolationLevel, name string) *hosts {
	t.Helper()
	h := &hosts{tenant: newTenantOf(t, s, name), store: s, db: db, level: level}
	if err := h.svc.Members.ChangeRole(t.Context(), h.ada, h.bob.ID, roles.Admin); err != nil {
		t.Fatal(err)
	}
	h.managers = [2]charter.Actor{h.ada, {User: h.bob.User, Org: h.ada.Org}}
	return h
}

// meet lets both read, then both write, and repeats the transaction that lost.
func (h *hosts) meet(t *testing.T, tally map[string]int) {
	t.Helper()
	var read, done sync.WaitGroup
	read.Add(len(h.managers))
	var errs [2][]error
	for i, as := range h.managers {
		done.Go(func() {
			met := sync.OnceFunc(func() { read.Done(); read.Wait() })
			defer met()
			for {
				err := h.leave(t.Context(), as, met)
				errs[i] = append(errs[i], err)
				if !errors.Is(err, store.ErrConflict) {
					return
				}
			}
		})
	}
	done.Wait()
	h.judge(t, errs, tally)
}

// leave lets as leave in a transaction of the host's, which has read before.
func (h *hosts) leave(ctx context.Context, as charter.Actor, met func()) error {
	tx, err := h.db.BeginTx(ctx, &sql.TxOptions{Isolation: h.level})
	if err != nil {
		return err
	}
	defer tx.Rollback()
	bound := h.store.Bind(tx)
	if _, err := bound.Organization(ctx, as.Org); err != nil {
		return err
	}
	met()
	if _, err := h.svc.With(bound).Orgs.Leave(ctx, as); err != nil {
		return err
	}
	return tx.Commit()
}

// judge looks at what each was told, the last time and before.
func (h *hosts) judge(t *testing.T, errs [2][]error, tally map[string]int) {
	t.Helper()
	var last, done int
	for _, list := range errs {
		for i, err := range list {
			switch final := i == len(list)-1; {
			case final && err == nil:
				done++
			case final && errors.Is(err, charter.ErrLastAdmin):
				last++
			case !final && errors.Is(err, store.ErrHostConflict):
				tally["conflicts"]++
			default:
				t.Errorf("got error %v: %v", err, explained(err))
			}
		}
	}
	if done != 1 || last != 1 {
		t.Errorf("%d were done, %d were told of the last Admin", done, last)
	}
	tally["rounds"]++
}
