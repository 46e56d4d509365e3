package charter

import (
	"context"
	"log/slog"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/roles"
)

// Can reports whether the actor may do what permission p names, with resource r
// when p is about a kind of resource, and with the zero Resource when it is about
// none (G1). The answer is no to who is no member, to an invited one, and about
// what does not exist; an error never comes with yes.
//
// It costs one round trip to the store, no transaction, and does not grow with
// the organization.
//
// Errors: [ErrInvalid] naming "actor.user", "actor.org", "permission" for one
// that the catalogue does not declare (R4), "resource", "resource.kind" or
// "resource.id".
//
// Cost: 1 statement; the same at any size.
func (s *Service) Can(ctx context.Context, as Actor, p roles.Permission, r grants.Resource) (bool, error) {
	q := grants.Question{Permission: p, Resource: r}
	if err := as.check(); err != nil {
		return false, err
	}
	asked, err := q.Ask(s.options.Catalogue)
	if err != nil {
		return false, err
	}
	facts, err := s.store.Facts(ctx, as.Org, as.User, q)
	if err != nil {
		return false, wrap("can", err)
	}
	if _, ok := asked.Decide(&facts); !ok {
		return false, nil
	}
	return s.unrestricted(ctx, as, q.Permission, q.Resource), nil
}

// Require is [Service.Can] as a guard: nil when the actor may, [ErrDenied] when
// it may not. The denial is the same whatever the reason (G6); the errors of Can
// are returned as they are.
//
// Cost: 1 statement; the same at any size.
func (s *Service) Require(ctx context.Context, as Actor, p roles.Permission, r grants.Resource) error {
	ok, err := s.Can(ctx, as, p, r)
	if err != nil {
		return err
	}
	if !ok {
		return ErrDenied
	}
	return nil
}

// CanEach answers many questions of one actor at once, in their order, from one
// snapshot and one round trip (G7). An error means no answer at all.
//
// Errors: those of [Service.Can], naming "questions[i].permission" and so on.
//
// Cost: 1 statement; grows with the questions.
func (s *Service) CanEach(ctx context.Context, as Actor, questions []grants.Question) ([]bool, error) {
	if err := as.check(); err != nil {
		return nil, err
	}
	asked := make([]grants.Asked, len(questions))
	for i, q := range questions {
		var err error
		if asked[i], err = q.Ask(s.options.Catalogue); err != nil {
			return nil, input.Within(input.At("questions", i), err)
		}
	}
	facts, err := s.store.FactsMany(ctx, as.Org, as.User, questions)
	if err != nil {
		return nil, wrap("can each", err)
	}
	answers := make([]bool, len(questions))
	for i, q := range questions {
		if _, ok := asked[i].Decide(&facts[i]); ok {
			answers[i] = s.unrestricted(ctx, as, q.Permission, q.Resource)
		}
	}
	return answers, nil
}

// Filter returns those of resources that the actor may use for permission p, in
// their order, from one snapshot and one round trip (G7).
//
// Errors: those of [Service.Can], naming "permission" and "resources[i]…".
//
// Cost: 1 statement; grows with the resources that are asked about.
func (s *Service) Filter(ctx context.Context, as Actor, p roles.Permission, resources []grants.Resource) ([]grants.Resource, error) {
	if _, ok := s.options.Catalogue.Lookup(p); !ok {
		return nil, input.Errorf("permission", "is not declared in the catalogue")
	}
	questions := make([]grants.Question, len(resources))
	for i, r := range resources {
		questions[i] = grants.Question{Permission: p, Resource: r}
		if err := questions[i].Check(s.options.Catalogue); err != nil {
			return nil, input.Within(input.At("resources", i), err)
		}
	}
	answers, err := s.CanEach(ctx, as, questions)
	if err != nil {
		return nil, err
	}
	var usable []grants.Resource
	for i, ok := range answers {
		if ok {
			usable = append(usable, resources[i])
		}
	}
	return usable, nil
}

