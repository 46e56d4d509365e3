package charter

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/google/uuid"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/internal/retry"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// Service answers who belongs to which organization, in what role, who was
// invited, and who may use what, and it is the only thing that may change those
// facts. Make one with [New]. It is safe for concurrent use by any number of
// goroutines, and any number of Services, on any number of machines, may share
// one database.
type Service struct {
	// Operations by noun. The questions stand on the Service itself.
	Orgs      *Orgs
	Members   *Members
	Invites   *Invites
	Roles     *Roles
	Resources *Resources
	Grants    *Grants
	History   *History

	store   store.Store
	options Options
	cursors cursors
}

// New returns a Service on s. It refuses options that are missing or
// contradictory with an [InvalidError] that names the option. It does not touch
// s.
//
// Cost: no statement.
func New(s store.Store, options Options) (*Service, error) {
	if s == nil {
		return nil, input.Errorf("store", "is nil")
	}
	options, err := options.complete()
	if err != nil {
		return nil, err
	}
	ring, err := newCursors(options.InvitationKeys)
	if err != nil {
		return nil, err
	}
	return newService(s, options, ring), nil
}

// With returns a Service like s on another store: one that is bound to the
// host's own transaction, so that a change of membership and the host's own rows
// commit or vanish together. In a bound store nothing is retried here: a conflict
// comes back as an error that is [ErrConflict] to errors.Is, and the host runs its
// whole transaction again.
//
// Cost: no statement.
func (s *Service) With(other store.Store) *Service { return newService(other, s.options, s.cursors) }

func newService(st store.Store, options Options, ring cursors) *Service {
	s := &Service{store: st, options: options, cursors: ring}
	s.Orgs = &Orgs{s}
	s.Members = &Members{s}
	s.Invites = &Invites{s}
	s.Roles = &Roles{s}
	s.Resources = &Resources{s}
	s.Grants = &Grants{s}
	s.History = &History{s}
	return s
}

// Catalogue returns the catalogue that s was made with.
//
// Cost: no statement.
func (s *Service) Catalogue() *roles.Catalogue { return s.options.Catalogue }

// Actor is a user acting in one organization, its active organization. Every
// operation that is somebody's takes one; nothing is ever taken from a context.
// The zero value may do nothing.
type Actor struct {
	User orgs.UserID
	Org  orgs.ID
	host bool
}

// ActorOf returns user acting in its active organization (O7): what a request that
// names no organization is about. That organization can be another one at the next
// request, after a switch in another window or when the user was removed, so let
// requests that change something name theirs.
func ActorOf(user orgs.User) Actor { return Actor{User: user.ID, Org: user.Active} }

// Host returns the actor that stands for the host itself, in org. Only the
// operations that say so take it, and ask it for no permission: to register, list
// and unregister resources, to introduce resource access, to give and take grants,
// and to import members. All others refuse it. It has no user, and so the history
// names none; see [HostFor].
func Host(org orgs.ID) Actor { return Actor{Org: org, host: true} }

// HostFor returns the host, see [Host], in as's organization and on behalf of as's
// user, whom the history names. Nothing asks whether that user may, or is a member
// at all: the host has asked. An actor without a user comes back as it is, and so a
// request that nobody has logged in for is refused like any other without one.
func HostFor(as Actor) Actor {
	as.host = as.host || as.User != ""
	return as
}

// check refuses an actor without a proper user and organization, and the host.
func (a Actor) check() error {
	if err := input.ID("actor.org", string(a.Org)); err != nil {
		return err
	}
	if a.host {
		return input.Errorf("actor.user", "is the host, which this is not for")
	}
	return input.ID("actor.user", string(a.User))
}

// checkOrHost is check for the operations that the host itself may do.
func (a Actor) checkOrHost() error {
	if a.host {
		if err := input.ID("actor.org", string(a.Org)); err != nil || a.User == "" {
			return err
		}
		return input.ID("actor.user", string(a.User))
	}
	return a.check()
}

