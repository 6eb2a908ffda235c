package ticket

import (
	"strings"
	"testing"
)

// TestWords checks which words of a sentence become code: all that a tracker
// might act on, and no word of ours.
func TestWords(t *testing.T) {
	for in, want := range map[string]string{
		"169.6 KiB, 68 % of the reachable heap.":                  "169.6 KiB, 68 % of the reachable heap.",
		"Most are held by main.globalCache.":                      "Most are held by [main.globalCache].",
		`One dict holds 6,000 app.Session in ["…"], held by it`:   `One dict holds 6,000 [app.Session] in [["…"]], held by it`,
		"ask @octocat about #41 and !7 and OPS-7":                 "ask [@octocat] about [#41] and [!7] and [OPS-7]",
		"/close the ticket":                                       "[/close] the ticket",
		"bq. not a quotation":                                     "[bq]. not a quotation",
		"see r123, 0ccea95fec78 and user:admin":                   "see [r123], [0ccea95fec78] and [user:admin]",
		"bound it (lru_cache(maxsize=…)), or hold weakly":         "bound it ([lru_cache(maxsize=…]))," + " or hold weakly",
		"updated 2026-11-24 10:55 UTC, run 3":                     "updated 2026-11-24 10:55 UTC, run 3",
		"don’t stop well-known things; 300 → 400 (+33 %).":        "don’t stop well-known things; 300 → 400 (+33 %).",
		"_emphasis_ *strong* -gone- ~label :smile: <b>x</b> &lt;": "[_emphasis_] [*strong*] [-gone-] [~label] [:smile]: [<b>x</b>] [&lt];",
	} {
		var b strings.Builder
		for _, s := range words(in, Plain, true) {
			if s.Style == Code {
				b.WriteString("[" + s.Text + "]")
			} else {
				b.WriteString(s.Text)
			}
		}
		if got := b.String(); got != want {
			t.Errorf("%s\nbecomes %s\nwant    %s", in, got, want)
		}
	}
}

func TestClean(t *testing.T) {
	for in, want := range map[string]string{
		"a\nb\tc\x00d":                   "a b c d",
		"abc\u202edef\u2066x\u200by":     "abcdefxy",
		"bad \xff utf-8":                 "bad   utf-8",
		strings.Repeat("x", longest+1):   strings.Repeat("x", longest-1) + "…",
		"line\u2028separator\u2029 here": "line separator  here",
	} {
		if got := clean(in, longest); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
