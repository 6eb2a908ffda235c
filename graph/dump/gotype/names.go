package gotype

import (
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// packageOf is the import path in a full name: `net/http` of
// `net/http.(*conn).serve`, `a.b/c` of `a.b/c.T[x/y.Z]`.
func packageOf(full string) string {
	s, _, _ := strings.Cut(strings.TrimLeft(full, "*[]"), "[")
	slash := strings.LastIndexByte(s, '/')
	dot := strings.IndexByte(s[slash+1:], '.')
	if dot < 0 {
		return ""
	}
	return lang.GoUnescape(s[:slash+1+dot])
}

// isLibrary reports whether a type is a library's own: a named one of another module
// than the main one's, but for containers, which are what a program makes of them.
func (e *Exe) isLibrary(t *Type) bool {
	return t.Part == PartNone && t.PkgPath != "" && t.container() == nil && e.RankOf(t.PkgPath) > graph.RankUser
}

// RankOf ranks a package by its import path, as roots are ranked: the main
// module's are RankUser, the runtime's RankRuntime. Of a nil Exe, for want of the
// main module's path, all that have a host's name in theirs are the program's.
func (e *Exe) RankOf(pkgPath string) uint8 {
	switch {
	case pkgPath == "main", e == nil && strings.Contains(pkgPath, "."), e != nil && e.Main != "" && (pkgPath == e.Main || strings.HasPrefix(pkgPath, e.Main+"/")):
		return graph.RankUser
	case pkgPath == "", pkgPath == "runtime", strings.HasPrefix(pkgPath, "runtime/"), strings.HasPrefix(pkgPath, "internal/"),
		pkgPath == "type", pkgPath == "go", pkgPath == "reflect", pkgPath == "syscall", pkgPath == "unique":
		return graph.RankRuntime
	}
	return graph.RankLibrary
}
