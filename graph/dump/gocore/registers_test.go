package gocore

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/lang"
)

// spinning dies while a goroutine runs in a loop without calls. Only a register
// holds what it works on.
var spinning = program{source: "spinning", text: `package main

import (
	"os"
	"runtime"
	"runtime/debug"
	"strconv"
	"time"
)

type ring struct {
	next *ring
	n    int
}

//go:noinline
func spin(at *ring) {
	for {
		at.n++
		at = at.next
	}
}

func start() {
	first := &ring{}
	first.next = &ring{next: &ring{next: first}}
	go spin(first)
}

func main() {
	procs, _ := strconv.Atoi(os.Args[1])
	runtime.GOMAXPROCS(procs)
	debug.SetGCPercent(-1)
	start()
	time.Sleep(100 * time.Millisecond)
	panic("a core, please")
}
`}

// TestRegistersHaveNames finds what a loop works on under the name of its variable:
// in the registers of the thread that runs it, and in those that the runtime
// saved when it made the goroutine wait.
func TestRegistersHaveNames(t *testing.T) {
	for name, p := range map[string]program{
		"running": {args: []string{"2"}}, "waiting": {args: []string{"1"}},
		"waiting 1.24":  {args: []string{"1"}, toolchain: "go1.24.11"},
		"running arm64": {args: []string{"2"}, arm64: true}, "waiting arm64": {args: []string{"1"}, arm64: true},
	} {
		t.Run(name, func(t *testing.T) {
			p.source, p.text = spinning.source, spinning.text
			dir := p.core(t)
			g := read(t, dir, source.Options{Exe: filepath.Join(dir, "prog")})
			var names []string
			for _, r := range g.Roots() {
				if name := lang.Of(g).Root(&r).String(); r.Kind == graph.RootStack && strings.Contains(name, "main.spin") {
					names = append(names, name+" "+g.TypeName(r.Node)+" "+r.Via.String())
				}
			}
			if all := strings.Join(names, "\n"); !strings.Contains(all, "main.spin · at main.ring") {
				t.Errorf("no root has the name of the variable:\n%s", all)
			}
		})
	}
}
