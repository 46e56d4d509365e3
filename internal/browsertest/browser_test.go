package browsertest

import (
	"context"
	"fmt"
	"os/exec"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
)

// shared is the browser of all tests, which starts with the first that needs it.
var shared struct {
	once sync.Once
	ctx  context.Context
	err  error
}

// chromium returns the context of the browser. Where none is installed, it ends the
// test as one of a database server that is not installed.
func chromium(t testing.TB) context.Context {
	t.Helper()
	shared.once.Do(func() { shared.ctx, shared.err = startChromium() })
	servers.Need(t, shared.err)
	return shared.ctx
}

func startChromium() (context.Context, error) {
	const name = "chromium"
	path, err := exec.LookPath(name)
	if err != nil {
		return nil, fmt.Errorf("%s: %w: the Debian package %[1]s", name, servers.ErrNotFound)
	}
	ctx, _ := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))...)
	ctx, _ = chromedp.NewContext(ctx)
	return ctx, chromedp.Do(ctx)
}

// stopChromium ends the browser, if it was started.
func stopChromium() error {
	if shared.ctx == nil {
		return nil
	}
	return chromedp.Cancel(shared.ctx)
}
