package browsertest

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/cdproto/page"
)

// pictures returns the folder for the pictures of t, which is kept if somebody has said
// where.
func pictures(t testing.TB) string {
	t.Helper()
	folder := os.Getenv("CHARTER_SCREENSHOTS")
	if folder == "" {
		return t.TempDir()
	}
	folder = filepath.Join(folder, filepath.FromSlash(t.Name()))
	if err := os.MkdirAll(folder, 0o755); err != nil {
		t.Fatal(err)
	}
	return folder
}

// shots takes pictures of the page as people with other devices and colours see it.
func (p *person) shots(name string) {
	p.t.Helper()
	p.shot(name)
	p.looksAt(phone, dark)
	p.shot(name + "-phone-dark")
	p.looksAt(desk, light)
}

// shot takes a picture of the whole page.
func (p *person) shot(name string) {
	p.t.Helper()
	yes := true
	picture := call(p, page.CaptureScreenshot, page.CaptureScreenshotParams{CaptureBeyondViewport: &yes, OptimizeForSpeed: &yes}).Data
	if err := os.WriteFile(filepath.Join(p.folder, name+".png"), picture, 0o600); err != nil {
		p.t.Fatal(err)
	}
}
