package main

import (
	"context"
	"fmt"

	"github.com/seed-5b9f5318/charter"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
)

// A step of the story changes one thing, or only asks.
type step struct {
	title string
	// done says from what is stored whether the step was taken. Nil when it
	// leaves nothing behind.
	done func(facts) bool
	do   func(scene, context.Context) error
}

// story returns the steps in order.
func story() []step {
	return []step{
		{"Ada signs in", facts.knowsAda, scene.signIn},
		{"Ada founds an organization", facts.founded, scene.found},
		{"Ada goes to work in it", facts.switched, scene.switchTo},
		{"Ada registers devices and dashboards", facts.registered, scene.register},
		{"Ada invites Bob, a colleague", invited(bob), scene.inviteBob},
		{"Ada invites Cleo, of another company", invited(cleo), scene.inviteCleo},
		{"Ada changes Cleo's role while she is invited", appointed(cleo, roles.Editor), scene.changeRole},
		{"Ada invites Dan, with a slip of the pen", invited(dan), scene.inviteDan},
		{"Ada revokes that invitation", facts.danRevoked, scene.revoke},
		{"Mallory tries a stolen link", nil, scene.steal},
		{"Bob accepts", joined(bob), scene.acceptBob},
		{"Cleo accepts", joined(cleo), scene.acceptCleo},
		{"What each may do, and why", nil, scene.ask},
		{"Ada cannot leave", nil, scene.cannotLeave},
		{"Ada makes Bob an Admin", appointed(bob, roles.Admin), scene.promote},
		{"Ada leaves", facts.adaLeft, scene.leave},
		{"Bob removes Cleo", facts.cleoRemoved, scene.remove},
		{"Where everybody is now", nil, scene.look},
	}
}

func invited(p person) func(facts) bool {
	return func(f facts) bool { return f.row(p).ID != "" }
}

func joined(p person) func(facts) bool {
	return func(f facts) bool { return f.row(p).Status == orgs.Active }
}

func appointed(p person, role roles.ID) func(facts) bool {
	return func(f facts) bool { return f.row(p).Role == role }
}

// tell plays the story from where the stored state says that it is.
func tell(ctx context.Context, svc *charter.Service, out *report) error {
	now, err := gather(ctx, svc)
	if err != nil {
		return err
	}
	next := reached(now)
	for i, s := range story() {
		if i < next {
			out.already(i+1, s.title)
			continue
		}
		if now, err = gather(ctx, svc); err != nil {
			return err
		}
		out.step(i+1, s.title)
		if err := s.do(scene{svc, out, now}, ctx); err != nil {
			return fmt.Errorf("step %d, %s: %w", i+1, s.title, err)
		}
		if out.err != nil {
			return out.err
		}
	}
	out.heading("")
	return out.err
}

// reached returns the index of the first step that is still to be taken. The
// story is a line: what a later step left proves the earlier ones, whose own
// traces may be gone.
func reached(now facts) int {
	next := 0
	for i, s := range story() {
		if s.done != nil && s.done(now) {
			next = i + 1
		}
	}
	return next
}