// now returns the time as it is stored.
func (s *Service) now() time.Time { return s.options.Clock().UTC().Truncate(time.Microsecond) }

// newID returns a random UUID, of version 4.
func (s *Service) newID() (uuid.UUID, error) {
	id, err := uuid.NewRandomFromReader(s.options.Random)
	if err != nil {
		return uuid.UUID{}, fmt.Errorf("random ID: %w", err)
	}
	return id, nil
}

// newOrderedID returns a random UUID that sorts by at, of version 7. The twelve
// bits after the millisecond hold its fraction, so that whole microseconds differ
// (RFC 9562, method 3).
func (s *Service) newOrderedID(at time.Time) (uuid.UUID, error) {
	id, err := s.newID()
	if err != nil {
		return uuid.UUID{}, err
	}
	ms := at.UnixMilli()
	for i := range 6 {
		id[i] = byte(ms >> (8 * (5 - i)))
	}
	fraction := at.Nanosecond() / 1e3 % 1e3 * 4096 / 1e3
	id[6], id[7] = 7<<4|byte(fraction>>8), byte(fraction)
	return id, nil
}

// update runs fn in a transaction of the store, again from the start while
// others win, commit included. What fn sets must be set afresh in each run.
func (s *Service) update(ctx context.Context, operation string, fn func(context.Context, store.Tx) error) error {
	return s.retry(ctx, operation, func(attempt int) error { return s.attempt(ctx, attempt, fn) })
}

// attempt runs fn in a transaction of the store, once: as [Service.retry] counts, for
// the attempt-th time.
func (s *Service) attempt(ctx context.Context, attempt int, fn func(context.Context, store.Tx) error) error {
	if attempt > 1 {
		fn = contended(fn)
	}
	return s.store.Update(ctx, fn)
}

// contended returns fn for an attempt after one that was lost: what it holds, it
// holds as contended.
func contended(fn func(context.Context, store.Tx) error) func(context.Context, store.Tx) error {
	return func(ctx context.Context, tx store.Tx) error { return fn(ctx, contendedTx{tx}) }
}

type contendedTx struct{ store.Tx }

func (tx contendedTx) Hold(ctx context.Context, want store.Want) (store.Held, error) {
	want.Contended = true
	return tx.Tx.Hold(ctx, want)
}

func (tx contendedTx) HoldMany(ctx context.Context, wants []store.Want) ([]store.Held, error) {
	wants = slices.Clone(wants)
	for i := range wants {
		wants[i].Contended = true
	}
	return store.HoldMany(ctx, tx.Tx, wants)
}

// retry runs once until it ends otherwise than by a conflict that running again
// may resolve.
func (s *Service) retry(ctx context.Context, operation string, once func(attempt int) error) error {
	loop := retry.Loop{
		Attempts: s.options.Attempts,
		Lost: func(err error) bool {
			return errors.Is(err, store.ErrConflict) && !errors.Is(err, store.ErrHostConflict)
		},
		Again: func(last int) {
			s.options.Logger.LogAttrs(ctx, levelRetry, "charter: conflict, trying again", attrOperation(operation), attrAttempt(last))
		},
	}
	return wrap(operation, loop.Run(ctx, once))
}

// view runs fn on one snapshot of the store.
func (s *Service) view(ctx context.Context, operation string, fn func(context.Context, store.Reader) error) error {
	return wrap(operation, s.store.View(ctx, fn))
}

// wrap says which operation failed. A denial is returned as it is: its text is
// the same whatever was asked (G6).
func wrap(operation string, err error) error {
	if err == nil {
		return nil
	}
	if errors.Is(err, ErrDenied) && !errors.Is(err, ErrEscalation) {
		return ErrDenied
	}
	if errors.Is(err, ErrInvalid) {
		return err // as it is when no transaction was needed to see it
	}
	return fmt.Errorf("charter: %s: %w", operation, err)
}
