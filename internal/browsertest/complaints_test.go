package browsertest

import (
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// complaints are what a browser tells developers of a page in its console: exceptions,
// errors and warnings, among them what the Content-Security-Policy forbade.
type complaints struct {
	mu   sync.Mutex
	said []string
}

// event keeps what event says, if it is a complaint.
func (c *complaints) event(event any) {
	var said string
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		said = e.ExceptionDetails.Text
		if e.ExceptionDetails.Exception != nil {
			said += " " + e.ExceptionDetails.Exception.Description
		}
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError || e.Type == runtime.ConsoleAPICalledTypeWarning || e.Type == runtime.ConsoleAPICalledTypeAssert {
			said = fmt.Sprintf("console.%s", e.Type)
			for _, arg := range e.Args {
				said += fmt.Sprintf(" %s %s", arg.Value, arg.Description)
			}
		}
	case *log.EventEntryAdded:
		if (e.Entry.Level == log.EntryLevelError || e.Entry.Level == log.EntryLevelWarning) && !refusal(e.Entry) {
			said = fmt.Sprintf("%s: %s %s", e.Entry.Source, e.Entry.Text, e.Entry.URL)
		}
	}
	if said != "" {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.said = append(c.said, said)
	}
}

// refusal reports whether entry says that a page has a status of refusal. It is meant
// to, and who went there looks at it.
func refusal(entry *log.Entry) bool {
	return entry.Source == log.EntrySourceNetwork && strings.Contains(entry.Text, "responded with a status of 4") &&
		!strings.Contains(entry.URL, "/static/")
}

func (c *complaints) all() []string {
	c.mu.Lock()
	defer c.mu.Unlock()
	return slices.Clone(c.said)
}

// The controls of what fails every test in which a browser complains.
func TestComplaints(t *testing.T) {
	c := engines()[0].start(t)
	for _, fault := range []struct{ name, script, want string }{
		{"exception", "setTimeout(() => { throw new Error('ouch') })", "ouch"},
		{"promise", "void Promise.reject(new Error('ouch'))", "ouch"},
		{"console", "console.error('ouch')", "ouch"},
		{"script", "document.head.append(Object.assign(document.createElement('script'), {text: 'ouch()'}))", "Content Security Policy"},
		{"style", "document.body.setAttribute('style', 'color: red')", "Content Security Policy"},
		{"elsewhere", "void (new Image().src = 'http://elsewhere.example/x.png')", "Content Security Policy"},
		{"missing", "document.body.append(Object.assign(new Image(), {src: '/static/v/missing.png'}))", "404"},
	} {
		t.Run(fault.name, func(t *testing.T) {
			p := c.person(t, true)
			p.opens("/sign-in")
			if said := p.heard.all(); said != nil {
				t.Fatalf("a page without a fault: %q", said)
			}
			do(p, chromedp.Evaluate[any](fault.script))
			until(t, func() error {
				said := p.heard.all()
				if !slices.ContainsFunc(said, func(s string) bool { return strings.Contains(s, fault.want) }) {
					return fmt.Errorf("heard %q, want %q", said, fault.want)
				}
				return nil
			})
			p.heard.said = nil // it was meant
		})
	}
}
