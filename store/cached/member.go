package cached

import (
	"strings"
	"sync/atomic"
	"unsafe"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/orgs"
)

// member is what is known of one user in one organization at one revision. Facts
// about different questions differ in four bits; the rest is here once.
type member struct {
	org   *organization
	facts grants.Facts // without those bits
	hits  *counter

	// answers is read without a lock, and written under the organization's.
	answers atomic.Pointer[answers]
	count   int
	size    int // bytes that are in use, and of those what the cache was told
	weighed int
}

// common returns f without what is about one question.
func common(f grants.Facts) grants.Facts {
	f.Holds, f.Registered, f.Coverage = false, false, grants.NotCovered
	return f
}

// overhead is what an entry costs besides what it points to: the node, its place in
// the hash table, its share of the sketch of what is asked for often.
const overhead = 160

func newMember(o *organization, user orgs.UserID, about grants.Facts, hits *counter) *member {
	about.Member = orgs.MemberID(strings.Clone(string(about.Member)))
	m := &member{org: o, facts: about, hits: hits}
	m.size = overhead + int(unsafe.Sizeof(*m)) + len(user) + len(about.Member) + len(about.Status) + len(about.Role)
	return m
}

// weigh returns the bytes that an entry takes.
func weigh(at place, m *member) uint32 {
	if at.user != "" {
		return uint32(m.weighed)
	}
	weight := overhead + int(unsafe.Sizeof(*m)+unsafe.Sizeof(*m.org)+unsafe.Sizeof(validity{})) + len(at.org)
	if numbers := m.org.numbers.Load(); numbers != nil {
		weight += int(unsafe.Sizeof(*numbers)) + numbers.weighed
	}
	return uint32(weight)
}

// answer sets the facts about q, or returns false when they are not known. What
// a check passes on is not copied here.
func (m *member) answer(q *grants.Question, f *grants.Facts) bool {
	if m.facts.Member == "" {
		*f = m.facts
		return true // who has no row needs no more to be denied
	}
	numbers, kept := m.org.numbers.Load(), m.answers.Load()
	if numbers == nil || kept == nil {
		return false
	}
	number, ok := numbers.of(q)
	if !ok {
		return false
	}
	bits, ok := kept.find(number)
	if !ok {
		return false
	}
	*f = m.facts
	f.Holds, f.Registered, f.Coverage = bits&bitHolds != 0, bits&bitRegistered != 0, grants.Coverage(bits>>shiftCoverage)
	return true
}

// The bits of a question.
const (
	bitHolds      = 1
	bitRegistered = 2
	shiftCoverage = 2
	bitCount      = 8 // of which some are free
)

// keep keeps f about q.
func (m *member) keep(numbers *numbering, q grants.Question, f grants.Facts) {
	if f.Member == "" || f.Coverage > grants.CoveredByAll || common(f) != m.facts {
		return
	}
	number, ok := numbers.add(q)
	if !ok {
		return
	}
	kept := m.answers.Load()
	if kept == nil || 4*(m.count+1) > 3*len(*kept) {
		kept = m.grow(kept)
	}
	bits := uint32(f.Coverage) << shiftCoverage
	if f.Holds {
		bits |= bitHolds
	}
	if f.Registered {
		bits |= bitRegistered
	}
	if kept.put(number, bits) {
		m.count++
	}
}

func (m *member) grow(old *answers) *answers {
	grown := make(answers, smallest)
	if old != nil {
		grown = make(answers, 2*len(*old))
		m.size -= int(unsafe.Sizeof(cell{})) * len(*old)
		for i := range *old {
			if c := (*old)[i].Load(); c != 0 {
				grown.put(c>>bitCount, c&(1<<bitCount-1))
			}
		}
	}
	m.size += int(unsafe.Sizeof(cell{})) * len(grown)
	m.answers.Store(&grown)
	return &grown
}

// answers are the bits of questions by their number: a hash table with open
// addressing, at most three quarters full, whose length is a power of two. Reading
// takes no lock: a cell is one word, and changes from nothing to what it stays.
type answers []cell

type cell = atomic.Uint32

const smallest = 8

func (a answers) find(number uint32) (bits uint32, ok bool) {
	for i := number; ; i++ {
		switch c := a[i&uint32(len(a)-1)].Load(); {
		case c == 0:
			return 0, false
		case c>>bitCount == number:
			return c & (1<<bitCount - 1), true
		}
	}
}

// put reports whether the number is new.
func (a answers) put(number, bits uint32) bool {
	for i := number; ; i++ {
		at := &a[i&uint32(len(a)-1)]
		switch c := at.Load(); {
		case c == 0:
			at.Store(number<<bitCount | bits)
			return true
		case c>>bitCount == number:
			return false // of the same revision, so the same bits
		}
	}
}
