package servertest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/cdproto/page"
	"github.com/chromedp/chromedp"
)

var stopBrowser = func() {}

func TestMain(m *testing.M) {
	code := m.Run()
	stopBrowser()
	if p, err := built(); err == nil {
		os.RemoveAll(p.home)
	}
	os.Exit(code)
}

// browser starts Chromium once for all tests.
var browser = sync.OnceValues(func() (context.Context, error) {
	var path string
	var err error
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if path, err = exec.LookPath(name); err == nil {
			break
		}
	}
	if err != nil {
		return nil, err
	}
	opts := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path))
	for _, flag := range []string{"no-sandbox", "disable-gpu", "no-first-run", "disable-background-networking", "disable-component-update", "disable-sync", "hide-scrollbars"} {
		opts = append(opts, chromedp.Flag(flag, true))
	}
	ctx, stop := chromedp.NewExecAllocator(context.Background(), opts...)
	ctx, cancel := chromedp.NewContext(ctx)
	stopBrowser = func() { cancel(); stop() }
	return ctx, chromedp.Run(ctx)
})

// seen is what a person sees of a picture on a page.
type seen struct {
	Natural, Width, Height, Room float64 // pixels: the file's, as shown, and of what it stands in
	Left, Top                    float64
	Folded                       int // blocks that can be opened
	Marker                       bool
	Loaded                       bool
}

// look finds the picture on a page: js selects the comment's own img.
const look = `(() => {
  const all = [...document.querySelectorAll(SELECT)];
  const i = all[all.length-1];
  if (!i) return {};
  const r = i.getBoundingClientRect(), p = i.parentElement.getBoundingClientRect();
  return {Natural: i.naturalWidth, Width: r.width, Height: r.height, Room: p.width, Left: r.left, Top: r.top + scrollY, Loaded: i.complete && i.naturalWidth > 0,
    Folded: document.querySelectorAll('details, a.collapsible').length, Marker: document.body.innerText.includes('refgraph:v1')};
})()`

// open shows a page as wide as a monitor or a phone and says what is seen of the
// picture that the selector finds. The screen goes into the folder SCREENSHOTS.
func open(t *testing.T, url, selector, name string, width int64) seen {
	t.Helper()
	root, err := browser()
	if err != nil {
		need(t, "chromium", "install the Debian package chromium")
	}
	ctx, cancel := chromedp.NewContext(root)
	defer cancel()
	ctx, stop := context.WithTimeout(ctx, time.Minute)
	defer stop()
	chromedp.ListenTarget(ctx, func(event any) { // a page's alert would wait for ever
		if _, ok := event.(*page.EventJavascriptDialogOpening); ok {
			go func() { _ = chromedp.Run(ctx, page.HandleJavaScriptDialog(true)) }()
		}
	})
	var s seen
	var png []byte
	phone := width < 500
	err = chromedp.Run(ctx,
		emulation.SetDeviceMetricsOverride(width, 900, 2, phone),
		chromedp.Navigate(url),
		chromedp.Evaluate(`for (const i of document.images) i.loading = 'eager'`, nil),
		chromedp.Evaluate(fmt.Sprintf(`if (%v) for (const d of document.querySelectorAll('details')) d.open = true`, strings.Contains(selector, "details[open]")), nil),
		chromedp.Sleep(700*time.Millisecond),
		chromedp.Evaluate(replaceSelector(selector), &s),
		chromedp.ActionFunc(func(ctx context.Context) (err error) {
			png, err = page.CaptureScreenshot().WithCaptureBeyondViewport(true).WithClip(&page.Viewport{Width: float64(width), Height: 2200, Scale: 1}).Do(ctx)
			return err
		}),
	)
	if err != nil {
		t.Fatal(err)
	}
	if dir := os.Getenv("SCREENSHOTS"); dir != "" {
		if err := os.WriteFile(filepath.Join(dir, name+".png"), png, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	return s
}

func replaceSelector(selector string) string {
	const word = "SELECT"
	for i := 0; ; i++ {
		if look[i:i+len(word)] == word {
			return look[:i] + "`" + selector + "`" + look[i+len(word):]
		}
	}
}

// inline checks the picture of a comment on a monitor and on a phone.
func inline(t *testing.T, url, selector, name string, markerShown bool) {
	t.Helper()
	for _, width := range []int64{1280, 390} {
		s := open(t, url, selector, name+"-"+map[bool]string{true: "390", false: "1280"}[width == 390], width)
		t.Logf("%s at %d px: %+v", name, width, s)
		switch {
		case !s.Loaded:
			t.Errorf("%s at %d px: no picture", name, width)
		case s.Width > s.Room+1 || s.Left < 0 || s.Left+s.Width > float64(width):
			t.Errorf("%s at %d px: the picture is cut off: %+v", name, width, s)
		case width == 1280 && (s.Width < 540 || s.Width > 730), width == 390 && s.Width < 250:
			t.Errorf("%s at %d px: the picture is %v wide", name, width, s.Width)
		case s.Height < s.Width/3:
			t.Errorf("%s at %d px: the picture is squeezed: %+v", name, width, s)
		case s.Folded < 2:
			t.Errorf("%s at %d px: %d folded blocks", name, width, s.Folded)
		case s.Marker != markerShown:
			t.Errorf("%s at %d px: marker shown: %v", name, width, s.Marker)
		}
	}
}
