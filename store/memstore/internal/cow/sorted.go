package cow

import (
	"iter"
	"slices"
)

// Sorted is a list in the order of a comparison that holds each item once: a
// B+ tree of 8 to 32 items a node, or fewer in the last nodes, where a list that
// grows at its end has full ones behind them. Make one with its zero value. Every
// call names the comparison, which must agree with that of the calls before; items
// that compare equal are the same item.
type Sorted[T any] struct {
	root *node[T]
	size int
}

// Order is negative where a comes before b, 0 where they are the same item, and
// positive otherwise.
type Order[T any] func(a, b T) int

const (
	most  = 32
	least = most / 4
)

// node is a leaf, which has items, or an inner node, which has kids. An inner
// node's items[i] is the first item in kids[i]: an item that is in the list, so that
// what compares items need not know any that are gone.
type node[T any] struct {
	edit  Edit
	items []T
	kids  []*node[T]
}

// Len returns the number of items.
func (s Sorted[T]) Len() int { return s.size }

// Get returns the item that compares equal to item, and false when there is
// none.
func (s Sorted[T]) Get(order Order[T], item T) (T, bool) {
	var none T
	n := s.root
	if n == nil {
		return none, false
	}
	for n.kids != nil {
		n = n.kids[n.kid(item, order)]
	}
	i, found := slices.BinarySearchFunc(n.items, item, order)
	if !found {
		return none, false
	}
	return n.items[i], true
}

// kid returns the index of the kid where item belongs, 0 when it is before all.
func (n *node[T]) kid(item T, order Order[T]) int {
	i, found := n.search(item, order)
	if !found && i > 0 {
		i--
	}
	return i
}

// search returns where in n's items item is, or belongs. Most often what is new is
// last, and so that is where it looks first.
func (n *node[T]) search(item T, order Order[T]) (i int, found bool) {
	last := len(n.items) - 1
	if last < 0 {
		return 0, false
	}
	switch c := order(n.items[last], item); {
	case c < 0:
		return last + 1, false
	case c == 0:
		return last, true
	}
	return slices.BinarySearchFunc(n.items[:last], item, order)
}

// All returns every item in order. The list must not change meanwhile; that
// holds for the methods below, too.
func (s Sorted[T]) All() iter.Seq[T] { return s.ascend(nil, nil, true) }

// From returns item, if it is there, and those after it, in order.
func (s Sorted[T]) From(order Order[T], item T) iter.Seq[T] { return s.ascend(order, &item, true) }

// After returns those after item, in order.
func (s Sorted[T]) After(order Order[T], item T) iter.Seq[T] { return s.ascend(order, &item, false) }

// Backward returns every item, the last first.
func (s Sorted[T]) Backward() iter.Seq[T] { return s.descend(nil, nil) }

// Before returns those before item, the last first.
func (s Sorted[T]) Before(order Order[T], item T) iter.Seq[T] { return s.descend(order, &item) }

func (s Sorted[T]) ascend(order Order[T], from *T, with bool) iter.Seq[T] {
	return func(yield func(T) bool) {
		if s.root != nil {
			s.root.ascend(order, from, with, yield)
		}
	}
}

func (s Sorted[T]) descend(order Order[T], from *T) iter.Seq[T] {
	return func(yield func(T) bool) {
		if s.root != nil {
			s.root.descend(order, from, yield)
		}
	}
}

