package sqlstore

import (
	"errors"
	"testing"
)

// TestFactsFound: what a server has cut off, or made of something else, is no answer to
// any question.
func TestFactsFound(t *testing.T) {
	for _, c := range []struct {
		numbers any
		ok      bool
	}{
		{"0,256,512", true},
		{"768,7,263", false}, // a fourth question
		{"0,256", false},
		{"0,256,51", false},
		{"0,256,", false},
		{"0,256,x", false},
		{"0,256,-1", false},
		{"", false},
		{[]byte("256,512,0"), true},
		{int64(7), false}, // one of three
		{int64(-256), false},
		{int64(768), false},
		{uint64(7), false}, // one of three
		{true, false},
		{nil, false},
	} {
		found := factsFound{flags: make([]int64, 3), row: factsRow{revision: 1}}
		err := found.Scan(c.numbers)
		if err == nil {
			err = found.complete()
		}
		if (err == nil) != c.ok || err != nil && !errors.Is(err, errUnread) {
			t.Errorf("%v: %v", c.numbers, err)
		}
	}
}

// TestFactsFoundOne: a number has whatever type the driver gives it.
func TestFactsFoundOne(t *testing.T) {
	for _, number := range []any{int64(7), uint64(7), "7", []byte("7")} {
		found := factsFound{flags: make([]int64, 1), row: factsRow{revision: 1}}
		if err := found.Scan(number); err != nil || found.complete() != nil || found.flags[0] != answered|7 {
			t.Errorf("%T: %v, %v, %b", number, err, found.complete(), found.flags[0])
		}
	}
	nothing := factsFound{flags: make([]int64, 3)}
	if err := nothing.complete(); err != nil {
		t.Errorf("no organization: %v", err)
	}
}
