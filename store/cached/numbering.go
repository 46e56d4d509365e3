package cached

import (
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unsafe"

	"github.com/seed-5b9f5318/charter/grants"
	"github.com/seed-5b9f5318/charter/roles"
)

// numbering numbers the questions that were asked in an organization, from 1, so
// that who asks them keeps a word for each, and not the question.
type numbering struct {
	// settled is never changed, and so read without a lock. What came after it is in
	// all, together with it; when all was asked often enough, it is settled.
	settled atomic.Pointer[map[grants.Question]uint32]

	mu    sync.Mutex
	all   map[grants.Question]uint32
	asked int
	// texts are the permissions and kinds of questions, which have them in common: a
	// comparison then meets what the processor has at hand.
	texts []string

	size    int // bytes in use; this and the next under the organization's mutex
	weighed int
}

func newNumbering() *numbering {
	n := &numbering{all: map[grants.Question]uint32{}}
	n.settled.Store(&map[grants.Question]uint32{})
	return n
}

// of returns the number of q, and false when it has none.
func (n *numbering) of(q *grants.Question) (uint32, bool) {
	if number, ok := (*n.settled.Load())[*q]; ok {
		return number, true
	}
	return n.unsettled(q)
}

// unsettled is of where what is settled does not have q.
func (n *numbering) unsettled(q *grants.Question) (uint32, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	number, ok := n.all[*q]
	if n.asked++; ok && n.asked > len(n.all) { // copying costs no more than the asking did
		settled := maps.Clone(n.all)
		n.settled.Store(&settled)
		n.asked = 0
	}
	return number, ok
}

// What a question takes in two maps that may have grown just now, and what the first
// one takes, since maps begin with room for eight.
const (
	question      = 6 * int(unsafe.Sizeof(grants.Question{}))
	firstQuestion = 640
)

// mostNumbers fit into a cell beside the bits.
const mostNumbers = 1<<(32-bitCount) - 1

// add returns the number of q, and false when there is none left for it.
func (n *numbering) add(q grants.Question) (uint32, bool) {
	n.mu.Lock()
	defer n.mu.Unlock()
	number, ok := n.all[q]
	if ok || len(n.all) == mostNumbers {
		return number, ok
	}
	q = grants.Question{
		Permission: roles.Permission(n.text(string(q.Permission))),
		Resource: grants.Resource{
			Kind: roles.Kind(n.text(string(q.Resource.Kind))),
			ID:   grants.ResourceID(strings.Clone(string(q.Resource.ID))),
		},
	}
	number = uint32(len(n.all) + 1)
	n.all[q] = number
	if number == 1 {
		n.size += firstQuestion
	}
	n.size += question + len(q.Resource.ID)
	return number, true
}

// mostTexts is how many are looked through for one that is there already.
const mostTexts = 64

// text returns s as a string of n's own: the same one for the same text, unless there
// are too many of them.
func (n *numbering) text(s string) string {
	if i := slices.Index(n.texts, s); i >= 0 {
		return n.texts[i]
	}
	s = strings.Clone(s)
	n.size += len(s)
	if len(n.texts) < mostTexts {
		n.texts = append(n.texts, s)
		n.size += 2 * int(unsafe.Sizeof(s)) // with the room that it may have grown by
	}
	return s
}
