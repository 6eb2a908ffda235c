package python

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"sort"
	"strings"
	"sync"
	"testing"
	"time"
)

// interpreter is one CPython of this machine.
type interpreter struct {
	path    string
	version string // "3.11.7"
}

// interpreters finds the CPythons 3.8 and later of this machine, one of each
// minor version and place: pyenv's, those on the PATH, and the system's.
var interpreters = sync.OnceValue(func() []interpreter {
	home, _ := os.UserHomeDir()
	var paths []string
	for _, pattern := range []string{filepath.Join(home, ".pyenv/versions/*/bin/python3"), "/usr/bin/python3", "/usr/local/bin/python3", "/opt/hostedtoolcache/Python/*/*/bin/python3"} {
		found, _ := filepath.Glob(pattern)
		paths = append(paths, found...)
	}
	for _, name := range []string{"python3", "python3.8", "python3.9", "python3.10", "python3.11", "python3.12", "python3.13", "python3.14"} {
		if p, err := exec.LookPath(name); err == nil {
			paths = append(paths, p)
		}
	}
	const ask = "import sys; sys.exit(1) if sys.implementation.name != 'cpython' or sys.version_info < (3, 8) else print(sys.executable, '.'.join(map(str, sys.version_info[:3])))"
	seen := map[string]bool{}
	var list []interpreter
	for _, p := range paths {
		out, err := exec.Command(p, "-c", ask).Output()
		exe, version, ok := strings.Cut(strings.TrimSpace(string(out)), " ")
		if real, err := filepath.EvalSymlinks(exe); err == nil {
			exe = real
		}
		if err == nil && ok && !seen[exe] {
			seen[exe] = true
			list = append(list, interpreter{exe, version})
		}
	}
	sort.Slice(list, func(i, j int) bool { return list[i].path < list[j].path })
	return list
})

// eachPython runs a test with every CPython of the machine, and says which.
func eachPython(t *testing.T, test func(t *testing.T, p interpreter)) {
	list := interpreters()
	if len(list) == 0 {
		missing(t, "no CPython 3.8 or later found", "python3")
	}
	for _, p := range list {
		t.Run(p.version, func(t *testing.T) {
			t.Logf("with CPython %s, %s", p.version, p.path)
			test(t, p)
		})
	}
}

// missing skips a test that needs a tool; in CI it fails.
func missing(t *testing.T, what, pkg string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s; install the Debian package %s", what, pkg)
	}
	t.Skipf("%s (Debian package %s)", what, pkg)
}

const programs = "../../../testdata/programs/python/"

// python runs a program, which must succeed, and returns what it prints.
func (p interpreter) run(t *testing.T, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, p.path, args...)
	cmd.WaitDelay = time.Second
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v\n%s", args, err, stderr.String())
	}
	return string(out)
}
