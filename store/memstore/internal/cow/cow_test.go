package cow

import (
	"cmp"
	"maps"
	"math/rand/v2"
	"slices"
	"sync/atomic"
	"testing"
)

var edits atomic.Uint64

func newEdit() Edit { return Edit(edits.Add(1)) }

// hashes are what a map must work with, from the usual one to the worst.
var hashes = map[string]func(int) uint64{
	"spread":            NewMap[int, int]().hash,
	"one for all":       func(int) uint64 { return 42 },
	"alike but the end": func(k int) uint64 { return uint64(k%7) << 60 },
	"few":               func(k int) uint64 { return uint64(k % 40) },
}

func TestMapIsAMap(t *testing.T) {
	for name, hash := range hashes {
		t.Run(name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(1, 2))
			m, want := Map[int, int]{hash: hash}, map[int]int{}
			for range 300 {
				edit, before, wanted := newEdit(), m, maps.Clone(want)
				for range rnd.IntN(20) {
					key := rnd.IntN(300)
					if rnd.IntN(5) < 3 {
						m.Set(edit, key, rnd.Int())
						want[key], _ = m.Get(key)
					} else {
						m.Delete(edit, key)
						delete(want, key)
					}
				}
				checkMap(t, m, want)
				checkMap(t, before, wanted) // the snapshot has not moved
				if rnd.IntN(4) == 0 {
					m, want = before, wanted // as after a rollback
				}
			}
		})
	}
}

func checkMap(t *testing.T, m Map[int, int], want map[int]int) {
	t.Helper()
	if got := maps.Collect(m.All()); !maps.Equal(got, want) {
		t.Fatalf("%d entries, want %d, or they differ", len(got), len(want))
	}
	for key := range 300 {
		got, ok := m.Get(key)
		if value, there := want[key]; got != value || ok != there {
			t.Fatalf("Get(%d) = %d, %t, want %d, %t", key, got, ok, value, there)
		}
	}
}

// item is ordered by key and tells by value whether it was replaced.
type item struct{ key, value int }

func compareItems(a, b item) int { return cmp.Compare(a.key, b.key) }

func TestSortedIsASortedList(t *testing.T) {
	for name, keys := range map[string]int{"few": 40, "some": 400, "many": 5000} {
		t.Run(name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(3, 4))
			s, want := Sorted[item]{}, map[int]item{}
			for round := range 200 {
				edit, before, wanted := newEdit(), s, maps.Clone(want)
				growing := round/50%2 == 0
				for range rnd.IntN(keys / 4) {
					it := item{rnd.IntN(keys), rnd.Int()}
					if (rnd.IntN(4) > 0) == growing {
						s.Set(edit, compareItems, it)
						want[it.key] = it
					} else {
						s.Delete(edit, compareItems, it)
						delete(want, it.key)
					}
				}
				checkSorted(t, s, want, rnd.IntN(keys))
				checkSorted(t, before, wanted, rnd.IntN(keys))
				if rnd.IntN(4) == 0 {
					s, want = before, wanted
				}
			}
		})
	}
}

func checkSorted(t *testing.T, s Sorted[item], want map[int]item, pivot int) {
	t.Helper()
	list := slices.SortedFunc(maps.Values(want), compareItems)
	i, found := slices.BinarySearchFunc(list, item{key: pivot}, compareItems)
	after := i
	if found {
		after++
	}
	down := slices.Clone(list)
	slices.Reverse(down)
	at := item{key: pivot}
	for name, pair := range map[string][2][]item{
		"All":      {slices.Collect(s.All()), list},
		"From":     {slices.Collect(s.From(compareItems, at)), list[i:]},
		"After":    {slices.Collect(s.After(compareItems, at)), list[after:]},
		"Backward": {slices.Collect(s.Backward()), down},
		"Before":   {slices.Collect(s.Before(compareItems, at)), down[len(list)-i:]},
	} {
		if got, want := pair[0], pair[1]; !slices.Equal(got, want) {
			t.Fatalf("%s(%d) has %d items, want %d, or they differ", name, pivot, len(got), len(want))
		}
	}
	got, ok := s.Get(compareItems, at)
	if got != want[pivot] || ok != found || s.Len() != len(list) {
		t.Fatalf("Get(%d) = %v, %t of %d, want %v, %t of %d", pivot, got, ok, s.Len(), want[pivot], found, len(list))
	}
	if s.root != nil && s.root.kids != nil && len(s.root.kids) < 2 {
		t.Fatalf("a root of %d kids", len(s.root.kids))
	}
	checkShape(t, s.root, true, least)
}

