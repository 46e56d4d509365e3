package cow

import "slices"

// Table finds numbers, from 1 on, by the hash of what they stand for. It has no
// keys: whoever asks compares what each candidate stands for, which is nearly
// always one. Two things of one hash are two candidates. Make one with its zero
// value.
//
// The first bits of the hash choose a part, the last ones a group in it, which is
// one cache line; what finds its group full goes into the next. A part that is
// filled to four fifths grows, and when it is large splits, so that a change copies
// one part and the list of parts. Both are once in a doubling. All is given back when
// the last number goes.
type Table struct {
	edit  Edit   // of whoever made parts
	parts []part // parts next to each other may be the same
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

// group is full when it has as many numbers; 0 is no number.
type group struct {
	hashes  [perGroup]uint32
	numbers [perGroup]uint32
	spilled bool // something that belongs here is further on
}

const (
	perGroup  = 7
	maxGroups = 64 // of a part that may split instead
	maxBits   = 20
)

// Candidates are the numbers of one hash.
type Candidates struct {
	hash   uint32
	group  uint32
	past   int // the places of the group that are done
	groups []group
}

// Find returns the candidates for hash.
func (t *Table) Find(hash uint32) Candidates {
	if t.size == 0 {
		return Candidates{}
	}
	groups := t.parts[hash>>1>>(31-t.bits)].groups
	return Candidates{hash: hash, group: hash & uint32(len(groups)-1), groups: groups}
}

// Next returns the next candidate, 0 when there is none. It allocates nothing.
func (c *Candidates) Next() uint32 {
	if c.past == 0 && len(c.groups) > 0 {
		// Nearly always this is all, and it has no branch to be guessed.
		g := &c.groups[c.group]
		if at := g.find(c.hash); at < perGroup && g.numbers[at] != 0 {
			c.past = at + 1
			return g.numbers[at]
		}
	}
	return c.further()
}

// find returns the first place that has hash, perGroup when none has.
func (g *group) find(hash uint32) int {
	at := perGroup
	if g.hashes[6] == hash {
		at = 6
	}
	if g.hashes[5] == hash {
		at = 5
	}
	if g.hashes[4] == hash {
		at = 4
	}
	if g.hashes[3] == hash {
		at = 3
	}
	if g.hashes[2] == hash {
		at = 2
	}
	if g.hashes[1] == hash {
		at = 1
	}
	if g.hashes[0] == hash {
		at = 0
	}
	return at
}

// further is Next from place past on.
func (c *Candidates) further() uint32 {
	for range c.groups {
		g := &c.groups[c.group]
		for ; c.past < perGroup; c.past++ {
			if g.numbers[c.past] != 0 && g.hashes[c.past] == c.hash {
				c.past++
				return g.numbers[c.past-1]
			}
		}
		if !g.spilled {
			break
		}
		c.group, c.past = (c.group+1)&uint32(len(c.groups)-1), 0
	}
	c.groups = nil
	return 0
}

// Add adds number, which is not there, under hash.
func (t *Table) Add(edit Edit, hash, number uint32) {
	if t.size == 0 {
		*t = Table{edit: edit, parts: []part{{edit: edit, groups: make([]group, 1)}}}
	}
	t.size++
	for {
		p := t.own(edit, hash)
		switch {
		case p.held < room(len(p.groups)):
			p.add(hash, number)
			t.share(hash, *p)
			return
		case len(p.groups) < maxGroups || p.depth == maxBits || 1<<p.depth > t.size:
			*p = newPart(edit, p.depth, slices.Collect(p.all))
			t.share(hash, *p)
		default:
			t.split(edit, *p, hash)
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
		for at := range g.numbers {
			if g.numbers[at] == number && g.hashes[at] == hash {
				g.numbers[at], g.hashes[at] = 0, 0
				p.held--
				t.share(hash, *p)
				if t.size--; t.size == 0 {
					*t = Table{}
				}
				return
			}
		}
		if !g.spilled {
			return
		}
	}
}

// own returns the part of hash for edit to change. Whoever does shares it again.
func (t *Table) own(edit Edit, hash uint32) *part {
	if t.edit != edit {
		t.edit, t.parts = edit, slices.Clone(t.parts)
	}
	p := &t.parts[hash>>1>>(31-t.bits)]
	if p.edit != edit {
		p.edit, p.groups = edit, slices.Clone(p.groups)
	}
	return p
}

// share makes p the part of every hash that has its first bits in common with hash.
func (t *Table) share(hash uint32, p part) {
	alike := uint32(1) << (t.bits - p.depth)
	first := hash >> 1 >> (31 - t.bits) &^ (alike - 1)
	for i := range alike {
		t.parts[first+i] = p
	}
}

// split makes two of p, which hash belongs to.
func (t *Table) split(edit Edit, p part, hash uint32) {
	if p.depth == t.bits {
		twice := make([]part, 0, 2*len(t.parts))
		for _, p := range t.parts {
			twice = append(twice, p, p)
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
	t.share(hash&^bit, newPart(edit, p.depth+1, low))
	t.share(hash|bit, newPart(edit, p.depth+1, high))
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
		for at, number := range g.numbers {
			if number != 0 && !yield(held{g.hashes[at], number}) {
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
		for at, held := range g.numbers {
			if held == 0 {
				g.hashes[at], g.numbers[at] = hash, number
				return
			}
		}
		g.spilled = true
	}
}
