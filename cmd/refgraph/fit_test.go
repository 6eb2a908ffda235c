package main

import (
	"bytes"
	"os"
	"strings"
	"testing"
)

// Lines are broken between words, below their text, and say the same.
func TestFit(t *testing.T) {
	for _, c := range []struct{ line, want string }{
		{"short", "short"},
		{"1. one main.Cache holds 190 main.Session in it, held by global main.c", "1. one main.Cache holds 190 main.Session\n   in it, held by global main.c"},
		{"   cut both: .head and .m of main.Cache (each alone: 608 B)", "   cut both: .head and .m of main.Cache\n     (each alone: 608 B)"},
		{"│ ├─ main.Session with a name that is long and goes on", "│ ├─ main.Session with a name that is\n│ │    long and goes on"},
		{"300    84.4 KiB  map[string]any with more words than fit here", "300    84.4 KiB  map[string]any with\n                 more words than fit\n                 here"},
		{"a.name.that.is.longer.than.the.whole.line.is.never.broken and more", "a.name.that.is.longer.than.the.whole.line.is.never.broken\n  and more"},
		{"  refgraph paths leak.heapdump --exe ./server --type main.Session", "  refgraph paths leak.heapdump --exe ./server --type main.Session"},
		{"\x1b[1mbright words\x1b[0m do not count their \x1b[2mstyles\x1b[0m", "\x1b[1mbright words\x1b[0m do not count their \x1b[2mstyles\x1b[0m"},
		{"ключи и значения не показаны, если их не", "ключи и значения не показаны, если их не"},
		{"缓存的会话没有被释放 缓存的会话没有被释放 缓存", "缓存的会话没有被释放\n  缓存的会话没有被释放 缓存"},
	} {
		if got := fitLine(c.line, 40); got != c.want {
			t.Errorf("got\n%s\nwant\n%s", got, c.want)
		}
	}
}

// What commands print fits terminals of all widths, and loses nothing.
func TestFitAnswers(t *testing.T) {
	for _, file := range []string{"paths", "suspects", "info", "dominators", "top-python", "diff", "refs"} {
		text, err := os.ReadFile("testdata/golden/" + file + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for _, width := range []int{30, 60, 80, 120} {
			var out bytes.Buffer
			a := &app{out: &out}
			done := a.fit(width)
			for part := range strings.SplitAfterSeq(string(text), "a") { // however it is written
				if _, err := a.out.Write([]byte(part)); err != nil {
					t.Fatal(err)
				}
			}
			if err := done(); err != nil {
				t.Fatal(err)
			}
			for line := range strings.SplitSeq(out.String(), "\n") {
				if shownWidth(line) > width && strings.Contains(strings.TrimSpace(line[prefixLen(line):]), " ") && !strings.Contains(line, "  ") {
					t.Errorf("%s at %d: %q", file, width, line)
				}
			}
			if a, b := letters(out.String()), letters(string(text)); a != b {
				t.Errorf("%s at %d says something else:\n%s", file, width, out.String())
			}
		}
	}
}

// letters is a text without spaces and the lines of trees.
func letters(s string) string {
	return strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \n│├╰┬─", r) {
			return -1
		}
		return r
	}, s)
}
