// Package command is the command that measures.
package command

import (
	"cmp"
	"flag"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter/bench/chart"
	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// Command is what can be measured.
type Command struct {
	// Groups are timed on the workload's sizes, and Growing with more and more
	// members.
	Groups  []measure.Group
	Growing []measure.Kind
}

// options are what was asked for.
type options struct {
	sizes, systems string
	effort         measure.Effort
	from, add      string
	out, svg       string
}

// Main measures what the arguments of the process say, and returns how it ends.
func (c Command) Main() int {
	if err := c.Run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	return 0
}

// Run measures what args say, and writes tables to w.
func (c Command) Run(args []string, w io.Writer) error {
	var o options
	flags := flag.NewFlagSet("bench", flag.ContinueOnError)
	flags.SetOutput(w)
	flags.StringVar(&o.sizes, "size", "S,L,whale,growth", "which data, with commas between")
	flags.StringVar(&o.systems, "systems", "", "only systems whose names, or groups', have one of these, with commas between")
	flags.IntVar(&o.effort.Rounds, "rounds", 41, "how often each is timed; what is slow at least five times")
	flags.DurationVar(&o.effort.Time, "time", 5*time.Millisecond, "how long each is timed, in each round")
	flags.StringVar(&o.out, "out", "", "a file to write the results to, as JSON")
	flags.StringVar(&o.svg, "svg", "", "a file to draw the checks in, as SVG")
	flags.StringVar(&o.add, "add", "", "a file that -out wrote, to keep what is not measured again")
	flags.StringVar(&o.from, "from", "", "a file that -out wrote, to draw from instead of measuring")
	if err := flags.Parse(args); err != nil {
		return err
	}
	o.effort.Rounds = max(o.effort.Rounds, 1)
	results, err := c.results(o, w)
	if err != nil {
		return err
	}
	if o.out != "" {
		if err := write(o.out, results.Write); err != nil {
			return err
		}
	}
	if o.svg != "" {
		return write(o.svg, func(w io.Writer) error { return chart.Draw(w, results) })
	}
	return nil
}

// results returns what was measured before, or what is measured now.
func (c Command) results(o options, w io.Writer) (*measure.Results, error) {
	if o.from != "" {
		return read(o.from)
	}
	results, err := c.measure(o, w)
	if err != nil || o.add == "" {
		return results, err
	}
	earlier, err := read(o.add)
	if err != nil {
		return nil, err
	}
	return results, results.Add(earlier)
}

// measure measures what o says.
func (c Command) measure(o options, w io.Writer) (*measure.Results, error) {
	sizes := strings.Split(o.sizes, ",")
	for _, name := range sizes {
		if !known(name) {
			return nil, fmt.Errorf("-size: %q is none", name)
		}
	}
	results := measure.NewResults(o.effort)
	fmt.Fprintf(w, "%v; %d rounds of %v\n", results.Where, results.Rounds, results.Time)
	for _, size := range workload.Sizes() {
		if !slices.Contains(sizes, size.Name) {
			continue
		}
		sample := measure.NewSample(size)
		for _, g := range c.Groups {
			if g = chosen(g, o.systems); len(g.Kinds) == 0 {
				continue
			}
			if err := results.Run(g, sample, measure.Metrics(), o.effort); err != nil {
				return nil, err
			}
			if err := results.Table(w, g.Name, size.Name); err != nil {
				return nil, err
			}
		}
	}
	if !slices.Contains(sizes, measure.Growth) {
		return results, nil
	}
	if err := results.Grow(named(c.Growing, o.systems), workload.Growth(), o.effort); err != nil {
		return nil, err
	}
	return results, results.Table(w, measure.Growth, "")
}

// known reports whether there is data of that name.
func known(size string) bool {
	return size == measure.Growth ||
		slices.ContainsFunc(workload.Sizes(), func(s workload.Size) bool { return s.Name == size })
}

// chosen returns g with the kinds whose names, or whose group's, have one of words in
// them, and with the first of the group, which they are compared with; without any kind
// if there is none.
func chosen(g measure.Group, words string) measure.Group {
	if has(g.Name, words) {
		return g
	}
	kinds := named(g.Kinds, words)
	if len(kinds) > 0 && kinds[0].Name != g.Kinds[0].Name {
		kinds = slices.Insert(kinds, 0, g.Kinds[0])
	}
	return measure.Group{Name: g.Name, Kinds: kinds}
}

// named returns the kinds whose names have one of words in them.
func named(list []measure.Kind, words string) (kinds []measure.Kind) {
	for _, k := range list {
		if has(k.Name, words) {
			kinds = append(kinds, k)
		}
	}
	return kinds
}

func has(name, words string) bool {
	return slices.ContainsFunc(strings.Split(words, ","), func(word string) bool { return strings.Contains(name, word) })
}

// read reads a file of results.
func read(name string) (*measure.Results, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return measure.Read(f)
}

// write makes a file with what text writes.
func write(name string, text func(io.Writer) error) error {
	f, err := os.Create(name)
	if err != nil {
		return err
	}
	return cmp.Or(text(f), f.Close())
}