// Holds reports whether the actor is an active member whose role holds p at all,
// for whichever resource: what greys out a menu. It is no permission to do
// anything with a resource; see [Service.Can].
//
// Errors: [ErrInvalid] naming "actor.user", "actor.org" or "permission".
//
// Cost: 1 statement; the same at any size.
func (s *Service) Holds(ctx context.Context, as Actor, p roles.Permission) (bool, error) {
	if err := as.check(); err != nil {
		return false, err
	}
	if _, ok := s.options.Catalogue.Lookup(p); !ok {
		return false, input.Errorf("permission", "is not declared in the catalogue")
	}
	facts, err := s.store.Facts(ctx, as.Org, as.User, grants.Question{Permission: p})
	if err != nil {
		return false, wrap("holds", err)
	}
	return grants.Holds(s.options.Catalogue, p, facts), nil
}

// Explanation says why a question has its answer.
type Explanation struct {
	Allowed bool
	// Outcomes are the conditions in the order they were asked: those that hold
	// and, when denied, the one that does not as the last.
	Outcomes []grants.Outcome
	Facts    grants.Facts // what the store had
}

// Failed returns the condition that denied, and false when none did.
func (e Explanation) Failed() (grants.Step, bool) {
	if e.Allowed || len(e.Outcomes) == 0 {
		return 0, false
	}
	return e.Outcomes[len(e.Outcomes)-1].Step, true
}

// Explain answers as [Service.Can] does, and says why, step by step (G7). It is
// for the host's operators and its Admins; never show it to who was denied (G6).
// Its errors are those of Can.
//
// Cost: 1 statement; the same at any size.
func (s *Service) Explain(ctx context.Context, as Actor, p roles.Permission, r grants.Resource) (Explanation, error) {
	q := grants.Question{Permission: p, Resource: r}
	if err := as.check(); err != nil {
		return Explanation{}, err
	}
	if err := q.Check(s.options.Catalogue); err != nil {
		return Explanation{}, err
	}
	facts, err := s.store.Facts(ctx, as.Org, as.User, q)
	if err != nil {
		return Explanation{}, wrap("explain", err)
	}
	why := Explanation{Facts: facts, Outcomes: grants.Explain(s.options.Catalogue, q, facts)}
	_, why.Allowed = grants.Decide(s.options.Catalogue, q, facts)
	if _, restricted := s.options.Restrictions[r.Kind]; why.Allowed && restricted {
		why.Allowed = s.unrestricted(ctx, as, q.Permission, q.Resource)
		why.Outcomes = append(why.Outcomes, grants.Outcome{Step: grants.IsUnrestricted, OK: why.Allowed})
	}
	return why, nil
}

// unrestricted asks the restriction on the question's kind, when there is one.
// It can only narrow: an error or a panic in it denies (G5).
func (s *Service) unrestricted(ctx context.Context, as Actor, p roles.Permission, r grants.Resource) bool {
	return len(s.options.Restrictions) == 0 || s.askRestriction(ctx, as, grants.Question{Permission: p, Resource: r})
}

// askRestriction is unrestricted where there are restrictions; by itself, so that
// unrestricted is inlined.
func (s *Service) askRestriction(ctx context.Context, as Actor, q grants.Question) bool {
	restriction, ok := s.options.Restrictions[q.Resource.Kind]
	return !ok || s.restrict(ctx, restriction, as, q)
}

func (s *Service) restrict(ctx context.Context, restriction Restriction, as Actor, q grants.Question) (allow bool) {
	attr := slog.String("kind", string(q.Resource.Kind))
	defer func() {
		if p := recover(); p != nil {
			allow = false
			s.options.Logger.LogAttrs(ctx, levelRestriction, "charter: a restriction panicked and denies", attr, slog.Any("panic", p))
		}
	}()
	allow, err := restriction(ctx, as, q)
	if err != nil {
		s.options.Logger.LogAttrs(ctx, levelRestriction, "charter: a restriction failed and denies", attr, slog.Any("error", err))
		return false
	}
	return allow
}
