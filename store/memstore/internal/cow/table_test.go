package cow

import (
	"maps"
	"math/rand/v2"
	"runtime"
	"slices"
	"testing"
)

// spreads are how the hashes of numbers may lie, from the usual one to the worst.
var spreads = map[string]func(uint32) uint32{
	"spread":         func(n uint32) uint32 { return n * 0x9e3779b1 },
	"one for all":    func(uint32) uint32 { return 42 },
	"alike but ends": func(n uint32) uint32 { return n },
	"few":            func(n uint32) uint32 { return n % 40 * 0x9e3779b1 },
}

// TestTableFindsWhatItHolds: under each hash exactly the numbers added and not
// deleted, in every snapshot.
func TestTableFindsWhatItHolds(t *testing.T) {
	for name, hash := range spreads {
		most := uint32(900)
		if name == "one for all" {
			most = 60 // the nth candidate costs n steps
		}
		t.Run(name, func(t *testing.T) {
			rnd := rand.New(rand.NewPCG(5, 6))
			var table Table
			want := map[uint32]bool{}
			for round := range 80 {
				edit, before, wanted := newEdit(), table, maps.Clone(want)
				growing := round/20%2 == 0
				for range rnd.IntN(80) {
					switch n := 1 + rnd.Uint32N(most); {
					case !want[n] && growing:
						table.Add(edit, hash(n), n)
						want[n] = true
					case !growing:
						table.Delete(edit, hash(n), n)
						delete(want, n)
					}
				}
				checkTable(t, table, hash, want, most)
				checkTable(t, before, hash, wanted, most)
				if rnd.IntN(4) == 0 {
					table, want = before, wanted // as after a rollback
				}
			}
		})
	}
}

func checkTable(t *testing.T, table Table, hash func(uint32) uint32, want map[uint32]bool, most uint32) {
	t.Helper()
	found := map[uint32][]uint32{} // by hash
	for n := range want {
		found[hash(n)] = append(found[hash(n)], n)
	}
	for n := uint32(1); n <= most; n++ {
		var got []uint32
		for m := table.Find(hash(n)); m != 0; m = table.Next(hash(n), len(got)) {
			got = append(got, m)
		}
		slices.Sort(got)
		slices.Sort(found[hash(n)])
		if !slices.Equal(got, found[hash(n)]) {
			t.Fatalf("under the hash of %d are %v, want %v", n, got, found[hash(n)])
		}
	}
}

// TestTableHoldsANumberTwice: under two hashes, of which one goes.
func TestTableHoldsANumberTwice(t *testing.T) {
	var table Table
	edit := newEdit()
	for hash := uint32(1); hash <= 5; hash++ {
		table.Add(edit, hash, 7)
	}
	table.Delete(edit, 4, 7)
	for hash := uint32(1); hash <= 5; hash++ {
		if got := table.Find(hash) == 7; got == (hash == 4) {
			t.Errorf("under %d it is found: %v", hash, got)
		}
	}
}

// TestTableStaysSmall: a table is no longer than what it holds asks for, however
// unlucky the hashes, and goes when that goes.
func TestTableStaysSmall(t *testing.T) {
	for name, hash := range spreads {
		var table Table
		edit := newEdit()
		for n := uint32(1); n <= 3000; n++ {
			table.Add(edit, hash(n), n)
			if room := places(table); n > 100 && room > 8*int(n) {
				t.Fatalf("%s: room for %d numbers with %d", name, room, n)
			}
		}
		for n := uint32(1); n <= 3000; n++ {
			table.Delete(edit, hash(n), n)
		}
		if room := places(table); room != 0 {
			t.Errorf("%s: an empty table has room for %d numbers", name, room)
		}
	}
}

// places returns how many numbers all parts have room for.
func places(table Table) (n int) {
	var before *group
	for i := range uint32(table.parts.Len()) {
		if p := table.parts.Ref(i); &p.groups[0] != before {
			before = &p.groups[0]
			n += len(p.groups) * perGroup
		}
	}
	return n
}

// TestVectorIsAList: like a slice, in every snapshot, short and long.
func TestVectorIsAList(t *testing.T) {
	rnd := rand.New(rand.NewPCG(7, 8))
	var v Vector[int]
	var want []int
	for round := range 560 {
		edit, before, wanted := newEdit(), v, slices.Clone(want)
		more := rnd.IntN(30)
		if round == 500 {
			more = 4*perBook - 200 - len(want)
		}
		for range more {
			v.Append(edit, rnd.Int())
			want = append(want, v.At(uint32(len(want))))
		}
		for range rnd.IntN(10) * min(len(want), 1) {
			i := rnd.IntN(len(want))
			want[i] = rnd.Int()
			v.Set(edit, uint32(i), want[i])
		}
		checkVector(t, v, want)
		checkVector(t, before, wanted)
		switch {
		case round == 499 && v.Len() < fan*maxLeaves+100:
			t.Errorf("the list is of %d items only", v.Len())
		case round != 500 && rnd.IntN(3) == 0:
			v, want = before, wanted
		}
	}
	if v.Len() < 4*perBook+100 {
		t.Errorf("the list is of %d items only", v.Len())
	}
}

func checkVector(t *testing.T, v Vector[int], want []int) {
	t.Helper()
	if v.Len() != len(want) {
		t.Fatalf("%d items, want %d", v.Len(), len(want))
	}
	for i, item := range want {
		if got, there := v.At(uint32(i)), v.Ref(uint32(i)); got != item || *there != item {
			t.Fatalf("item %d of %d is %d, and by Ref %d, want %d", i, len(want), got, *there, item)
		}
	}
}

// TestAChangeOfAVectorCopiesLittle: what a change copies does not grow with the list.
func TestAChangeOfAVectorCopiesLittle(t *testing.T) {
	copied := func(size int) uint64 {
		var v Vector[*int]
		edit := newEdit()
		for range size {
			v.Append(edit, nil)
		}
		return allocated(func(n uint32) {
			other := v // that the next change does not build on
			other.Set(newEdit(), n, nil)
			other.Append(newEdit(), nil)
		})
	}
	few, many := copied(5_000), copied(3_000_000)
	t.Logf("two changes copy %d bytes among 5,000 items and %d among 3,000,000", few, many)
	if many > 4*few { // two levels more, and no array that grows
		t.Errorf("two changes copy %d bytes among 3,000,000 items, and %d among 5,000", many, few)
	}
}

// allocated returns how many bytes change allocates, on average.
func allocated(change func(n uint32)) uint64 {
	const changes = 200
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	for n := range uint32(changes) {
		change(n)
	}
	runtime.ReadMemStats(&after)
	return (after.TotalAlloc - before.TotalAlloc) / changes
}

// TestAChangeOfATableCopiesLittle: what one number more copies does not grow with the
// table.
func TestAChangeOfATableCopiesLittle(t *testing.T) {
	hash := spreads["spread"]
	copied := func(size uint32) uint64 {
		var table Table
		edit := newEdit()
		for n := uint32(1); n <= size; n++ {
			table.Add(edit, hash(n), n)
		}
		return allocated(func(n uint32) {
			other := table // that the next change does not build on
			other.Add(newEdit(), hash(size+1+n), size+1+n)
		})
	}
	few, many := copied(3000), copied(600_000)
	if many > 3*few {
		t.Errorf("one more copies %d bytes of a table of 3,000 and %d of one of 600,000", few, many)
	}
}
