package measure

import (
	"math/rand/v2"
	"slices"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// questions is how many are asked, one after the other and then again; resolved of
// them are looked up beforehand. All are powers of two.
const (
	questions = 1 << 16
	resolved  = 1 << 14
)

// Sample is what systems with the same data are asked and told.
type Sample struct {
	Size workload.Size
	Data *workload.Data
	Mix  []workload.Question
	// Changes are grants that are not there, to members who are no Admins. Idle are
	// those of them that change no answer to a question: a Viewer may use no device,
	// however many it has.
	Changes, Idle []Change
	// Members are some that are no Admins, each once.
	Members []Change
}

// Change is about a member, its role, and a device of the same organization that it
// has no grant of.
type Change struct {
	Org, User, Device string
	Role              workload.Role
}

// NewSample makes the data of a size and what is asked about it.
func NewSample(size workload.Size) *Sample {
	s := &Sample{Size: size, Data: workload.Make(size)}
	s.Mix = s.Data.Questions(questions)
	random := rand.New(rand.NewPCG(20260304, 1)) //nolint:gosec // the same at each call
	const tries = 4096
	changed, met := map[Change]bool{}, map[string]bool{}
	for range tries {
		o := &s.Data.Orgs[random.IntN(len(s.Data.Orgs))]
		m, device := &o.Members[random.IntN(len(o.Members))], random.IntN(len(o.Devices))
		c := Change{o.ID, m.User, o.Devices[device], m.Role}
		_, has := slices.BinarySearch(m.Grants, device)
		if m.Role == workload.Admin || has || changed[c] {
			continue
		}
		changed[c], s.Changes = true, append(s.Changes, c)
		if m.Role == workload.Viewer {
			s.Idle = append(s.Idle, c)
		}
		if !met[m.User] {
			met[m.User], s.Members = true, append(s.Members, c)
		}
	}
	return s
}

// nth returns the nth of a list that starts over at its end.
func nth[T any](list []T, n int) *T { return &list[n%len(list)] }
