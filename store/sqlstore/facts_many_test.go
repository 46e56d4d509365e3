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
		{7.0, false},
		{nil, true}, // of no organization
	} {
		found := factsFound{flags: make([]int64, 3)}
		err := found.Scan(c.numbers)
		if err == nil {
			err = found.complete()
		}
		if (err == nil) != c.ok || err != nil && !errors.Is(err, errUnread) {
			t.Errorf("%v: %v", c.numbers, err)
		}
	}
}
