package lang

import "strings"

// shapePrefix is before what generic functions see of their type arguments.
const shapePrefix = "go.shape."

// GoName cuts the import paths in a type, function or variable name to
// package names: `map[string]*example.com/a/b.T` becomes `map[string]*b.T`.
// The empty interface is any.
// The linker's %xx escapes are undone. Struct tags are left alone.
func GoName(s string) string {
	s = strings.ReplaceAll(s, shapePrefix, "") // what generic functions see of their type arguments
	s = strings.ReplaceAll(s, "interface {}", "any")
	if !strings.ContainsAny(s, "/%") {
		return s
	}
	return GoNames(s, GoShort)
}

// GoShort is one qualified identifier without its import path: `b.T` of
// `example.com/a/b.T`.
func GoShort(full string) string { return GoUnescape(withoutPath(full)) }

// GoNames returns a name with each identifier in it, qualified or not, replaced.
// What is between them, and the text of struct tags, stays.
func GoNames(s string, replace func(identifier string) string) string {
	var b strings.Builder
	for len(s) > 0 {
		if s[0] == '"' || s[0] == '`' {
			n := quoted(s)
			b.WriteString(s[:n])
			s = s[n:]
			continue
		}
		n := strings.IndexAny(s, "[](){}*,; \"`")
		if n == 0 {
			b.WriteByte(s[0])
			s = s[1:]
			continue
		}
		if n < 0 {
			n = len(s)
		}
		b.WriteString(replace(s[:n]))
		s = s[n:]
	}
	return b.String()
}

// withoutPath cuts the path before a package's name, which is taken to be its last
// element, or the one before a major version: `rand.PCG` of `math/rand/v2.PCG`.
func withoutPath(s string) string {
	slash := strings.LastIndexByte(s, '/')
	if slash < 0 {
		return s
	}
	version, rest, ok := strings.Cut(s[slash+1:], ".")
	name := s[strings.LastIndexByte(s[:slash], '/')+1 : slash]
	if !ok || len(version) < 2 || version[0] != 'v' || strings.Trim(version[1:], "0123456789") != "" || strings.Contains(name, ".") {
		return s[slash+1:]
	}
	return name + "." + rest
}

// quoted is the length of the string literal that s starts with.
func quoted(s string) int {
	for i := 1; i < len(s); i++ {
		if s[i] == '\\' && s[0] == '"' {
			i++
		} else if s[i] == s[0] {
			return i + 1
		}
	}
	return len(s)
}

// GoUnescape undoes %2e and the like, which the linker writes in import paths.
func GoUnescape(s string) string {
	i := strings.IndexByte(s, '%')
	if i < 0 || len(s) < i+3 {
		return s
	}
	hex := func(c byte) int { return strings.IndexByte("0123456789abcdef", c) }
	hi, lo := hex(s[i+1]), hex(s[i+2])
	if hi < 0 || lo < 0 {
		return s[:i+1] + GoUnescape(s[i+1:])
	}
	return s[:i] + string([]byte{byte(hi<<4 | lo)}) + GoUnescape(s[i+3:])
}
