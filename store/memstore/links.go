package memstore

import (
	"cmp"
	"iter"
	"slices"

	"github.com/seed-5b9f5318/charter/store/memstore/internal/cow"
)

// links are the numbers that something is linked to, ordered by what they stand
// for. Few are one array, that is gone through; many are a list to walk in order and,
// for those that with has made, another one to find a number. Every call that depends
// on the order names it.
type links struct {
	few  []uint32
	many *crowd
}

// crowd never changes.
type crowd struct {
	ordered cow.Sorted[uint32]
	numbers cow.Sorted[uint32] // empty in what add has made
}

const (
	// maxFew is how many are few. A crowd that has become half as many is few again.
	maxFew = 64
	// some is how many there is room for at first.
	some = 8
)

// has reports whether n is in l, which with has made.
func (l *links) has(n uint32) bool {
	if l.many != nil {
		_, ok := l.many.numbers.Get(cmp.Compare, n)
		return ok
	}
	return slices.Contains(l.few, n)
}

// len returns how many there are.
func (l *links) len() int {
	if l.many != nil {
		return l.many.ordered.Len()
	}
	return len(l.few)
}

// all returns every number, in order.
func (l *links) all() iter.Seq[uint32] {
	if l.many != nil {
		return l.many.ordered.All()
	}
	return slices.Values(l.few)
}

// from returns those that are not before the number 0 in order.
func (l *links) from(order cow.Order[uint32]) iter.Seq[uint32] {
	if l.many != nil {
		return l.many.ordered.From(order, 0)
	}
	i, _ := slices.BinarySearchFunc(l.few, 0, order)
	return slices.Values(l.few[i:])
}

// after returns those that are after the number 0 in order.
func (l *links) after(order cow.Order[uint32]) iter.Seq[uint32] {
	if l.many != nil {
		return l.many.ordered.After(order, 0)
	}
	i, found := slices.BinarySearchFunc(l.few, 0, order)
	if found {
		i++
	}
	return slices.Values(l.few[i:])
}

// with returns l with more, which is in order and not in it.
func (l *links) with(edit cow.Edit, order cow.Order[uint32], more ...uint32) links {
	if l.many == nil && len(l.few)+len(more) <= maxFew {
		return links{few: mergedNumbers(order, l.few, more)}
	}
	c := l.crowd(edit, order, more)
	for _, list := range [][]uint32{l.few, more} {
		for _, n := range list {
			c.numbers.Set(edit, cmp.Compare, n)
		}
	}
	return links{many: c}
}

// crowd returns l with more as a crowd whose list in order is complete.
func (l *links) crowd(edit cow.Edit, order cow.Order[uint32], more []uint32) *crowd {
	var c crowd
	if l.many != nil {
		c = *l.many
	}
	for _, list := range [][]uint32{l.few, more} {
		for _, n := range list {
			c.ordered.Set(edit, order, n)
		}
	}
	return &c
}

// mergedNumbers returns what is in a or in b, which have nothing in common.
func mergedNumbers(order cow.Order[uint32], a, b []uint32) []uint32 {
	all := make([]uint32, 0, len(a)+len(b))
	for _, n := range b {
		i := len(a) // most often what is new is last
		if i > 0 && order(a[i-1], n) > 0 {
			i, _ = slices.BinarySearchFunc(a, n, order)
		}
		all, a = append(append(all, a[:i]...), n), a[i:]
	}
	return append(all, a...)
}

// add puts n, which is not in l, where it belongs. Whoever calls it owns l, and never
// asks whether it has a number.
func (l *links) add(edit cow.Edit, order cow.Order[uint32], n uint32) {
	if l.many != nil || len(l.few) == maxFew {
		*l = links{many: l.crowd(edit, order, []uint32{n})}
		return
	}
	i := len(l.few)
	if i > 0 && order(l.few[i-1], n) > 0 {
		i, _ = slices.BinarySearchFunc(l.few, n, order)
	}
	if len(l.few) == cap(l.few) {
		l.few = append(make([]uint32, 0, len(l.few)+max(some, len(l.few)/4)), l.few...)
	}
	l.few = slices.Insert(l.few, i, n)
}

// without returns l without n, which is in it.
func (l *links) without(edit cow.Edit, order cow.Order[uint32], n uint32) links {
	if l.many == nil {
		return links{few: slices.DeleteFunc(slices.Clone(l.few), func(m uint32) bool { return m == n })}
	}
	c := *l.many
	c.ordered.Delete(edit, order, n)
	c.numbers.Delete(edit, cmp.Compare, n)
	if c.ordered.Len() <= maxFew/2 {
		return links{few: slices.Collect(c.ordered.All())}
	}
	return links{many: &c}
}
