package delvetest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// program is how a test program is built and run to make a core.
type program struct {
	source    string // folder under testdata/programs
	toolchain string // such as go1.25.5; "" for the installed Go
	args      []string
}

// missing skips a test for want of a tool, or fails it where all must be there.
func missing(t *testing.T, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// core builds the program as prog, runs it until it dies, and returns the folder
// with it and its core.
func (p program) core(t *testing.T) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("cores are made on Linux")
	}
	dir := t.TempDir()
	p.build(t, dir)
	run := exec.Command("sh", append([]string{"-c", `ulimit -c unlimited && exec ./prog "$@"`, "prog"}, p.args...)...)
	run.Dir = dir
	run.Env = append(os.Environ(), "GOTRACEBACK=crash")
	out, err := run.CombinedOutput()
	if err == nil {
		t.Fatalf("the program did not die: %s", out)
	}
	found, _ := filepath.Glob(filepath.Join(dir, "core*"))
	if len(found) != 1 {
		pattern, _ := os.ReadFile("/proc/sys/kernel/core_pattern")
		missing(t, "the kernel wrote no core: core_pattern is "+string(pattern)+"; set it to core\n"+string(out[:min(len(out), 1000)]))
	}
	if err := os.Rename(found[0], filepath.Join(dir, "core")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (p program) build(t *testing.T, dir string) {
	t.Helper()
	sources, err := filepath.Abs(filepath.Join("../../../../testdata/programs", p.source))
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(sources, "*.go"))
	cmd := exec.Command("go", append([]string{"build", "-o", filepath.Join(dir, "prog")}, files...)...)
	cmd.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0")
	if p.toolchain != "" {
		cmd.Dir = dir // no go.mod, which may want a newer one
		cmd.Env = append(cmd.Env, "GOTOOLCHAIN="+p.toolchain)
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		if bytes.Contains(out, []byte("toolchain not available")) || bytes.Contains(out, []byte("download")) {
			missing(t, p.toolchain+" cannot be downloaded: "+string(out))
		}
		t.Fatalf("%v: %s", err, out)
	}
}
