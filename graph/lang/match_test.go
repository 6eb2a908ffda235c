package lang

import "testing"

// What people write for a type finds it, the better name before the worse.
func TestMatchType(t *testing.T) {
	for _, c := range []struct {
		pattern, name string
		want          int
	}{
		{"main.Session", "main.Session", 6}, {"*main.Session", "main.Session", 5}, {"Session", "main.Session", 4}, {"*Session", "main.Session", 4},
		{"session", "main.Session", 1}, {"Sess", "main.Session", 0}, {"", "main.Session", 0},
		{"Pair", "main.Pair[int,string]", 3}, {"main.Pair", "main.Pair[int,string]", 3}, {"pair", "main.Pair[int,string]", 1},
		{"Pair[int,string]", "main.Pair[int,string]", 4}, {"Pair[*]", "main.Pair[int,string]", 2}, {"main.P*", "main.Pair[int,string]", 2},
		{"P??r", "main.Pair[int,example.com/a/b.T]", 2}, {"Pair[*b.T]", "main.Pair[int,example.com/a/b.T]", 2}, {"Pair", "main.Pairs[int]", 0},
		{"Pair", "a/b.Pair[go.shape.int]", 3}, {"map", "map[string]int", 0}, {"map[string]int", "map[string]int", 6}, {"map[*", "map[string]int", 2},
		{"Session", "com.acme.Session[]", 0}, {"Session[]", "com.acme.Session[]", 4}, {"byte", "byte[]", 0}, {"T", "chan *main.T", 0},
		{"Inner", "com.acme.Outer$Inner", 4}, {"*", "anything", 2}, {"coroutine", "coroutine app.watch:18", 3}, {"coroutine", "coroutine_wrapper", 0}, {"chan", "chan main.T", 0}, {"frame", "frame app.<lambda>:7", 3}, {"Store", "tsdb.Store[[]uint8]", 3},
	} {
		if got := MatchType(c.pattern, c.name); got != c.want {
			t.Errorf("MatchType(%q, %q) = %d, want %d", c.pattern, c.name, got, c.want)
		}
	}
}

func TestUnqualified(t *testing.T) {
	for full, want := range map[string]string{
		"main.Session":                       "Session",
		"github.com/a/b.Pool":                "Pool",
		"com.example.Outer$Inner":            "Inner",
		"main.Cache[github.com/a/b.Session]": "Cache[github.com/a/b.Session]",
		"dict":                               "dict",
		"[]uint8":                            "[]uint8",
		"chan *main.Session":                 "chan *main.Session",
	} {
		if got := Unqualified(full); got != want {
			t.Errorf("%s: %s, want %s", full, got, want)
		}
	}
}