func (n *node[T]) ascend(order Order[T], from *T, with bool, yield func(T) bool) bool {
	i := 0
	if n.kids == nil {
		if from != nil {
			var found bool
			if i, found = slices.BinarySearchFunc(n.items, *from, order); found && !with {
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
		i = n.kid(*from, order)
	}
	for _, kid := range n.kids[i:] {
		if !kid.ascend(order, from, with, yield) {
			return false
		}
		from = nil // the next kid is after it as a whole
	}
	return true
}

func (n *node[T]) descend(order Order[T], from *T, yield func(T) bool) bool {
	i := len(n.items)
	if n.kids == nil {
		if from != nil {
			i, _ = slices.BinarySearchFunc(n.items, *from, order)
		}
		for _, item := range slices.Backward(n.items[:i]) {
			if !yield(item) {
				return false
			}
		}
		return true
	}
	if from != nil {
		i = n.kid(*from, order) + 1
	}
	for _, kid := range slices.Backward(n.kids[:i]) {
		if !kid.descend(order, from, yield) {
			return false
		}
		from = nil
	}
	return true
}

// Set puts item into its place, instead of the one that compares equal.
func (s *Sorted[T]) Set(edit Edit, order Order[T], item T) {
	if s.root == nil {
		s.root = &node[T]{edit: edit}
	}
	root, right, added := s.root.set(edit, order, item, true)
	if right != nil {
		root = &node[T]{edit: edit, items: []T{root.items[0], right.items[0]}, kids: []*node[T]{root, right}}
	}
	s.root = root
	if added {
		s.size++
	}
}

// set returns n, which may be the last of its level, with item, and what of it became
// too much for one node.
func (n *node[T]) set(edit Edit, order Order[T], item T, last bool) (_, right *node[T], added bool) {
	if n.kids == nil {
		i, found := n.search(item, order)
		if last && i == most {
			return n, &node[T]{edit: edit, items: append(make([]T, 0, least), item)}, true
		}
		n = n.own(edit)
		if found {
			n.items[i] = item
			return n, nil, false
		}
		n.items = insert(n.items, i, item)
		return n, n.split(edit), true
	}
	n = n.own(edit)
	i := n.kid(item, order)
	if order(item, n.items[i]) <= 0 {
		n.items[i] = item
	}
	last = last && i == len(n.kids)-1
	n.kids[i], right, added = n.kids[i].set(edit, order, item, last)
	switch {
	case right == nil:
	case last && i+1 == most:
		return n, &node[T]{edit: edit, items: []T{right.items[0]}, kids: []*node[T]{right}}, added
	default:
		n.adopt(i+1, right)
	}
	return n, n.split(edit), added
}

// adopt makes kid the i-th of n.
func (n *node[T]) adopt(i int, kid *node[T]) {
	n.items = insert(n.items, i, kid.items[0])
	n.kids = insert(n.kids, i, kid)
}

// insert is [slices.Insert] of one value, that leaves no more room than a node may
// keep, or one more when it is to be split.
func insert[S ~[]T, T any](s S, i int, v T) S {
	switch {
	case len(s) == most:
		s = append(make(S, 0, most+1), s...)
	case len(s) == cap(s):
		s = append(make(S, 0, min(max(2*len(s), least), most)), s...)
	}
	return slices.Insert(s, i, v)
}

// split halves n, which edit made, when it is too long, and returns the right part,
// else nil.
func (n *node[T]) split(edit Edit) *node[T] {
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
func (s *Sorted[T]) Delete(edit Edit, order Order[T], item T) {
	if s.root == nil {
		return
	}
	root, found := s.root.without(edit, order, item)
	if !found {
		return
	}
	for len(root.kids) == 1 {
		root = root.kids[0]
	}
	s.root = root
	if s.size--; s.size == 0 {
		s.root = nil
	}
}

// without returns n without item, and false when that is not in it. It may have none
// left.
func (n *node[T]) without(edit Edit, order Order[T], item T) (*node[T], bool) {
	if n.kids == nil {
		i, found := slices.BinarySearchFunc(n.items, item, order)
		if found {
			n = n.own(edit)
			n.items = slices.Delete(n.items, i, i+1)
		}
		return n, found
	}
	i := n.kid(item, order)
	kid, found := n.kids[i].without(edit, order, item)
	if !found {
		return n, false
	}
	n = n.own(edit)
	if len(kid.items) == 0 {
		n.items, n.kids = slices.Delete(n.items, i, i+1), slices.Delete(n.kids, i, i+1)
		return n, true
	}
	n.kids[i], n.items[i] = kid, kid.items[0]
	if len(kid.items) < least && len(n.kids) > 1 {
		n.join(edit, min(i, len(n.kids)-2))
	}
	return n, true
}

// join makes one node of kids i and i+1, or two of even length when one would
// be too long.
func (n *node[T]) join(edit Edit, i int) {
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
func (n *node[T]) own(edit Edit) *node[T] {
	if n.edit == edit {
		return n
	}
	return &node[T]{edit: edit, items: roomy(n.items), kids: roomy(n.kids)}
}

// roomy returns a copy of s with room for one more, nil for none.
func roomy[S ~[]T, T any](s S) S {
	if s == nil {
		return nil
	}
	return append(make(S, 0, len(s)+1), s...)
}
