package delvetest

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"testing"
)

// program is how a test program is built and run to make a core.
type program struct {
	source    string   // folder under testdata/programs
	toolchain string   // such as go1.25.5; "" for the installed Go
	arm64     bool     // run by qemu-user, which writes the core of the guest
	build     []string // flags of go build
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
	p.compile(t, dir)
	prog, pattern := []string{"./prog"}, "core*"
	if p.arm64 {
		prog, pattern = []string{"qemu-aarch64", "./prog"}, "qemu_*.core"
		if _, err := exec.LookPath(prog[0]); err != nil {
			missing(t, "arm64 programs need qemu-aarch64 (Debian package qemu-user)")
		}
	}
	run := exec.Command("sh", slices.Concat([]string{"-c", `ulimit -c unlimited && exec "$@"`, "sh"}, prog, p.args)...)
	run.Dir = dir
	run.Env = append(os.Environ(), "GOTRACEBACK=crash")
	out, err := run.CombinedOutput()
	if err == nil {
		t.Fatalf("the program did not die: %s", out)
	}
	found, _ := filepath.Glob(filepath.Join(dir, pattern))
	if len(found) != 1 {
		corePattern, _ := os.ReadFile("/proc/sys/kernel/core_pattern")
		missing(t, "the kernel wrote no core: core_pattern is "+string(corePattern)+"; set it to core\n"+string(out[:min(len(out), 1000)]))
	}
	if err := os.Rename(found[0], filepath.Join(dir, "core")); err != nil {
		t.Fatal(err)
	}
	return dir
}

func (p program) compile(t *testing.T, dir string) {
	t.Helper()
	sources, err := filepath.Abs(filepath.Join("../../../../testdata/programs", p.source))
	if err != nil {
		t.Fatal(err)
	}
	files, _ := filepath.Glob(filepath.Join(sources, "*.go"))
	cmd := exec.Command("go", slices.Concat([]string{"build", "-o", filepath.Join(dir, "prog")}, p.build, files)...)
	cmd.Env = append(os.Environ(), "GOFLAGS=", "CGO_ENABLED=0")
	if p.toolchain != "" {
		cmd.Dir = dir // no go.mod, which may want a newer one
		cmd.Env = append(cmd.Env, "GOTOOLCHAIN="+p.toolchain)
	}
	if p.arm64 {
		cmd.Env = append(cmd.Env, "GOARCH=arm64")
	}
	if out, err := cmd.CombinedOutput(); err != nil {
		if bytes.Contains(out, []byte("toolchain not available")) || bytes.Contains(out, []byte("download")) {
			missing(t, p.toolchain+" cannot be downloaded: "+string(out))
		}
		t.Fatalf("%v: %s", err, out)
	}
}
