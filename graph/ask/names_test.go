package ask

import "testing"

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
		if got := unqualified(full); got != want {
			t.Errorf("%s: %s, want %s", full, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"", "abc", 3}, {"session", "sesion", 1}, {"kitten", "sitting", 3}} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("%s and %s: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
