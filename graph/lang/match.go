package lang

import (
	"path"
	"strings"
)

// MatchType reports how well a pattern names a type: 0 is not at all, and what is
// named better has the higher number. Best is the full name, then the name
// without its package, then either without type arguments (`Pair` is
// `main.Pair[int,string]`), then a glob of any of them, then other letter case.
// A pointer type names what it points to: objects are never pointers alone.
func MatchType(pattern, name string) int {
	bare := strings.TrimPrefix(pattern, "*")
	short := Unqualified(name)
	plain, plainShort := withoutArguments(withoutPlace(name)), withoutArguments(withoutPlace(short))
	switch {
	case pattern == "":
		return 0
	case pattern == name:
		return 6
	case bare == name:
		return 5
	case bare == short:
		return 4
	case bare == plain || bare == plainShort:
		return 3
	case strings.ContainsAny(pattern, "*?") && (glob(pattern, name) || glob(pattern, short) || glob(pattern, plainShort)):
		return 2
	case strings.EqualFold(bare, short) || strings.EqualFold(bare, plainShort):
		return 1
	}
	return 0
}

// glob matches with `*` and `?` that cross the separators of names; brackets are
// as they are, since names have some.
func glob(pattern, name string) bool {
	plain := strings.NewReplacer("/", "\x01", "[", "\x02", "]", "\x03", `\`, "\x04")
	ok, _ := path.Match(plain.Replace(pattern), plain.Replace(name))
	return ok
}

// Unqualified cuts the package or module off a type name. Type arguments have
// qualifiers of their own, which stay.
func Unqualified(name string) string {
	base, args, generic := strings.Cut(name, "[")
	if base == "" || strings.ContainsAny(base, " *({") {
		return name // not a name but an expression: chan *main.Session
	}
	base = base[strings.LastIndexAny(base, "./$")+1:]
	if generic {
		return base + "[" + args
	}
	return base
}

// withoutPlace cuts the function and line off the name of what runs code:
// `coroutine` of `coroutine app.watch:18`.
func withoutPlace(name string) string {
	kind, place, ok := strings.Cut(name, " ")
	colon := strings.LastIndexByte(place, ':')
	if !ok || colon < 1 || strings.ContainsAny(place, " *[(") || strings.Trim(place[colon+1:], "0123456789") != "" || place[colon+1:] == "" {
		return name
	}
	return kind
}

// withoutArguments cuts type arguments off a name; the brackets of an array are
// none.
func withoutArguments(name string) string {
	i := strings.IndexByte(name, '[')
	if i <= 0 || strings.HasPrefix(name[i:], "[]") || strings.ContainsAny(name[:i], " *({") || !strings.HasSuffix(name, "]") || name[:i] == "map" {
		return name
	}
	return name[:i]
}
