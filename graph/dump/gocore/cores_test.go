package gocore

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/testdata/programs/build"
)

// program is how a test program is built and run to make a core.
type program struct {
	source     string // folder under testdata/programs
	text       string // or the program itself
	plugin     string // text of a plugin that it opens as plugin.so
	toolchain  string // such as go1.25.5; "" for the installed Go
	experiment string // GOEXPERIMENT
	cgo        bool
	arm64      bool     // run by qemu-user, which writes the core of the guest
	build      []string // flags of go build
	args       []string
	phase      string // of the collector that the core must be in; "" for any
}

// built are the programs that tests of this run share.
var built struct {
	sync.Mutex
	dir   string
	cores map[string]string
	progs map[string]string // folders of what is compiled, by how
}

func TestMain(m *testing.M) {
	code := m.Run()
	if built.dir != "" {
		os.RemoveAll(built.dir)
	}
	os.Exit(code)
}

// missing skips a test for want of a tool, or fails it where all must be there.
func missing(t testing.TB, what string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatal(what)
	}
	t.Skip(what)
}

// core builds and runs a program until it dies, and returns the folder with its
// core, the executable prog, and what it wrote. The same program is run once.
func (p program) core(t testing.TB) string {
	t.Helper()
	if runtime.GOOS != "linux" {
		t.Skip("cores are made on Linux")
	}
	built.Lock()
	defer built.Unlock()
	key := fmt.Sprint(p.source, p.toolchain, p.experiment, p.cgo, p.arm64, p.build, p.args, p.phase)
	if dir, ok := built.cores[key]; ok {
		return dir
	}
	dir := p.compiled(t)
	p.run(t, dir)
	for try := 0; !inPhase(t, dir, p.phase); try++ {
		if try == maxTries {
			t.Fatalf("none of %d cores was made while the collector was %s", try, p.phase)
		}
		os.Remove(filepath.Join(dir, "core"))
		p.run(t, dir)
	}
	if built.cores == nil {
		built.cores = map[string]string{}
	}
	built.cores[key] = dir
	return dir
}

// run runs a compiled program in its folder until it dies, which leaves a core.
func (p program) run(t testing.TB, dir string) {
	t.Helper()
	program := []string{"./prog"}
	if p.arm64 {
		program = []string{"qemu-aarch64", "./prog"}
		if _, err := exec.LookPath(program[0]); err != nil {
			missing(t, "arm64 programs need qemu-aarch64 (Debian package qemu-user)")
		}
	}
	run := exec.Command("sh", "-c", `ulimit -c unlimited && exec "$@"`, "sh")
	run.Args = append(append(run.Args, program...), p.args...)
	run.Dir = dir
	run.Env = append(os.Environ(), "GOTRACEBACK=crash")
	out, err := run.CombinedOutput()
	if err == nil {
		t.Fatalf("the program did not die: %s", out)
	}
	pattern := "core*"
	if p.arm64 {
		pattern = "qemu_*.core"
	}
	found, _ := filepath.Glob(filepath.Join(dir, pattern))
	if len(found) != 1 {
		corePattern, _ := os.ReadFile("/proc/sys/kernel/core_pattern")
		missing(t, "the kernel wrote no core: "+err.Error()+", core_pattern is "+string(corePattern)+"; set it to core\n"+string(out[:min(len(out), 1000)]))
	}
	if err := os.Rename(found[0], filepath.Join(dir, "core")); err != nil {
		t.Fatal(err)
	}
}

// maxTries is how many cores are made until one is of the collector's phase that
// is wanted. More than half of them are.
const maxTries = 30

// inPhase reports whether a core was made in a phase of the collector.
func inPhase(t testing.TB, dir, phase string) bool {
	t.Helper()
	if phase == "" {
		return true
	}
	src, err := source.Open(filepath.Join(dir, "core"), source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	p := &process{src: src}
	b := graph.NewBuilder(graph.Info{}, graph.SlotLabels)
	if err := errors.Join(p.open(t.Context(), b), p.openHeap(b)); err != nil {
		t.Fatal(err)
	}
	defer p.exe.Close()
	return strings.HasPrefix(p.phase(), phase)
}

// compiled makes a folder with the program as prog, which is compiled once for all
// its arguments.
func (p program) compiled(t testing.TB) string {
	t.Helper()
	key := fmt.Sprint(p.source, p.text, p.plugin, p.toolchain, p.experiment, p.cgo, p.arm64, p.build)
	from, ok := built.progs[key]
	if !ok {
		from = p.compile(t)
		if built.progs == nil {
			built.progs = map[string]string{}
		}
		built.progs[key] = from
		return from
	}
	dir, err := os.MkdirTemp(built.dir, p.source)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"prog", "plugin.so"} {
		if err := os.Link(filepath.Join(from, name), filepath.Join(dir, name)); err != nil && !os.IsNotExist(err) {
			t.Fatal(err)
		}
	}
	return dir
}

// compile builds the program as prog in a folder of its own.
func (p program) compile(t testing.TB) string {
	t.Helper()
	if built.dir == "" {
		dir, err := os.MkdirTemp("", "gocore")
		if err != nil {
			t.Fatal(err)
		}
		built.dir = dir
	}
	dir, err := os.MkdirTemp(built.dir, p.source)
	if err != nil {
		t.Fatal(err)
	}
	files := map[string]string{"go.mod": "module " + p.source + "\n\ngo 1.24\n", "main.go": p.text}
	if p.text == "" {
		found, _ := filepath.Glob(filepath.Join("../../../testdata/programs", p.source, "*.go"))
		for _, file := range found {
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			files[filepath.Base(file)] = string(text)
		}
	}
	for name, text := range files {
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	made := build.Program{Dir: dir, Flags: p.build, Env: []string{"GOFLAGS=", "CGO_ENABLED=0"}}
	if p.cgo {
		made.Env = append(made.Env, "CGO_ENABLED=1")
		if _, err := exec.LookPath("gcc"); err != nil {
			missing(t, "cgo needs gcc (Debian package gcc)")
		}
	}
	if p.arm64 {
		made.Env = append(made.Env, "GOARCH=arm64")
	}
	if p.experiment != "" {
		made.Env = append(made.Env, "GOEXPERIMENT="+p.experiment)
	}
	if p.toolchain != "" {
		made.Env = append(made.Env, "GOTOOLCHAIN="+p.toolchain)
	}
	if p.plugin != "" {
		p.compilePlugin(t, dir, made.Env)
	}
	if err := made.Build(filepath.Join(dir, "prog")); err != nil {
		if strings.Contains(err.Error(), "toolchain not available") || strings.Contains(err.Error(), "download") {
			missing(t, p.toolchain+" cannot be downloaded: "+err.Error())
		}
		t.Fatal(err)
	}
	return dir
}

// read reads the core in a folder.
func read(t testing.TB, dir string, opts source.Options) *graph.Graph {
	t.Helper()
	src, err := source.Open(filepath.Join(dir, "core"), opts)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { src.Close() })
	g, err := Read(context.Background(), src)
	if err != nil {
		t.Fatal(err)
	}
	return g
}

func (p program) compilePlugin(t testing.TB, dir string, env []string) {
	t.Helper()
	if err := os.Mkdir(filepath.Join(dir, "plugin"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "plugin/main.go"), []byte(p.plugin), 0o666); err != nil {
		t.Fatal(err)
	}
	made := build.Program{Dir: dir, Package: "plugin", Flags: []string{"-buildmode=plugin"}, Env: env}
	if err := made.Build(filepath.Join(dir, "plugin.so")); err != nil {
		t.Fatal(err)
	}
}
