package cow

import (
	"hash/maphash"
	"iter"
	"math/bits"
	"slices"
)

// Map is a hash map: a trie over the bits of the keys' hashes, five at a level,
// so that a million keys are four or five steps away. Make one with [NewMap]; the
// zero value can only be read.
type Map[K comparable, V any] struct {
	root *branch[K, V]
	hash func(K) uint64
}

// NewMap returns an empty map.
func NewMap[K comparable, V any]() Map[K, V] {
	seed := maphash.MakeSeed()
	return Map[K, V]{hash: func(key K) uint64 { return maphash.Comparable(seed, key) }}
}

const (
	step  = 5  // bits of the hash for one level
	depth = 64 // when so many are used up, keys with one hash share a branch
)

// branch is a node of the trie. A slot, five bits of the hash, is an entry, a
// further branch, or free. Below depth there are no slots: entries is searched.
type branch[K comparable, V any] struct {
	edit     Edit
	entered  uint32 // the slots that are entries
	branched uint32 // the slots that are branches
	entries  []entry[K, V]
	branches []*branch[K, V]
}

type entry[K comparable, V any] struct {
	key   K
	value V
}

func slot(hash uint64, shift int) uint32 { return 1 << (hash >> shift & (1<<step - 1)) }

// index returns where slot is among those in set.
func index(set, slot uint32) int { return bits.OnesCount32(set & (slot - 1)) }

// Get returns the value of key, and false when it has none. It allocates
// nothing.
func (m Map[K, V]) Get(key K) (V, bool) {
	b := m.root
	if b == nil {
		var none V
		return none, false
	}
	hash := m.hash(key)
	for shift := 0; shift < depth; shift += step {
		slot := slot(hash, shift)
		switch {
		case b.entered&slot != 0:
			return b.entries[index(b.entered, slot)].valueOf(key)
		case b.branched&slot == 0:
			var none V
			return none, false
		}
		b = b.branches[index(b.branched, slot)]
	}
	if i := b.search(key); i >= 0 {
		return b.entries[i].value, true
	}
	var none V
	return none, false
}

func (e *entry[K, V]) valueOf(key K) (V, bool) {
	if e.key != key {
		var none V
		return none, false
	}
	return e.value, true
}

func (b *branch[K, V]) search(key K) int {
	return slices.IndexFunc(b.entries, func(e entry[K, V]) bool { return e.key == key })
}

// All returns every key with its value, in no order. The map must not change
// meanwhile.
func (m Map[K, V]) All() iter.Seq2[K, V] {
	return func(yield func(K, V) bool) {
		if m.root != nil {
			m.root.all(yield)
		}
	}
}

func (b *branch[K, V]) all(yield func(K, V) bool) bool {
	for _, e := range b.entries {
		if !yield(e.key, e.value) {
			return false
		}
	}
	for _, sub := range b.branches {
		if !sub.all(yield) {
			return false
		}
	}
	return true
}

// Set gives key a value, in place of the one it has.
func (m *Map[K, V]) Set(edit Edit, key K, value V) {
	if m.root == nil {
		m.root = &branch[K, V]{edit: edit}
	}
	m.root = m.set(m.root, edit, 0, m.hash(key), entry[K, V]{key, value})
}

func (m *Map[K, V]) set(b *branch[K, V], edit Edit, shift int, hash uint64, e entry[K, V]) *branch[K, V] {
	b = b.own(edit)
	if shift >= depth {
		if i := b.search(e.key); i >= 0 {
			b.entries[i] = e
		} else {
			b.entries = append(b.entries, e)
		}
		return b
	}
	slot := slot(hash, shift)
	if b.branched&slot != 0 {
		i := index(b.branched, slot)
		b.branches[i] = m.set(b.branches[i], edit, shift+step, hash, e)
		return b
	}
	i := index(b.entered, slot)
	switch {
	case b.entered&slot == 0:
		b.entries = slices.Insert(b.entries, i, e)
		b.entered |= slot
	case b.entries[i].key == e.key:
		b.entries[i] = e
	default:
		m.fork(b, edit, shift, slot, hash, e)
	}
	return b
}

// fork puts the entry in slot and e into a branch of their own.
func (m *Map[K, V]) fork(b *branch[K, V], edit Edit, shift int, slot uint32, hash uint64, e entry[K, V]) {
	i := index(b.entered, slot)
	old := b.entries[i]
	sub := &branch[K, V]{edit: edit}
	m.set(sub, edit, shift+step, m.hash(old.key), old)
	m.set(sub, edit, shift+step, hash, e)
	b.entries = slices.Delete(b.entries, i, i+1)
	b.entered &^= slot
	b.branches = slices.Insert(b.branches, index(b.branched, slot), sub)
	b.branched |= slot
}

// Delete removes key, if it is there.
func (m *Map[K, V]) Delete(edit Edit, key K) {
	if _, ok := m.Get(key); !ok {
		return
	}
	m.root = m.root.without(edit, 0, m.hash(key), key)
}

// without returns b without key, which is in it.
func (b *branch[K, V]) without(edit Edit, shift int, hash uint64, key K) *branch[K, V] {
	b = b.own(edit)
	if shift >= depth {
		i := b.search(key)
		b.entries = slices.Delete(b.entries, i, i+1)
		return b
	}
	slot := slot(hash, shift)
	if b.entered&slot != 0 {
		i := index(b.entered, slot)
		b.entries = slices.Delete(b.entries, i, i+1)
		b.entered &^= slot
		return b
	}
	i := index(b.branched, slot)
	sub := b.branches[i].without(edit, shift+step, hash, key)
	if len(sub.branches) > 0 || len(sub.entries) > 1 {
		b.branches[i] = sub
		return b
	}
	// What is left of the branch is one entry: it takes the slot itself.
	b.branches = slices.Delete(b.branches, i, i+1)
	b.branched &^= slot
	b.entries = slices.Insert(b.entries, index(b.entered, slot), sub.entries[0])
	b.entered |= slot
	return b
}

// own returns b when edit made it, else a copy that edit may change.
func (b *branch[K, V]) own(edit Edit) *branch[K, V] {
	if b.edit == edit {
		return b
	}
	c := *b
	c.edit = edit
	c.entries, c.branches = slices.Clone(b.entries), slices.Clone(b.branches)
	return &c
}
