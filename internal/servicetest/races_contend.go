package servicetest

import (
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/invites"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// The contention that default options must bear: writers that all change one
// organization at once, each with a few changes to make.
const (
	contenders  = 16
	changesEach = 4
)

// RunContention lets 16 goroutines change one organization at once: each changes
// the role of a member of its own and invites, four times in all. Every call must
// succeed with the default attempts, all of them within limit. It logs how many
// attempts they took.
func RunContention(t *testing.T, open Open, limit time.Duration) {
	f := &figures{}
	w := New(t, open, func(o *charter.Options) { o.Logger = slog.New(counter{f.count}) })
	ada := w.Found("ada", "Acme")
	var rows []orgs.MemberID
	for i := range contenders {
		rows = append(rows, w.Me(w.Join(ada, orgs.UserID(fmt.Sprintf("user-%d", i)), roles.Viewer)).ID)
	}
	errs := make([]error, contenders)
	var all sync.WaitGroup
	start := make(chan struct{})
	for i := range contenders {
		all.Go(func() {
			<-start
			errs[i] = contend(w, ada, i, rows[i])
		})
	}
	begin := time.Now()
	close(start)
	all.Wait()
	took := time.Since(begin)
	t.Logf("%d writers, %d calls in %s, %d retries, at most %d attempts", contenders, contenders*changesEach,
		took.Round(time.Millisecond), f.retries.Load(), max(1, f.most.Load()))
	for i, err := range errs {
		if err != nil {
			t.Errorf("writer %d: %v", i, err)
		}
	}
	if took > limit {
		t.Errorf("took %s, more than %s", took, limit)
	}
	w.Must(Check(w.Ctx, w.Store, Known{Users: []orgs.UserID{"ada"}}))
}

// contend makes the changes of writer i.
func contend(w *World, as charter.Actor, i int, row orgs.MemberID) error {
	for n := range changesEach {
		if n%2 == 0 {
			role := []roles.ID{roles.Editor, roles.Viewer}[n/2%2]
			if err := w.Svc.Members.ChangeRole(w.Ctx, as, row, role); err != nil {
				return err
			}
			continue
		}
		email := fmt.Sprintf("guest-%d-%d@acme.example", i, n)
		if _, err := w.Svc.Invites.Invite(w.Ctx, as, invites.Request{Email: email, Role: roles.Viewer}); err != nil {
			return err
		}
	}
	return nil
}
