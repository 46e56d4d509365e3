package roles

import "math/bits"

// Set is a set of the permissions of one [Catalogue], as bits. Only the
// catalogue that made it can read it; sets of two catalogues do not mix. The
// zero value is empty. A Set is never changed once made, so copies may share.
type Set struct{ words []uint64 }

// Contains reports whether every permission in other is in s. It is the whole
// of the escalation rule: who gives other must hold it (M7).
func (s Set) Contains(other Set) bool {
	for i, word := range other.words {
		if i >= len(s.words) {
			if word != 0 {
				return false
			}
			continue
		}
		if word&^s.words[i] != 0 {
			return false
		}
	}
	return true
}

// Len returns how many permissions are in s.
func (s Set) Len() int {
	n := 0
	for _, word := range s.words {
		n += bits.OnesCount64(word)
	}
	return n
}

func (s Set) has(i int) bool {
	return i>>6 < len(s.words) && s.words[i>>6]&(1<<(i&63)) != 0
}

func newSet(size int) Set { return Set{words: make([]uint64, (size+63)/64)} }

func (s Set) add(i int) { s.words[i>>6] |= 1 << (i & 63) }
