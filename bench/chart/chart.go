package chart

import (
	"errors"
	"fmt"
	"html"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/seed-5b9f5318/charter/bench/measure"
	"github.com/seed-5b9f5318/charter/bench/workload"
)

// The drawing, in its own units.
const (
	width    = 960
	top      = 104 // above the first row
	line     = 26  // a row
	bottom   = 72  // below the last one
	from, to = 312, 690
	columns  = 720 // of the figures in words
	column   = 80
	mark     = 4.5 // half of a mark
	decade   = 10.0
)

// errEmpty says that nothing was measured that could be drawn.
var errEmpty = errors.New("chart: no checks")

// Draw draws what a check takes as SVG, without scripts and legible on light and dark
// pages. The same results give the same picture.
func Draw(w io.Writer, r *measure.Results) error {
	list := rows(r)
	if len(list) == 0 {
		return errEmpty
	}
	c := &chart{rows: list, sizes: compared(r), where: r.Where.String(), low: math.Inf(1), high: math.Inf(-1)}
	for _, row := range list {
		for _, ns := range row.times {
			c.low = min(c.low, math.Floor(math.Log10(ns)))
			c.high = max(c.high, math.Ceil(math.Log10(ns)))
		}
	}
	c.head()
	c.axis()
	for i, row := range list {
		c.row(i, row)
	}
	c.print("</svg>\n")
	_, err := io.WriteString(w, c.text.String())
	return err
}

// compared returns the sizes in which systems were compared.
func compared(r *measure.Results) []workload.Size {
	return slices.DeleteFunc(slices.Clone(r.Sizes), func(s workload.Size) bool {
		return !slices.ContainsFunc(r.Figures, func(f measure.Figure) bool { return f.Size == s.Name && f.Group != measure.Growth })
	})
}

// sized says how much data there is in each size.
func sized(sizes []workload.Size) string {
	list := make([]string, len(sizes))
	for i, s := range sizes {
		list[i] = fmt.Sprintf("%s: %s × %s members, %s grants each", s.Name, thousands(s.Orgs), thousands(s.Members), thousands(s.Grants))
	}
	return strings.Join(list, "; ") + "."
}

// thousands writes n with a comma after each thousand.
func thousands(n int) string {
	if n < 1000 {
		return strconv.Itoa(n)
	}
	return fmt.Sprintf("%s,%03d", thousands(n/1000), n%1000)
}

type chart struct {
	rows      []row
	sizes     []workload.Size
	where     string
	low, high float64 // the axis, in decades of nanoseconds
	text      strings.Builder
}

func (c *chart) print(format string, args ...any) { fmt.Fprintf(&c.text, format, args...) }

func (c *chart) height() int { return top + line*len(c.rows) + bottom }

// x returns where a time is.
func (c *chart) x(ns float64) float64 {
	return from + (to-from)*(math.Log10(ns)-c.low)/max(1, c.high-c.low)
}

const style = `<style>
text { font: 13px system-ui, -apple-system, "Segoe UI", "DejaVu Sans", sans-serif; fill: #1f2328 }
.title { font-size: 17px; font-weight: 600 }
.small { font-size: 11.5px; fill: #59636e }
.end { text-anchor: end } .mid { text-anchor: middle }
.page { fill: #ffffff; stroke: #d1d9e0 } .grid { stroke: #d1d9e0 }
.charter { fill: #0969da; stroke: #0969da } .floor { fill: #1a7f37; stroke: #1a7f37 } .other { fill: #6e7781; stroke: #6e7781 }
.key { fill: #59636e; stroke: #59636e }
text.charter { fill: #0969da; stroke: none; font-weight: 600 }
text.floor { fill: #1a7f37; stroke: none } text.other { fill: #1f2328; stroke: none }
@media (prefers-color-scheme: dark) {
text { fill: #f0f6fc } .small { fill: #9198a1 }
.page { fill: #0d1117; stroke: #3d444d } .grid { stroke: #3d444d }
.charter { fill: #4493f8; stroke: #4493f8 } .floor { fill: #3fb950; stroke: #3fb950 } .other { fill: #9198a1; stroke: #9198a1 }
.key { fill: #9198a1; stroke: #9198a1 }
text.charter { fill: #4493f8 } text.floor { fill: #3fb950 } text.other { fill: #f0f6fc }
}
</style>
`

