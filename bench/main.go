// Bench times charter and what an engineer would write by hand, on the same data, with
// the same questions, in one run. Every answer is compared with an oracle before and
// while it is timed. On a machine that others use too only the ratios mean anything:
// the systems take turns, round by round, and a ratio is the median of the rounds'.
//
//	go -C bench run . -size L
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

func main() {
	names := flag.String("size", "S,L,whale", "which data, with commas between them")
	rounds := flag.Int("rounds", 5, "how often each is timed")
	budget := flag.Duration("time", 50*time.Millisecond, "how long each is timed, in each round")
	flag.Parse()
	fmt.Printf("%s, %s/%s, %d cores; %d rounds of %v\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU(), *rounds, *budget)
	for _, size := range workload.Sizes() {
		if !slices.Contains(strings.Split(*names, ","), size.Name) {
			continue
		}
		if err := report(os.Stdout, size, kinds(), max(*rounds, 1), *budget); err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
	}
}

// loaded is a system with data.
type loaded struct {
	kind
	system
	took  time.Duration
	bytes uint64
	next  int // of its changes
}

// report times systems with data of a size, and writes a table.
func report(w io.Writer, size workload.Size, kinds []kind, rounds int, budget time.Duration) error {
	d := workload.Make(size)
	fmt.Fprintf(w, "\n%s: %d × %d members, %d devices, %d grants\n", size.Name, size.Orgs, size.Members, size.Devices, d.Grants())
	var systems []*loaded
	for _, k := range kinds {
		before, began := heap(), time.Now()
		s, err := k.load(d)
		if err != nil {
			return fmt.Errorf("%s: load: %w", k.name, err)
		}
		took := time.Since(began)
		systems = append(systems, &loaded{kind: k, system: s, took: took, bytes: heap() - before})
		if err := verify(d, s); err != nil {
			return fmt.Errorf("%s: %w", k.name, err)
		}
	}
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	row(table, "", systems, func(s *loaded) string { return s.name })
	row(table, "load", systems, func(s *loaded) string { return s.took.Round(time.Millisecond / 10).String() })
	row(table, "bytes for a grant", systems, func(s *loaded) string { return strconv.FormatUint(s.bytes/uint64(d.Grants()), 10) })
	for _, m := range metrics(d) {
		cells, err := m.cells(systems, rounds, budget)
		if err != nil {
			return err
		}
		line(table, m.name, cells)
	}
	return table.Flush()
}

func row(table *tabwriter.Writer, name string, systems []*loaded, cell func(*loaded) string) {
	cells := make([]string, len(systems))
	for i, s := range systems {
		cells[i] = cell(s)
	}
	line(table, name, cells)
}

func line(table *tabwriter.Writer, name string, cells []string) {
	fmt.Fprintln(table, name+"\t"+strings.Join(cells, "\t")+"\t")
}

// cells returns the figures of each system: its time, its ratio to the first system's,
// and its allocations.
func (m metric) cells(systems []*loaded, rounds int, budget time.Duration) ([]string, error) {
	times, ratios := make([][]time.Duration, len(systems)), make([][]float64, len(systems))
	for range rounds {
		var first time.Duration
		for i, s := range systems {
			each, done, err := m.timed(s, budget, s.next)
			if err != nil {
				return nil, fmt.Errorf("%s: %s: %w", s.name, m.name, err)
			}
			s.next += done
			if i == 0 {
				first = each
			}
			times[i], ratios[i] = append(times[i], each), append(ratios[i], float64(each)/float64(max(first, 1)))
		}
	}
	cells := make([]string, len(systems))
	for i, s := range systems {
		allocations, err := m.allocations(s)
		if err != nil {
			return nil, fmt.Errorf("%s: %s: %w", s.name, m.name, err)
		}
		cells[i] = fmt.Sprintf("%v  %.2f×  %.0f allocs", median(times[i]), median(ratios[i]), allocations)
	}
	return cells, nil
}

var errWrong = errors.New("the oracle says otherwise")

// verify compares lists with the oracle; checks are compared whenever they are asked.
func verify(d *workload.Data, s system) error {
	oracle := workload.Oracle{Data: d}
	for _, c := range changesOf(d)[:20] {
		for what, one := range map[string]struct {
			want []string
			list func(fn func(string)) error
		}{
			"devices": {oracle.Devices(c.org, c.user), func(fn func(string)) error { return s.Devices(c.org, c.user, fn) }},
			"users":   {oracle.Users(c.org, c.device), func(fn func(string)) error { return s.Users(c.org, c.device, fn) }},
		} {
			var got []string
			if err := one.list(func(name string) { got = append(got, name) }); err != nil {
				return err
			}
			if slices.Sort(got); !slices.Equal(got, one.want) {
				return fmt.Errorf("%s of %+v: got %v, want %v: %w", what, c, got, one.want, errWrong)
			}
		}
	}
	return nil
}
