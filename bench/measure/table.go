package measure

import (
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
)

// Table writes the figures of a group with data of a size as a table: a row for each
// metric, a column for each system. With no size the columns are sizes, and a row is of
// one system.
func (r *Results) Table(w io.Writer, group, size string) error {
	var rows, columns []string
	cells, over := map[[2]string]string{}, map[string]string{}
	for _, f := range r.Figures {
		if f.Group != group || size != "" && f.Size != size {
			continue
		}
		row, column := f.Metric, f.System
		if size == "" { // grown: the sizes beside each other
			row, column = f.System+": "+f.Metric, f.Size
		}
		if f.Over != "" {
			over[row] = " (to " + f.Over + ")"
		}
		rows, columns = distinct(rows, row), distinct(columns, column)
		cells[[2]string{row, column}] = f.String()
	}
	if len(rows) == 0 {
		return nil
	}
	fmt.Fprintf(w, "\n%s, %s\n", group, r.describe(size))
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "\t"+strings.Join(columns, "\t")+"\t")
	for _, row := range rows {
		fmt.Fprint(table, row+over[row])
		for _, column := range columns {
			cell, ok := cells[[2]string{row, column}]
			if !ok {
				cell = "–"
			}
			fmt.Fprint(table, "\t"+cell)
		}
		fmt.Fprintln(table, "\t")
	}
	return table.Flush()
}

// describe says what a size is.
func (r *Results) describe(name string) string {
	for _, s := range r.Sizes {
		if s.Name == name {
			return fmt.Sprintf("%s: %d × %d members, %d devices, %d grants each", s.Name, s.Orgs, s.Members, s.Devices, s.Grants)
		}
	}
	return "by the number of members"
}

func distinct(list []string, one string) []string {
	if slices.Contains(list, one) {
		return list
	}
	return append(list, one)
}

// String says it in one line: the time, the ratio to another system's, in brackets the
// one to another metric, and the allocations.
func (f Figure) String() string {
	var parts []string
	switch {
	case f.Bytes > 0:
		parts = append(parts, fmt.Sprintf("%.0f B", f.Bytes))
	default:
		parts = append(parts, Duration(f.Nanoseconds))
	}
	if f.Base != "" {
		parts = append(parts, Times(f.Ratio))
	}
	if f.OverRatio > 0 {
		parts = append(parts, "("+Times(f.OverRatio)+")")
	}
	if f.Writes > 0 {
		parts = append(parts, fmt.Sprintf("%.0f writes/s", f.Writes))
	}
	if f.Allocations != nil {
		parts = append(parts, fmt.Sprintf("%d allocs", *f.Allocations))
	}
	return strings.Join(parts, " ")
}

// Duration writes nanoseconds with three digits.
func Duration(nanoseconds float64) string {
	unit, name := time.Nanosecond, "ns"
	switch {
	case nanoseconds >= float64(time.Second):
		unit, name = time.Second, "s"
	case nanoseconds >= float64(time.Millisecond):
		unit, name = time.Millisecond, "ms"
	case nanoseconds >= float64(time.Microsecond):
		unit, name = time.Microsecond, "µs"
	}
	return digits(nanoseconds/float64(unit)) + " " + name
}

// Times writes a ratio.
func Times(ratio float64) string { return digits(ratio) + "×" }

// digits writes x with three digits, and with all before the point.
func digits(x float64) string {
	switch {
	case x >= 100:
		return fmt.Sprintf("%.0f", x)
	case x >= 10:
		return fmt.Sprintf("%.1f", x)
	}
	return fmt.Sprintf("%.2f", x)
}
