package ticket

import (
	"context"
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"
)

// fakePicture draws nothing, in as many bytes as boxes and scale would have.
type fakePicture struct {
	seed string
	size int
}

func (f fakePicture) PNG(_ context.Context, scale float64, boxes int) ([]byte, int, error) {
	n := int(float64(f.size) * scale * scale / 4)
	if boxes > 0 {
		n = n * boxes / 60
	}
	return append([]byte(fmt.Sprint("\x89PNG ", f.seed, scale, boxes)), make([]byte, n)...), 688, nil
}

func (f fakePicture) SVG(context.Context) ([]byte, error) {
	return []byte("<svg>" + f.seed + "</svg>"), nil
}

func sampleAnswer() *Answer {
	d := sampleDraft(Textile{}, "main.Session")
	a := d.answer
	a.Mermaid = "flowchart TB\n  n0(\"main.Session\")"
	a.Picture = fakePicture{"one", 1000}
	return a
}

// TestExchanges plays what every tracker's documentation and its clients' tests
// say of an exchange, and checks what the runs say they did.
func TestExchanges(t *testing.T) {
	files, err := filepath.Glob("testdata/exchanges/*.txt")
	if err != nil || len(files) < len(Kinds()) {
		t.Fatal(files, err)
	}
	for _, file := range files {
		for _, s := range readScenarios(t, file) {
			t.Run(strings.TrimSuffix(filepath.Base(file), ".txt")+"/"+s.name, func(t *testing.T) {
				play(t, file, s)
			})
		}
	}
}

// eightHex is the digest in the name of a file.
var eightHex = regexp.MustCompile(`(uploading refgraph-[0-9a-f]{8})-[0-9a-f]{8}\.`)

func play(t *testing.T, file string, s *scenario) {
	p := newPlayer(t, file, s)
	a := sampleAnswer()
	now := time.Date(2026, 11, 24, 10, 55, 0, 0, time.UTC)
	kind, _, _ := strings.Cut(filepath.Base(file), ".")
	for i, run := range s.runs {
		p.next = run.exchanges
		options, err := runOptions(run.what, a)
		if err != nil {
			t.Fatalf("%s: %v", s.name, err)
		}
		options.Tool, options.Now, options.transport = "refgraph 1", now.Add(time.Duration(i)*time.Hour), p
		options.wait = func(context.Context, time.Duration) error { return nil }
		got := eightHex.ReplaceAllString(perform(t, s, kind, run.what, a, options), "$1-PNG.")
		if want := strings.Join(run.result, "\n"); got != want {
			t.Errorf("%s, run %d (%s):\n%s\nwant\n%s", s.name, i+1, run.what, got, want)
		}
		if len(p.next) > 0 {
			t.Errorf("%s:%d: %s %s did not come", file, p.next[0].line, p.next[0].method, p.next[0].url)
		}
	}
}

// runOptions changes what is to be said as the words of a run tell.
func runOptions(what string, a *Answer) (o Options, err error) {
	a.Report = nil
	for _, w := range strings.Fields(what)[1:] {
		switch w {
		case "grown":
			a.Objects, a.Bytes, a.Picture = 400, 2048, fakePicture{"two", 1000}
			a.Verdict = []Text{Say(Bold("2 KiB, 4 %."))}
		case "large":
			a.Picture = fakePicture{"one", 5000}
		case "report":
			a.Report = []byte("<!DOCTYPE html>" + strings.Repeat("report ", 100))
		case "branch":
			o.Branch = "pictures"
		case "commonmark":
			o.Markup = CommonMark()
		case "labels", "type":
		default:
			return o, fmt.Errorf("no word %q", w)
		}
	}
	return o, nil
}

func perform(t *testing.T, s *scenario, kind, what string, a *Answer, o Options) string {
	place, err := Recognise(t.Context(), s.url, kind, true)
	if err != nil {
		t.Fatal(err)
	}
	d, err := Open(t.Context(), place, Credential{Secret: s.secret, User: s.user, From: "the test"}, o)
	var out *Outcome
	var lines []string
	verb := strings.Fields(what)[0]
	switch {
	case err != nil:
	case verb == "resolve":
		out, err = d.Resolve(t.Context(), a.Fingerprint, "", Say(Name("new.heapdump")))
	case verb == "new":
		var n NewIssue
		if strings.Contains(what, "labels") {
			n.Labels = []string{"leak"}
		}
		if strings.Contains(what, "type") {
			n.Type = "Support"
		}
		var opened bool
		if opened, err = d.NewOne(t.Context(), a, n); err == nil {
			lines = append(lines, fmt.Sprintf("opened %v %s", opened, d.URL()))
			out, err = d.Post(t.Context(), a)
		}
	default:
		out, err = d.Post(t.Context(), a)
	}
	if out != nil {
		lines = append(lines, out.Done+" "+out.Comment)
		lines = append(lines, out.LeftOut...)
	}
	if err != nil {
		lines = append(lines, err.Error())
		var h interface{ Hint() string }
		if errors.As(err, &h) && h.Hint() != "" {
			lines = append(lines, h.Hint())
		}
		if strings.Contains(strings.Join(lines, "\n"), s.secret) {
			t.Errorf("%s: the credential is in an error", s.name)
		}
	}
	return strings.Join(lines, "\n")
}
