package cow

import (
	"math/bits"
	"slices"
)

// Table finds numbers, from 1 on, by the hash of what they stand for. It has no
// keys: whoever asks compares what each candidate stands for, which is nearly
// always one. Two things of one hash are two candidates. Make one with its zero
// value.
//
// The first bits of the hash choose a part, the last ones a group in it, which is
// one cache line; what finds its group full goes into the next. A part that is
// filled to four fifths grows, and when it is large splits, so that a change copies
// one part and what leads to it. Both are once in a doubling. All is given back when
// the last number goes.
type Table struct {
	parts Vector[part] // two to the power of bits; those next to each other may be the same
	bits  uint
	size  int
}

// part is a table by itself, of a power of two of groups.
type part struct {
	edit   Edit
	groups []group
	held   int
	depth  uint // bits of the hash that all it holds have in common
}

// group is a cache line of numbers.
type group struct {
	tags    uint64 // a byte for each place, 0 when it is free; the last one is spilled
	numbers [perGroup]uint32
	hashes  [perGroup]uint32
}

const (
	perGroup  = 7
	spilled   = 1 << 56 // something that belongs here is further on
	maxGroups = 64      // of a part that may split instead
	maxBits   = 20

	ones = 0x01_01_01_01_01_01_01
	tops = 0x80_80_80_80_80_80_80
)

// tag is what a group knows a hash by: seven bits of it that choose neither part nor
// group, and one more.
func tag(hash uint32) uint64 { return uint64(hash>>7)&0x7f | 0x80 }

// part returns the index of the part for hash.
func (t *Table) part(hash uint32) uint32 {
	return hash >> ((32 - t.bits) & 31) & (1<<t.bits - 1)
}

// Find returns the first candidate for hash, 0 when there is none. Go on with Next.
// It allocates nothing.
func (t *Table) Find(hash uint32) uint32 {
	if t.size == 0 {
		return 0
	}
	groups := t.parts.Ref(t.part(hash)).groups
	g := &groups[hash&uint32(len(groups)-1)]
	// The bytes of other that are 0 are the places with the tag. The lowest one that
	// is found so is one for certain.
	other := g.tags ^ tag(hash)*ones
	found := (other - ones) &^ other & tops
	switch place := bits.TrailingZeros64(found) / 8; {
	case found == 0 && g.tags&spilled == 0:
		return 0
	case found != 0 && g.hashes[place] == hash:
		return g.numbers[place]
	}
	return t.Next(hash, 0)
}

// Next returns the candidate for hash that nth others come before, 0 when there are
// no more.
func (t *Table) Next(hash uint32, nth int) uint32 {
	if t.size == 0 {
		return 0
	}
	groups := t.parts.Ref(t.part(hash)).groups
	for i := range uint32(len(groups)) {
		g := &groups[(hash+i)&uint32(len(groups)-1)]
		for place, number := range g.numbers {
			if number == 0 || g.hashes[place] != hash {
				continue
			}
			if nth == 0 {
				return number
			}
			nth--
		}
		if g.tags&spilled == 0 {
			break
		}
	}
	return 0
}

// Add adds number, which is not there, under hash.
func (t *Table) Add(edit Edit, hash, number uint32) {
	if t.size == 0 {
		t.parts.Append(edit, part{edit: edit, groups: make([]group, 1)})
	}
	t.size++
	for {
		p := t.own(edit, hash)
		switch {
		case p.held < room(len(p.groups)):
			p.add(hash, number)
			t.share(edit, hash, p)
			return
		case len(p.groups) < maxGroups || p.depth == maxBits || 1<<p.depth > t.size:
			t.share(edit, hash, newPart(edit, p.depth, slices.Collect(p.all)))
		default:
			t.split(edit, p, hash)
		}
	}
}

// Delete removes number from under hash, if it is there.
func (t *Table) Delete(edit Edit, hash, number uint32) {
	if t.size == 0 {
		return
	}
	p := t.own(edit, hash)
	for i := range p.groups {
		g := &p.groups[(hash+uint32(i))&uint32(len(p.groups)-1)]
		for place := range g.numbers {
			if g.numbers[place] != number || g.hashes[place] != hash {
				continue
			}
			g.numbers[place], g.hashes[place] = 0, 0
			g.tags &^= 0xff << (8 * place)
			p.held--
			t.share(edit, hash, p)
			if t.size--; t.size == 0 {
				*t = Table{}
			}
			return
		}
		if g.tags&spilled == 0 {
			return
		}
	}
}

// own returns the part of hash for edit to change, and to share again.
func (t *Table) own(edit Edit, hash uint32) part {
	p := t.parts.At(t.part(hash))
	if p.edit != edit {
		p.edit, p.groups = edit, slices.Clone(p.groups)
	}
	return p
}

// share makes p the part of every hash that has its first bits in common with hash.
func (t *Table) share(edit Edit, hash uint32, p part) {
	alike := uint32(1) << (t.bits - p.depth)
	first := t.part(hash) &^ (alike - 1)
	for i := range alike {
		t.parts.Set(edit, first+i, p)
	}
}

// split makes two of p, which hash belongs to.
func (t *Table) split(edit Edit, p part, hash uint32) {
	if p.depth == t.bits {
		var twice Vector[part]
		for i := range uint32(t.parts.Len()) {
			twice.Append(edit, t.parts.At(i))
			twice.Append(edit, t.parts.At(i))
		}
		t.parts = twice
		t.bits++
	}
	bit := uint32(1) << (31 - p.depth)
	var low, high []held
	for h := range p.all {
		if h.hash&bit == 0 {
			low = append(low, h)
		} else {
			high = append(high, h)
		}
	}
	t.share(edit, hash&^bit, newPart(edit, p.depth+1, low))
	t.share(edit, hash|bit, newPart(edit, p.depth+1, high))
}

// held is a number under its hash.
type held struct{ hash, number uint32 }

// room is how many numbers a part of so many groups may hold.
func room(groups int) int { return groups * perGroup * 4 / 5 }

// newPart returns a part of all, with room for one more.
func newPart(edit Edit, depth uint, all []held) part {
	size := 1
	for room(size) <= len(all) {
		size *= 2
	}
	p := part{edit: edit, groups: make([]group, size), depth: depth}
	for _, h := range all {
		p.add(h.hash, h.number)
	}
	return p
}

// all yields what p holds.
func (p *part) all(yield func(held) bool) {
	for i := range p.groups {
		g := &p.groups[i]
		for place, number := range g.numbers {
			if number != 0 && !yield(held{g.hashes[place], number}) {
				return
			}
		}
	}
}

// add adds number to p, which has room.
func (p *part) add(hash, number uint32) {
	p.held++
	for i := hash; ; i++ {
		g := &p.groups[i&uint32(len(p.groups)-1)]
		for place, held := range g.numbers {
			if held == 0 {
				g.hashes[place], g.numbers[place] = hash, number
				g.tags |= tag(hash) << (8 * place)
				return
			}
		}
		g.tags |= spilled
	}
}
