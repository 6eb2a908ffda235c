package gotype

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"testing"

	programs "github.com/refgraph/refgraph/testdata/programs/build"
)

// variant is one way to build testdata/truth.
type variant struct {
	flags     []string
	arch      string // "" is this machine's
	toolchain string
	cgo       bool // linked by the system's linker
}

var variants = map[string]variant{
	"plain":        {},
	"pie":          {flags: []string{"-buildmode=pie"}},
	"stripped":     {flags: []string{"-ldflags=-s -w"}},
	"stripped pie": {flags: []string{"-buildmode=pie", "-ldflags=-s -w"}},
	"unoptimised":  {flags: []string{"-gcflags=-N -l"}},
	"plain DWARF":  {flags: []string{"-ldflags=-compressdwarf=false"}},
	"external":     {flags: []string{"-ldflags=-linkmode=external"}, cgo: true},
	"external pie": {flags: []string{"-buildmode=pie", "-ldflags=-linkmode=external"}, cgo: true},
	"arm64":        {arch: "arm64"},
	"amd64":        {arch: "amd64"},
	"1.25":         {toolchain: "go1.25.5"},
	"1.25 pie":     {toolchain: "go1.25.5", flags: []string{"-buildmode=pie", "-ldflags=-s -w"}},
	"1.24":         {toolchain: "go1.24.11"},
	"1.24 pie":     {toolchain: "go1.24.11", flags: []string{"-buildmode=pie", "-ldflags=-s -w"}},
}

func (v variant) stripped() bool { return strings.Contains(strings.Join(v.flags, " "), "-s -w") }

type typeTruth struct {
	Addr            uint64
	Name, Pkg, Kind string
	Size            uint64
	Slots           map[uint64]string
}

// truth is what testdata/truth prints about itself.
type truth struct {
	Text     uint64
	Types    []typeTruth
	Globals  map[string]uint64
	Itabs    map[string]uint64
	Funcs    map[string]uint64
	Closures map[string]uint64
	Frame    uint64
}

var (
	buildMu sync.Mutex
	built   = map[string]string{} // by variant
	tempDir string
)

func TestMain(m *testing.M) {
	var err error
	if tempDir, err = os.MkdirTemp("", "gotype"); err != nil {
		panic(err)
	}
	code := m.Run()
	os.RemoveAll(tempDir)
	os.Exit(code)
}

// build builds a variant once. A missing tool skips the test, or fails it in
// CI.
func build(tb testing.TB, name string) string {
	tb.Helper()
	v := variants[name]
	buildMu.Lock()
	defer buildMu.Unlock()
	if path := built[name]; path != "" {
		return path
	}
	path := filepath.Join(tempDir, strings.ReplaceAll(name, " ", "-"))
	made := programs.Program{Dir: filepath.Join("testdata", "truth"), Flags: v.flags, Env: []string{"GOOS=linux", "GOFLAGS=", "CGO_ENABLED=0"}}
	if v.arch != "" {
		made.Env = append(made.Env, "GOARCH="+v.arch)
	}
	if v.toolchain != "" {
		made.Env = append(made.Env, "GOTOOLCHAIN="+v.toolchain)
	}
	if v.cgo {
		if _, err := exec.LookPath("gcc"); err != nil || runtime.GOOS != "linux" {
			missing(tb, "gcc on Linux (Debian package gcc)")
		}
		made.Env = append(made.Env, "CGO_ENABLED=1")
	}
	if err := made.Build(path); err != nil {
		if v.toolchain != "" && os.Getenv("CI") == "" {
			tb.Skipf("no toolchain %s here: %v", v.toolchain, err)
		}
		tb.Fatal(err)
	}
	built[name] = path
	return path
}

func missing(tb testing.TB, what string) {
	tb.Helper()
	if os.Getenv("CI") != "" {
		tb.Fatalf("this test needs %s", what)
	}
	tb.Skipf("this test needs %s", what)
}

// run runs a variant and returns what it prints.
func run(tb testing.TB, name, path string) *truth {
	tb.Helper()
	cmd := exec.Command(path)
	if runtime.GOOS != "linux" {
		tb.Skip("the program runs on Linux only")
	}
	if arch := variants[name].arch; arch != "" && arch != runtime.GOARCH {
		qemu := map[string]string{"arm64": "qemu-aarch64", "amd64": "qemu-x86_64"}[arch]
		if _, err := exec.LookPath(qemu); err != nil {
			missing(tb, qemu+" (Debian package qemu-user)")
		}
		cmd = exec.Command(qemu, path)
	}
	out, err := cmd.Output()
	if err != nil {
		tb.Fatal(err)
	}
	var t truth
	if err := json.Unmarshal(out, &t); err != nil {
		tb.Fatalf("%v in %.200s", err, out)
	}
	return &t
}
