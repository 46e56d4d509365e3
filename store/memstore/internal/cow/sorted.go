package cow

import (
	"iter"
	"slices"
)

// Sorted is a list in the order of a comparison that holds each item once: a
// B+ tree of 8 to 32 items a node. Make one with [NewSorted]; the zero value can
// only be read.
type Sorted[T any] struct {
	root    *node[T]
	compare func(a, b T) int
	size    int
}

// NewSorted returns an empty list in the order of compare. Items that compare
// equal are the same item.
func NewSorted[T any](compare func(a, b T) int) Sorted[T] { return Sorted[T]{compare: compare} }

const (
	most  = 32
	least = most / 4
)

// node is a leaf, which has items, or an inner node, which has kids. An inner
// node's items are bounds: everything in kids[i] is at or after items[i] and
// before items[i+1].
type node[T any] struct {
	edit  *Edit
	items []T
	kids  []*node[T]
}

// Len returns the number of items.
func (s Sorted[T]) Len() int { return s.size }

// Get returns the item that compares equal to item, and false when there is
// none.
func (s Sorted[T]) Get(item T) (T, bool) {
	var none T
	n := s.root
	if n == nil {
		return none, false
	}
	for n.kids != nil {
		n = n.kids[n.kid(item, s.compare)]
	}
	i, found := slices.BinarySearchFunc(n.items, item, s.compare)
	if !found {
		return none, false
	}
	return n.items[i], true
}

// kid returns the index of the kid where item belongs, 0 when it is before all.
func (n *node[T]) kid(item T, compare func(a, b T) int) int {
	i, found := slices.BinarySearchFunc(n.items, item, compare)
	if !found && i > 0 {
		i--
	}
	return i
}

// All returns every item in order. The list must not change meanwhile; that
// holds for the methods below, too.
func (s Sorted[T]) All() iter.Seq[T] { return s.ascend(nil, true) }

// From returns item, if it is there, and those after it, in order.
func (s Sorted[T]) From(item T) iter.Seq[T] { return s.ascend(&item, true) }

// After returns those after item, in order.
func (s Sorted[T]) After(item T) iter.Seq[T] { return s.ascend(&item, false) }

// Backward returns every item, the last first.
func (s Sorted[T]) Backward() iter.Seq[T] { return s.descend(nil) }

// Before returns those before item, the last first.
func (s Sorted[T]) Before(item T) iter.Seq[T] { return s.descend(&item) }

func (s Sorted[T]) ascend(from *T, with bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		if s.root != nil {
			s.root.ascend(s.compare, from, with, yield)
		}
	}
}

func (s Sorted[T]) descend(from *T) iter.Seq[T] {
	return func(yield func(T) bool) {
		if s.root != nil {
			s.root.descend(s.compare, from, yield)
		}
	}
}

func (n *node[T]) ascend(compare func(a, b T) int, from *T, with bool, yield func(T) bool) bool {
	i := 0
	if n.kids == nil {
		if from != nil {
			var found bool
			if i, found = slices.BinarySearchFunc(n.items, *from, compare); found && !with {
				i++
			}
		}
		for _, item := range n.items[i:] {
			if !yield(item) {
				return false
			}
		}
		return true
	}
	if from != nil {
		i = n.kid(*from, compare)
	}
	for _, kid := range n.kids[i:] {
		if !kid.ascend(compare, from, with, yield) {
			return false
		}
		from = nil // the next kid is after it as a whole
	}
	return true
}

func (n *node[T]) descend(compare func(a, b T) int, from *T, yield func(T) bool) bool {
	i := len(n.items)
	if n.kids == nil {
		if from != nil {
			i, _ = slices.BinarySearchFunc(n.items, *from, compare)
		}
		for _, item := range slices.Backward(n.items[:i]) {
			if !yield(item) {
				return false
			}
		}
		return true
	}
	if from != nil {
		i = n.kid(*from, compare) + 1
	}
	for _, kid := range slices.Backward(n.kids[:i]) {
		if !kid.descend(compare, from, yield) {
			return false
		}
		from = nil
	}
	return true
}

