package main

import (
	"path/filepath"
	"strings"
	"testing"
)

const story = `Ada invites Bob and gives him desk 7, in one transaction.
  invited: 1, desks taken: 1
She invites Cleo and gives her desk 7 too. That is Bob's.
The database refused the desk, and the invitation went with it.
  invited: 1, desks taken: 1
`

// TestStory plays it twice on one file: it leaves no desk behind. On servers the
// same program is run by the tests that start them.
func TestStory(t *testing.T) {
	path := filepath.Join(t.TempDir(), "together.db")
	for range 2 {
		var out strings.Builder
		if err := run(t.Context(), path, &out); err != nil {
			t.Fatal(err)
		}
		if out.String() != story {
			t.Errorf("got\n%s", out.String())
		}
	}
}
