package command_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/bench/command"
	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/systems"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// kind is a floor by another name.
func kind(name string) measure.Kind {
	return measure.Kind{Name: name, Load: func(d *workload.Data) (measure.System, error) { return systems.Floor().Load(d) }}
}

// TestChosen: a kind is measured when its name or its group's is asked for, beside the
// first of its group, and the results are in the file.
func TestChosen(t *testing.T) {
	c := command.Command{Groups: []measure.Group{
		{Name: "fruit", Kinds: []measure.Kind{kind("apple"), kind("pear"), kind("plum")}},
		{Name: "trees", Kinds: []measure.Kind{kind("base"), kind("oak")}},
	}}
	for words, want := range map[string]string{
		"": "apple pear plum base oak", "plum": "apple plum", "trees": "base oak", "oak,apple": "apple base oak", "stone": "",
	} {
		out := filepath.Join(t.TempDir(), "results.json")
		var table strings.Builder
		err := c.Run([]string{"-size", "S", "-rounds", "1", "-time", "1us", "-systems", words, "-out", out}, &table)
		if err != nil {
			t.Fatal(err)
		}
		f, err := os.Open(out)
		if err != nil {
			t.Fatal(err)
		}
		results, err := measure.Read(f)
		if err := f.Close(); err != nil {
			t.Error(err)
		}
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, figure := range results.Figures {
			if figure.Metric == measure.Check {
				got = append(got, figure.System)
			}
		}
		if got := strings.Join(got, " "); got != want {
			t.Errorf("%q: got %q, want %q", words, got, want)
		}
		for _, name := range got {
			if !strings.Contains(table.String(), name) {
				t.Errorf("%q: no column of %s in\n%s", words, name, table.String())
			}
		}
	}
}

// TestWrongArguments: what is not known is an error, and nothing is measured.
func TestWrongArguments(t *testing.T) {
	var c command.Command
	for _, args := range [][]string{{"-size", "XL"}, {"-rounds", "none"}, {"-systems"}} {
		if err := c.Run(args, new(strings.Builder)); err == nil {
			t.Errorf("%q: no error", args)
		}
	}
}
