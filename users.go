package charter

import (
	"context"
	"errors"

	"github.com/seed-5b9f5318/charter/internal/input"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// SignIn is what the host calls at each login, after it has authenticated the
// user. The first time it gives the user a personal organization; each time it
// refreshes the stored profile, in the member lists too. It is idempotent
// (O9). It returns the user, whose Active says where it was working (O7).
//
// A user who signs up by following an invitation should be passed to
// [Invites.Accept] first: then it gets no personal organization on top.
//
// Errors: [ErrInvalid] naming "user", "email", "first-name" or "last-name".
//
// Cost: 1 statement when nothing is new, 6 statements the first time, 4
// statements for another profile; grows with the organizations of a user whose
// profile changes.
func (s *Service) SignIn(ctx context.Context, id orgs.UserID, profile orgs.Profile) (orgs.User, error) {
	const operation = "sign in"
	if err := input.ID("user", string(id)); err != nil {
		return orgs.User{}, err
	}
	profile, err := profile.Normalize()
	if err != nil {
		return orgs.User{}, err
	}
	user, err := s.store.User(ctx, id)
	if err == nil && user.Profile == profile {
		return user, nil
	}
	if err != nil && !errors.Is(err, ErrNotFound) {
		return orgs.User{}, wrap(operation, err)
	}
	err = s.update(ctx, operation, func(ctx context.Context, tx store.Tx) error {
		held, err := tx.Hold(ctx, store.Want{Users: []orgs.UserID{id}})
		if err != nil {
			return err
		}
		user, err = s.signIn(ctx, tx, held.Users[id].User, id, profile)
		return err
	})
	if err != nil {
		return orgs.User{}, err
	}
	return user, nil
}

func (s *Service) signIn(ctx context.Context, tx store.Tx, user orgs.User, id orgs.UserID, profile orgs.Profile) (orgs.User, error) {
	if user.ID != "" {
		if user.Profile == profile {
			return user, nil
		}
		user.Profile = profile
		user.Revision++ // as the commit does
		return user, tx.PutProfile(ctx, id, profile)
	}
	user = orgs.User{ID: id, Profile: profile, CreatedAt: s.now()}
	_, user, err := s.found(ctx, tx, user, s.options.personalName(profile))
	if err != nil {
		return orgs.User{}, err
	}
	user.Revision++
	return user, tx.PutUser(ctx, user)
}

// User returns what is stored of user id, among it the organization it is
// working in (O7). Errors: [ErrInvalid] naming "user"; [ErrNotFound] for one that
// never signed in: for a host that means to call [Service.SignIn] first.
//
// Cost: 1 statement; the same at any size.
func (s *Service) User(ctx context.Context, id orgs.UserID) (orgs.User, error) {
	if err := input.ID("user", string(id)); err != nil {
		return orgs.User{}, err
	}
	user, err := s.store.User(ctx, id)
	return user, wrap("user", err)
}

// Users returns what is stored of those of ids that ever signed in, by ID: to name
// who invited the members of a page, or acted in a page of the history, with one
// question (M3, H2). It is the host's to ask and needs no permission. Who is not
// known is not in the map, which is empty when nobody is. An ID may come more than
// once, and the empty one, which stands for the host itself or for nobody, is passed
// over: [orgs.Member.InvitedBy] and [Event.Actor] may be given as they are.
//
// Errors: [ErrInvalid] naming "users" for more than [MaxLimit] IDs, the empty and the
// repeated ones included, or "users[i]".
//
// Cost: 1 statement, and none where no ID is left; grows with the users.
func (s *Service) Users(ctx context.Context, ids ...orgs.UserID) (map[orgs.UserID]orgs.User, error) {
	if len(ids) > MaxLimit {
		return nil, input.Errorf("users", "are more than %d", MaxLimit)
	}
	asked := make([]orgs.UserID, 0, len(ids))
	for i, id := range ids {
		if id == "" {
			continue
		}
		if err := input.ID(input.At("users", i), string(id)); err != nil {
			return nil, err
		}
		asked = append(asked, id)
	}
	if len(asked) == 0 {
		return map[orgs.UserID]orgs.User{}, nil
	}
	found, err := s.store.Users(ctx, asked)
	if err != nil {
		return nil, wrap("users", err)
	}
	users := make(map[orgs.UserID]orgs.User, len(found))
	for _, user := range found {
		users[user.ID] = user
	}
	return users, nil
}
