package storetest

import (
	"context"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
	"github.com/seed-5b9f5318/charter/roles"
	"github.com/seed-5b9f5318/charter/store"
)

// ticking counts commits, so that a mutant can read once before and once after
// one.
type ticking struct {
	store.Store
	commits atomic.Int64
	begun   atomic.Int64 // when the last Update began
}

func (t *ticking) Update(ctx context.Context, fn func(context.Context, store.Tx) error) error {
	t.begun.Store(time.Now().UnixNano())
	err := t.Store.Update(ctx, fn)
	if err == nil {
		t.commits.Add(1)
	}
	return err
}

// tick waits for a commit, unless nobody has written for a while.
func (t *ticking) tick() {
	for was := t.commits.Load(); t.commits.Load() == was; time.Sleep(50 * time.Microsecond) {
		if time.Since(time.Unix(0, t.begun.Load())) > 5*time.Millisecond {
			return
		}
	}
}

// between returns a maker of memstores whose Readers are replaced by ones that
// can let a commit go by in the middle.
func between(replace func(t *ticking, r store.Reader) otherReader) func() store.Store {
	return func() store.Store {
		t := &ticking{Store: mem()}
		return reading(t, func(r store.Reader) otherReader { return replace(t, r) })
	}
}

func snapshotMutants() []mutant {
	return []mutant{
		{name: "C11 a View reads the latest state", open: func() store.Store {
			t := &ticking{Store: mem()}
			b := over(t)
			b.reader = func(r store.Reader) otherReader {
				return otherReader{Reader: r, member: func(ctx context.Context, org orgs.ID, id orgs.MemberID) (orgs.Member, error) {
					t.tick()
					return t.Member(ctx, org, id)
				}}
			}
			return b
		}},
		{name: "C15 FactsMany asks one by one", open: between(func(t *ticking, r store.Reader) otherReader {
			return otherReader{Reader: r, factsMany: func(ctx context.Context, org orgs.ID, user orgs.UserID, list []grants.Question) ([]grants.Facts, error) {
				facts, err := r.FactsMany(ctx, org, user, list)
				if n := len(facts); n > 1 {
					t.tick()
					facts[n-1], err = r.Facts(ctx, org, user, list[n-1])
				}
				return facts, err
			}}
		})},
		{name: "C16 the Facts of a page are of another moment", open: between(func(t *ticking, r store.Reader) otherReader {
			return otherReader{Reader: r, members: func(ctx context.Context, q store.MemberQuery) (store.MemberPage, error) {
				page, err := r.Members(ctx, q)
				if err == nil && q.Asker.User != "" {
					t.tick()
					page.Facts, err = r.Facts(ctx, q.Org, q.Asker.User, grants.Question{Permission: q.Asker.Permission})
				}
				return page, err
			}}
		})},
	}
}

// factsAs returns a maker of memstores that answer other Facts, one by one and to
// many questions.
func factsAs(change func(ctx context.Context, r store.Reader, org orgs.ID, user orgs.UserID, q grants.Question, f *grants.Facts)) func() store.Store {
	return readers(func(r store.Reader) otherReader {
		return otherReader{Reader: r,
			facts: func(ctx context.Context, org orgs.ID, user orgs.UserID, q grants.Question) (grants.Facts, error) {
				f, err := r.Facts(ctx, org, user, q)
				if err == nil {
					change(ctx, r, org, user, q, &f)
				}
				return f, err
			},
			factsMany: func(ctx context.Context, org orgs.ID, user orgs.UserID, list []grants.Question) ([]grants.Facts, error) {
				facts, err := r.FactsMany(ctx, org, user, list)
				for i := range facts {
					change(ctx, r, org, user, list[i], &facts[i])
				}
				return facts, err
			},
		}
	})
}

func factsMutants() []mutant {
	return slices.Concat(revisionMutants(), singleFactsMutants(), manyFactsMutants())
}

// revisionAs returns a maker of memstores that answer other revisions.
func revisionAs(change func(ctx context.Context, r store.Reader, org orgs.ID, revision uint64) (uint64, error)) func() store.Store {
	return readers(func(r store.Reader) otherReader {
		return otherReader{Reader: r, revision: func(ctx context.Context, org orgs.ID) (uint64, error) {
			revision, err := r.Revision(ctx, org)
			if err != nil {
				return 0, err
			}
			return change(ctx, r, org, revision)
		}}
	})
}

