package memstore

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"testing"

	"github.com/seed-5b9f5318/charter/store/memstore/internal/cow"
)

// backward orders numbers from the greatest to the smallest, and 0 where at is.
func backward(at uint32) cow.Order[uint32] {
	place := func(n uint32) uint32 {
		if n == 0 {
			return at
		}
		return n
	}
	return func(a, b uint32) int { return cmp.Compare(place(b), place(a)) }
}

// Links are a sorted list, few or many, and what was taken from them before does not
// change: those of a row, which are asked for a number, and those of a thing.
func TestLinks(t *testing.T) {
	t.Run("of a row", func(t *testing.T) {
		testLinks(t, true, func(l links, edit cow.Edit, more []uint32) links {
			return l.with(edit, backward(0), more...)
		})
	})
	t.Run("of a thing", func(t *testing.T) {
		testLinks(t, false, func(l links, edit cow.Edit, more []uint32) links {
			l.few = slices.Clone(l.few) // its own
			for _, n := range more {
				l.add(edit, backward(0), n)
			}
			return l
		})
	})
}

func testLinks(t *testing.T, asked bool, with func(links, cow.Edit, []uint32) links) {
	rnd := rand.New(rand.NewPCG(9, 10))
	var l links
	var want []uint32
	var edit cow.Edit
	most := 0
	for round := range 2000 {
		edit++
		before, wanted := l, slices.Clone(want)
		more := someNumbers(rnd, want)
		switch {
		case round%500 < 150:
			l = with(l, edit, more)
			want = append(want, more...)
		case len(want) > 0:
			n := want[rnd.IntN(len(want))]
			l = l.without(edit, backward(0), n)
			want = slices.DeleteFunc(want, func(m uint32) bool { return m == n })
		}
		slices.SortFunc(want, backward(0))
		most = max(most, len(want))
		checkLinks(t, l, want, asked)
		checkLinks(t, before, wanted, asked)
	}
	if most <= 2*maxFew || l.many != nil {
		t.Errorf("at most %d links, and many are left: %v", most, l.many != nil)
	}
}

// someNumbers returns some that are not in want, in order.
func someNumbers(rnd *rand.Rand, want []uint32) (more []uint32) {
	for range rnd.IntN(4) {
		if n := 1 + rnd.Uint32N(900); !slices.Contains(want, n) && !slices.Contains(more, n) {
			more = append(more, n)
		}
	}
	slices.SortFunc(more, backward(0))
	return more
}

func checkLinks(t *testing.T, l links, want []uint32, asked bool) {
	t.Helper()
	if got := slices.Collect(l.all()); !slices.Equal(got, want) {
		t.Fatalf("all are %v, want %v", got, want)
	}
	for _, at := range []uint32{1, 300, 900} {
		i, found := slices.BinarySearchFunc(want, at, backward(0))
		if got := slices.Collect(l.from(backward(at))); !slices.Equal(got, want[i:]) {
			t.Fatalf("from %d are %v, want %v", at, got, want[i:])
		}
		if found {
			i++
		}
		if got := slices.Collect(l.after(backward(at))); !slices.Equal(got, want[i:]) {
			t.Fatalf("after %d are %v, want %v", at, got, want[i:])
		}
		if asked && l.has(at) != found {
			t.Fatalf("%d is there: %v", at, !found)
		}
	}
}
