// Missing prints, in one line, which engines and what else the tests will not find on
// this machine, for go test says nothing of the tests that it skips. Where all is
// there it prints nothing.
package main

import (
	"fmt"
	"os"
	"strings"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
)

func main() {
	missing := servers.Missing()
	if _, err := servers.Find("Chromium", "chromium", "chromium"); err != nil {
		missing = append(missing, err)
	}
	if len(missing) == 0 {
		return
	}
	reasons := make([]string, len(missing))
	for i, err := range missing {
		reasons[i] = err.Error()
	}
	fmt.Fprintln(os.Stdout, "missing here:", strings.Join(reasons, "; "))
}
