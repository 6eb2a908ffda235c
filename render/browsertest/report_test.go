package browsertest

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"

	"github.com/refgraph/refgraph/render/internal/sample"
	"github.com/refgraph/refgraph/render/report"
)

func reportFile(t *testing.T) string {
	return save(t, "report.html", func(b *bytes.Buffer) error {
		return report.Write(context.Background(), b, sample.Report(300), nil)
	})
}

func TestReportOpensQuietly(t *testing.T) {
	p := open(t, reportFile(t))
	if title := eval[string](p, "document.title"); title != "Heap of leak.heapdump" {
		t.Errorf("title %q", title)
	}
	if w := eval[float64](p, "document.documentElement.scrollWidth"); w > 1280 {
		t.Errorf("the page is %g wide", w)
	}
	p.quiet()
}

// names lists the first column of a table's shown rows.
const names = `[...document.querySelectorAll("#types tbody tr:not([hidden])")].map((r) => r.cells[0].textContent)`

func TestReportSorts(t *testing.T) {
	p := open(t, reportFile(t))
	order := func(head string) string {
		p.run(chromedp.Click(`//section[@id="types"]//th[normalize-space()="`+head+`"]/button`, chromedp.BySearch))
		return strings.Join(eval[[]string](p, names+".slice(0, 3)"), " ")
	}
	if first := strings.Join(eval[[]string](p, names+".slice(0, 2)"), " "); first != "pkg/a.Type0 pkg/b.Type1" {
		t.Errorf("at first %s", first)
	}
	down := order("Shallow")
	sorted := `(() => { const v = [...document.querySelectorAll("#types tbody tr")].map((r) => Number(r.cells[2].dataset.v)); return v.every((x, i) => i === 0 || v[i-1] >= x) && v[0] > v[v.length-1]; })()`
	if !eval[bool](p, sorted) {
		t.Errorf("not sorted by shallow size, falling: %s", down)
	}
	if up := order("Shallow"); up == down || eval[bool](p, sorted) {
		t.Errorf("the second click did not turn the order: %s", up)
	}
	if got := order("Type"); got != "pkg/a.Type0 pkg/a.Type104 pkg/a.Type130" {
		t.Errorf("by name %s", got)
	}
	if s := eval[[]string](p, `[...document.querySelectorAll("#types th[aria-sort]")].map((h) => h.textContent + " " + h.getAttribute("aria-sort"))`); len(s) != 1 || s[0] != "Type ascending" {
		t.Errorf("aria-sort says %q", s)
	}
	p.quiet()
}

func TestReportFilters(t *testing.T) {
	p := open(t, reportFile(t))
	p.run(chromedp.SendKeys(`//label[text()="Filter types"]/following-sibling::input`, "TYPE29 pkg", chromedp.BySearch))
	got := eval[[]string](p, names)
	if len(got) != 11 {
		t.Errorf("filtered to %q", got)
	}
	for _, n := range got {
		if !strings.Contains(n, "Type29") {
			t.Errorf("%q passed the filter", n)
		}
	}
	if s := eval[string](p, `document.querySelector("[role=status]").textContent`); s != "11 of 300" {
		t.Errorf("status %q", s)
	}
}

func TestReportExpandsByMouse(t *testing.T) {
	p := open(t, reportFile(t))
	if eval[bool](p, `document.querySelector("details.unfold").open`) {
		t.Error("open at first")
	}
	p.run(chromedp.Click("#suspect-2 .opens rect", chromedp.ByQuery))
	if !eval[bool](p, `document.querySelector("details.unfold").open && document.querySelectorAll("details.unfold tbody tr").length === 100`) {
		t.Error("the collapsed box did not open its table")
	}
}

func TestReportByKeyboard(t *testing.T) {
	p := open(t, reportFile(t))
	focus := `(() => { const e = document.activeElement; return e.className.baseVal ?? (e.className + " " + e.textContent.slice(0, 30)); })()`
	tabTo := func(what string) {
		t.Helper()
		for range 80 {
			p.run(chromedp.KeyEvent(kb.Tab))
			if got := eval[string](p, focus); strings.Contains(got, what) {
				return
			}
		}
		t.Fatalf("Tab does not reach %s", what)
	}
	p.run(chromedp.KeyEvent(kb.Tab))
	if got := eval[string](p, focus); !strings.Contains(got, "skip") {
		t.Errorf("the first stop is %s", got)
	}
	viewBox := `document.querySelector("#suspect-1 svg").getAttribute("viewBox")`
	home := eval[string](p, viewBox)
	tabTo("canvas")
	p.run(chromedp.KeyEvent("+"))
	zoomed := eval[string](p, viewBox)
	p.run(chromedp.KeyEvent(kb.ArrowRight))
	panned := eval[string](p, viewBox)
	p.run(chromedp.KeyEvent("0"))
	if back := eval[string](p, viewBox); zoomed == home || panned == zoomed || back != home {
		t.Errorf("viewBox %s, zoomed %s, panned %s, reset %s", home, zoomed, panned, back)
	}
	tabTo("node opens")
	p.run(chromedp.KeyEvent(kb.Enter))
	if !eval[bool](p, `document.querySelector("details.unfold").open`) {
		t.Error("Enter did not open the collapsed box")
	}
	tabTo("Retained")
	p.run(chromedp.KeyEvent(kb.Enter))
	p.quiet()
}

