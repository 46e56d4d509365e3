package storetest

import (
	"bufio"
	"bytes"
	"context"
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/seed-5b9f5318/charter/internal/race"
	"github.com/seed-5b9f5318/charter/store"
)

// mutant is a store that breaks one clause of the contract. The file kills.txt
// has the names of the cases that must find it out: exactly these.
type mutant struct {
	name string
	open func() store.Store
	// meets is set for stores that let transactions run at once. There the
	// contenders of a case wait for each other until they have met; elsewhere they
	// cannot, and waiting would only take time.
	meets bool
	// bulk is set for stores that break only in bulk: they are run against the
	// cases marked Bulk alone. All others are run against every other case.
	bulk bool
	// model is set when the model finds the mutant too.
	model bool
}

func mutants() []mutant {
	return slices.Concat(
		transactionMutants(), endMutants(), holdMutants(), lockMutants(), answerMutants(),
		snapshotMutants(), factsMutants(), usersMutants(), recordMutants(), grantMutants(), foreignMutants(), uniqueMutants(),
		bytesMutants(), valueMutants(), copyMutants(), memberMutants(), listMutants(), invitationMutants(), missingMutants(), bulkMutants(),
	)
}

// random reports whether c draws what it does: what such a case finds out is not
// the same each time, and TestModelKills looks at it alone.
func (c Case) random() bool { return strings.HasPrefix(c.Name, "Model") }

var writeAnew = flag.Bool("write-kills", false, "write testdata/kills.txt as it turns out, instead of comparing")

const killsFile = "testdata/kills.txt"

// TestKillMatrix runs the cases against stores that are broken on purpose. Each
// must be found out by the cases that kills.txt names and by no other, and no
// case may be one that finds out nothing. With the race detector on, only those
// named run.
func TestKillMatrix(t *testing.T) {
	want := readKills(t)
	var mu sync.Mutex
	kills := map[string][]string{}
	t.Run("mutants", func(t *testing.T) {
		for _, m := range mutants() {
			t.Run(m.name, func(t *testing.T) {
				t.Parallel()
				got := m.run(t.Context(), want[m.name])
				mu.Lock()
				kills[m.name] = got
				mu.Unlock()
				if d := diff(certain(got, want[m.name]), want[m.name]); d != "" && !*writeAnew {
					t.Errorf("found out by other cases than %s says (- want, + got):\n%s", killsFile, d)
				}
				if len(got) == 0 {
					t.Error("found out by no case")
				}
			})
		}
	})
	if *writeAnew {
		writeKills(t, kills)
	}
	if len(kills) < len(mutants()) {
		return // -run has left some out
	}
	if len(kills) != len(want) && !*writeAnew {
		t.Errorf("%s has %d mutants, want %d", killsFile, len(want), len(kills))
	}
	found := slices.Concat(slices.Collect(maps.Values(kills))...)
	for _, c := range Cases() {
		if !c.random() && !slices.Contains(found, c.Name) {
			t.Errorf("the case %q finds out no mutant", c.Name)
		}
	}
}

// certain returns got without what want does not have and was found out by chance: by
// a crowd of goroutines, or by a reader that had no time to wait for. What want has,
// must be found out each time.
func certain(got, want []string) []string {
	return slices.DeleteFunc(slices.Clone(got), func(name string) bool {
		return byChance(name) && !slices.Contains(want, name)
	})
}

func byChance(name string) bool {
	return strings.HasSuffix(name, " in a crowd") || name == "C1 what is not committed is not seen"
}

// On a machine with other things to do a crowd may come one by one, and who lingers for
// another one may do so in vain. So a case that is to find out a mutant has chances: by
// chance so many, and otherwise moments with more time in each.
const (
	chances = 50
	moments = 4
)

// run returns the names of the cases that m fails, sorted. Those of want are tried
// again.
func (m mutant) run(ctx context.Context, want []string) []string {
	grace := 5 * time.Millisecond
	if m.meets {
		grace = 10 * time.Second
	}
	var caught []string
	for _, c := range Cases() {
		if c.Bulk != m.bulk || c.random() || race.Enabled && !slices.Contains(want, c.Name) {
			continue
		}
		tries, longer := 1, 1
		switch {
		case !slices.Contains(want, c.Name):
		case byChance(c.Name):
			tries = chances
		case !m.meets:
			tries, longer = moments, 10
		}
		for grace := grace; tries > 0; tries, grace = tries-1, grace*time.Duration(longer) {
			if err := c.check(withGrace(ctx, grace), m.open(), time.Minute); err != nil {
				caught = append(caught, c.Name)
				break
			}
		}
	}
	slices.Sort(caught)
	return caught
}

// readKills reads kills.txt: the name of a mutant on a line, the names of cases
// on the next ones, indented by a tab.
func readKills(t *testing.T) map[string][]string {
	t.Helper()
	data, err := os.ReadFile(killsFile)
	if err != nil && !*writeAnew {
		t.Fatal(err)
	}
	kills := map[string][]string{}
	mutant := ""
	for lines := bufio.NewScanner(bytes.NewReader(data)); lines.Scan(); {
		if name, isCase := strings.CutPrefix(lines.Text(), "\t"); isCase {
			kills[mutant] = append(kills[mutant], name)
		} else {
			mutant = name
		}
	}
	return kills
}

func writeKills(t *testing.T, kills map[string][]string) {
	t.Helper()
	var b strings.Builder
	for _, name := range slices.Sorted(maps.Keys(kills)) {
		fmt.Fprintln(&b, name)
		for _, c := range kills[name] {
			fmt.Fprintf(&b, "\t%s\n", c)
		}
	}
	if err := os.WriteFile(killsFile, []byte(b.String()), 0o644); err != nil {
		t.Fatal(err)
	}
}

// setRapid sets flags of rapid for a test: a seed, so that what the model finds
// is the same each time, and no files left behind.
func setRapid(t *testing.T) {
	t.Helper()
	for name, value := range map[string]string{"rapid.nofailfile": "true", "rapid.shrinktime": "100ms", "rapid.seed": "1"} {
		before := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(name, before) })
	}
}

// TestModelKills runs the model against the mutants that it finds out by itself.
func TestModelKills(t *testing.T) {
	setRapid(t)
	cases := Cases()
	model := cases[len(cases)-1]
	for _, m := range mutants() {
		if !m.model {
			continue
		}
		t.Run(m.name, func(t *testing.T) {
			err := model.check(t.Context(), m.open(), time.Minute)
			if err == nil || strings.Contains(err.Error(), "flaky") {
				t.Errorf("the model found: %v", err)
			}
		})
	}
}
