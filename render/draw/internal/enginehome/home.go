// Package enginehome points the layout engine at a private cache folder before
// the engine starts.
//
// go-graphviz compiles its WebAssembly module to native code in a package
// init, and keeps the result in os.TempDir()/go-graphviz: a name that another
// user of the machine can guess and fill with code of his own. This package
// sets the temporary folder to a 0700 folder of ours under the user's cache
// directory. It must initialise before the engine, and does: Go initialises
// packages whose imports are ready in the order of their import paths, this one
// imports os alone, and github.com/refgraph/… sorts before the
// github.com/tetratelabs/wazero/… that the engine waits for. A test holds it.
//
// Once the engine is up, [Restore] puts the user's temporary folder back.
package enginehome

import "os"

// Dir is the folder the engine may use; empty if there is no private one, and
// then the engine compiles afresh in every process, which takes a second.
var Dir string

// nowhere is a temporary folder in which nothing can be created.
const nowhere = "/dev/null/refgraph"

var (
	saved   = map[string]*string{}
	tmpVars = []string{"TMPDIR", "TMP", "TEMP"} // Unix, Windows, Windows
)

func init() {
	if Dir = privateDir(); Dir == "" {
		redirect(nowhere)
		return
	}
	redirect(Dir)
}

func redirect(dir string) {
	for _, name := range tmpVars {
		saved[name] = nil
		if v, ok := os.LookupEnv(name); ok {
			saved[name] = &v
		}
		os.Setenv(name, dir)
	}
}

// Restore undoes the change to the environment.
func Restore() {
	for name, v := range saved {
		if v == nil {
			os.Unsetenv(name)
		} else {
			os.Setenv(name, *v)
		}
	}
}

// privateDir returns <user cache>/refgraph/engine, made if need be, or "" if
// that cannot be had for this user alone.
func privateDir() string {
	base, err := os.UserCacheDir()
	if err != nil {
		return ""
	}
	if os.MkdirAll(base, 0o700) != nil {
		return ""
	}
	const sep = string(os.PathSeparator)
	dir := base
	for _, part := range [...]string{"refgraph", "engine", "go-graphviz"} {
		dir += sep + part
		if !ours(dir) {
			return ""
		}
	}
	return base + sep + "refgraph" + sep + "engine"
}

// ours makes the folder, or checks that it is a real folder which only this
// user can write to.
func ours(dir string) bool {
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return false
	}
	st, err := os.Lstat(dir)
	if err != nil || !st.IsDir() || !owned(st) {
		return false
	}
	if st.Mode().Perm()&0o077 == 0 {
		return true
	}
	return os.Chmod(dir, 0o700) == nil
}
