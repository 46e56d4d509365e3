package browsertest

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"testing"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/cdproto/runtime"
)

// axe is axe-core, which looks for accessibility faults.
//
//go:embed testdata/axe-core-4.14.1.min.js
var axe string

// fault is a rule that axe found broken.
type fault struct {
	ID     string `json:"id"`
	Impact string `json:"impact"` // minor, moderate, serious or critical
	Help   string `json:"help"`
	Nodes  []struct {
		Target  []any  `json:"target"`
		Summary string `json:"failureSummary"`
	} `json:"nodes"`
}

// grave reports whether the fault keeps somebody from using the page.
func (f fault) grave() bool { return f.Impact == "serious" || f.Impact == "critical" }

func (f fault) String() string {
	said := fmt.Sprintf("%s (%s): %s", f.ID, f.Impact, f.Help)
	for _, n := range f.Nodes {
		said += fmt.Sprintf("\n  %v: %s", n.Target, n.Summary)
	}
	return said
}

// withAxe loads axe beside the page, in a world of its own: the policy of the page does
// not count there, and no script of the page sees it. It lasts as long as the page.
func (p *person) withAxe() runtime.ExecutionContextID {
	p.t.Helper()
	frame := call(p, page.GetFrameTree, cdp.Empty{}).FrameTree.Frame.ID
	world := call(p, page.CreateIsolatedWorld, page.CreateIsolatedWorldParams{FrameID: frame}).ExecutionContextID
	p.inWorld(world, axe)
	return world
}

// faults returns the accessibility faults of the page as it is now.
func (p *person) faults(world runtime.ExecutionContextID) (found []fault) {
	p.t.Helper()
	said := p.inWorld(world, `axe.run(document, {
		runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"], resultTypes: ["violations"],
	}).then(results => JSON.stringify(results.violations))`)
	if err := json.Unmarshal([]byte(said), &found); err != nil {
		p.t.Fatalf("axe says %q: %v", said, err)
	}
	return found
}

// inWorld evaluates a script in a world of the page, and returns the text that comes of it.
func (p *person) inWorld(world runtime.ExecutionContextID, script string) string {
	p.t.Helper()
	yes := true
	result := call(p, runtime.Evaluate, runtime.EvaluateParams{Expression: script, ContextID: world, AwaitPromise: &yes, ReturnByValue: &yes})
	if result.ExceptionDetails != nil {
		p.t.Fatalf("script: %s", result.ExceptionDetails.Text)
	}
	return decode(result.Result.Value)
}

// The control of TestAccessibility: a field that has lost its label is found, and so is
// text that is too pale.
func TestAxe(t *testing.T) {
	p := engines()[0].start(t).person(t, true)
	for script, want := range map[string]string{
		"document.querySelector('[name=email]').parentElement.replaceWith(document.querySelector('[name=email]'))": "label",
		"document.querySelector('.note').style.color = '#bbb'":                                                     "color-contrast",
	} {
		p.opens("/sign-up")
		world := p.withAxe()
		if found := p.faults(world); len(found) > 0 {
			t.Errorf("before: %v", found)
		}
		p.inWorld(world, script+"; ''")
		if found := p.faults(world); len(found) != 1 || found[0].ID != want || !found[0].grave() {
			t.Errorf("after %s: %v, want %s", script, found, want)
		}
	}
}
