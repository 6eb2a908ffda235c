package gocore

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/gotruth"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// TestGcore takes cores of the ground-truth program while it lives: it waits,
// or runs a loop while the collector marks, whose registers and stacks are then taken at
// any instruction.
func TestGcore(t *testing.T) {
	if _, err := exec.LookPath("gcore"); err != nil {
		missing(t, "gcore is missing (Debian package gdb)")
	}
	for phase, args := range map[string][]string{"not running": nil, "marking": {"-busy", "-procs", "4"}} { // to sweep is a matter of a millisecond
		t.Run(phase, func(t *testing.T) {
			dir := program{source: "gotruth"}.compile(t)
			cmd := exec.Command("./prog", append(args, "-mode", "wait", "-truth", "truth.json")...)
			cmd.Dir = dir
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			out, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			defer func() {
				in.Close()
				io.Copy(io.Discard, out)
				cmd.Wait()
			}()
			if line, err := bufio.NewReader(out).ReadString('\n'); err != nil || !strings.HasPrefix(line, "ready") {
				t.Fatalf("%q %v", line, err)
			}
			pid := strconv.Itoa(cmd.Process.Pid)
			for try := 0; try == 0 || !inPhase(t, dir, phase); try++ {
				if try == maxTries {
					t.Fatalf("none of %d cores was made while the collector was %s", try, phase)
				}
				if text, err := exec.Command("gcore", "-o", filepath.Join(dir, "core"), pid).CombinedOutput(); err != nil {
					missing(t, "gcore failed: "+string(text))
				}
				if err := os.Rename(filepath.Join(dir, "core."+pid), filepath.Join(dir, "core")); err != nil {
					t.Fatal(err)
				}
			}
			g := read(t, dir, source.Options{})
			gotruth.Check(t, g, filepath.Join(dir, "truth.json"), gotruth.Options{})
			checkFacts(t, g)
			for _, w := range g.Warnings() {
				t.Errorf("warning: %s %s", w.What, w.Effect)
			}
		})
	}
}

// cgo calls C that sleeps, and C that calls Go that waits. Both hold an object
// in a local variable only, whose addresses the program writes down.
var cgo = program{source: "cgo", cgo: true, text: `package main

// #include <unistd.h>
// extern void goWait(void);
// static void nap(void) { sleep(1000); }
// static void callback(void) { goWait(); }
import "C"

import (
	"fmt"
	"os"
	"runtime/debug"
	"time"
)

type node struct {
	n    int
	next *node
}

var file, _ = os.Create("held.txt")

//go:noinline
func newNode() *node {
	n := &node{next: new(node)}
	fmt.Fprintf(file, "%p\n%p\n", n, n.next)
	return n
}

func inC() {
	held := newNode()
	C.nap()
	fmt.Fprintln(file, held.n, held.next.n)
}

func throughC() {
	held := newNode()
	C.callback()
	fmt.Fprintln(file, held.n, held.next.n)
}

//export goWait
func goWait() {
	held := newNode()
	select {
	case <-time.After(time.Hour):
	}
	fmt.Fprintln(file, held.n, held.next.n)
}

func main() {
	go inC()
	go throughC()
	time.Sleep(200 * time.Millisecond)
	debug.SetTraceback("crash")
	panic("as it was told")
}
`}

func TestCgo(t *testing.T) {
	dir := cgo.core(t)
	g := read(t, dir, source.Options{})
	checkHeld(t, g, dir, 6)
	for _, w := range g.Warnings() {
		t.Errorf("warning: %s %s", w.What, w.Effect)
	}
}

// TestPlugin reads the core of a program with a plugin, which has global
// variables, types and goroutines of its own.
func TestPlugin(t *testing.T) {
	dir := program{source: "withplugin", cgo: true, text: `package main

import (
	"plugin"
	"runtime/debug"
	"time"
)

func main() {
	p, err := plugin.Open("plugin.so")
	if err != nil {
		panic(err)
	}
	f, err := p.Lookup("Start")
	if err != nil {
		panic(err)
	}
	f.(func())()
	time.Sleep(100 * time.Millisecond)
	debug.SetTraceback("crash")
	panic("as it was told")
}
`, plugin: `package main

import (
	"fmt"
	"os"
)

type node struct{ next *node }

// large has a malloc header with this plugin's type.
type large struct {
	pad [100]int
	p   *node
}

var (
	held  *node
	many  = map[string]*large{}
	never chan bool
)

func Start() {
	file, _ := os.Create("held.txt")
	held = &node{new(node)}
	many["x"] = &large{p: new(node)}
	local := &node{new(node)}
	fmt.Fprintf(file, "%p %p %p %p %p %p\n", held, held.next, many["x"], many["x"].p, local, local.next)
	go func() { <-never; fmt.Println(local) }()
}

func main() {}
`}.core(t)
	g := read(t, dir, source.Options{})
	checkHeld(t, g, dir, 6)
	named := false
	for n := range graph.NodeID(g.Len()) {
		named = named || g.TypeName(n) == "main.large" && g.TypeSource(n) == graph.TypeExact
	}
	if !named {
		t.Error("the plugin's type with a malloc header has no name")
	}
}

// checkHeld checks that the n objects that the program wrote down are live.
func checkHeld(t *testing.T, g *graph.Graph, dir string, n int) {
	t.Helper()
	held, err := os.ReadFile(filepath.Join(dir, "held.txt"))
	if err != nil {
		t.Fatal(err)
	}
	live := newMarker(g)
	_ = live.roots(t.Context(), g.Roots())
	lines := strings.Fields(string(held))
	if len(lines) != n {
		t.Fatalf("%q", held)
	}
	for _, line := range lines {
		addr, err := strconv.ParseUint(line, 0, 64)
		if err != nil {
			t.Fatal(err)
		}
		n, ok := g.Find(addr)
		if !ok || !live.Seen.Has(n) {
			t.Errorf("object at %s: found %v, %s, want a live one", line, ok, g.Describe(n))
		}
	}
}