// head writes all above the first row, and below the last one.
func (c *chart) head() {
	const (
		title    = "What one check takes"
		subtitle = "May this user do that with this device? Median time on a logarithmic scale; less is better. " +
			"Floors are written by hand for this one question."
	)
	c.print(`<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 %d %d" width="%d" height="%d" role="img" aria-labelledby="title desc">`+"\n",
		width, c.height(), width, c.height())
	c.print("<title id=\"title\">%s</title>\n<desc id=\"desc\">%s</desc>\n", title, html.EscapeString(c.describe()))
	c.print("%s", style)
	c.print(`<rect class="page" x="0.5" y="0.5" width="%d" height="%d" rx="8"/>`+"\n", width-1, c.height()-1)
	c.print(`<text class="title" x="24" y="36">%s</text>`+"\n", title)
	c.print(`<text class="small" x="24" y="57">%s</text>`+"\n", subtitle)
	for i, size := range c.sizes {
		x := columns + column*i
		c.print(`<text class="end" x="%d" y="%d">%s</text>`+"\n", x+60, top-14, html.EscapeString(size.Name))
		c.mark(i, "key", float64(x+52-9*len(size.Name)), top-18.5)
	}
	c.print(`<text class="small" x="24" y="%d">%s</text>`+"\n", c.height()-38, html.EscapeString(sized(c.sizes)))
	c.print(`<text class="small" x="24" y="%d">%s</text>`+"\n", c.height()-18, html.EscapeString(c.where))
}

// describe says in words what the picture shows.
func (c *chart) describe() string {
	var text strings.Builder
	fmt.Fprintf(&text, "Median time of one check, by system and by how much data there is. %s", sized(c.sizes))
	for _, row := range c.rows {
		fmt.Fprintf(&text, " %s:", row.name)
		for i, size := range c.sizes {
			if i > 0 {
				text.WriteString(",")
			}
			text.WriteString(" " + row.in(size.Name))
		}
		text.WriteString(".")
	}
	return text.String()
}

// in returns the time with data of a size in words.
func (w row) in(size string) string {
	if ns, ok := w.times[size]; ok {
		return measure.Duration(ns)
	}
	return "–"
}

// axis writes a line for each decade.
func (c *chart) axis() {
	for exponent := c.low; exponent <= c.high; exponent++ {
		ns := math.Pow(decade, exponent)
		c.print(`<line class="grid" x1="%.1f" y1="%d" x2="%.1f" y2="%d"/>`+"\n", c.x(ns), top-6, c.x(ns), c.height()-bottom+4)
		c.print(`<text class="small mid" x="%.1f" y="%d">%s</text>`+"\n", c.x(ns), top-14, round(ns))
	}
}

// round writes a power of ten.
func round(ns float64) string {
	number, unit, _ := strings.Cut(measure.Duration(ns), " ")
	whole, _, _ := strings.Cut(number, ".")
	return whole + " " + unit
}

// row writes a system's name, marks and times.
func (c *chart) row(i int, row row) {
	y := float64(top + line*i + line/2)
	c.print(`<text class="%s" x="24" y="%.1f">%s</text>`+"\n", row.tone, y+4, html.EscapeString(row.name))
	least, most := math.Inf(1), math.Inf(-1)
	for _, size := range c.sizes {
		if ns, ok := row.times[size.Name]; ok {
			least, most = min(least, c.x(ns)), max(most, c.x(ns))
		}
	}
	c.print(`<line class="%s" x1="%.1f" y1="%.1f" x2="%.1f" y2="%.1f" stroke-opacity="0.4"/>`+"\n", row.tone, least, y, most, y)
	for n, size := range c.sizes {
		if ns, ok := row.times[size.Name]; ok {
			c.mark(n, row.tone, c.x(ns), y)
		}
		c.print(`<text class="small end" x="%d" y="%.1f">%s</text>`+"\n", columns+column*n+60, y+4, row.in(size.Name))
	}
}

// mark writes the mark of the nth size: a disc, a square, a diamond, and so on again.
func (c *chart) mark(n int, tone string, x, y float64) {
	switch n % 3 {
	case 0:
		c.print(`<circle class="%s" cx="%.1f" cy="%.1f" r="%.1f"/>`+"\n", tone, x, y, mark)
	case 1:
		c.print(`<rect class="%s" x="%.1f" y="%.1f" width="%.1f" height="%.1f" fill-opacity="0"/>`+"\n",
			tone, x-mark+0.5, y-mark+0.5, 2*mark-1, 2*mark-1)
	case 2:
		c.print(`<path class="%s" d="M%.1f %.1fl%.1f %.1fl%.1f %.1fl%.1f %.1fz"/>`+"\n",
			tone, x, y-mark-1, mark+1, mark+1, -mark-1, mark+1, -mark-1, -mark-1)
	}
}
