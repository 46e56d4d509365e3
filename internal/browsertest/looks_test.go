package browsertest

import (
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
)

// text returns what there is to read, words with one space between them.
func (p *person) text() string {
	p.t.Helper()
	return strings.Join(p.texts("body"), " ")
}

// texts returns the texts of the elements that an HTML selector names, words with one
// space between them.
func (p *person) texts(selector string) []string {
	p.t.Helper()
	return do(p, chromedp.Evaluate[[]string](fmt.Sprintf(
		`[...document.querySelectorAll(%q)].map(each => each.innerText.trim().replace(/\s+/g, " "))`, selector)))
}

// reads waits until each text is on the page.
func (p *person) reads(texts ...string) {
	p.t.Helper()
	for _, text := range texts {
		until(p.t, func() error {
			if on := p.text(); !strings.Contains(on, text) {
				return fmt.Errorf("%q is not on the page: %s", text, on)
			}
			return nil
		})
	}
}

// readsNo makes sure that no text is on the page that is there.
func (p *person) readsNo(texts ...string) {
	p.t.Helper()
	on := p.text()
	for _, text := range texts {
		if strings.Contains(on, text) {
			p.t.Fatalf("%q is on the page: %s", text, on)
		}
	}
}

// heading waits until the page is headed so.
func (p *person) heading(want string) {
	p.t.Helper()
	until(p.t, func() error {
		if got := p.texts("h1"); !slices.Equal(got, []string{want}) {
			return fmt.Errorf("the page is headed %q, want %q", got, want)
		}
		return nil
	})
}

// rows waits until a column of the tables, from 0, has these cells.
func (p *person) rows(column int, want ...string) {
	p.t.Helper()
	until(p.t, func() error {
		if got := p.cells(column); !slices.Equal(got, want) {
			return fmt.Errorf("the rows are %q, want %q", got, want)
		}
		return nil
	})
}

// cells returns a column of the tables, from 0, without its heading.
func (p *person) cells(column int) []string {
	p.t.Helper()
	return p.texts(fmt.Sprintf("tbody tr > :nth-child(%d)", column+1))
}

// offers waits until there are links and buttons of these names.
func (p *person) offers(names ...string) {
	p.t.Helper()
	for _, name := range names {
		p.element(name, clickable...)
	}
}

// offersNo makes sure that no link and no button of the page has one of these names.
func (p *person) offersNo(names ...string) {
	p.t.Helper()
	there := namesOf(p.elements("", clickable...))
	for _, name := range names {
		if slices.Contains(there, name) {
			p.t.Fatalf("the page offers %q", name)
		}
	}
}

// has waits until the field with a label has text in it.
func (p *person) has(label, text string) {
	p.t.Helper()
	until(p.t, func() error {
		if got := p.element(label, append([]string{"combobox"}, writable...)...).value; got != text {
			return fmt.Errorf("%q is %q, want %q", label, got, text)
		}
		return nil
	})
}

// address returns where the person is.
func (p *person) address() *url.URL {
	p.t.Helper()
	at, err := url.Parse(do(p, chromedp.Location()))
	if err != nil {
		p.t.Fatal(err)
	}
	return at
}

// device is what somebody has in front of them.
type device struct {
	name          string
	width, height int64
	touch         bool
}

var (
	desk   = device{"desk", 1280, 800, false}
	phone  = device{"phone", 390, 844, true}
	narrow = device{"narrow", 320, 640, true}
)

// The schemes of colours that somebody may have asked their machine for.
const (
	light = "light"
	dark  = "dark"
)

// looksAt changes the device and the colours. The page stays as it is.
func (p *person) looksAt(d device, colours string) {
	p.t.Helper()
	var as []chromedp.EmulateViewportOption
	if d.touch {
		as = append(as, chromedp.EmulateMobile)
	}
	do(p, chromedp.EmulateViewport(d.width, d.height, as...))
	call(p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{
		Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: colours}},
	})
}
