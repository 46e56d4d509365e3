package measure

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"runtime"
	"slices"
	"strings"
	"time"

	"github.com/seed-5b9f5318/charter/bench/workload"
)

// Results are what was measured in one run.
type Results struct {
	Where  Where           `json:"where"`
	Rounds int             `json:"rounds"`
	Time   string          `json:"time"` // of each, in each round
	Sizes  []workload.Size `json:"sizes"`
	// Figures stand in the order in which they were measured.
	Figures []Figure `json:"figures"`
}

// Where is the machine and the day.
type Where struct {
	Go    string `json:"go"`
	OS    string `json:"os"`
	CPU   string `json:"cpu,omitempty"`
	Cores int    `json:"cores"`
	Date  string `json:"date"`
}

// The metrics of loading.
const (
	Load  = "load"
	Bytes = "bytes for a grant"
)

// Figure is a median over the rounds.
type Figure struct {
	Size        string  `json:"size"`
	Group       string  `json:"group"`
	System      string  `json:"system"`
	Metric      string  `json:"metric"`
	Nanoseconds float64 `json:"nanoseconds,omitempty"`
	Bytes       float64 `json:"bytes,omitempty"`
	Allocations *uint64 `json:"allocations,omitempty"` // nil where they were not counted
	// Answers is how many were timed, each compared with the oracle if it is a check.
	Answers int `json:"answers,omitempty"`
	// Ratio is that to system Base, and OverRatio that to metric Over of the same
	// system: more is slower.
	Base      string  `json:"base,omitempty"`
	Ratio     float64 `json:"ratio,omitempty"`
	Over      string  `json:"over,omitempty"`
	OverRatio float64 `json:"overRatio,omitempty"`
	// Writes is how many a second somebody else made meanwhile.
	Writes float64 `json:"writes,omitempty"`
	Note   string  `json:"note,omitempty"`
	Stale  bool    `json:"stale,omitempty"` // answers are from before a change
}

// NewResults returns empty results of this machine and day.
func NewResults(effort Effort) *Results {
	return &Results{Where: here(), Rounds: effort.Rounds, Time: effort.Time.String()}
}

func here() Where {
	return Where{
		Go: runtime.Version(), OS: runtime.GOOS + "/" + runtime.GOARCH, CPU: cpu(), Cores: runtime.NumCPU(),
		Date: time.Now().UTC().Format(time.DateOnly),
	}
}

// cpu returns the name of the processor where Linux says it, and nothing elsewhere.
func cpu() string {
	f, err := os.Open("/proc/cpuinfo")
	if err != nil {
		return ""
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		if name, value, ok := strings.Cut(lines.Text(), ":"); ok && strings.TrimSpace(name) == "model name" {
			return strings.TrimSpace(value)
		}
	}
	return ""
}

// String says it in one line.
func (w Where) String() string {
	cpu := w.CPU
	if cpu == "" {
		cpu = "unknown processor"
	}
	return fmt.Sprintf("%s, %s, %d cores of %s, %s", w.Go, w.OS, w.Cores, cpu, w.Date)
}

// add adds a figure of a subject.
func (r *Results) add(group string, s *subject, f Figure) {
	f.Group, f.Size, f.System, f.Note, f.Stale = group, s.Size.Name, s.Name, s.Note, s.Stale
	r.Figures = append(r.Figures, f)
	if !slices.Contains(r.Sizes, s.Size) {
		r.Sizes = append(r.Sizes, s.Size)
	}
}

// Add adds the figures of an earlier run on the same machine, but those of groups that
// were timed again with data of the same size. In [Growth], where each system is compared
// with itself, those of systems that were timed again are left out.
func (r *Results) Add(earlier *Results) error {
	if then, now := earlier.Where.machine(), r.Where.machine(); then != now {
		return fmt.Errorf("results of %v cannot be added to those of %v", then, now)
	}
	again := map[[2]string]bool{}
	for _, f := range r.Figures {
		again[f.beside()] = true
	}
	kept := slices.DeleteFunc(slices.Clone(earlier.Figures), func(f Figure) bool { return again[f.beside()] })
	r.Figures = append(kept, r.Figures...)
	for _, size := range r.Sizes {
		if !slices.Contains(earlier.Sizes, size) {
			earlier.Sizes = append(earlier.Sizes, size)
		}
	}
	r.Sizes = earlier.Sizes
	return nil
}

// beside names what f was timed together with.
func (f Figure) beside() [2]string {
	if f.Group == Growth {
		return [2]string{f.Group, f.System}
	}
	return [2]string{f.Group, f.Size}
}

// machine returns w without the day.
func (w Where) machine() Where {
	w.Date = ""
	return w
}

// Write writes the results so that [Read] reads them.
func (r *Results) Write(w io.Writer) error {
	text, err := json.MarshalIndent(r, "", "\t")
	if err == nil {
		_, err = w.Write(append(text, '\n'))
	}
	return err
}

// Read reads what [Results.Write] wrote.
func Read(from io.Reader) (*Results, error) {
	r := new(Results)
	if err := json.NewDecoder(from).Decode(r); err != nil {
		return nil, fmt.Errorf("results: %w", err)
	}
	return r, nil
}
