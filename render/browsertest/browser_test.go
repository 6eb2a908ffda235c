package browsertest

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser starts Chromium once for all tests.
var browser = sync.OnceValues(func() (context.Context, error) {
	path, err := findChromium()
	if err != nil {
		return nil, err
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	for _, flag := range []string{"no-sandbox", "disable-gpu", "disable-quic", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "hide-scrollbars"} {
		opts = append(opts, chromedp.Flag(flag, true))
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(ctx)
	stopBrowser = func() { cancel(); stop() }
	return ctx, chromedp.Run(ctx)
})

var stopBrowser = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	stopBrowser()
	os.Exit(code)
}

func findChromium() (string, error) {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path, nil
		}
	}
	return "", exec.ErrNotFound
}

// tab is an open page and what went wrong in it.
type tab struct {
	context.Context
	t        *testing.T
	mu       sync.Mutex
	troubles []string
	requests []string
}

// open loads a file into a new tab that is closed at the end of the test.
func open(t *testing.T, file string, before ...chromedp.Action) *tab {
	t.Helper()
	root, err := browser()
	if err != nil {
		need(t, "chromium", "chromium", err)
	}
	ctx, cancel := chromedp.NewContext(root)
	t.Cleanup(cancel)
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	t.Cleanup(stop)
	p := &tab{Context: ctx, t: t}
	chromedp.ListenTarget(ctx, p.listen)
	actions := append([]chromedp.Action{network.Enable(), cdplog.Enable(), chromedp.EmulateViewport(1280, 900)}, before...)
	p.run(append(actions, chromedp.Navigate("file://"+file))...)
	return p
}

func (p *tab) listen(event any) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch e := event.(type) {
	case *cdplog.EventEntryAdded:
		p.troubles = append(p.troubles, e.Entry.Text)
	case *runtime.EventExceptionThrown:
		p.troubles = append(p.troubles, e.ExceptionDetails.Error())
	case *network.EventRequestWillBeSent:
		p.requests = append(p.requests, e.Request.URL)
	}
}

// quiet fails the test if the page logged an error or asked for anything but
// itself.
func (p *tab) quiet() {
	p.t.Helper()
	p.mu.Lock()
	defer p.mu.Unlock()
	if len(p.troubles) > 0 {
		p.t.Errorf("the browser says %q", p.troubles)
	}
	if len(p.requests) != 1 || !strings.HasPrefix(p.requests[0], "file://") {
		p.t.Errorf("requests %q", p.requests)
	}
}

func (p *tab) run(actions ...chromedp.Action) {
	p.t.Helper()
	if err := chromedp.Run(p, actions...); err != nil {
		p.t.Fatal(err)
	}
}

// eval runs an expression in the page.
func eval[T any](p *tab, js string) T {
	p.t.Helper()
	var out T
	p.run(chromedp.Evaluate(js, &out))
	return out
}

// need skips a test without its tool, except in CI, where it must be there.
func need(t *testing.T, tool, pkg string, err error) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s: %v: install the Debian package %s", tool, err, pkg)
	}
	t.Skipf("%s: %v (Debian package %s)", tool, err, pkg)
}

// save writes a file for the browser to open.
func save(t *testing.T, name string, write func(*bytes.Buffer) error) string {
	t.Helper()
	var b bytes.Buffer
	if err := write(&b); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return path
}

func join(lines []string) string { return fmt.Sprint(strings.Join(lines, "\n")) }

// drag moves the mouse with the button down.
func drag(x0, y0, x1, y1 float64) chromedp.Action {
	return chromedp.ActionFunc(func(ctx context.Context) error {
		for _, e := range []struct {
			kind    input.MouseType
			x, y    float64
			buttons int64
		}{{input.MouseMoved, x0, y0, 0}, {input.MousePressed, x0, y0, 1}, {input.MouseMoved, x1, y1, 1}, {input.MouseReleased, x1, y1, 0}} {
			m := input.DispatchMouseEvent(e.kind, e.x, e.y).WithButtons(e.buttons)
			if e.kind != input.MouseMoved {
				m = m.WithButton(input.Left).WithClickCount(1)
			}
			if err := m.Do(ctx); err != nil {
				return err
			}
		}
		return nil
	})
}
