package browsertest

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/chromedp"
)

// person is somebody at a browser of their own, with nobody's cookies but theirs. Each
// method that acts waits until it can, and ends the test when it never can.
type person struct {
	t       testing.TB
	at      *console
	ctx     context.Context // of the tab
	scripts bool            // JavaScript is on
	region  string          // of the page, "" for all of it
	heard   *complaints
	folder  string // of pictures
}

// person opens a window on a desk, for t alone. Whatever the browser complains about
// until t ends fails it.
func (c *console) person(t testing.TB, scripts bool) *person {
	t.Helper()
	ctx, leave := chromedp.NewContext(chromium(t), chromedp.WithNewBrowserContext())
	t.Cleanup(leave)
	p := &person{t: t, at: c, ctx: ctx, scripts: scripts, heard: &complaints{}, folder: pictures(t)}
	if err := chromedp.Listen(ctx, p.heard.event); err != nil {
		t.Fatal(err)
	}
	call(p, accessibility.Enable, cdp.Empty{})
	call(p, emulation.SetFocusEmulationEnabled, emulation.SetFocusEmulationEnabledParams{Enabled: true})
	call(p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !scripts})
	p.looksAt(desk, light)
	t.Cleanup(p.end)
	return p
}

// end fails the test if the browser complained, and shows where the test ended if it
// failed.
func (p *person) end() {
	p.t.Helper()
	text := p.text() // what the page said before this was heard when it returns
	for _, said := range p.heard.all() {
		p.t.Errorf("the browser complains: %s", said)
	}
	if p.t.Failed() {
		p.t.Logf("%v\n%s", p.address(), text)
		p.shot("failed")
	}
}

// soon returns a context that ends when patience does.
func (p *person) soon() (context.Context, context.CancelFunc) {
	return context.WithTimeout(p.ctx, patience)
}

// call sends a command to the tab.
func call[P, R any](p *person, command cdp.Command[P, R], params P) R {
	p.t.Helper()
	ctx, cancel := p.soon()
	defer cancel()
	result, err := chromedp.Call(ctx, command, params)
	if err != nil {
		p.t.Fatalf("%s: %v", command.Method, err)
	}
	return result
}

// do runs an action on the tab.
func do[T any](p *person, action chromedp.Action[T]) T {
	p.t.Helper()
	ctx, cancel := p.soon()
	defer cancel()
	result, err := chromedp.Run(ctx, action)
	if err != nil {
		p.t.Fatal(err)
	}
	return result
}

// opens goes to path of the console, or to a whole address, and returns the status.
func (p *person) opens(path string) int {
	p.t.Helper()
	address := path
	if strings.HasPrefix(path, "/") {
		address = p.at.url + path
	}
	return statusOf(do(p, chromedp.NavigateResponse(address)))
}

func statusOf(r *network.Response) int {
	if r == nil {
		return 0
	}
	return int(r.Status)
}

// goes follows a link, or presses a button, that leads to another page.
func (p *person) goes(name string) {
	p.t.Helper()
	if status := p.sends(name); status != 200 {
		p.t.Fatalf("%q leads to status %d:\n%s", name, status, p.text())
	}
}

// isRefused presses a button and is told why nothing came of it.
func (p *person) isRefused(name, problem string) {
	p.t.Helper()
	if status := p.sends(name); status < 400 || status >= 500 {
		p.t.Fatalf("%q leads to status %d, and was to be refused:\n%s", name, status, p.text())
	}
	if alerts := p.texts("[role=alert]"); len(alerts) != 1 || !strings.Contains(alerts[0], problem) {
		p.t.Fatalf("%q is refused with %q, want %q", name, alerts, problem)
	}
}

// sends follows a link or presses a button, and returns the status of where it leads.
func (p *person) sends(name string) int {
	p.t.Helper()
	target := p.element(name, "link", "button")
	ctx, cancel := p.soon()
	defer cancel()
	response, err := chromedp.RunResponse(ctx, p.click(target))
	if err != nil {
		p.t.Fatalf("%q leads nowhere: %v", name, err)
	}
	return statusOf(response)
}

// presses clicks what changes the page that it is on: a menu, or what a script does.
func (p *person) presses(name string) {
	p.t.Helper()
	do(p, p.click(p.element(name, clickable...)))
}

// click clicks the middle of target.
func (p *person) click(target *node) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, t *chromedp.Target) error {
		if _, err := cdp.Call(ctx, t, dom.ScrollIntoViewIfNeeded, dom.ScrollIntoViewIfNeededParams{BackendNodeID: target.id}); err != nil {
			return err
		}
		where, err := cdp.Call(ctx, t, dom.GetContentQuads, dom.GetContentQuadsParams{BackendNodeID: target.id})
		if err != nil {
			return err
		}
		if len(where.Quads) == 0 {
			return fmt.Errorf("%q takes no room", target.name)
		}
		q := where.Quads[0] // x and y of the corners
		_, err = chromedp.MouseClickXY((q[0]+q[4])/2, (q[1]+q[5])/2)(ctx, t)
		return err
	})
}

// ticks ticks boxes that are not ticked, or the other way round.
func (p *person) ticks(labels ...string) {
	p.t.Helper()
	for _, label := range labels {
		box := p.element(label, "checkbox")
		before := box.is["checked"]
		do(p, p.click(box))
		until(p.t, func() error {
			if p.element(label, "checkbox").is["checked"] == before {
				return fmt.Errorf("the box %q does not change", label)
			}
			return nil
		})
	}
}

// fills writes text into the field with a label, instead of what it has.
func (p *person) fills(label, text string) {
	p.t.Helper()
	field := p.element(label, writable...)
	p.command(field, "selectAll")
	call(p, input.InsertText, input.InsertTextParams{Text: text})
	p.has(label, text)
}

// command focuses on target and gives the editing command that some keys stand for.
func (p *person) command(target *node, command string) {
	p.t.Helper()
	call(p, dom.Focus, dom.FocusParams{BackendNodeID: target.id})
	call(p, input.DispatchKeyEvent, input.DispatchKeyEventParams{Type: input.DispatchKeyEventTypeRawKeyDown, Commands: []string{command}})
}

// chooses types an option of the list with a label, as one does who uses no mouse.
func (p *person) chooses(label, option string) {
	p.t.Helper()
	list := p.element(label, "combobox")
	call(p, dom.Focus, dom.FocusParams{BackendNodeID: list.id})
	do(p, chromedp.KeyEvent(option))
	p.has(label, option)
}

// pastes puts what was copied into the field with a label.
func (p *person) pastes(label string) {
	p.t.Helper()
	p.command(p.element(label, writable...), "paste")
}
