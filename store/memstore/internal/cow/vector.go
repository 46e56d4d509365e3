package cow

import "slices"

// Vector is a list with an item for each number from 0 on. Make one with its zero
// value. An item is two steps away, three in a list of more than 32,768.
//
// A short list is one array. A long one is in leaves of 32 items, and each page has
// 32 leaves; the pages are an array.
type Vector[T any] struct {
	edit  Edit // of whoever made short or pages
	short []T
	pages []*page[T]
	size  int
}

const (
	fan      = 32
	pageSize = fan * fan
	maxShort = 64
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
	if v.pages == nil {
		return v.short[i]
	}
	return v.pages[i/pageSize].leaves[i/fan%fan].items[i%fan]
}

// Set makes v item i, which is in the list.
func (v *Vector[T]) Set(edit Edit, i uint32, item T) {
	if v.pages == nil {
		if v.edit != edit {
			v.edit, v.short = edit, slices.Clone(v.short)
		}
		v.short[i] = item
		return
	}
	v.leaf(edit, i).items[i%fan] = item
}

// Append adds item at the end.
func (v *Vector[T]) Append(edit Edit, item T) {
	switch {
	case v.pages != nil:
		v.leaf(edit, uint32(v.size)).items[v.size%fan] = item
	case v.size < maxShort:
		if v.edit != edit {
			v.edit, v.short = edit, slices.Clone(v.short)
		}
		v.short = append(v.short, item)
	default:
		v.lengthen(edit, item)
	}
	v.size++
}

// lengthen makes pages of what was a short list, with item.
func (v *Vector[T]) lengthen(edit Edit, item T) {
	items := v.short
	v.edit, v.short, v.pages = edit, nil, make([]*page[T], 0, 1)
	for i, old := range items {
		v.leaf(edit, uint32(i)).items[i%fan] = old
	}
	v.leaf(edit, uint32(len(items))).items[len(items)%fan] = item
}

// leaf returns the leaf of item i for edit to change, a new one at the end.
func (v *Vector[T]) leaf(edit Edit, i uint32) *leaf[T] {
	if v.edit != edit {
		v.edit, v.pages = edit, slices.Clone(v.pages)
	}
	at := int(i / pageSize)
	switch {
	case at == len(v.pages):
		v.pages = append(v.pages, &page[T]{edit: edit})
	case v.pages[at].edit != edit:
		p := *v.pages[at]
		p.edit = edit
		v.pages[at] = &p
	}
	slot := &v.pages[at].leaves[i/fan%fan]
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
