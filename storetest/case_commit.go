package storetest

import (
	"context"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

func commitCases() []Case {
	return []Case{
		numbered(1, "each kind of write is kept", caseEachKindIsKept),
		numbered(1, "the writes of one Update are kept together", caseWritesKeptTogether),
		numbered(1, "what is not committed is not seen", caseUncommittedIsNotSeen),
		numbered(4, "fn is called once at most", caseOneAttempt),
		numbered(4, "nothing else is a conflict", caseNothingElseConflicts),
		numbered(10, "a read sees what was committed before", caseReadsSeeCommits),
	}
}

// caseEachKindIsKept commits each kind of write by itself.
func caseEachKindIsKept(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.picture(sceneScope())
	for _, w := range writes() {
		t.do(w.want, w.op)
		after := t.picture(sceneScope())
		t.shown(w, before, after)
		before = after
	}
	return t.err
}

// caseWritesKeptTogether commits many kinds of write in one Update.
func caseWritesKeptTogether(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.picture(sceneScope())
	t.do(together().want, together().op)
	after := t.picture(sceneScope())
	for _, w := range writes() {
		if w.kind != "DeleteOrganization" {
			t.shown(w, before, after)
		}
	}
	return t.err
}

// shown checks that w made a difference other than to a revision.
func (t *trial) shown(w write, before, after picture) {
	if t.err == nil && diff(unrevised(before[w.shows]), unrevised(after[w.shows])) == "" {
		t.failf("%s: %s is as before: %v", w.kind, w.shows, after[w.shows])
	}
}

// unrevised returns what a look showed, without revisions.
func unrevised(seen any) any {
	switch v := seen.(type) {
	case orgs.Organization:
		v.Revision = 0
		return v
	case orgs.User:
		v.Revision = 0
		return v
	case []orgs.User:
		list := make([]orgs.User, len(v))
		for i, u := range v {
			u.Revision = 0
			list[i] = u
		}
		return list
	case grants.Facts:
		v.Revision = 0
		return v
	case []grants.Facts:
		list := make([]grants.Facts, len(v))
		for i, f := range v {
			f.Revision = 0
			list[i] = f
		}
		return list
	case uint64: // of Revision
		return uint64(0)
	default:
		return seen
	}
}

// unrevised returns a picture without revisions.
func (p picture) unrevised() picture {
	plain := make(picture, len(p))
	for call, seen := range p {
		plain[call] = unrevised(seen)
	}
	return plain
}

// caseUncommittedIsNotSeen reads beside an Update that has written and not yet
// committed. A store may let the reader wait instead.
func caseUncommittedIsNotSeen(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	before := t.picture(sceneScope())
	w := together()
	var readers []*background
	t.commit(func(ctx context.Context, tx store.Tx) error {
		if err := holding(w.want, w.op)(ctx, tx); err != nil {
			return err
		}
		var seen picture
		reader := t.start(func(own *trial) { seen = own.viewed(sceneScope()) })
		readers = append(readers, reader)
		reader.linger()
		select {
		case <-reader.done:
			t.same("what others see before the commit", seen, before)
		default: // it sees what it sees after the commit
		}
		return nil
	})
	for _, reader := range readers {
		t.await(reader)
	}
	return t.err
}

// viewed reads about all of sc in one View.
func (t *trial) viewed(sc scope) picture {
	var p picture
	t.must("View", t.s.View(t.ctx, func(ctx context.Context, r store.Reader) error {
		var err error
		p, err = sc.look(ctx, r)
		return err
	}))
	return p
}

// caseOneAttempt counts the calls of fn in Updates that commit, that fail, that
// break uniqueness, and that contend with another.
func caseOneAttempt(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	counted := func(what string, own *trial, fn op) error {
		calls := 0
		err := own.s.Update(own.ctx, func(ctx context.Context, tx store.Tx) error {
			calls++
			return fn(ctx, tx)
		})
		if calls > 1 {
			own.failf("one Update called fn %d times, %s", calls, what)
		}
		return err
	}
	in := store.Want{Org: acme}
	_ = counted("which wrote", t, holding(in, appendEvent(event(acme, 3))))
	_ = counted("which failed", t, func(context.Context, store.Tx) error { return errBoom })
	_ = counted("which broke uniqueness", t, holding(in, createRole(acme, custom(clerk, "AUDITOR"))))
	loser := func(c contender) {
		for range attempts {
			err := counted("which contended", c.trial, func(ctx context.Context, tx store.Tx) error {
				held, err := tx.Hold(ctx, in)
				if err != nil {
					return err
				}
				c.meet()
				held.Org.Events++
				return tx.UpdateOrganization(ctx, held.Org)
			})
			if err == nil {
				return
			}
		}
	}
	t.contend(loser, loser)
	return t.err
}

// caseNothingElseConflicts goes through what fails without another transaction.
func caseNothingElseConflicts(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	t.scene()
	done, cancel := context.WithCancel(ctx)
	cancel()
	noConflict := func(what string, err error) {
		if err == nil {
			t.failf("%s: got no error", what)
		}
		t.noConflict(what, err)
	}
	_, err := s.Organization(ctx, newco)
	noConflict("an organization that is not there", err)
	_, err = s.Member(ctx, acme, umaRow)
	noConflict("a row of another organization", err)
	noConflict("View whose fn failed", s.View(ctx, func(context.Context, store.Reader) error { return errBoom }))
	noConflict("Update with a context that is done", retry(done, s, holding(store.Want{Org: acme}, appendEvent(event(acme, 3)))))
	t.commit(func(ctx context.Context, _ store.Tx) error {
		noConflict("nested Update", s.Update(ctx, holding(store.Want{Org: acme})))
		return nil
	})
	t.commit(func(ctx context.Context, tx store.Tx) error {
		if err := holding(store.Want{Org: acme}, appendEvent(event(acme, 3)))(ctx, tx); err != nil {
			return err
		}
		_, err := tx.Hold(ctx, store.Want{Org: acme})
		noConflict("late Hold", err)
		return nil
	})
	return t.err
}

// noConflict checks that err is not called a conflict.
func (t *trial) noConflict(what string, err error) {
	if t.err == nil && isConflict(err) {
		t.failf("%s: is called a conflict: %w", what, err)
	}
}

// caseReadsSeeCommits reads in the goroutine that committed and in another one,
// after commits that each change what every read showed before.
func caseReadsSeeCommits(ctx context.Context, s store.Store) error {
	t := newTrial(ctx, s)
	before := t.picture(sceneScope())
	t.scene()
	for _, w := range writes() {
		t.do(w.want, w.op)
		own := t.picture(sceneScope())
		var others picture
		t.await(t.start(func(beside *trial) { others = beside.viewed(sceneScope()) }))
		t.shown(w, before, own)
		t.same(w.kind+": what another goroutine reads in a View", others, own)
		before = own
	}
	return t.err
}
