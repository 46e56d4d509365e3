package sqltest

import (
	"testing"

	"github.com/seed-5b9f5318/charter/internal/servicetest"
)

func TestFaultsOnSQLite(t *testing.T) { servicetest.RunFaults(t, copies(t)) }
