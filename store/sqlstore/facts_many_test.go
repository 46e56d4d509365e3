package sqlstore

import (
	"errors"
	"testing"
)

// TestFactsFound: what a server has cut off, or made of something else, is no answer to
// any question.
func TestFactsFound(t *testing.T) {
	for _, c := range []struct {
		numbers string
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
	} {
		found := factsFound{flags: make([]int64, 3)}
		err := found.addAll(c.numbers)
		if err == nil {
			err = found.complete()
		}
		if (err == nil) != c.ok || err != nil && !errors.Is(err, errUnread) {
			t.Errorf("%q: %v", c.numbers, err)
		}
	}
}
