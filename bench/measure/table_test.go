package measure_test

import (
	"strings"
	"testing"

	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// TestTable: a row for each metric and a column for each system of a group at a size;
// growth has a row for each system and metric, and a column for each size.
func TestTable(t *testing.T) {
	none, some := uint64(0), uint64(12)
	results := &measure.Results{
		Sizes: []workload.Size{{Name: "S", Orgs: 2, Members: 3, Devices: 4, Grants: 5}, {Name: "L"}},
		Figures: []measure.Figure{
			{Group: "g", Size: "S", System: "a", Metric: "bytes", Bytes: 31},
			{Group: "g", Size: "S", System: "a", Metric: "check", Nanoseconds: 98.76, Base: "a", Ratio: 1, Allocations: &none},
			{Group: "g", Size: "S", System: "a", Metric: "busy", Nanoseconds: 50, Base: "a", Ratio: 1, Over: "check", OverRatio: 0.5},
			{Group: "g", Size: "S", System: "b", Metric: "check", Nanoseconds: 12345, Base: "a", Ratio: 123.4, Allocations: &some},
			{Group: "g", Size: "S", System: "b", Metric: "beside", Nanoseconds: 2e9, Base: "b", Ratio: 10, Writes: 999.6},
			{Group: "g", Size: "L", System: "b", Metric: "check", Nanoseconds: 7e6, Base: "a", Ratio: 2},
			{Group: "h", Size: "S", System: "c", Metric: "check", Nanoseconds: 1, Base: "c", Ratio: 1},
			{Group: measure.Growth, Size: "10", System: "a", Metric: "check", Nanoseconds: 1, Base: "a", Ratio: 1},
			{Group: measure.Growth, Size: "100", System: "a", Metric: "check", Nanoseconds: 2, Base: "a", Ratio: 2},
		},
	}
	for _, want := range []struct{ group, size, table string }{
		{"g", "S", `
g, S: 2 × 3 members, 4 devices, 5 grants each
                 a                       b
bytes            31 B                    –
check            98.8 ns 1.00× 0 allocs  12.3 µs 123× 12 allocs
busy (to check)  50.0 ns 1.00× (0.50×)   –
beside           –                       2.00 s 10.0× 1000 writes/s
`},
		{measure.Growth, "", `
growth, by the number of members
          10             100
a: check  1.00 ns 1.00×  2.00 ns 2.00×
`},
		{"none", "S", ""},
	} {
		var table strings.Builder
		if err := results.Table(&table, want.group, want.size); err != nil {
			t.Fatal(err)
		}
		var lines []string
		for line := range strings.Lines(table.String()) {
			lines = append(lines, strings.TrimRight(line, " \n")+"\n")
		}
		if got := strings.Join(lines, ""); got != want.table {
			t.Errorf("%s, %s: got\n%s\nwant\n%s", want.group, want.size, got, want.table)
		}
	}
}
