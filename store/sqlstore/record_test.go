package sqlstore

import (
	"math"
	"testing"
	"time"

	"pgregory.net/rapid"
)

// TestOrdered shows that the numbers of events keep their order and their value
// in the whole range of uint64 (C23, C24).
func TestOrdered(t *testing.T) {
	number := rapid.OneOf(rapid.Uint64(), rapid.SampledFrom([]uint64{0, 1, math.MaxInt64, math.MaxInt64 + 1, math.MaxUint64}))
	rapid.Check(t, func(t *rapid.T) {
		a, b := number.Draw(t, "a"), number.Draw(t, "b")
		if (a < b) != (ordered(a) < ordered(b)) || orderedNumber(ordered(a)) != a {
			t.Fatalf("%d and %d became %d and %d", a, b, ordered(a), ordered(b))
		}
	})
}

// TestTimes shows that the zero time and the ends of what JSON can say come back
// as they were (C23).
func TestTimes(t *testing.T) {
	for _, at := range []time.Time{
		{},
		time.Date(9999, time.December, 31, 23, 59, 59, 999_999_000, time.UTC),
		time.Date(1969, time.December, 31, 23, 59, 59, 999_999_000, time.UTC),
	} {
		if got := timeOf(at.UnixMicro()); got != at {
			t.Errorf("%v became %v", at, got)
		}
	}
}
