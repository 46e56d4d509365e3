package storetest

import (
	"context"
	"errors"
	"fmt"
	"slices"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// scope is what a case uses, and a little that is not there. Reading about all
// of it, each ID in each organization, shows whatever a store has to show.
type scope struct {
	orgs      []orgs.ID
	bare      []orgs.ID // of which only the lists are read
	users     []orgs.UserID
	members   []orgs.MemberID
	roles     []roles.ID
	resources []grants.Resource
	addresses []string // folded
	may       []roles.Permission
	dead      orgs.ID // tombstones after this one
}

// look is one call of a Reader.
type look struct {
	call string // for people, and unique within a scope
	run  func(ctx context.Context, r store.Reader) (any, error)
}

// picture is what the looks of a scope showed, by call. What was not found is
// the value notFound.
type picture map[string]any

const notFound = "not found"

// everything is more rows than a case has, unless it says otherwise.
const everything = 1000

// picture reads about all of sc, each read by itself.
func (t *trial) picture(sc scope) picture {
	if t.err != nil {
		return nil
	}
	p, err := sc.look(t.ctx, t.s)
	t.must("reading", err)
	return p
}

// look reads about all of sc.
func (sc scope) look(ctx context.Context, r store.Reader) (picture, error) {
	p := picture{}
	for _, l := range sc.looks() {
		got, err := l.run(ctx, r)
		switch {
		case errors.Is(err, store.ErrNotFound):
			p[l.call] = notFound
		case err != nil:
			return nil, fmt.Errorf("%s: %w", l.call, err)
		default:
			p[l.call] = got
		}
	}
	return p, nil
}

// seen makes a look of a call that returns T.
func seen[T any](call string, run func(context.Context, store.Reader) (T, error)) look {
	return look{call, func(ctx context.Context, r store.Reader) (any, error) { return run(ctx, r) }}
}

// looks returns the reads about all of sc. Every method of Reader is among them,
// provided that no list of sc is empty.
func (sc scope) looks() []look {
	looks := []look{
		seen("Tombstones", func(ctx context.Context, r store.Reader) ([]store.Event, error) {
			return r.Tombstones(ctx, sc.dead, everything)
		}),
	}
	for _, address := range sc.addresses {
		looks = append(looks, looksAtAddress(address)...)
	}
	for _, user := range sc.users {
		looks = append(looks, looksAtUser(user)...)
	}
	looks = append(looks, seen(fmt.Sprintf("Users(%s)", sc.users), func(ctx context.Context, r store.Reader) ([]orgs.User, error) {
		return r.Users(ctx, slices.Clone(sc.users))
	}))
	for _, org := range slices.Concat(sc.orgs, sc.bare) {
		looks = append(looks, looksAtOrganization(org)...)
	}
	for _, org := range sc.orgs {
		looks = append(looks, sc.looksAtRows(org)...)
		looks = append(looks, sc.looksAtRights(org)...)
	}
	return looks
}

func looksAtAddress(address string) []look {
	return []look{
		seen(fmt.Sprintf("Known(%s)", address), func(ctx context.Context, r store.Reader) (bool, error) {
			return r.Known(ctx, address)
		}),
		seen(fmt.Sprintf("Invitations(%s)", address), func(ctx context.Context, r store.Reader) ([]store.Invitation, error) {
			return r.Invitations(ctx, store.InvitationQuery{Address: address, Limit: everything})
		}),
	}
}

func looksAtUser(user orgs.UserID) []look {
	return []look{
		seen(fmt.Sprintf("User(%s)", user), func(ctx context.Context, r store.Reader) (orgs.User, error) {
			return r.User(ctx, user)
		}),
		seen(fmt.Sprintf("Memberships(%s)", user), func(ctx context.Context, r store.Reader) ([]store.Membership, error) {
			return r.Memberships(ctx, store.MembershipQuery{User: user, Limit: everything})
		}),
	}
}

func looksAtOrganization(org orgs.ID) []look {
	return []look{
		seen(fmt.Sprintf("Organization(%s)", org), func(ctx context.Context, r store.Reader) (orgs.Organization, error) {
			return r.Organization(ctx, org)
		}),
		seen(fmt.Sprintf("Revision(%s)", org), func(ctx context.Context, r store.Reader) (uint64, error) {
			return r.Revision(ctx, org)
		}),
		seen(fmt.Sprintf("Roles(%s)", org), func(ctx context.Context, r store.Reader) ([]roles.Role, error) {
			return r.Roles(ctx, org)
		}),
		seen(fmt.Sprintf("Members(%s)", org), func(ctx context.Context, r store.Reader) (store.MemberPage, error) {
			return r.Members(ctx, store.MemberQuery{Org: org, Limit: everything})
		}),
		seen(fmt.Sprintf("Resources(%s)", org), func(ctx context.Context, r store.Reader) (store.ResourcePage, error) {
			return r.Resources(ctx, store.ResourceQuery{Org: org})
		}),
		seen(fmt.Sprintf("Events(%s)", org), func(ctx context.Context, r store.Reader) (store.EventPage, error) {
			return r.Events(ctx, store.EventQuery{Org: org, Limit: everything})
		}),
	}
}

// looksAtRows asks for each row and role by its ID, also where it is not.
func (sc scope) looksAtRows(org orgs.ID) []look {
	var looks []look
	for _, id := range sc.members {
		looks = append(looks,
			seen(fmt.Sprintf("Member(%s, %s)", org, id), func(ctx context.Context, r store.Reader) (orgs.Member, error) {
				return r.Member(ctx, org, id)
			}),
			seen(fmt.Sprintf("Grants(%s, %s)", org, id), func(ctx context.Context, r store.Reader) (store.GrantPage, error) {
				return r.Grants(ctx, store.GrantQuery{Org: org, Member: id, Limit: everything})
			}))
	}
	for _, id := range sc.roles {
		looks = append(looks, seen(fmt.Sprintf("Role(%s, %s)", org, id), func(ctx context.Context, r store.Reader) (roles.Role, error) {
			return r.Role(ctx, org, id)
		}))
	}
	return looks
}

// looksAtRights asks who reaches what.
func (sc scope) looksAtRights(org orgs.ID) []look {
	var looks []look
	questions := sc.questions()
	for _, user := range sc.users {
		looks = append(looks,
			seen(fmt.Sprintf("MemberOf(%s, %s)", org, user), func(ctx context.Context, r store.Reader) (orgs.Member, error) {
				return r.MemberOf(ctx, org, user)
			}),
			seen(fmt.Sprintf("Facts(%s, %s)", org, user), func(ctx context.Context, r store.Reader) (grants.Facts, error) {
				f, err := r.Facts(ctx, org, user, questions[0])
				return needed(questions[0], f), err
			}),
			seen(fmt.Sprintf("FactsMany(%s, %s)", org, user), func(ctx context.Context, r store.Reader) ([]grants.Facts, error) {
				list, err := r.FactsMany(ctx, org, user, questions)
				return neededOf(questions, list), err
			}),
			seen(fmt.Sprintf("Resources(%s) of %s", org, user), func(ctx context.Context, r store.Reader) (store.ResourcePage, error) {
				return r.Resources(ctx, store.ResourceQuery{Org: org, User: user, Reach: []roles.ID{roles.Admin}})
			}))
	}
	every := slices.Concat(sc.roles, []roles.ID{roles.Admin, roles.Editor, roles.Viewer})
	for _, resource := range sc.resources {
		q := store.GranteeQuery{
			Org: org, Resource: resource, Limit: everything, Roles: every, Permission: sc.may[0], Reach: []roles.ID{roles.Admin},
		}
		looks = append(looks,
			seen(fmt.Sprintf("Grantees(%s, %s/%s)", org, resource.Kind, resource.ID), func(ctx context.Context, r store.Reader) (store.MemberPage, error) {
				return r.Grantees(ctx, q)
			}),
			seen(fmt.Sprintf("GranteeIDs(%s, %s/%s)", org, resource.Kind, resource.ID), func(ctx context.Context, r store.Reader) (store.GranteePage, error) {
				return store.GranteeIDs(ctx, r, q)
			}))
	}
	return looks
}

// questions asks for each permission without a resource, and for the first one
// with each resource.
func (sc scope) questions() []grants.Question {
	questions := make([]grants.Question, 0, len(sc.may)+len(sc.resources))
	for _, resource := range sc.resources {
		questions = append(questions, grants.Question{Permission: sc.may[0], Resource: resource})
	}
	for _, permission := range sc.may {
		questions = append(questions, grants.Question{Permission: permission})
	}
	return questions
}

// needed returns f without what q does not need: there a store may say what it
// likes (C14). For somebody without a row nothing but the revision counts.
func needed(q grants.Question, f grants.Facts) grants.Facts {
	if f.Member == "" {
		return grants.Facts{Revision: f.Revision}
	}
	if q.Resource == (grants.Resource{}) {
		f.Registered, f.Coverage = false, grants.NotCovered
	}
	return f
}

// neededOf returns needed of each of list, which should be as long as questions.
func neededOf(questions []grants.Question, list []grants.Facts) []grants.Facts {
	if len(list) != len(questions) {
		return list
	}
	facts := make([]grants.Facts, len(list))
	for i, f := range list {
		facts[i] = needed(questions[i], f)
	}
	return facts
}
