package browsertest

import (
	"context"
	"sync"
	"testing"

	"github.com/chromedp/chromedp"

	"github.com/seed-5b9f5318/charter/internal/sqltest/servers"
)

// browser starts the one of all tests at its first call, which stopBrowser ends.
var (
	browser     = sync.OnceValues(startChromium)
	stopBrowser = func() error { return nil }
)

// chromium returns the context of the browser. Where none is installed, it ends the
// test as one of a database server that is not installed.
func chromium(t testing.TB) context.Context {
	t.Helper()
	ctx, err := browser()
	servers.Need(t, err)
	return ctx
}

func startChromium() (context.Context, error) {
	path, err := servers.Find("Chromium", "chromium", "chromium")
	if err != nil {
		return nil, err
	}
	ctx, _ := chromedp.NewExecAllocator(context.Background(), append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))...)
	ctx, _ = chromedp.NewContext(ctx)
	stopBrowser = func() error { return chromedp.Cancel(ctx) }
	return ctx, chromedp.Do(ctx)
}
