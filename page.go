package charter

import (
	"iter"

	"github.com/seed-5b9f5318/charter/internal/input"
)

// Page is one page of a list.
type Page[T any] struct {
	Items []T
	// Next asks for the page after this one; empty when this is the last. A page
	// may have fewer items than its limit, even none, and still have a next one:
	// a [Restriction] took some away.
	Next Cursor
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
func paged[T, P any](ring cursors, rows []T, limit int, query any, position func(T) P) (Page[T], error) {
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
