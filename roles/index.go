package roles

import "math/bits"

// index finds the bit numbers of permissions. Each check looks up one or two, in a
// catalogue that never changes and that nobody fills with hostile names: so the hash
// is a few operations on the ends of the text, a fourth of what a map takes.
type index struct {
	first []uint16 // bit number + 1 of the first permission in a slot, 0 when free
	next  []uint16 // by bit number: that of the next one in its slot, likewise
	shift int
}

// maxPermissions is how many a catalogue can declare.
const maxPermissions = 1<<16 - 1

func newIndex(declared []Declaration) index {
	size := bits.Len(uint(4 * len(declared)))
	x := index{first: make([]uint16, 1<<size), next: make([]uint16, len(declared)), shift: 64 - size}
	for i, d := range declared {
		slot := &x.first[hash(d.Permission)>>x.shift]
		x.next[i], *slot = *slot, uint16(i+1)
	}
	return x
}

// bit returns the bit number of p, and false when p is not declared.
func (c *Catalogue) bit(p Permission) (int, bool) {
	if len(c.declared) == 0 {
		return 0, false // the zero value
	}
	for i := c.index.first[hash(p)>>c.index.shift]; i != 0; i = c.index.next[i-1] {
		if c.declared[i-1].Permission == p {
			return int(i - 1), true
		}
	}
	return 0, false
}

// hash mixes the length and the first and last eight bytes of p.
func hash(p Permission) uint64 {
	const odd = 0x9e3779b97f4a7c15
	if len(p) < 8 {
		var h uint64
		for i := range len(p) {
			h = (h + uint64(p[i])) * odd
		}
		return h
	}
	first, last := load(p[:8]), load(p[len(p)-8:])
	return (first*odd ^ last + uint64(len(p))) * odd
}

func load(p Permission) uint64 {
	_ = p[7] // the eight that follow become one load
	return uint64(p[0]) | uint64(p[1])<<8 | uint64(p[2])<<16 | uint64(p[3])<<24 |
		uint64(p[4])<<32 | uint64(p[5])<<40 | uint64(p[6])<<48 | uint64(p[7])<<56
}
