package browsertest

import (
	"slices"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
)

// Whatever can be acted on is reached by the Tab key, in the order of the page, and shows
// that it has been.
func TestKeyboard(t *testing.T) {
	p := engines()[0].start(t).person(t, true)
	p.opens("/")
	p.signsIn("Ada Vale", ada)
	p.presses("Organization Windpark North") // its menu is a part of the page
	p.element("Leave organization", "link")
	var want, got []string
	for _, n := range p.focusable() {
		want = append(want, n.name)
	}
	for range len(want) + 1 { // at the end of the page it goes to the browser's own
		do(p, chromedp.KeyEvent(kb.Tab))
		for _, n := range p.focusable() {
			if n.is["focused"] == "true" {
				got = append(got, n.name)
				if p.evaluates(n, "function () { return getComputedStyle(this).outlineStyle }") == "none" {
					t.Errorf("nobody sees that %q has the focus", n.name)
				}
			}
		}
	}
	if i := slices.Index(want, slices.Concat(got, want)[0]); i > 0 {
		want = append(want[i:], want[:i]...) // it began in the menu
	}
	if len(want) < 20 || !slices.Equal(got, want) {
		t.Errorf("the Tab key comes to\n%q\nwant\n%q", got, want)
	}
}

// focusable returns the elements that can have the focus, in the order of the page.
func (p *person) focusable() []*node {
	p.t.Helper()
	all := p.elements("", append([]string{"checkbox", "combobox", "searchbox", "textbox", "region"}, clickable...)...)
	return slices.DeleteFunc(all, func(n *node) bool { return n.is["focusable"] != "true" })
}
