package draw_test

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/internal/sample"
	"github.com/refgraph/refgraph/render/view"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func svgOf(t testing.TB, v *view.View, o *draw.Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := draw.SVG(context.Background(), &b, v, inChild(o)); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// inChild has layouts done in processes of this test's binary.
func inChild(o *draw.Options) *draw.Options {
	var out draw.Options
	if o != nil {
		out = *o
	}
	out.Child, _ = os.Executable() // known on every system with tests
	return &out
}

// TestInThisProcess draws without child processes, several at a time.
func TestInThisProcess(t *testing.T) {
	want, before := svgOf(t, sample.Sessions(), nil), children(t)
	done := make(chan []byte)
	for range 3 {
		go func() {
			var b bytes.Buffer
			if err := draw.SVG(t.Context(), &b, sample.Sessions(), nil); err != nil {
				t.Error(err)
			}
			done <- b.Bytes()
		}()
	}
	for range 3 {
		if got := <-done; !bytes.Equal(got, want) {
			t.Error("a picture drawn in this process differs from one drawn in a child")
		}
	}
	if after := children(t); after != before {
		t.Errorf("%d child processes, %d before", after, before)
	}
}

// bare is a text without spaces, at which lines are broken.
func bare(s string) string { return strings.Join(strings.Fields(s), "") }

func TestSVGHasTheTextOfEveryNode(t *testing.T) {
	for name, v := range sample.All() {
		svg := svgOf(t, v, nil)
		texts, err := draw.SVGTexts(bytes.NewReader(svg))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all := bare(strings.Join(texts, ""))
		if name != "service" { // which has more boxes than fit
			for _, s := range draw.CardTexts(view.Prepare(v, nil)) {
				s, ends := bare(s), 0
				if n := len(s); n > 40 { // may have lost its middle
					ends = n - 20
				}
				if !strings.Contains(all, s[:len(s)-ends]) {
					t.Errorf("%s: the SVG lacks %q", name, s)
				}
			}
		}
		for _, bad := range []string{"<script", "http:", "https:", "javascript:", "url(", "@import", "<image", "<use", "href"} {
			if s := strings.ReplaceAll(string(svg), `xmlns="http://www.w3.org/2000/svg"`, ""); strings.Contains(s, bad) {
				t.Errorf("%s: the SVG has %s", name, bad)
			}
		}
		for _, want := range []string{`role="img"`, "aria-label=", "<desc>", "prefers-color-scheme:dark"} {
			if !bytes.Contains(svg, []byte(want)) {
				t.Errorf("%s: the SVG lacks %s", name, want)
			}
		}
	}
}

func TestSameViewSameBytes(t *testing.T) {
	for _, f := range []draw.Format{draw.FormatSVG, draw.FormatPNG, draw.FormatDOT, draw.FormatMermaid, draw.FormatMarkdown, draw.FormatHTML, draw.FormatJSON, draw.FormatText} {
		var first, second bytes.Buffer
		for _, w := range []io.Writer{&first, &second} {
			if err := draw.Write(context.Background(), w, f, sample.Mixed(), nil); err != nil {
				t.Fatal(f, err)
			}
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s differs from one run to the next", f)
		}
	}
}

// TestPooledReferences checks that every format says what becomes of what a pool
// holds, and that the lines of the pictures are dashed.
func TestPooledReferences(t *testing.T) {
	const words = "sync.Pool, freed after two collections"
	v := &view.View{Title: "why a Buffer is alive", Nodes: []view.Node{
		{Kind: view.RootNode, Head: "global", Name: "main.pool", Count: 1}, {Kind: view.TargetNode, Head: "main.Buffer", Count: 1}},
		Edges: []view.Edge{{From: 0, To: 1, Label: ".local[…]", Count: 1, Kind: graph.Pooled}}}
	for f, want := range map[draw.Format][]string{
		draw.FormatSVG: {"pooled: " + words, "stroke-dasharray"}, draw.FormatHTML: {"pooled: " + words, "stroke-dasharray"},
		draw.FormatDOT: {"pooled: " + words, "style=dashed"}, draw.FormatText: {".local[…] (pooled)", "pooled: " + words},
		draw.FormatMarkdown: {"pooled: " + words, "-.->"}, draw.FormatMermaid: {"pooled", "-.->"}, draw.FormatJSON: {`"kind": "pooled"`},
	} {
		var b bytes.Buffer
		if err := draw.Write(t.Context(), &b, f, v, nil); err != nil {
			t.Fatal(f, err)
		}
		for _, w := range want {
			if !strings.Contains(b.String(), w) {
				t.Errorf("%v lacks %q:\n%s", f, w, b.String()[:min(b.Len(), 2000)])
			}
		}
	}
}

func TestHostileNames(t *testing.T) {
	v := sample.HostileView()
	for f := range draw.Writers {
		var b bytes.Buffer
		if err := draw.Write(context.Background(), &b, f, v, &draw.Options{Options: view.Options{MaxNodes: view.MostNodes}}); err != nil {
			t.Fatal(f, err)
		}
		out := b.String()
		if f == draw.FormatPNG {
			continue
		}
		if !utf8.ValidString(out) {
			t.Errorf("%s is not valid UTF-8", f)
		}
		if i := strings.IndexFunc(out, func(r rune) bool {
			return r < ' ' && r != '\n' || r >= 0x202A && r <= 0x202E || r >= 0x2066 && r <= 0x2069
		}); i >= 0 {
			t.Errorf("%s has control characters: %q", f, out[i:min(len(out), i+10)])
		}
		if len(out) > 2<<20 {
			t.Errorf("%s is %d bytes", f, len(out))
		}
		if f != draw.FormatJSON && f != draw.FormatText && strings.Contains(strings.ReplaceAll(out, "\\<", ""), "<script") && f != draw.FormatMarkdown {
			t.Errorf("%s lets a script through", f)
		}
	}
	if svg := svgOf(t, v, nil); bytes.Contains(svg, []byte("text form")) {
		t.Error("the engine gave up on hostile names")
	}
}

// Mermaid's outermost group has the class root, so a class of that name would
// colour everything.
func TestMermaidClasses(t *testing.T) {
	var b bytes.Buffer
	if err := view.Mermaid(&b, sample.Sessions(), nil); err != nil {
		t.Fatal(err)
	}
	if out := b.String(); strings.Contains(out, "classDef root") || !strings.Contains(out, "classDef gcroot") || !strings.Contains(out, "n0{{") {
		t.Error(out)
	}
}

func TestNativeDotAcceptsDOT(t *testing.T) {
	dot, err := exec.LookPath("dot")
	if err != nil {
		need(t, "dot", "graphviz")
	}
	for name, v := range map[string]*view.View{"sessions": sample.Sessions(), "mixed": sample.Mixed(), "hostile": sample.HostileView()} {
		var b, errs bytes.Buffer
		if err := view.DOT(&b, v, nil); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(dot, "-Tsvg")
		cmd.Stdin, cmd.Stderr = &b, &errs
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v\n%s", name, err, errs.Bytes())
		}
		for _, line := range strings.Split(strings.TrimSpace(errs.String()), "\n") {
			if line != "" && !strings.Contains(line, "size too small") && !strings.Contains(line, "fontname") {
				t.Errorf("%s: dot says %s", name, line)
			}
		}
		if _, err := draw.SVGTexts(bytes.NewReader(out)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func TestMissingGlyphsAreSeen(t *testing.T) {
	draw := func(s string) float64 {
		var b bytes.Buffer
		if err := draw.PaintText(&b, s); err != nil {
			t.Fatal(err)
		}
		img, err := png.Decode(&b)
		if err != nil {
			t.Fatal(err)
		}
		return inked(img)
	}
	for _, s := range []string{"漢字", "🎉", "हिन्दी", "é Ω Ж"} {
		if draw(s) < 0.002 {
			t.Errorf("%s leaves no trace", s)
		}
	}
}

func TestAHundredRendersLeaveNothing(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	before := children(t)
	var m0, m1 runtime.MemStats
	svgOf(t, sample.Sessions(), nil)
	runtime.GC()
	runtime.ReadMemStats(&m0)
	routines := runtime.NumGoroutine()
	for range 100 {
		svgOf(t, sample.Sessions(), nil)
	}
	runtime.GC()
	runtime.ReadMemStats(&m1)
	if after := children(t); after > before {
		t.Errorf("%d child processes are left", after-before)
	}
	if n := runtime.NumGoroutine(); n > routines+2 {
		t.Errorf("%d goroutines, %d before", n, routines)
	}
	if m1.HeapAlloc > m0.HeapAlloc+4<<20 {
		t.Errorf("the heap grew from %d to %d bytes", m0.HeapAlloc, m1.HeapAlloc)
	}
}

// children counts this process's child processes, zombies among them.
func children(t *testing.T) int {
	t.Helper()
	tasks, err := filepath.Glob("/proc/self/task/*/children")
	if err != nil || len(tasks) == 0 {
		t.Skip("needs Linux's /proc")
	}
	n := 0
	for _, f := range tasks {
		data, _ := os.ReadFile(f)
		n += len(strings.Fields(string(data)))
	}
	return n
}

func TestRendersAtOnce(t *testing.T) {
	want := svgOf(t, sample.Sessions(), nil)
	done := make(chan []byte)
	for range 6 {
		go func() { done <- svgOf(t, sample.Sessions(), nil) }()
	}
	for range 6 {
		if got := <-done; !bytes.Equal(got, want) {
			t.Error("a render beside others differs")
		}
	}
}

func TestCancelled(t *testing.T) {
	ctx, cancel := context.WithCancel(context.Background())
	cancel()
	if err := draw.SVG(ctx, io.Discard, sample.Sessions(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

// A picture always comes out: with cheaper settings, with fewer boxes, as text.
func TestFailingEngine(t *testing.T) {
	failed := errors.New("layout took too long")
	for failures, want := range []struct{ cheap, boxes bool }{{}, {cheap: true}, {cheap: true, boxes: true}} {
		svg, dots, err := draw.DrawFailing(t.Context(), sample.Service(60), failures, failed)
		if err != nil || bytes.Contains(svg, []byte("text form")) {
			t.Fatalf("after %d failures: %v", failures, err)
		}
		last := dots[failures]
		if strings.Contains(last, "nslimit") != want.cheap || (strings.Count(last, "[width=") < 40) != want.boxes {
			t.Errorf("attempt %d asks for %.200s", failures, last)
		}
	}
	svg, _, err := draw.DrawFailing(t.Context(), sample.Sessions(), 99, failed)
	if err != nil || !bytes.Contains(svg, []byte("layout took too long")) || !bytes.Contains(svg, []byte("TARGET")) {
		t.Errorf("no text form: %v", err)
	}
	if texts, err := draw.SVGTexts(bytes.NewReader(svg)); err != nil || len(texts) < 20 {
		t.Errorf("%d lines, %v", len(texts), err)
	}
}

func TestTextStandsIn(t *testing.T) {
	svg, err := draw.StandIn(sample.HostileView(), errors.New("layout took too long"))
	if err != nil {
		t.Error(err)
	}
	if !bytes.Contains(svg, []byte("layout took too long")) {
		t.Error("the reason is not given")
	}
}

func TestCheckSeesLostText(t *testing.T) {
	svg, err := draw.Uncharted(sample.Mixed())
	if err != nil {
		t.Fatal(err)
	}
	if err := draw.CheckAgainst(sample.Mixed(), svg); err != nil {
		t.Fatal(err)
	}
	lost := bytes.Replace(svg, []byte(">Widget<"), []byte("><"), 1)
	if draw.CheckAgainst(sample.Mixed(), lost) == nil {
		t.Error("a lost text was not seen")
	}
	if draw.CheckAgainst(sample.Mixed(), svg[:len(svg)/2]) == nil {
		t.Error("half an SVG passed")
	}
}

func TestRedact(t *testing.T) {
	o := &draw.Options{Options: view.Options{Redact: regexp.MustCompile(`Session|globalCache|\.m\b`)}}
	for f := range draw.Writers {
		if f == draw.FormatPNG {
			continue
		}
		var b bytes.Buffer
		if err := draw.Write(context.Background(), &b, f, sample.Sessions(), o); err != nil {
			t.Fatal(err)
		}
		for _, secret := range []string{"Session", "globalCache", ".m["} {
			if strings.Contains(b.String(), secret) {
				t.Errorf("%s shows %s", f, secret)
			}
		}
	}
}

func TestFile(t *testing.T) {
	dir := t.TempDir()
	for f := range draw.Writers {
		path := filepath.Join(dir, "picture."+string(f))
		if err := draw.File(context.Background(), path, sample.Mixed(), nil); err != nil {
			t.Fatal(err)
		}
		if st, err := os.Stat(path); err != nil || st.Size() == 0 {
			t.Errorf("%s: %v", path, err)
		}
	}
	var unknown *draw.UnknownFormatError
	if err := draw.File(context.Background(), filepath.Join(dir, "x.bmp"), sample.Mixed(), nil); !errors.As(err, &unknown) || unknown.Ext != ".bmp" {
		t.Errorf("got %v", err)
	}
	if err := draw.File(context.Background(), filepath.Join(dir, "noext"), sample.Mixed(), nil); !errors.As(err, &unknown) {
		t.Errorf("got %v", err)
	}
	if err := draw.File(context.Background(), filepath.Join(dir, "no", "such", "dir.svg"), sample.Mixed(), nil); err == nil {
		t.Error("no error for a missing folder")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

// FuzzLabel draws what a name becomes, without the engine, and reads it back.
func FuzzLabel(f *testing.F) {
	for _, s := range sample.Hostile {
		f.Add(s[:min(len(s), 5000)], s[:min(len(s), 100)])
	}
	f.Fuzz(func(t *testing.T, name, label string) {
		v := &view.View{Title: name, Total: 10,
			Nodes: []view.Node{{Kind: view.RootNode, ID: name, Head: label, Name: name, Count: 1}, {Kind: view.TargetNode, ID: label, Head: name, Value: label, Note: name, Count: 2}},
			Edges: []view.Edge{{From: 0, To: 1, Label: label}}}
		if _, err := draw.Uncharted(v); err != nil {
			t.Fatalf("%q %q: %v", name, label, err)
		}
		var b bytes.Buffer
		for _, write := range []func(io.Writer, *view.View, *view.Options) error{view.DOT, view.Mermaid, view.Markdown, view.Text, view.JSON} {
			if err := write(&b, v, nil); err != nil {
				t.Fatal(err)
			}
		}
		if !utf8.Valid(b.Bytes()) || bytes.ContainsAny(b.Bytes(), "\x00\x1b\r") {
			t.Fatalf("%q %q: control characters in the output", name, label)
		}
	})
}
