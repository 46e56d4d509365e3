package cow

// Table finds numbers, from 1 on, by the hash of what they stand for. It has no
// keys: whoever asks compares what each candidate stands for, which is nearly
// always one. Two things of one hash are two candidates. Make one with its zero
// value.
//
// It is an extendible hash table: the first bits of the hash choose a slot of the
// directory, and slots next to each other may share a bucket, which is one cache
// line. A bucket that overflows is split, by a directory of twice as many slots if
// need be. That is once in a doubling of the table. So the directory does not grow
// for a few unlucky hashes, it has no more slots than there are numbers; then a
// bucket gets a second one. It is given back when the last number goes.
type Table struct {
	directory Vector[*bucket]
	bits      uint
	size      int
}

type bucket struct {
	edit Edit
	more *bucket
	held [perBucket]held
}

const perBucket = 6

// held is a number; the zero one is free.
type held struct{ hash, number uint32 }

// maxBits is the largest directory.
const maxBits = 28

// Candidates are the numbers of one hash.
type Candidates struct {
	hash   uint32
	next   int
	bucket *bucket
}

// Find returns the candidates for hash.
func (t *Table) Find(hash uint32) Candidates {
	if t.size == 0 {
		return Candidates{}
	}
	return Candidates{hash: hash, bucket: t.directory.At(t.slot(hash))}
}

func (t *Table) slot(hash uint32) uint32 { return uint32(uint64(hash) >> (32 - t.bits)) }

// Next returns the next candidate, 0 when there is none. It allocates nothing.
func (c *Candidates) Next() uint32 {
	for c.bucket != nil {
		for c.next < perBucket {
			h := &c.bucket.held[c.next]
			c.next++
			if h.number == 0 {
				return 0 // they are held from the front on
			}
			if h.hash == c.hash {
				return h.number
			}
		}
		c.bucket, c.next = c.bucket.more, 0
	}
	return 0
}

// Add adds number, which is not in t, under hash.
func (t *Table) Add(edit Edit, hash, number uint32) {
	if t.directory.Len() == 0 {
		t.directory.Append(edit, nil)
	}
	t.size++
	all := append(t.at(hash), held{hash, number})
	for len(all) > perBucket {
		first, past := t.sharing(hash)
		if past-first == 1 && !t.double(edit) {
			break
		}
		if past-first > 1 {
			t.split(edit, first, past)
		}
		all = append(t.at(hash), held{hash, number})
	}
	t.put(edit, hash, all)
}

// Delete removes number from under hash, if it is there.
func (t *Table) Delete(edit Edit, hash, number uint32) {
	if t.size == 0 {
		return
	}
	all := t.at(hash)
	for i, h := range all {
		if h.number == number && h.hash == hash {
			if t.size--; t.size == 0 {
				*t = Table{}
				return
			}
			t.put(edit, hash, append(all[:i], all[i+1:]...))
			return
		}
	}
}

// at returns all that is held where hash belongs.
func (t *Table) at(hash uint32) []held {
	all := make([]held, 0, 2*perBucket)
	for b := t.directory.At(t.slot(hash)); b != nil; b = b.more {
		for _, h := range b.held {
			if h.number != 0 {
				all = append(all, h)
			}
		}
	}
	return all
}

// sharing returns the first slot that shares the bucket of hash, and the one after
// the last.
func (t *Table) sharing(hash uint32) (first, past uint32) {
	first = t.slot(hash)
	past = first + 1
	b := t.directory.At(first)
	if b == nil {
		return first, past
	}
	for first > 0 && t.directory.At(first-1) == b {
		first--
	}
	for int(past) < t.directory.Len() && t.directory.At(past) == b {
		past++
	}
	return first, past
}

// split gives each half of the slots that share a bucket one of its own.
func (t *Table) split(edit Edit, first, past uint32) {
	all := t.at(first << (32 - t.bits))
	middle := first + (past-first)/2
	var low, high []held
	for _, h := range all {
		if t.slot(h.hash) < middle {
			low = append(low, h)
		} else {
			high = append(high, h)
		}
	}
	t.fill(edit, first, middle, low)
	t.fill(edit, middle, past, high)
}

// double makes the directory twice as long, unless it is long enough.
func (t *Table) double(edit Edit) bool {
	if t.bits == maxBits || 2*t.directory.Len() > t.size {
		return false
	}
	var twice Vector[*bucket]
	for i := range t.directory.Len() {
		b := t.directory.At(uint32(i))
		twice.Append(edit, b)
		twice.Append(edit, b)
	}
	t.directory = twice
	t.bits++
	return true
}

// put makes all what is held where hash belongs.
func (t *Table) put(edit Edit, hash uint32, all []held) {
	slot := t.slot(hash)
	if b := t.directory.At(slot); b != nil && b.edit == edit && b.more == nil && len(all) <= perBucket {
		b.held = [perBucket]held{}
		copy(b.held[:], all)
		return
	}
	first, past := t.sharing(hash)
	t.fill(edit, first, past, all)
}

// fill makes a bucket of all and gives it to slots.
func (t *Table) fill(edit Edit, first, past uint32, all []held) {
	b := chain(edit, all)
	for slot := first; slot < past; slot++ {
		t.directory.Set(edit, slot, b)
	}
}

func chain(edit Edit, all []held) *bucket {
	b := &bucket{edit: edit}
	if n := copy(b.held[:], all); n < len(all) {
		b.more = chain(edit, all[n:])
	}
	return b
}