// Set puts item into its place, instead of the one that compares equal.
func (s *Sorted[T]) Set(edit *Edit, item T) {
	if s.root == nil {
		s.root = &node[T]{edit: edit}
	}
	root, right, added := s.root.set(edit, s.compare, item)
	if right != nil {
		root = &node[T]{edit: edit, items: []T{root.items[0], right.items[0]}, kids: []*node[T]{root, right}}
	}
	s.root = root
	if added {
		s.size++
	}
}

// set returns n with item, and what of it became too much for one node.
func (n *node[T]) set(edit *Edit, compare func(a, b T) int, item T) (_, right *node[T], added bool) {
	n = n.own(edit)
	if n.kids == nil {
		i, found := slices.BinarySearchFunc(n.items, item, compare)
		if found {
			n.items[i] = item
			return n, nil, false
		}
		n.items = slices.Insert(n.items, i, item)
		return n, n.split(edit), true
	}
	i := n.kid(item, compare)
	if compare(item, n.items[i]) < 0 {
		n.items[i] = item // only before the first
	}
	n.kids[i], right, added = n.kids[i].set(edit, compare, item)
	if right != nil {
		n.adopt(i+1, right)
	}
	return n, n.split(edit), added
}

// adopt makes kid the i-th of n.
func (n *node[T]) adopt(i int, kid *node[T]) {
	n.items = slices.Insert(n.items, i, kid.items[0])
	n.kids = slices.Insert(n.kids, i, kid)
}

// split cuts n, which edit made, in two when it is too long, and returns the
// right half, else nil.
func (n *node[T]) split(edit *Edit) *node[T] {
	if len(n.items) <= most {
		return nil
	}
	half := len(n.items) / 2
	right := &node[T]{edit: edit, items: slices.Clone(n.items[half:])}
	n.items = slices.Delete(n.items, half, len(n.items))
	if n.kids != nil {
		right.kids = slices.Clone(n.kids[half:])
		n.kids = slices.Delete(n.kids, half, len(n.kids))
	}
	return right
}

// Delete removes the item that compares equal to item, if there is one.
func (s *Sorted[T]) Delete(edit *Edit, item T) {
	if _, ok := s.Get(item); !ok {
		return
	}
	s.root = s.root.without(edit, s.compare, item)
	if len(s.root.kids) == 1 {
		s.root = s.root.kids[0]
	}
	s.size--
}

// without returns n without item, which is in it.
func (n *node[T]) without(edit *Edit, compare func(a, b T) int, item T) *node[T] {
	n = n.own(edit)
	if n.kids == nil {
		i, _ := slices.BinarySearchFunc(n.items, item, compare)
		n.items = slices.Delete(n.items, i, i+1)
		return n
	}
	i := n.kid(item, compare)
	n.kids[i] = n.kids[i].without(edit, compare, item)
	if len(n.kids[i].items) < least {
		n.join(edit, min(i, len(n.kids)-2))
	}
	return n
}

// join makes one node of kids i and i+1, or two of even length when one would
// be too long.
func (n *node[T]) join(edit *Edit, i int) {
	left, right := n.kids[i].own(edit), n.kids[i+1]
	left.items = append(left.items, right.items...)
	left.kids = append(left.kids, right.kids...)
	n.kids[i] = left
	n.items = slices.Delete(n.items, i+1, i+2)
	n.kids = slices.Delete(n.kids, i+1, i+2)
	if right := left.split(edit); right != nil {
		n.adopt(i+1, right)
	}
}

// own returns n when edit made it, else a copy that edit may change.
func (n *node[T]) own(edit *Edit) *node[T] {
	if n.edit == edit {
		return n
	}
	return &node[T]{edit: edit, items: slices.Clone(n.items), kids: slices.Clone(n.kids)}
}