func TestReportZoomsAndPansByMouse(t *testing.T) {
	p := open(t, reportFile(t))
	viewBox := `document.querySelector("#suspect-1 svg").getAttribute("viewBox")`
	home := eval[string](p, viewBox)
	p.run(chromedp.Click(`#suspect-1 button[title="Zoom in"]`, chromedp.ByQuery))
	zoomed := eval[string](p, viewBox)
	if zoomed == home {
		t.Error("the button does not zoom")
	}
	spot := eval[map[string]float64](p, `(() => { const c = document.querySelector("#suspect-1 .canvas"), r = c.getBoundingClientRect();
		for (let y = Math.max(r.top, 0) + 20; ; y += 5) { const e = document.elementFromPoint(r.left + 15, y); if (e && c.contains(e) && !e.closest("text")) return { x: r.left + 15, y }; } })()`)
	p.run(drag(spot["x"], spot["y"], spot["x"]+80, spot["y"]+40))
	if got := eval[string](p, viewBox); got == zoomed {
		t.Error("dragging does not pan")
	}
	p.run(chromedp.Click(`#suspect-1 button[title="Show all"]`, chromedp.ByQuery))
	if got := eval[string](p, viewBox); got != home {
		t.Errorf("reset to %s, not %s", got, home)
	}
}

func TestReportDark(t *testing.T) {
	file := reportFile(t)
	colors := `[getComputedStyle(document.body).backgroundColor, getComputedStyle(document.body).color, getComputedStyle(document.querySelector("#suspect-1 svg > rect")).fill].join(" ")`
	light := eval[string](open(t, file), colors)
	p := open(t, file, emulation.SetEmulatedMedia().WithFeatures([]*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: "dark"}}))
	if dark := eval[string](p, colors); dark != "rgb(21, 25, 30) rgb(242, 242, 242) rgb(21, 25, 30)" || light != "rgb(255, 255, 255) rgb(17, 17, 17) rgb(255, 255, 255)" {
		t.Errorf("dark %s, light %s", dark, light)
	}
	p.quiet()
}

func TestReportPrints(t *testing.T) {
	p := open(t, reportFile(t), emulation.SetEmulatedMedia().WithMedia("print"))
	if got := eval[string](p, `[...document.querySelectorAll("nav, .tools, .filter")].map((e) => getComputedStyle(e).display).join(" ")`); strings.Contains(got, "flex") || strings.Contains(got, "block") {
		t.Errorf("controls are printed: %s", got)
	}
	// What is said twice is printed once.
	if got := eval[string](p, `[...document.querySelectorAll("details.text")].map((e) => getComputedStyle(e).display).join(" ")`); strings.Contains(got, "block") {
		t.Errorf("the text beside the pictures is printed: %s", got)
	}
	if got := eval[string](p, `getComputedStyle(document.querySelector(".paper")).display`); got != "block" {
		t.Errorf("what paper leaves out is not said: %s", got)
	}
}

func TestReportWithoutJavaScript(t *testing.T) {
	// Scripts of the page are off; those of this test still run.
	p := open(t, reportFile(t), emulation.SetScriptExecutionDisabled(true))
	for _, want := range []string{
		`document.querySelectorAll(".filter, .tools, th button").length === 0`,
		`document.querySelectorAll("#types tbody tr").length === 300`,
		`document.querySelectorAll("#suspects svg").length === 2`,
		`document.querySelector("#suspects svg").getBoundingClientRect().height > 300`,
		`document.querySelector("#dominators svg").getBoundingClientRect().height > 300`,
		`document.querySelector("#types table").getBoundingClientRect().height > 1000`,
	} {
		if !eval[bool](p, want) {
			t.Errorf("not so: %s", want)
		}
	}
	p.quiet()
}

// TestReportIsLabelled checks what a screen reader is told.
func TestReportIsLabelled(t *testing.T) {
	p := open(t, reportFile(t))
	for _, want := range []string{
		`document.documentElement.lang === "en"`,
		`document.querySelectorAll("h1").length === 1`,
		`[...document.querySelectorAll("table")].every((t) => t.caption && t.caption.textContent.trim())`,
		`[...document.querySelectorAll("thead th")].every((h) => h.scope === "col")`,
		`[...document.querySelectorAll("svg")].every((s) => s.getAttribute("role") === (s.querySelector(".opens") ? "group" : "img") && s.getAttribute("aria-label"))`,
		`[...document.querySelectorAll(".opens")].every((b) => b.getAttribute("role") === "button" && b.tabIndex === 0 && document.getElementById(b.getAttribute("aria-controls")))`,
		`[...document.querySelectorAll("input")].every((i) => i.labels.length === 1)`,
		`[...document.querySelectorAll("button")].every((b) => b.textContent.trim())`,
		`[...document.querySelectorAll("nav a")].every((a) => document.querySelector(a.getAttribute("href")))`,
		`(() => { let last = 1; for (const h of document.querySelectorAll("h1, h2, h3")) { const n = Number(h.localName[1]); if (n > last + 1) return false; last = n; } return true; })()`,
	} {
		if !eval[bool](p, want) {
			t.Errorf("not so: %s", want)
		}
	}
}

func TestTreemapTextFits(t *testing.T) {
	p := open(t, reportFile(t))
	got := eval[[]string](p, `[...document.querySelectorAll("#dominators g.block")].filter((g) => { const t = g.querySelector("text"); if (!t) return false; const a = t.getBBox(), b = g.querySelector("rect").getBBox(); return a.x < b.x || a.x + a.width > b.x + b.width || a.y < b.y - 1 || a.y + a.height > b.y + b.height + 1; }).map((g) => g.textContent)`)
	if len(got) > 0 {
		t.Errorf("text leaves its block: %q", got)
	}
	if n := eval[int](p, `document.querySelectorAll("#dominators g.block").length`); n < 50 {
		t.Errorf("%d blocks", n)
	}
}
