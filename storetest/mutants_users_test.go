package storetest

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/store"
)

// usersAs returns a maker of memstores with another Users.
func usersAs(users func(ctx context.Context, r store.Reader, ids []orgs.UserID) ([]orgs.User, error)) func() store.Store {
	return readers(func(r store.Reader) otherReader {
		return otherReader{Reader: r, users: func(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error) {
			return users(ctx, r, ids)
		}}
	})
}

// each returns what User finds of each of ids.
func each(ctx context.Context, r store.Reader, ids []orgs.UserID) ([]orgs.User, error) {
	var list []orgs.User
	for _, id := range ids {
		u, err := r.User(ctx, id)
		switch {
		case err == nil:
			list = append(list, u)
		case !errors.Is(err, store.ErrNotFound):
			return nil, err
		}
	}
	return list, nil
}

func usersMutants() []mutant {
	return []mutant{
		{name: "C15 Users answers in the order of the question", open: usersAs(func(ctx context.Context, r store.Reader, ids []orgs.UserID) ([]orgs.User, error) {
			var once []orgs.UserID
			for _, id := range ids {
				if !slices.Contains(once, id) {
					once = append(once, id)
				}
			}
			return each(ctx, r, once)
		})},
		{name: "C15 Users answers as often as it is asked", open: usersAs(func(ctx context.Context, r store.Reader, ids []orgs.UserID) ([]orgs.User, error) {
			return each(ctx, r, slices.Sorted(slices.Values(ids)))
		})},
		{name: "C15 Users has a record of who is not there", model: true, open: usersAs(func(ctx context.Context, r store.Reader, ids []orgs.UserID) ([]orgs.User, error) {
			list := make([]orgs.User, 0, len(ids))
			for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
				u, err := r.User(ctx, id)
				if err != nil && !errors.Is(err, store.ErrNotFound) {
					return nil, err
				}
				list = append(list, u)
			}
			return list, nil
		})},
		{name: "C15 Users of nobody is an error", model: true, open: usersAs(func(ctx context.Context, r store.Reader, ids []orgs.UserID) ([]orgs.User, error) {
			list, err := r.Users(ctx, ids)
			if err == nil && len(list) == 0 {
				return nil, store.ErrNotFound
			}
			return list, err
		})},
		{name: "C15 Users asks one by one", open: between(func(t *ticking, r store.Reader) otherReader {
			return otherReader{Reader: r, users: func(ctx context.Context, ids []orgs.UserID) ([]orgs.User, error) {
				list, err := r.Users(ctx, ids)
				if n := len(list); n > 1 {
					t.tick()
					list[n-1], err = r.User(ctx, list[n-1].ID)
				}
				return list, err
			}}
		})},
		{name: "C15 Users answers what fits into one statement", bulk: true, open: usersAs(func(ctx context.Context, r store.Reader, ids []orgs.UserID) ([]orgs.User, error) {
			return r.Users(ctx, atMost(ids))
		})},
		{name: "C21 Users ignores the case of IDs", open: usersAs(func(ctx context.Context, r store.Reader, ids []orgs.UserID) ([]orgs.User, error) {
			either := slices.Clone(ids)
			for _, id := range ids {
				either = append(either, orgs.UserID(strings.ToLower(string(id))))
			}
			return r.Users(ctx, either)
		})},
		{name: "C22 Users sorts what it is given", open: usersAs(func(ctx context.Context, r store.Reader, ids []orgs.UserID) ([]orgs.User, error) {
			slices.Sort(ids)
			return r.Users(ctx, ids)
		})},
	}
}
