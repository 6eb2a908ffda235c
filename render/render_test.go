package render

import (
	"bytes"
	"context"
	"errors"
	"flag"
	"image"
	"image/png"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/refgraph/refgraph/graph"
)

var update = flag.Bool("update", false, "rewrite the golden files")

func svgOf(t testing.TB, v *View, o *Options) []byte {
	t.Helper()
	var b bytes.Buffer
	if err := SVG(context.Background(), &b, v, o); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func TestSVGHasTheTextOfEveryNode(t *testing.T) {
	for name, v := range samples() {
		svg := svgOf(t, v, nil)
		texts, err := svgTexts(bytes.NewReader(svg))
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		all := strings.Join(texts, "\n")
		shown := Trim(cleanView(v, nil), 0)
		for i := range shown.Nodes {
			for _, r := range shown.card(&shown.Nodes[i]).rows {
				if !strings.Contains(all, r.left.s) || !strings.Contains(all, r.right.s) {
					t.Errorf("%s: the SVG lacks %q or %q", name, r.left.s, r.right.s)
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
	for _, f := range []Format{FormatSVG, FormatPNG, FormatDOT, FormatMermaid, FormatMarkdown, FormatHTML, FormatJSON, FormatText} {
		var first, second bytes.Buffer
		for _, w := range []io.Writer{&first, &second} {
			if err := Write(context.Background(), w, f, mixed(), nil); err != nil {
				t.Fatal(f, err)
			}
		}
		if !bytes.Equal(first.Bytes(), second.Bytes()) {
			t.Errorf("%s differs from one run to the next", f)
		}
	}
}

// hostile is names that break careless writers.
var hostile = []string{
	strings.Repeat("A", 1<<20), "</svg><script>alert(1)</script>", `back\slash \N \G \E \"`, "nul\x00nul", "\u202Ereversed\u2066", "\xff\xfeinvalid\xc3(",
	"line\nbreak\ttab\r", "]]>&amp;&lt;&#0;", "<b>html</b>", `"quoted" 'single'`, "]|}{(-->)`~~~``` *md* _x_", "\u200b\ufeff", "\ufffe\uffff", "", " ", strings.Repeat("é\u0301", 500), "---\n```\n# heading", "漢字かな交じり文", "🎉👩‍👩‍👧",
}

func hostileView() *View {
	v := &View{Title: hostile[1], Subtitle: hostile, LeftOut: hostile, Total: 100, Runtime: graph.Runtime(hostile[1])}
	for i, s := range hostile {
		v.Nodes = append(v.Nodes,
			Node{Kind: RootNode, ID: s, Head: s, Name: s, Count: i},
			Node{Kind: NodeKind(i % 4), ID: s, Head: s, Name: s, Note: s, Value: s, Address: s, Count: -i, Retained: 1 << 60, Sized: true, Growth: -1 << 63})
		v.Edges = append(v.Edges, Edge{From: 2 * i, To: 2*i + 1, Label: s, Count: -1}, Edge{From: 2*i + 1, To: max(0, 2*i-1), Label: s, Kind: graph.RefKind(i)})
	}
	v.Edges = append(v.Edges, Edge{From: -1, To: 0}, Edge{From: 0, To: 9999})
	return v
}

func TestHostileNames(t *testing.T) {
	v := hostileView()
	for f := range writers {
		var b bytes.Buffer
		if err := Write(context.Background(), &b, f, v, &Options{MaxNodes: MostNodes}); err != nil {
			t.Fatal(f, err)
		}
		out := b.String()
		if f == FormatPNG {
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
		if f != FormatJSON && f != FormatText && strings.Contains(strings.ReplaceAll(out, "\\<", ""), "<script") && f != FormatMarkdown {
			t.Errorf("%s lets a script through", f)
		}
	}
	if svg := svgOf(t, v, nil); bytes.Contains(svg, []byte("text form")) {
		t.Error("the engine gave up on hostile names")
	}
}

func TestNativeDotAcceptsDOT(t *testing.T) {
	dot, err := exec.LookPath("dot")
	if err != nil {
		need(t, "dot", "graphviz")
	}
	for name, v := range map[string]*View{"sessions": sessions(), "mixed": mixed(), "hostile": hostileView()} {
		var b, errs bytes.Buffer
		if err := DOT(&b, v, nil); err != nil {
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
		if _, err := svgTexts(bytes.NewReader(out)); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// need skips a test without its tool, except in CI, where it must be there.
func need(t *testing.T, tool, pkg string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: install the Debian package %s", tool, pkg)
	}
	t.Skipf("%s is missing (Debian package %s)", tool, pkg)
}

func TestRsvgDrawsTheSVG(t *testing.T) {
	rsvg, err := exec.LookPath("rsvg-convert")
	if err != nil {
		need(t, "rsvg-convert", "librsvg2-bin")
	}
	for name, v := range samples() {
		cmd := exec.Command(rsvg, "-f", "png")
		cmd.Stdin = bytes.NewReader(svgOf(t, v, nil))
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		img, err := png.Decode(bytes.NewReader(out))
		if err != nil {
			t.Fatal(err)
		}
		if share := inked(img); share < 0.005 {
			t.Errorf("%s: rsvg-convert drew nearly nothing: %.4f", name, share)
		}
	}
}

// inked is the share of pixels that are not white.
func inked(img image.Image) float64 {
	n, b := 0, img.Bounds()
	for y := b.Min.Y; y < b.Max.Y; y++ {
		for x := b.Min.X; x < b.Max.X; x++ {
			if r, g, bl, _ := img.At(x, y).RGBA(); r+g+bl < 3*0xf000 {
				n++
			}
		}
	}
	return float64(n) / float64(b.Dx()*b.Dy())
}

func TestPNGGolden(t *testing.T) {
	var b bytes.Buffer
	if err := PNG(context.Background(), &b, sessions(), &Options{Scale: 1}); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join("testdata", "sessions.png")
	if *update {
		if err := os.WriteFile(path, b.Bytes(), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := distance(t, b.Bytes(), want); d > 0.004 {
		t.Errorf("the picture differs from %s by %.4f (-update rewrites it)", path, d)
	}
}

// distance is the mean difference of two pictures, 1 for black against white.
func distance(t *testing.T, a, b []byte) float64 {
	x, err := png.Decode(bytes.NewReader(a))
	if err != nil {
		t.Fatal(err)
	}
	y, err := png.Decode(bytes.NewReader(b))
	if err != nil {
		t.Fatal(err)
	}
	if x.Bounds() != y.Bounds() {
		t.Errorf("sizes %v and %v", x.Bounds(), y.Bounds())
		return 1
	}
	sum := 0.0
	for i := range x.Bounds().Dx() {
		for j := range x.Bounds().Dy() {
			r1, g1, b1, _ := x.At(i, j).RGBA()
			r2, g2, b2, _ := y.At(i, j).RGBA()
			sum += diff(r1, r2) + diff(g1, g2) + diff(b1, b2)
		}
	}
	return sum / 3 / 0xffff / float64(x.Bounds().Dx()*x.Bounds().Dy())
}

func diff(a, b uint32) float64 {
	if a < b {
		a, b = b, a
	}
	return float64(a - b)
}

func TestPNGIsCapped(t *testing.T) {
	s := &scene{w: 9000, h: 9000, groups: []group{}}
	if scale := s.fitPixels(2); s.w*s.h*scale*scale > maxPixels || scale <= 0 || scale > 1 {
		t.Errorf("scale %g", scale)
	}
	if n := len(s.groups); n != 1 || !strings.Contains(s.groups[0].shapes[0].text, "40 megapixels") {
		t.Error("the cap is not mentioned")
	}
	var b bytes.Buffer
	if err := PNG(context.Background(), &b, service(60), &Options{Scale: 16}); err != nil {
		t.Fatal(err)
	}
	cfg, err := png.DecodeConfig(&b)
	if err != nil || cfg.Width*cfg.Height > maxPixels || cfg.Width*cfg.Height < maxPixels/2 {
		t.Errorf("%d × %d pixels, %v", cfg.Width, cfg.Height, err)
	}
}

func TestMissingGlyphsAreSeen(t *testing.T) {
	draw := func(s string) float64 {
		sc := &scene{w: 200, h: 40, groups: []group{{shapes: []shape{textRun{s, sans, 14, "ink"}.at(10, 25)}}}}
		return inked(sc.paint(2).Image())
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
	svgOf(t, sessions(), nil)
	runtime.GC()
	runtime.ReadMemStats(&m0)
	routines := runtime.NumGoroutine()
	for range 100 {
		svgOf(t, sessions(), nil)
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
	want := svgOf(t, sessions(), nil)
	done := make(chan []byte)
	for range 6 {
		go func() { done <- svgOf(t, sessions(), nil) }()
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
	if err := SVG(ctx, io.Discard, sessions(), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("got %v", err)
	}
}

func TestTextSceneStandsIn(t *testing.T) {
	v := hostileView()
	o := (&Options{}).orDefault()
	s := textScene(cleanView(v, nil), &o, errors.New("layout took too long"))
	svg := s.svg(&o)
	if err := s.check(svg); err != nil {
		t.Error(err)
	}
	if !bytes.Contains(svg, []byte("layout took too long")) {
		t.Error("the reason is not given")
	}
}

func TestCheckSeesLostText(t *testing.T) {
	s := newScene(t, mixed())
	svg := s.svg(&Options{})
	if err := s.check(svg); err != nil {
		t.Fatal(err)
	}
	lost := bytes.Replace(svg, []byte(">Widget<"), []byte("><"), 1)
	if s.check(lost) == nil {
		t.Error("a lost text was not seen")
	}
	if s.check(svg[:len(svg)/2]) == nil {
		t.Error("half an SVG passed")
	}
}

func newScene(t *testing.T, v *View) *scene {
	t.Helper()
	o := (&Options{}).orDefault()
	s, err := draw(context.Background(), v, &o)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestRedact(t *testing.T) {
	o := &Options{Redact: regexp.MustCompile(`Session|globalCache|\.m\b`)}
	for f := range writers {
		if f == FormatPNG {
			continue
		}
		var b bytes.Buffer
		if err := Write(context.Background(), &b, f, sessions(), o); err != nil {
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
	for f := range writers {
		path := filepath.Join(dir, "picture."+string(f))
		if err := File(context.Background(), path, mixed(), nil); err != nil {
			t.Fatal(err)
		}
		if st, err := os.Stat(path); err != nil || st.Size() == 0 {
			t.Errorf("%s: %v", path, err)
		}
	}
	var unknown *UnknownFormatError
	if err := File(context.Background(), filepath.Join(dir, "x.bmp"), mixed(), nil); !errors.As(err, &unknown) || unknown.Ext != ".bmp" {
		t.Errorf("got %v", err)
	}
	if err := File(context.Background(), filepath.Join(dir, "noext"), mixed(), nil); !errors.As(err, &unknown) {
		t.Errorf("got %v", err)
	}
	if err := File(context.Background(), filepath.Join(dir, "no", "such", "dir.svg"), mixed(), nil); err == nil {
		t.Error("no error for a missing folder")
	}
	if left, _ := filepath.Glob(filepath.Join(dir, ".*")); len(left) > 0 {
		t.Errorf("temporary files are left: %v", left)
	}
}

func TestSpeed(t *testing.T) {
	if testing.Short() || os.Getenv("CI") == "" {
		t.Skip("time limits are for CI")
	}
	svgOf(t, service(60), nil) // fills the engine's cache
	start := time.Now()
	svgOf(t, service(60), nil)
	if d := time.Since(start); d > 400*time.Millisecond {
		t.Errorf("an SVG of 60 boxes took %v", d)
	}
	start = time.Now()
	if err := PNG(context.Background(), io.Discard, service(60), nil); err != nil {
		t.Fatal(err)
	}
	if d := time.Since(start); d > 1200*time.Millisecond {
		t.Errorf("a PNG of 60 boxes took %v", d)
	}
}

// FuzzLabel draws what a name becomes, without the engine, and reads it back.
func FuzzLabel(f *testing.F) {
	for _, s := range hostile {
		f.Add(s[:min(len(s), 5000)], s[:min(len(s), 100)])
	}
	f.Fuzz(func(t *testing.T, name, label string) {
		v := cleanView(&View{Title: name, Total: 10,
			Nodes: []Node{{Kind: RootNode, ID: name, Head: label, Name: name, Count: 1}, {Kind: TargetNode, ID: label, Head: name, Value: label, Note: name, Count: 2}},
			Edges: []Edge{{From: 0, To: 1, Label: label}}}, nil)
		p := newPlan(v)
		p.w, p.h = 300, 300
		for i := range p.arcs {
			p.arcs[i].spline = []point{{0, 0}, {10, 10}, {20, 20}, {30, 30}}
			p.arcs[i].tip = point{35, 35}
		}
		s := p.compose()
		if err := s.check(s.svg(&Options{})); err != nil {
			t.Fatalf("%q %q: %v", name, label, err)
		}
		var b bytes.Buffer
		for _, write := range []func(io.Writer, *View, *Options) error{DOT, Mermaid, Markdown, Text, JSON} {
			if err := write(&b, v, nil); err != nil {
				t.Fatal(err)
			}
		}
		if !utf8.Valid(b.Bytes()) || bytes.ContainsAny(b.Bytes(), "\x00\x1b\r") {
			t.Fatalf("%q %q: control characters in the output", name, label)
		}
	})
}