func revisionMutants() []mutant {
	return []mutant{
		{name: "C11 Revision in a View is the latest", open: func() store.Store {
			base := mem()
			return reading(base, func(r store.Reader) otherReader {
				return otherReader{Reader: r, revision: base.Revision}
			})
		}},
		{name: "C14 Revision of what is not there is an error", open: revisionAs(func(_ context.Context, _ store.Reader, _ orgs.ID, revision uint64) (uint64, error) {
			if revision == 0 {
				return 0, store.ErrNotFound
			}
			return revision, nil
		})},
		{name: "C14 Revision is that of any organization", open: revisionAs(func(ctx context.Context, r store.Reader, _ orgs.ID, revision uint64) (uint64, error) {
			other, err := r.Revision(ctx, umbra)
			return max(revision, other), err
		})},
		{name: "C14 Revision comes from a cache", model: true, open: func() store.Store {
			var cache sync.Map
			return revisionAs(func(_ context.Context, _ store.Reader, org orgs.ID, revision uint64) (uint64, error) {
				known, _ := cache.LoadOrStore(org, revision)
				return known.(uint64), nil
			})()
		}},
	}
}

func singleFactsMutants() []mutant {
	return []mutant{
		{name: "C14 Facts have no revision for who is not a member", model: true, open: factsAs(func(_ context.Context, _ store.Reader, _ orgs.ID, _ orgs.UserID, _ grants.Question, f *grants.Facts) {
			if f.Member == "" {
				f.Revision = 0
			}
		})},
		{name: "C14 Holds looks at roles of any organization", open: factsAs(func(ctx context.Context, r store.Reader, _ orgs.ID, _ orgs.UserID, q grants.Question, f *grants.Facts) {
			for _, org := range []orgs.ID{acme, umbra} {
				role, err := r.Role(ctx, org, f.Role)
				f.Holds = f.Holds || err == nil && slices.Contains(role.Permissions, q.Permission)
			}
		})},
		{name: "C14 Holds takes a prefix for the permission", open: factsAs(func(ctx context.Context, r store.Reader, org orgs.ID, _ orgs.UserID, q grants.Question, f *grants.Facts) {
			role, _ := r.Role(ctx, org, f.Role)
			f.Holds = slices.ContainsFunc(role.Permissions, func(p roles.Permission) bool { return strings.HasPrefix(string(p), string(q.Permission)) })
		})},
		{name: "C14 Registered looks at any organization", open: factsAs(func(ctx context.Context, r store.Reader, _ orgs.ID, user orgs.UserID, q grants.Question, f *grants.Facts) {
			for _, org := range []orgs.ID{acme, umbra} {
				page, _ := r.Resources(ctx, store.ResourceQuery{Org: org})
				f.Registered = f.Registered || slices.Contains(page.Resources, q.Resource)
			}
		})},
		{name: "C14 all wins over one", model: true, open: factsAs(func(ctx context.Context, r store.Reader, org orgs.ID, _ orgs.UserID, q grants.Question, f *grants.Facts) {
			page, _ := r.Grants(ctx, store.GrantQuery{Org: org, Member: f.Member, Limit: everything})
			if slices.Contains(page.Grants, grants.All(q.Resource.Kind)) {
				f.Coverage = grants.CoveredByAll
			}
		})},
		{name: "C14 Coverage looks at no kind", model: true, open: factsAs(func(ctx context.Context, r store.Reader, org orgs.ID, _ orgs.UserID, q grants.Question, f *grants.Facts) {
			page, _ := r.Grants(ctx, store.GrantQuery{Org: org, Member: f.Member, Limit: everything})
			if slices.ContainsFunc(page.Grants, func(g grants.Grant) bool { return !g.All && g.Resource == q.Resource.ID }) {
				f.Coverage = grants.CoveredByOne
			}
		})},
		{name: "C14 Coverage knows that an Admin has everything", model: true, open: factsAs(func(_ context.Context, _ store.Reader, _ orgs.ID, _ orgs.UserID, _ grants.Question, f *grants.Facts) {
			if f.Role == roles.Admin {
				f.Coverage = grants.CoveredByAll
			}
		})},
		{name: "C14 Facts come from a cache", model: true, open: func() store.Store {
			var cache sync.Map
			return factsAs(func(_ context.Context, _ store.Reader, org orgs.ID, user orgs.UserID, q grants.Question, f *grants.Facts) {
				known, _ := cache.LoadOrStore([4]string{string(org), string(user), string(q.Permission), string(q.Resource.Kind) + "/" + string(q.Resource.ID)}, f.Coverage)
				f.Coverage = known.(grants.Coverage)
			})()
		}},
	}
}

