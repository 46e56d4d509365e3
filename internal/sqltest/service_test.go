package sqltest

import (
	"testing"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
)

func TestRules(t *testing.T) {
	eachOrAll(t, func(t *testing.T, e *engine) { servicetest.RunRules(t, e.stores()) })
}

func TestCorpus(t *testing.T) {
	eachOrAll(t, func(t *testing.T, e *engine) { servicetest.RunCorpus(t, e.stores()) })
}

func TestFaults(t *testing.T) {
	eachOrAll(t, func(t *testing.T, e *engine) { servicetest.RunFaults(t, e.stores()) })
}
