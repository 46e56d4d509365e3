package measure

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"slices"
	"time"
)

// Effort is how long the timing may take.
type Effort struct {
	Rounds int           // how often each is timed, 1 or more
	Time   time.Duration // how long each is timed in each round, at least
}

// least is how many rounds each is timed in. What is slow, and has had its share of the
// time by then, is left out of those that follow.
const least = 5

// share is how long each is timed in all.
func (e Effort) share() time.Duration { return e.Time * time.Duration(e.Rounds) }

// subject is a kind of system with data.
type subject struct {
	Kind
	*Sample
	system System
	base   int // the subject that it is compared with first
}

// Run times a group of kinds with data of a size, and adds figures to r.
func (r *Results) Run(g Group, sample *Sample, metrics []Metric, effort Effort) error {
	var subjects []*subject
	for _, k := range g.Kinds {
		if len(k.Sizes) == 0 || slices.Contains(k.Sizes, sample.Size.Name) {
			subjects = append(subjects, &subject{Kind: k, Sample: sample})
		}
	}
	for i, s := range subjects {
		s.base = max(0, slices.IndexFunc(subjects[:i], func(other *subject) bool { return other.Name == s.Beside }))
	}
	return r.run(g.Name, subjects, metrics, effort)
}

// run loads the subjects, times them, and closes them.
func (r *Results) run(group string, subjects []*subject, metrics []Metric, effort Effort) (err error) {
	defer func() { err = cmp.Or(err, closeAll(subjects)) }()
	for _, s := range subjects {
		loaded, err := s.load()
		if err != nil {
			return fmt.Errorf("%s: %w", s.Name, err)
		}
		for _, f := range loaded {
			r.add(group, s, f)
		}
	}
	reads := slices.IndexFunc(metrics, func(m Metric) bool { return m.Changes })
	if reads < 0 {
		reads = len(metrics)
	}
	for _, metrics := range [][]Metric{metrics[:reads], metrics[reads:]} {
		if err := r.rounds(group, subjects, metrics, effort); err != nil {
			return err
		}
	}
	return nil
}

// closeAll closes the systems that can be, and returns the first error.
func closeAll(subjects []*subject) (err error) {
	for _, s := range subjects {
		if c, ok := s.system.(io.Closer); ok {
			err = cmp.Or(err, c.Close())
		}
	}
	return err
}

// load loads the subject, and returns how long that took and what it takes.
func (s *subject) load() ([]Figure, error) {
	before, began := heap(), time.Now()
	system, err := s.Load(s.Data)
	if s.system = system; err != nil {
		return nil, fmt.Errorf("load: %w", err)
	}
	took := time.Since(began)
	bytes := max(0, heap()-before)
	if sizer, ok := system.(Sizer); ok {
		elsewhere, err := sizer.Bytes()
		if err != nil {
			return nil, err
		}
		bytes = float64(elsewhere)
	}
	loaded := []Figure{
		{Metric: Load, Nanoseconds: round(float64(took))},
		{Metric: Bytes, Bytes: round(bytes / float64(s.Data.Grants()))},
	}
	return loaded, verify(s.Sample, system, s.Stale)
}

// series is what one metric of one subject took in each round, in nanoseconds.
type series struct {
	metric  Metric
	subject *subject
	op      func(n int) error
	beside  func(n int) error
	each    []float64
	spent   time.Duration // in all rounds
	next    int           // of what is done
	answers int           // that were timed, and compared where they are checks
	written int           // by somebody else, meanwhile
	rate    float64
}

// rounds times every metric of every subject, again and again.
func (r *Results) rounds(group string, subjects []*subject, metrics []Metric, effort Effort) error {
	table := make([][]*series, len(metrics))
	for i, m := range metrics {
		for _, s := range subjects {
			one, err := prepare(m, s)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", s.Name, m.Name, err)
			}
			table[i] = append(table[i], one)
		}
	}
	if err := timeAll(table, effort); err != nil {
		return err
	}
	for _, row := range table {
		for i, s := range row {
			if s.op == nil {
				continue
			}
			f, err := s.figure(effort.Time)
			if err != nil {
				return fmt.Errorf("%s: %s: %w", s.subject.Name, s.metric.Name, err)
			}
			base := row[baseOf(row, i)]
			f.Base, f.Ratio = base.subject.Name, ratio(s.each, base.each)
			over := slices.IndexFunc(metrics, func(m Metric) bool { return m.Name == s.metric.Over })
			if over >= 0 && table[over][i].op != nil {
				f.Over, f.OverRatio = s.metric.Over, ratio(s.each, table[over][i].each)
			}
			r.add(group, s.subject, f)
		}
	}
	return nil
}

// timeAll times every series in turns, round by round.
func timeAll(table [][]*series, effort Effort) error {
	for n := range effort.Rounds {
		for _, row := range table {
			for _, s := range row {
				if n >= least && s.spent >= effort.share() {
					continue
				}
				if err := s.time(effort.Time); err != nil {
					return fmt.Errorf("%s: %s: %w", s.subject.Name, s.metric.Name, err)
				}
			}
		}
	}
	return nil
}

// errNoPower is of a number of questions that takes as long to divide by as a check.
var errNoPower = errors.New("the number is no power of two")

func prepare(m Metric, s *subject) (*series, error) {
	one := &series{metric: m, subject: s}
	if len(m.Sizes) > 0 && !slices.Contains(m.Sizes, s.Size.Name) {
		return one, nil
	}
	op, err := m.Op(s.system, s.Sample)
	switch {
	case errors.Is(err, errors.ErrUnsupported):
		return one, nil
	case err == nil && m.Writes > 0:
		one.beside, err = giveOf(s.system, s.Idle)
	}
	if one.op = op; err != nil || m.Changes || s.Asked == 0 {
		return one, err
	}
	last := s.Asked - 1
	if s.Asked&last != 0 {
		return one, fmt.Errorf("%d questions: %w", s.Asked, errNoPower)
	}
	one.op = func(n int) error { return op(n & last) }
	for n := 0; n < s.Asked && err == nil; n++ {
		err = op(n)
	}
	return one, err
}

// baseOf returns which of a row the ith is compared with: what its kind names, or the
// first that has a figure.
func baseOf(row []*series, i int) int {
	if base := row[i].subject.base; row[base].op != nil {
		return base
	}
	return slices.IndexFunc(row, func(s *series) bool { return s.op != nil })
}
