package cached

import (
	"context"
	"time"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
)

// organizationAt is what an answer to the question for a revision is about.
type organizationAt struct {
	*organization
	generation uint64
}

// questionAt is what an answer to a question is about.
type questionAt struct {
	organizationAt
	user     orgs.UserID
	question grants.Question
}

// Facts returns what decides question for user in org, as the reading allows. An
// answer that is known costs two lookups in hash tables and allocates nothing.
func (h *handle) Facts(ctx context.Context, org orgs.ID, user orgs.UserID, question grants.Question) (f grants.Facts, err error) {
	if m, ok := h.cache.entries.GetIfPresent(place{org, user}); ok && user != "" {
		if v := m.org.validity.Load(); v.revision == m.facts.Revision && h.known(m.org, v) && m.answer(&question, &f) {
			m.hits.Add(1)
			return f, nil
		}
	}
	return h.ask(ctx, org, user, question)
}

// ask is Facts where the store has to be asked for something.
func (h *handle) ask(ctx context.Context, org orgs.ID, user orgs.UserID, question grants.Question) (grants.Facts, error) {
	if user == "" {
		return h.Store.Facts(ctx, org, user, question)
	}
	c, o := h.cache, h.cache.organization(org)
	n := h.need(o)
	if f, ok, err := c.remember(ctx, o, user, question, n); ok || err != nil {
		return f, err
	}
	c.counts.misses.Add(1)
	got, err := c.load(ctx, o, user, question, n)
	if err == nil && !n.isStrict() && !n.metBy(got.facts.Revision, got.since) {
		got, err = c.load(ctx, o, user, question, n.strict())
	}
	return got.facts, err
}

// remember answers from what is known, if that is still so.
func (c *Cache) remember(
	ctx context.Context, o *organization, user orgs.UserID, question grants.Question, n need,
) (f grants.Facts, ok bool, err error) {
	m, ok := c.member(o, user)
	if !ok {
		return f, false, nil
	}
	if !m.answer(&question, &f) {
		return f, false, nil
	}
	v, err := c.validate(ctx, o, n)
	if err != nil || v.revision != f.Revision {
		return grants.Facts{}, false, err
	}
	m.hits.Add(1)
	return f, true, nil
}

// member returns what is known of user in o.
func (c *Cache) member(o *organization, user orgs.UserID) (*member, bool) {
	m, ok := c.entries.GetIfPresent(place{o.id, user})
	return m, ok && m.org == o
}

// load asks the store for facts, together with all who need the same.
func (c *Cache) load(ctx context.Context, o *organization, user orgs.UserID, question grants.Question, n need) (loaded, error) {
	key := questionAt{organizationAt{o, n.generation}, user, question}
	return c.facts.do(ctx, key, n.since, func(ctx context.Context, since time.Duration) (loaded, error) {
		c.counts.loads.Add(1)
		f, err := c.inner.Facts(ctx, o.id, user, question)
		if err != nil {
			return loaded{}, err
		}
		o.learn(&validity{f.Revision, since, n.generation})
		c.keep(o, user, []grants.Question{question}, []grants.Facts{f})
		return loaded{f, since}, nil
	})
}

// validate returns at which revision o is, as far as n needs to know.
func (c *Cache) validate(ctx context.Context, o *organization, n need) (*validity, error) {
	if v := o.validity.Load(); v.generation >= n.generation && n.metBy(v.revision, v.since) {
		return v, nil
	}
	if n.isStrict() { // there is nobody to wait for
		v, err := c.revision(ctx, o, c.now(), n.generation)
		return &v, err
	}
	v, err := c.revisions.do(ctx, organizationAt{o, n.generation}, n.since, func(ctx context.Context, since time.Duration) (validity, error) {
		return c.revision(ctx, o, since, n.generation)
	})
	if err == nil && !n.metBy(v.revision, v.since) {
		return c.validate(ctx, o, n.strict())
	}
	return &v, err
}

// revision asks the store for that of o.
func (c *Cache) revision(ctx context.Context, o *organization, since time.Duration, generation uint64) (validity, error) {
	c.counts.validations.Add(1)
	revision, err := c.inner.Revision(ctx, o.id)
	if err != nil {
		return validity{}, err
	}
	v := validity{revision, since, generation}
	o.learn(&v)
	return v, nil
}

// FactsMany returns the facts about each question, in their order, all of one
// revision. What is not known is asked for in one call, and all of it in a second
// one where the organization has moved on meanwhile. Nobody else waits for these.
func (h *handle) FactsMany(ctx context.Context, org orgs.ID, user orgs.UserID, questions []grants.Question) ([]grants.Facts, error) {
	if len(questions) == 0 || user == "" {
		return h.Store.FactsMany(ctx, org, user, questions)
	}
	c, o := h.cache, h.cache.organization(org)
	n := h.need(o)
	facts := make([]grants.Facts, len(questions))
	missing, revision := c.recall(o, user, questions, facts)
	if len(missing) < len(questions) {
		v, err := c.validate(ctx, o, n)
		if err != nil {
			return nil, err
		}
		if v.revision != revision {
			missing = every(questions)
		}
	}
	c.hits[0].Add(uint64(len(questions) - len(missing)))
	c.counts.misses.Add(uint64(len(missing)))
	for len(missing) > 0 {
		got, err := c.loadMany(ctx, o, user, questions, missing, n.generation)
		if err != nil {
			return nil, err
		}
		for i, at := range missing {
			facts[at] = got[i]
		}
		if len(missing) == len(questions) || got[0].Revision == revision {
			break
		}
		missing = every(questions)
	}
	return facts, nil
}

// every returns the places of all questions.
func every(questions []grants.Question) []int {
	all := make([]int, len(questions))
	for i := range all {
		all[i] = i
	}
	return all
}

// recall puts into facts what is known about questions, and returns the places of
// those of which nothing is, and the revision that the others are of.
func (c *Cache) recall(
	o *organization, user orgs.UserID, questions []grants.Question, facts []grants.Facts,
) (missing []int, revision uint64) {
	m, ok := c.member(o, user)
	if !ok {
		return every(questions), 0
	}
	for i := range questions {
		if !m.answer(&questions[i], &facts[i]) {
			missing = append(missing, i)
		}
	}
	return missing, m.facts.Revision
}

// loadMany asks the store for facts about those of questions that are missing.
func (c *Cache) loadMany(
	ctx context.Context, o *organization, user orgs.UserID, questions []grants.Question, missing []int, generation uint64,
) ([]grants.Facts, error) {
	asked := make([]grants.Question, len(missing))
	for i, at := range missing {
		asked[i] = questions[at]
	}
	since := c.now()
	c.counts.loads.Add(1)
	facts, err := c.inner.FactsMany(ctx, o.id, user, asked)
	if err != nil {
		return nil, err
	}
	o.learn(&validity{facts[0].Revision, since, generation})
	c.keep(o, user, asked, facts)
	return facts, nil
}
