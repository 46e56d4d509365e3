package chart_test

import (
	"bytes"
	"encoding/xml"
	"errors"
	"io"
	"os"
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/bench/chart"
	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// TestCommitted: the picture in the README is drawn from the results beside it.
func TestCommitted(t *testing.T) {
	f, err := os.Open("../../docs/bench/results.json")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	results, err := measure.Read(f)
	if err != nil {
		t.Fatal(err)
	}
	want, err := os.ReadFile("../../docs/bench/check.svg")
	if err != nil {
		t.Fatal(err)
	}
	var got bytes.Buffer
	if err := chart.Draw(&got, results); err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got.Bytes(), want) {
		t.Error("docs/bench/check.svg is not what docs/bench/results.json draws: make generate")
	}
}

// figure returns what a check of a system takes, in nanoseconds.
func figure(group, system, metric, size string, ns float64) measure.Figure {
	return measure.Figure{Group: group, System: system, Metric: metric, Size: size, Nanoseconds: ns}
}

func results() *measure.Results {
	stale := figure("two", "Peer & <Co>", measure.Check, "S", 4_000_000)
	stale.Stale = true
	return &measure.Results{
		Where: measure.Where{Go: "go1", OS: "os", Cores: 2, Date: "2026-03-01"},
		Sizes: []workload.Size{{Name: "S", Orgs: 1, Members: 1_234_056, Grants: 3}, {Name: "L", Orgs: 4, Members: 5, Grants: 6}},
		Figures: []measure.Figure{
			figure("one", measure.Floor, measure.Check, "S", 100), figure("one", measure.Floor, measure.Check, "L", 1000),
			figure("one", "charter", measure.Check, "S", 130), figure("one", "charter", measure.Resolved, "S", 50),
			figure("one", "charter", "load", "S", 999), figure(measure.Growth, "charter", measure.Check, "S", 888),
			// The machine was half as fast.
			figure("two", measure.Floor, measure.Check, "S", 200), stale,
			figure("without a floor", "by hand", measure.Check, "L", 5_000_000),
			figure("three", measure.Floor, measure.Check, "S", 100),
		},
	}
}

// TestDraw: every check is in the picture and in its description, in order, scaled by
// the floor; nothing else is, and nothing in it runs.
func TestDraw(t *testing.T) {
	var picture bytes.Buffer
	if err := chart.Draw(&picture, results()); err != nil {
		t.Fatal(err)
	}
	var texts, elements []string
	for d := xml.NewDecoder(bytes.NewReader(picture.Bytes())); ; {
		token, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			t.Fatalf("%v in\n%s", err, picture.String())
		}
		switch token := token.(type) {
		case xml.StartElement:
			elements = append(elements, token.Name.Local)
		case xml.CharData:
			texts = append(texts, string(token))
		}
	}
	text := strings.Join(texts, "|")
	for _, want := range []string{
		"charter, Access: 50.0 ns, –.", "floor: string keys: 100 ns, 1.00 µs.", "charter: 130 ns, –.", "Peer & <Co> (stale): 2.00 ms, –.",
		"without a floor: by hand: –, 5.00 ms.",
		"S: 1 × 1,234,056 members, 3 grants each; L: 4 × 5", "go1, os, 2 cores", "prefers-color-scheme: dark",
	} {
		before, after, found := strings.Cut(text, want)
		if !found {
			t.Fatalf("no %q, or not in its place, in\n%s", want, text)
		}
		if strings.Contains(want, "ns") || strings.Contains(want, "ms") {
			text = after
		} else {
			text = before + after
		}
	}
	for _, never := range []string{"999", "888"} {
		if strings.Contains(picture.String(), never) {
			t.Errorf("%q is in the picture", never)
		}
	}
	allowed := " svg title desc style rect text circle path line "
	for _, e := range elements {
		if !strings.Contains(allowed, " "+e+" ") {
			t.Errorf("the picture has an element %q", e)
		}
	}
}

// TestNothing: without a check there is no picture.
func TestNothing(t *testing.T) {
	if err := chart.Draw(io.Discard, &measure.Results{}); err == nil {
		t.Error("a picture of nothing")
	}
}