// checkShape returns the height of n, which may be the last of its level, and finds
// nodes too long or too short.
func checkShape(t *testing.T, n *node[item], last bool, atLeast int) int {
	t.Helper()
	if n == nil {
		return 0
	}
	if len(n.items) > most || !last && len(n.items) < atLeast || len(n.items) == 0 {
		t.Fatalf("a node of %d items", len(n.items))
	}
	height := 0
	for i, kid := range n.kids {
		if n.items[i] != kid.items[0] {
			t.Fatalf("the bound is %v, the first item %v", n.items[i], kid.items[0])
		}
		h := checkShape(t, kid, last && i == len(n.kids)-1, atLeast)
		if i > 0 && h != height {
			t.Fatalf("kids of heights %d and %d", height, h)
		}
		height = h
	}
	return height + 1
}

// A list that grew at its end takes the room that it needs, and no shape of it is in
// the way when it shrinks again.
func TestSortedGrowsAtItsEnd(t *testing.T) {
	var s Sorted[item]
	for i := range 5000 {
		s.Set(newEdit(), compareItems, item{key: i})
		checkShape(t, s.root, true, most)
	}
	want := map[int]item{}
	for i := range 5000 {
		want[i] = item{key: i}
	}
	for i := range 5000 {
		gone := item{key: 4999 - i} // the last ones, then from both ends
		if i > 3000 && i%2 == 0 {
			gone.key = (i - 3000) / 2
		}
		s.Delete(newEdit(), compareItems, gone)
		if delete(want, gone.key); i%50 == 0 {
			checkSorted(t, s, want, i)
		}
	}
}

// Every walk must end where its reader breaks off.
func TestWalksEndEarly(t *testing.T) {
	m, s, edit := NewMap[int, int](), Sorted[item]{}, newEdit()
	for i := range 1000 {
		m.Set(edit, i, i)
		s.Set(edit, compareItems, item{key: i})
	}
	n := 0
	for range m.All() {
		if n++; n == 10 {
			break
		}
	}
	for it := range s.From(compareItems, item{key: 500}) {
		if n++; it.key == 509 {
			break
		}
	}
	for it := range s.Before(compareItems, item{key: 500}) {
		if n++; it.key == 490 {
			break
		}
	}
	if n != 30 {
		t.Errorf("%d steps, want 30", n)
	}
}

// A change of one edit copies a path, not the collection.
func TestAChangeCopiesAPath(t *testing.T) {
	m, s, edit := NewMap[int, int](), Sorted[item]{}, newEdit()
	for i := range 200_000 {
		m.Set(edit, i, i)
		s.Set(edit, compareItems, item{key: i})
	}
	got := testing.AllocsPerRun(100, func() {
		m, s, edit := m, s, newEdit()
		m.Set(edit, 77, 1)
		m.Delete(edit, 78)
		s.Set(edit, compareItems, item{77, 1})
		s.Delete(edit, compareItems, item{78, 1})
	})
	if got > 60 {
		t.Errorf("four changes of 200,000 entries took %v allocations", got)
	}
}

func TestReadingAllocatesNothing(t *testing.T) {
	m, s, edit := NewMap[string, int](), Sorted[item]{}, newEdit()
	m.Set(edit, "a key", 1)
	s.Set(edit, compareItems, item{key: 1})
	got := testing.AllocsPerRun(100, func() {
		m.Get("a key")
		s.Get(compareItems, item{key: 1})
	})
	if got != 0 {
		t.Errorf("%v allocations", got)
	}
}
