package cow

import "slices"

// Vector is a list with an item for each number from 0 on. Make one with its zero
// value.
//
// A short list is one array. A longer one is in leaves of 32 items, and what leads to
// them is an array too. In a long one that is cut into pages, and what leads to those
// into books, so that a change copies no array that grows with the list, short of
// millions.
type Vector[T any] struct {
	edit   Edit // of whoever made short, leaves or books, one of which there is
	short  []T
	leaves []*leaf[T]
	books  [][]*page[T]
	size   int
}

const (
	fan       = 32
	perPage   = fan * fan
	perBook   = fan * perPage
	maxShort  = 64
	maxLeaves = 128
)

type page[T any] struct {
	edit   Edit
	leaves [fan]*leaf[T]
}

type leaf[T any] struct {
	edit  Edit
	items [fan]T
}

// Len returns the number of items.
func (v *Vector[T]) Len() int { return v.size }

// At returns item i, which is in the list.
func (v *Vector[T]) At(i uint32) T {
	if v.leaves != nil {
		return v.leaves[i/fan].items[i%fan]
	}
	return v.other(i)
}

// other is At where there are no leaves; by itself, so that At is inlined.
func (v *Vector[T]) other(i uint32) T {
	if v.books != nil {
		return v.books[i/perBook][i/perPage%fan].leaves[i/fan%fan].items[i%fan]
	}
	return v.short[i]
}

// Ref returns where item i is, for reading: large ones are not copied for a look.
func (v *Vector[T]) Ref(i uint32) *T {
	switch {
	case v.leaves != nil:
		return &v.leaves[i/fan].items[i%fan]
	case v.books != nil:
		return &v.books[i/perBook][i/perPage%fan].leaves[i/fan%fan].items[i%fan]
	default:
		return &v.short[i]
	}
}

// Set makes item number i of the list, which has one.
func (v *Vector[T]) Set(edit Edit, i uint32, item T) {
	v.own(edit)
	if v.short != nil {
		v.short[i] = item
		return
	}
	v.leaf(edit, i).items[i%fan] = item
}

// Append adds item at the end.
func (v *Vector[T]) Append(edit Edit, item T) {
	v.own(edit)
	i := uint32(v.size)
	v.size++
	switch {
	case v.size <= maxShort:
		v.short = append(v.short, item)
		return
	case v.short != nil:
		items := v.short
		v.short, v.leaves = nil, make([]*leaf[T], 0, 1+maxShort/fan)
		for i, old := range items {
			v.leaf(edit, uint32(i)).items[i%fan] = old
		}
	case v.size == fan*maxLeaves+1:
		var pages []*page[T]
		for leaves := range slices.Chunk(v.leaves, fan) {
			p := &page[T]{edit: edit}
			copy(p.leaves[:], leaves)
			pages = append(pages, p)
		}
		v.leaves, v.books = nil, slices.Collect(slices.Chunk(pages, fan))
	}
	v.leaf(edit, i).items[i%fan] = item
}

// own makes what v itself leads to edit's.
func (v *Vector[T]) own(edit Edit) {
	if v.edit != edit {
		v.edit, v.short, v.leaves, v.books = edit, slices.Clone(v.short), slices.Clone(v.leaves), slices.Clone(v.books)
	}
}

// leaf returns the leaf of item i for edit to change, a new one at the end. V is
// edit's own.
func (v *Vector[T]) leaf(edit Edit, i uint32) *leaf[T] {
	slot := v.slot(edit, i)
	switch {
	case *slot == nil:
		*slot = &leaf[T]{edit: edit}
	case (*slot).edit != edit:
		l := **slot
		l.edit = edit
		*slot = &l
	}
	return *slot
}

// slot returns where the leaf of item i is.
func (v *Vector[T]) slot(edit Edit, i uint32) **leaf[T] {
	if v.books == nil {
		if int(i/fan) == len(v.leaves) {
			v.leaves = append(v.leaves, nil)
		}
		return &v.leaves[i/fan]
	}
	return &v.page(edit, i).leaves[i/fan%fan]
}

// page returns the page of item i for edit to change, a new one at the end.
func (v *Vector[T]) page(edit Edit, i uint32) *page[T] {
	if int(i/perBook) == len(v.books) {
		v.books = append(v.books, nil)
	}
	book, at := &v.books[i/perBook], int(i/perPage%fan)
	if at < len(*book) && (*book)[at].edit == edit {
		return (*book)[at]
	}
	changed := page[T]{edit: edit}
	*book = append(make([]*page[T], 0, fan), *book...)
	if at == len(*book) {
		*book = append(*book, nil)
	} else {
		changed.leaves = (*book)[at].leaves
	}
	(*book)[at] = &changed
	return &changed
}