// manyAs returns a maker of memstores whose FactsMany asks other questions.
func manyAs(ask func(list []grants.Question) []grants.Question) func() store.Store {
	return readers(func(r store.Reader) otherReader {
		return otherReader{Reader: r, factsMany: func(ctx context.Context, org orgs.ID, user orgs.UserID, list []grants.Question) ([]grants.Facts, error) {
			return r.FactsMany(ctx, org, user, ask(slices.Clone(list)))
		}}
	})
}

func compareQuestions(a, b grants.Question) int {
	if c := a.Resource.Compare(b.Resource); c != 0 {
		return c
	}
	return strings.Compare(string(a.Permission), string(b.Permission))
}

// taken changes the questions of a list that are all alike in one part.
func taken(alike func(q, first grants.Question) bool, as func(q *grants.Question, first grants.Question)) func([]grants.Question) []grants.Question {
	return func(list []grants.Question) []grants.Question {
		for i := range list {
			if !alike(list[i], list[0]) {
				return list
			}
		}
		for i := range list {
			as(&list[i], list[0])
		}
		return list
	}
}

func manyFactsMutants() []mutant {
	return []mutant{
		{name: "C15 FactsMany forgets a grant of all in lists of one kind", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, factsMany: func(ctx context.Context, org orgs.ID, user orgs.UserID, list []grants.Question) ([]grants.Facts, error) {
				facts, err := r.FactsMany(ctx, org, user, list)
				another := func(q grants.Question) bool {
					return q.Permission != list[0].Permission || q.Resource.Kind != list[0].Resource.Kind
				}
				for i := range facts {
					if facts[i].Coverage == grants.CoveredByAll && len(list) > 1 && !slices.ContainsFunc(list, another) {
						facts[i].Coverage = grants.NotCovered
					}
				}
				return facts, err
			}}
		})},
		{name: "C15 FactsMany answers in an order of its own", model: true, open: manyAs(func(list []grants.Question) []grants.Question {
			return slices.SortedFunc(slices.Values(list), compareQuestions)
		})},
		{name: "C15 FactsMany answers a question once", open: manyAs(func(list []grants.Question) []grants.Question {
			var once []grants.Question
			for _, q := range list {
				if !slices.Contains(once, q) {
					once = append(once, q)
				}
			}
			return once
		})},
		{name: "C15 FactsMany takes questions of one permission for those of one kind", open: manyAs(taken(
			func(q, first grants.Question) bool { return q.Permission == first.Permission },
			func(q *grants.Question, first grants.Question) { q.Resource.Kind = first.Resource.Kind },
		))},
		{name: "C15 FactsMany takes questions of one kind for those of one permission", open: manyAs(taken(
			func(q, first grants.Question) bool { return q.Resource.Kind == first.Resource.Kind },
			func(q *grants.Question, first grants.Question) { q.Permission = first.Permission },
		))},
		{name: "C15 FactsMany of no questions is an error", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, factsMany: func(ctx context.Context, org orgs.ID, user orgs.UserID, list []grants.Question) ([]grants.Facts, error) {
				if len(list) == 0 {
					return nil, store.ErrNotFound
				}
				return r.FactsMany(ctx, org, user, list)
			}}
		})},
		{name: "C16 an empty page has no Facts", model: true, open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, grants: func(ctx context.Context, q store.GrantQuery) (store.GrantPage, error) {
				page, err := r.Grants(ctx, q)
				if len(page.Grants) == 0 {
					page.Facts = grants.Facts{}
				}
				return page, err
			}}
		})},
		{name: "C16 a page without an Asker has Facts", model: true, open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, events: func(ctx context.Context, q store.EventQuery) (store.EventPage, error) {
				page, err := r.Events(ctx, q)
				if q.Asker.User == "" {
					o, _ := r.Organization(ctx, q.Org)
					page.Facts.Revision = o.Revision
				}
				return page, err
			}}
		})},
		{name: "C16 a page has Facts about another permission", model: true, open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, grantees: func(ctx context.Context, q store.GranteeQuery) (store.MemberPage, error) {
				q.Asker.Permission = "devices.other"
				return r.Grantees(ctx, q)
			}}
		})},
		{name: "C16 the Facts of a page are of the user it is about", open: readers(func(r store.Reader) otherReader {
			return otherReader{Reader: r, resources: func(ctx context.Context, q store.ResourceQuery) (store.ResourcePage, error) {
				if q.User != "" && q.Asker.User != "" {
					q.Asker.User = q.User
				}
				return r.Resources(ctx, q)
			}}
		})},
	}
}
