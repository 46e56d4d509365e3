package charter

import (
	"iter"
	"slices"

	"github.com/seed-5b9f5318/charter/internal/input"
)

// Page is one page of a list.
type Page[T any] struct {
	Items []T
	// Next asks for the page after this one; empty when this is the last. A page
	// may have fewer items than its limit, even none, and still have a next one:
	// a [Restriction] took some away.
	Next Cursor
	// Previous asks for the page before this one, in the list's own order too; empty
	// at the beginning, and always in lists that go one way: [Members.Page] and
	// [History.Page] go both ways.
	//
	// A page reached by Next has a Previous and a page reached by Previous has a Next,
	// whatever became of the rows there meanwhile, so the page they ask for may be
	// empty; one that is empty itself leads to the last page, or to the first. A page
	// reached backwards is full unless the list begins on it: then it has fewer
	// items, and Next goes on after the last of them.
	Previous Cursor
}

// PageQuery asks for a page of a list that has no filters.
type PageQuery struct {
	Limit  int    // 1 to 1,000; 0 means 50
	Cursor Cursor // of the page before; empty starts
}

// The limits of a page.
const (
	DefaultLimit = 50
	MaxLimit     = 1000
)

func limitOf(n int) (int, error) {
	switch {
	case n == 0:
		return DefaultLimit, nil
	case n < 0 || n > MaxLimit:
		return 0, input.Errorf("limit", "is below 0 or above %d", MaxLimit)
	}
	return n, nil
}

// paged returns the page of rows, of which one more than limit was asked for,
// so that the last page is known without another look. Position says where a row
// is.
func paged[T, P, Q any](ring cursors, rows []T, limit int, query Q, position func(T) P) (Page[T], error) {
	if len(rows) <= limit {
		return Page[T]{Items: rows}, nil
	}
	rows = rows[:limit]
	next, err := ring.at(query, position(rows[limit-1]))
	if err != nil {
		return Page[T]{}, err
	}
	return Page[T]{Items: rows, Next: next}, nil
}

// place is where a page of a list that goes both ways lies: after At in the list's
// order or, with Back, before it. Without At it is the first page, or the last.
type place[P any] struct {
	At   *P   `json:"at,omitempty"`
	Back bool `json:"back,omitempty"`
}

// placeOf returns the place that a query asks for, by its cursor or by its Last.
func placeOf[P, Q any](ring cursors, c Cursor, last bool, query Q) (place[P], error) {
	if last && c != "" {
		return place[P]{}, input.Errorf("last", "is asked for together with a cursor")
	}
	from, err := open[place[P]](ring, c, query)
	if err != nil || from == nil {
		return place[P]{Back: last}, err
	}
	return *from, nil
}

// pagedFrom is paged for a list that goes both ways: rows are those next to from, in
// the order in which one comes by them from there.
func pagedFrom[T, P, Q any](
	ring cursors, from place[P], rows []T, limit int, query Q, position func(T) P,
) (page Page[T], err error) {
	hasPrevious, hasNext := from.At != nil, len(rows) > limit
	rows = rows[:min(len(rows), limit)]
	if from.Back {
		hasPrevious, hasNext = hasNext, hasPrevious
		slices.Reverse(rows)
	}
	previous, next := place[P]{Back: true}, place[P]{}
	if len(rows) > 0 {
		first, last := position(rows[0]), position(rows[len(rows)-1])
		previous.At, next.At = &first, &last
	}
	page.Items = rows
	if hasPrevious {
		page.Previous, err = ring.at(query, previous)
	}
	if hasNext && err == nil {
		page.Next, err = ring.at(query, next)
	}
	if err != nil {
		return Page[T]{}, err
	}
	return page, nil
}

// every iterates over all pages that fetch returns. An error ends it: it comes
// last, with the zero T.
func every[T any](from Cursor, fetch func(Cursor) (Page[T], error)) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		for cursor := from; ; {
			page, err := fetch(cursor)
			if err != nil {
				var zero T
				yield(zero, err)
				return
			}
			for _, item := range page.Items {
				if !yield(item, nil) {
					return
				}
			}
			if page.Next == "" {
				return
			}
			cursor = page.Next
		}
	}
}
