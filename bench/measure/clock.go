package measure

import (
	"cmp"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"time"
)

// lull is how much longer it takes until somebody who writes has had a turn beside those
// who read, on every core.
const lull = 10

// time does it for budget or somewhat longer, and adds how long one took.
func (s *series) time(budget time.Duration) error {
	if s.op == nil {
		return nil
	}
	defer func(began time.Time) { s.spent += time.Since(began) }(time.Now())
	if s.beside == nil {
		each, err := s.clock(budget)
		s.each = append(s.each, each)
		return err
	}
	stop := make(chan struct{})
	var writer sync.WaitGroup
	var failed error
	began, before := time.Now(), s.written
	writer.Go(func() { failed = s.write(began, stop) })
	each, err := s.clock(lull * budget)
	close(stop)
	writer.Wait()
	s.each, s.rate = append(s.each, each), float64(s.written-before)/time.Since(began).Seconds()
	return cmp.Or(err, failed)
}

// write writes as often as is due until stop is closed, and catches up where it was not
// let.
func (s *series) write(began time.Time, stop <-chan struct{}) error {
	pause := time.Second / time.Duration(s.metric.Writes)
	tick := time.NewTicker(pause)
	defer tick.Stop()
	for done := 0; ; {
		select {
		case <-stop:
			return nil
		case <-tick.C:
		}
		for due := int(time.Since(began) / pause); done < due; done++ {
			select {
			case <-stop: // who is slow never catches up
				return nil
			default:
			}
			if err := s.beside(s.written); err != nil {
				return err
			}
			s.written++
		}
	}
}

// clock returns how long one takes: with several at the same time the nth part of it.
func (s *series) clock(budget time.Duration) (each float64, err error) {
	if s.metric.Parallel < 2 {
		each, done, err := run(s.op, budget, s.next)
		s.next, s.answers = s.next+done, s.answers+done
		return each, err
	}
	var all sync.WaitGroup
	n := s.metric.Parallel
	times, done, errs := make([]float64, n), make([]int, n), make([]error, n)
	for i := range n {
		all.Go(func() { times[i], done[i], errs[i] = run(s.op, budget, s.next+i*questions/n) })
	}
	all.Wait()
	s.next += slices.Max(done)
	var rate float64 // of all together
	for i, t := range times {
		rate, s.answers = rate+1/t, s.answers+done[i]
	}
	return 1 / rate, cmp.Or(errs...)
}

// run does it for budget or somewhat longer, from the first time on, and returns how
// many nanoseconds one took.
func run(op func(int) error, budget time.Duration, first int) (each float64, done int, err error) {
	began := time.Now()
	for step := 1; ; {
		for range step {
			if err := op(first + done); err != nil {
				return 0, done, err
			}
			done++
		}
		took := time.Since(began)
		if took >= budget {
			return float64(took) / float64(done), done, nil
		}
		left := int(float64(budget-took) / float64(took) * float64(done))
		step = max(1, min(2*step, 1024, left)) // the last may not take as long as all before
	}
}

// figure returns what the rounds took, and how much one allocates.
func (s *series) figure(budget time.Duration) (Figure, error) {
	f := Figure{Metric: s.metric.Name, Nanoseconds: round(median(s.each)), Answers: s.answers, Writes: round(s.rate)}
	if s.metric.Parallel > 1 {
		return f, nil
	}
	const most = 1000
	var before, after runtime.MemStats
	runtime.GC()
	runtime.ReadMemStats(&before)
	times := uint64(0)
	for began := time.Now(); times < most && (times == 0 || time.Since(began) < budget); times++ {
		if err := s.op(s.next); err != nil {
			return f, err
		}
		s.next++
	}
	runtime.ReadMemStats(&after)
	allocations := (after.Mallocs - before.Mallocs) / times
	f.Allocations = &allocations
	return f, nil
}

// ratio returns the median of the ratios of each round that both were timed in.
func ratio(each, base []float64) float64 {
	ratios := make([]float64, min(len(each), len(base)))
	for i := range ratios {
		ratios[i] = each[i] / base[i]
	}
	return round(median(ratios))
}

func median(list []float64) float64 {
	sorted := slices.Sorted(slices.Values(list))
	return sorted[len(sorted)/2]
}

// round rounds to four digits.
func round(x float64) float64 {
	rounded, err := strconv.ParseFloat(strconv.FormatFloat(x, 'g', 4, 64), 64)
	if err != nil {
		return x
	}
	return rounded
}

// heap is how much is in use once what is not has been collected.
func heap() float64 {
	runtime.GC()
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return float64(m.HeapAlloc)
}
