package delvetest

import (
	"cmp"
	"flag"
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump"
)

var (
	coreFile = flag.String("core", "", "`file` to check in TestCore")
	exeFile  = flag.String("exe", "", "executable that the core is of")
	least    = flag.Int("least", 10_000, "objects of the core to compare at least")
	most     = flag.Int("most", 1_000_000, "objects of the core to compare at most")
)

// TestCore checks a core of one's own, and prints what came of it.
func TestCore(t *testing.T) {
	if *coreFile == "" {
		t.Skip("no -core is given")
	}
	r := openBoth(t, *coreFile, *exeFile).check(t, *most)
	fmt.Print(r)
	r.verify(t, *least)
}

// TestPrograms checks cores of programs that hold values of many types.
func TestPrograms(t *testing.T) {
	sample := []string{"-n", "20000", "-truth", "sample.txt"}
	for name, p := range map[string]struct {
		program
		least int
	}{
		"values of many types":   {program{args: sample}, 15_000},
		"1.25":                   {program{args: sample, toolchain: "go1.25.5"}, 15_000},
		"1.24":                   {program{args: sample, toolchain: "go1.24.11"}, 15_000},
		"pie":                    {program{args: sample, build: []string{"-buildmode=pie"}}, 15_000},
		"arm64":                  {program{args: sample, arm64: true}, 15_000},
		"all that a runtime has": {program{source: "gotruth", args: []string{"-mode", "abort", "-truth", "truth.json"}}, 100_000},
	} {
		t.Run(name, func(t *testing.T) {
			if p.source == "" {
				p.source = "gosample"
			}
			dir := p.core(t)
			r := openBoth(t, dir+"/core", dir+"/prog").check(t, 1<<30)
			t.Log(r)
			r.verify(t, p.least)
		})
	}
}

// both is one core, read by refgraph and by Delve.
type both struct {
	*Delve
	*Judge
	g *graph.Graph
}

func openBoth(t *testing.T, core, exe string) *both {
	t.Helper()
	d, err := dump.Open(t.Context(), core, &dump.Options{Exe: exe})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	delve, err := Open(core, exe)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { delve.Close() })
	judge, err := delve.NewJudge(d.Graph)
	if err != nil {
		t.Fatal(err)
	}
	return &both{delve, judge, d.Graph}
}

// onStack reports whether a live word of a stack points to the object at an
// address, as the reader has it. Types have no part in that.
func (b *both) onStack() func(addr uint64) bool {
	live := map[graph.NodeID]bool{}
	for _, r := range b.g.Roots() {
		if r.Kind == graph.RootStack && r.Via == graph.Strong {
			live[r.Node] = true
		}
	}
	return func(addr uint64) bool {
		n, _, ok := b.g.Containing(addr)
		return ok && live[n]
	}
}

// check compares the types of at most so many objects.
func (b *both) check(t *testing.T, most int) *result {
	t.Helper()
	r := &result{compared: map[graph.NodeID]bool{}, faults: map[string]*fault{}, noted: map[string]int{}}
	for v := range r.objects {
		r.objects[v] = map[graph.NodeID]bool{}
	}
	if err := b.Walk(b.onStack(), func(c Claim) (follow, more bool) {
		v := r.add(b, &c)
		return v != Impossible, len(r.compared) < most
	}); err != nil {
		t.Fatal(err)
	}
	return r
}

// result counts verdicts by claims, and the objects they are about.
type result struct {
	claims   [verdicts]int
	objects  [verdicts]map[graph.NodeID]bool
	compared map[graph.NodeID]bool
	forms    [forms]int        // compared objects by what was first claimed of them
	faults   map[string]*fault // what is wrong, missing or not known
	noted    map[string]int    // claims about objects without a type, and impossible ones
}

// fault is one way to be wrong, with an example.
type fault struct {
	what, example string
	claims        int
}

func (r *result) add(b *both, c *Claim) Verdict {
	v, n := b.Check(c)
	r.claims[v]++
	switch v {
	case Outside:
		return v
	case Missing:
		r.fault(fmt.Sprintf("no object where Delve has %v", c), c)
		return v
	case Unknown:
		r.fault(fmt.Sprintf("no type in DWARF has the name %s", b.g.TypeName(n)), c)
	case Untyped, Impossible:
		r.noted[fmt.Sprintf("%v: %v", v, c)]++
	case Wrong:
		_, delta, _ := b.g.Containing(c.Addr)
		r.fault(fmt.Sprintf("%s (%v, %d B) has at its byte %d for Delve %v",
			b.g.TypeName(n), b.g.TypeSource(n), b.g.Size(n), delta, c), c)
	}
	r.objects[v][n] = true
	if (v == Equal || v == Contained || v == Converted || v == Wrong) && !r.compared[n] {
		r.compared[n] = true
		r.forms[c.Form]++
	}
	return v
}

func (r *result) fault(what string, c *Claim) {
	f := r.faults[what]
	if f == nil {
		f = &fault{what: what, example: fmt.Sprintf("%#x, %d of it, by %s", c.Addr, max(c.Count, 1), c.Path)}
		r.faults[what] = f
	}
	f.claims++
}

func (r *result) String() string {
	var b strings.Builder
	fmt.Fprintf(&b, "%-20s %10s %10s\n", "compared with Delve", "objects", "claims")
	for v := range verdicts {
		fmt.Fprintf(&b, "%-20v %10d %10d\n", v, len(r.objects[v]), r.claims[v])
	}
	fmt.Fprintf(&b, "%-20s %10d\n", "compared in all", len(r.compared))
	for f, n := range r.forms {
		if n > 0 {
			fmt.Fprintf(&b, "  %-18v %10d\n", Form(f), n)
		}
	}
	names := slices.SortedFunc(maps.Keys(r.noted), func(a, b string) int {
		return cmp.Or(cmp.Compare(r.noted[b], r.noted[a]), cmp.Compare(a, b))
	})
	for _, name := range names[:min(len(names), maxShown)] {
		fmt.Fprintf(&b, "%d times %s\n", r.noted[name], name)
	}
	return b.String()
}

// maxShown is how many ways to be wrong are listed.
const maxShown = 20

// verify fails for every fault, and if there was too little to find any.
func (r *result) verify(t *testing.T, least int) {
	t.Helper()
	faults := slices.SortedFunc(maps.Values(r.faults), func(a, b *fault) int {
		return cmp.Or(cmp.Compare(b.claims, a.claims), cmp.Compare(a.what, b.what))
	})
	for _, f := range faults[:min(len(faults), maxShown)] {
		t.Errorf("%d times %s\n\tas %s", f.claims, f.what, f.example)
	}
	if len(faults) > maxShown {
		t.Errorf("and %d other ways to be wrong", len(faults)-maxShown)
	}
	if n, of := len(r.objects[Impossible]), len(r.compared); n*1000 > of {
		t.Errorf("claims about %d objects are impossible, of %d: more than dead variables and DWARF's mistakes explain", n, of)
	}
	if n := len(r.compared); n < least {
		t.Errorf("only %d objects were compared, not %d", n, least)
	}
}
