package browsertest

import (
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/chromedp/chromedp"
)

// place is a page of the console, by the pattern of its route and a path of it.
type place struct{ pattern, path string }

// TestAccessibility looks at every page there is, as an Admin, as a viewer and as nobody,
// on a desk and on a phone, in light and in dark, with what can be unfolded unfolded.
func TestAccessibility(t *testing.T) {
	c := engines()[0].start(t)
	admin := c.person(t, true)
	admin.opens("/")
	admin.signsIn("Ada Vale", ada)
	known := admin.places()
	missed := routes(t)
	for _, each := range known {
		delete(missed, each.pattern)
	}
	if len(missed) > 0 {
		t.Errorf("nobody looks at %q", slices.Sorted(maps.Keys(missed)))
	}
	t.Run("Admin", func(t *testing.T) { admin.on(t).examine(known) })
	t.Run("menus", func(t *testing.T) {
		p := admin.on(t)
		for _, menu := range []string{"Organization Windpark North", "Ada Vale"} {
			p.looksAt(desk, light)
			p.opens("/")
			p.presses(menu)
			p.check(menu)
		}
	})
	t.Run("viewer", func(t *testing.T) {
		viewer := c.person(t, true)
		viewer.opens("/")
		viewer.signsIn("Cleo Moor", cleo)
		viewer.examine(slices.DeleteFunc(slices.Clone(known), func(each place) bool {
			return !slices.Contains([]string{
				"/o/{org}/users", "/o/{org}/things/{kind}", "/o/{org}/things/{kind}/{id}", "/o/{org}/leave", "/organizations", "/received",
			}, each.pattern)
		}))
	})
	t.Run("nobody", func(t *testing.T) {
		c.person(t, true).examine(slices.DeleteFunc(slices.Clone(known), func(each place) bool {
			return !slices.Contains([]string{"/sign-in", "/sign-up", "/help", "/i/{token}"}, each.pattern)
		}))
	})
}

// on returns p in a test below the one that opened the window.
func (p *person) on(t *testing.T) *person {
	there := *p
	there.t = t
	return &there
}

// routes returns the patterns of the pages that the console has.
func routes(t *testing.T) map[string]bool {
	t.Helper()
	source, err := os.ReadFile("../../examples/console/routes.go")
	if err != nil {
		t.Fatal(err)
	}
	all := map[string]bool{}
	for _, found := range regexp.MustCompile(`"GET (/[^"]*)"`).FindAllStringSubmatch(string(source), -1) {
		pattern := found[1]
		if !strings.HasPrefix(pattern, "/static/") && !strings.HasSuffix(pattern, "{$}") { // files, and what leads on to a page
			all[pattern] = true
		}
	}
	if len(all) < 10 {
		t.Fatalf("only these routes were found: %v", all)
	}
	return all
}

// places returns every page that an Admin has, some of them in several states.
func (p *person) places() []place {
	p.t.Helper()
	users := p.address().Path
	org := strings.TrimSuffix(users, "/users")
	where := func(links ...string) string {
		p.opens(users)
		for _, link := range links {
			p.goes(link)
		}
		return p.address().Path
	}
	pending, active := where(dan), where(cleo)
	link := p.linkOf(pending)
	device := where("Devices", "Turbine 1")
	p.opens(org + "/roles")
	p.fills("Name of the role", "Technician")
	p.goes("Create role")
	custom := p.address().Path
	id, member := device[strings.LastIndex(device, "/")+1:], active[strings.LastIndex(active, "/")+1:]
	return []place{
		{"/sign-in", "/sign-in"}, {"/sign-up", "/sign-up?then=/help"}, {"/help", "/help"}, {"/i/{token}", link},
		{"/organizations", "/organizations"}, {"/organizations", "/organizations?q=nothing"}, {"/received", "/received"},
		{"/o/{org}/users", users}, {"/o/{org}/users", users + "?status=invited&role=viewer&sort=email&desc=1"}, {"/o/{org}/users", users + "?q=nobody"},
		{"/o/{org}/users/{member}", active}, {"/o/{org}/users/{member}", pending},
		{"/o/{org}/users/{member}/{kind}", active + "/device"}, {"/o/{org}/users/{member}/{kind}", pending + "/dashboard"},
		{"/o/{org}/invite", org + "/invite"},
		{"/o/{org}/roles", org + "/roles"}, {"/o/{org}/roles/{role}", org + "/roles/admin"}, {"/o/{org}/roles/{role}", custom},
		{"/o/{org}/settings", org + "/settings"}, {"/o/{org}/leave", org + "/leave"},
		{"/o/{org}/things/{kind}", org + "/things/device"}, {"/o/{org}/things/{kind}", org + "/things/dashboard"},
		{"/o/{org}/things/{kind}/{id}", device}, {"/o/{org}/history", org + "/history"},
		{"/o/{org}/why", org + "/why?member=" + member}, {"/o/{org}/why", org + "/why?permission=devices.view&id=" + id + "&member=" + member},
		{"/nowhere", "/nowhere"},
	}
}

// linkOf returns the path of the invitation link of a member.
func (p *person) linkOf(member string) string {
	p.t.Helper()
	p.opens(member)
	return strings.TrimPrefix(p.element("Invitation link", "textbox").value, p.at.url)
}

// examine looks for faults on pages, with everything on them unfolded.
func (p *person) examine(places []place) {
	p.t.Helper()
	for _, each := range places {
		p.looksAt(desk, light)
		if status := p.opens(each.path); status >= 500 {
			p.t.Errorf("%s: status %d", each.path, status)
		}
		do(p, chromedp.Evaluate[any](`void document.querySelectorAll("main details").forEach(each => each.open = true)`))
		p.check(each.path)
	}
}

// check looks for faults on the page as it is, which grave ones fail and others are
// told, and makes sure that it fits on a narrow screen.
func (p *person) check(name string) {
	p.t.Helper()
	world := p.withAxe()
	for _, d := range []device{desk, phone} {
		for _, colours := range []string{light, dark} {
			p.looksAt(d, colours)
			for _, f := range p.faults(world) {
				if f.grave() {
					p.t.Errorf("%s, %s, %s: %v", name, d.name, colours, f)
					continue
				}
				p.t.Logf("%s, %s, %s: %v", name, d.name, colours, f)
			}
		}
	}
	p.looksAt(narrow, light)
	if width := do(p, chromedp.Evaluate[int64]("document.scrollingElement.scrollWidth")); width > narrow.width {
		p.t.Errorf("%s is %d pixels wide on a screen of %d", name, width, narrow.width)
	}
}
