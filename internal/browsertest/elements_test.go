package browsertest

import (
	"encoding/json"
	"fmt"
	"slices"

	"github.com/chromedp/cdproto/accessibility"
	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/dom"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// node is an element as assistive technology knows it. What is hidden has none.
type node struct {
	role, name, value string
	is                map[string]string // properties, such as checked
	id                cdp.BackendNodeID
}

// clickable are the roles of what is there to be clicked, writable those of fields.
var (
	clickable = []string{"link", "button", "DisclosureTriangle"}
	writable  = []string{"textbox", "searchbox"}
)

// element waits for the one element of these roles that is called name, in the region
// that the person looks at.
func (p *person) element(name string, roles ...string) (one *node) {
	p.t.Helper()
	until(p.t, func() error {
		found := p.elements(name, roles...)
		if len(found) == 1 {
			one = found[0]
			return nil
		}
		return fmt.Errorf("%d of %q are called %q, on a page with %q", len(found), roles, name, namesOf(p.elements("", roles...)))
	})
	return one
}

func namesOf(nodes []*node) (names []string) {
	for _, n := range nodes {
		names = append(names, n.name)
	}
	return names
}

// elements returns the elements of these roles that are called name, or all of them if
// name is "", in the region that the person looks at.
func (p *person) elements(name string, roles ...string) []*node {
	p.t.Helper()
	within := accessibility.QueryAXTreeParams{ObjectID: do(p, chromedp.Evaluate[*runtime.RemoteObject]("document")).ObjectID}
	if p.region != "" {
		within.AccessibleName = p.region
		regions := p.query(within, "navigation", "region", "group")
		if len(regions) != 1 {
			return nil // it may come
		}
		within = accessibility.QueryAXTreeParams{BackendNodeID: regions[0].id}
	}
	within.AccessibleName = name
	return p.query(within, roles...)
}

func (p *person) query(params accessibility.QueryAXTreeParams, roles ...string) (found []*node) {
	p.t.Helper()
	for _, n := range call(p, accessibility.QueryAXTree, params).Nodes {
		if n.Ignored || !slices.Contains(roles, textOf(n.Role)) {
			continue
		}
		made := &node{role: textOf(n.Role), name: textOf(n.Name), value: textOf(n.Value), is: map[string]string{}, id: n.BackendDOMNodeID}
		for _, property := range n.Properties {
			made.is[string(property.Name)] = textOf(property.Value)
		}
		found = append(found, made)
	}
	return found
}

// in returns p looking at one region, such as the navigation or a group of boxes.
func (p *person) in(region string) *person {
	closer := *p
	closer.region = region
	return &closer
}

// evaluates returns what a function says of an element, its this.
func (p *person) evaluates(of *node, function string) string {
	p.t.Helper()
	yes := true
	object := call(p, dom.ResolveNode, dom.ResolveNodeParams{BackendNodeID: of.id}).Object
	said := call(p, runtime.CallFunctionOn, runtime.CallFunctionOnParams{
		FunctionDeclaration: function, ObjectID: object.ObjectID, ReturnByValue: &yes,
	})
	return decode(said.Result.Value)
}

func textOf(v *accessibility.Value) string {
	if v == nil {
		return ""
	}
	return decode(v.Value)
}

// decode returns a JSON value as text, and "" for none.
func decode(value []byte) string {
	var decoded any
	if json.Unmarshal(value, &decoded) != nil || decoded == nil {
		return ""
	}
	return fmt.Sprint(decoded)
}
