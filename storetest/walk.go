package storetest

import "fmt"

// pager is a list that is read page by page: the rows after a position, nil
// from the start, at most limit of them, and the position that a row is at.
type pager[T, P any] struct {
	page func(after *P, limit int) ([]T, error)
	at   func(T) P
}

// walk checks that pages of several sizes give want, and that no page has less
// than its limit while there is more.
func walk[T, P any](t *trial, what string, p pager[T, P], want []T) {
	for _, limit := range []int{1, 2, 7, len(want) + 1} {
		var after *P
		for i := 0; i <= len(want) && t.err == nil; i += limit {
			got, err := p.page(after, limit)
			t.must(what, err)
			t.same(fmt.Sprintf("%s, %d rows from %d of %d", what, limit, i, len(want)), got, want[i:min(i+limit, len(want))])
			if len(got) > 0 {
				position := p.at(got[len(got)-1])
				after = &position
			}
		}
	}
}

// stroll reads pages of two while change, which is told how many pages there
// were, adds rows and removes them. Of the rows that stay, which want lists, it
// must meet each once and in order, and no row twice.
func stroll[T any, P comparable](t *trial, what string, p pager[T, P], want []T, change func(pages int)) {
	stays := map[P]bool{}
	for _, row := range want {
		stays[p.at(row)] = true
	}
	seen := map[P]bool{}
	var met []T
	var after *P
	for pages := 1; t.err == nil; pages++ {
		got, err := p.page(after, 2)
		t.must(what, err)
		if len(got) == 0 {
			break
		}
		for _, row := range got {
			position := p.at(row)
			if seen[position] {
				t.failf("%s repeats %+v", what, row)
			}
			seen[position] = true
			if stays[position] {
				met = append(met, row)
			}
			after = &position
		}
		change(pages)
	}
	t.same(what+" while rows come and go: those that stay", met, want)
}
