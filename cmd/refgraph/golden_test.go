package main

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/testdata/goheap"
)

// TestGoldenText compares what commands print for people with testdata/golden;
// UPDATE_GOLDEN=1 rewrites it. Read a change of it as the person who has to act on
// it.
func TestGoldenText(t *testing.T) {
	dir := t.TempDir()
	leak, exe, err := goheap.Leak(dir)
	if err != nil {
		t.Fatal(err)
	}
	const (
		python = "../../testdata/python/small.pydump.gz"
		weak   = "../../testdata/gallery/weak.pydump.gz"
		traces = "../../testdata/python/tracemalloc.pickle"
	)
	session := regexp.MustCompile(`"object": "(0x[0-9a-f]+)"`).FindStringSubmatch(mustRefgraph(t, "paths", leak, "--exe", exe, "--type", "main.Cache", "--json", "--no-cache"))[1]
	for name, args := range map[string][]string{
		"info": {"info", leak, "--exe", exe}, "info-python": {"info", python},
		"top": {"top", leak, "--exe", exe, "-n", "5"}, "top-retained": {"top", leak, "--exe", exe, "--by", "retained", "-n", "5"},
		"top-count-all": {"top", leak, "--exe", exe, "--by", "count", "--all", "-n", "4"}, "top-python": {"top", python, "-n", "0"},
		"paths": {"paths", leak, "--exe", exe, "--type", "main.Session"}, "paths-raw": {"paths", leak, "--exe", exe, "--type", "main.User", "--raw"},
		"paths-python": {"paths", python, "--type", "__main__.Session", "--refcounts"}, "object": {"object", leak, session, "--exe", exe, "-n", "2"},
		"suspects": {"suspects", leak, "--exe", exe}, "suspects-python": {"suspects", python}, "dominators": {"dominators", leak, "--exe", exe},
		"cycles": {"cycles", leak, "--exe", exe, "-n", "3"}, "cycles-python": {"cycles", weak, "-n", "3"}, "backrefs": {"backrefs", leak, "--exe", exe, "--type", "main.Cache"},
		"refs": {"refs", leak, "--exe", exe, "--type", "main.Cache", "--depth", "2"}, "sites": {"sites", traces, "-n", "3"},
		"sites-growth": {"sites", traces, "--against", traces, "-n", "3"}, "diff": {"diff", python, weak, "-n", "4", "--force"},
		"diff-sites": {"diff", traces, traces, "-n", "3"}, "redacted": {"top", leak, "--exe", exe, "-n", "5", "--redact-types", "Session|User"},
	} {
		var out, errs bytes.Buffer
		code := (&app{out: &out, err: &errs}).run(t.Context(), append(args, "--no-cache", "-q"))
		text := out.String() + errs.String()
		if code != exitOK {
			text += "exit " + string(rune('0'+code)) + "\n"
		}
		text = strings.ReplaceAll(text, dir, "DIR")
		file := filepath.Join("testdata", "golden", name+".txt")
		if os.Getenv("UPDATE_GOLDEN") != "" {
			if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(file)
		if err != nil || text != string(want) {
			t.Errorf("refgraph %s (%v):\n%s\nwant\n%s", strings.Join(args, " "), err, text, want)
		}
	}
}

// TestSiteGrowth prints sites that grew, shrank and are new.
func TestSiteGrowth(t *testing.T) {
	site := func(old, now int64) ask.Site {
		return ask.Site{Traceback: []ask.Frame{{File: "a.py", Line: 7}}, Bytes: now, Count: now / 10, OldBytes: &old, OldCount: new(int64)}
	}
	var out bytes.Buffer
	printSiteGrowth(&app{out: &out}, &ask.SitesAnswer{Sites: []ask.Site{site(100, 300), site(300, 100)}, AllSites: 3, TotalBytes: 400, TotalCount: 40})
	for _, want := range []string{"+200 B       300 B          +30          30  a.py:7\n", "-200 B       100 B", "all 3 sites, 1 not shown (-n)\n"} {
		if !strings.Contains(out.String(), want) {
			t.Errorf("no %q in\n%s", want, out.String())
		}
	}
}
