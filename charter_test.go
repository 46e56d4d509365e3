package charter_test

import (
	"testing"

	"github.com/seed-5b9f5318/charter/internal/castore"
	"github.com/seed-5b9f5318/charter/internal/servicetest"
	"github.com/seed-5b9f5318/charter/store"
	"github.com/seed-5b9f5318/charter/store/memstore"
)

// The rules of the specification and the corpus of bad input, through the
// Service, on the stores that need no driver; internal/sqltest runs them on real
// databases.

func onMemstore(testing.TB) store.Store { return memstore.New() }

func onCastore(testing.TB) store.Store { return castore.New() }

func TestRulesOnMemstore(t *testing.T) { servicetest.RunRules(t, onMemstore) }

func TestRulesOnCastore(t *testing.T) { servicetest.RunRules(t, onCastore) }

func TestCorpusOnMemstore(t *testing.T) { servicetest.RunCorpus(t, onMemstore) }

func TestCorpusOnCastore(t *testing.T) { servicetest.RunCorpus(t, onCastore) }
