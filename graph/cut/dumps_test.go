package cut_test

import (
	"cmp"
	"context"
	"path/filepath"
	"reflect"
	"slices"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/cut"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/graph/retain"
)

// TestRealDumps holds what is true of every answer on the dumps of real
// programs, for the types with the most objects.
func TestRealDumps(t *testing.T) {
	var files []string
	for _, pattern := range []string{"goheap/*.heapdump.zst", "gallery/*.heapdump.zst", "*/*.pydump.gz", "*/*.hprof*", "*/*.heapsnapshot*"} {
		found, err := filepath.Glob("../../testdata/" + pattern)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, found...)
	}
	if len(files) < 6 {
		t.Fatalf("only %q", files)
	}
	for _, f := range files {
		t.Run(filepath.Base(f), func(t *testing.T) {
			ctx := context.Background()
			d, err := dump.Open(ctx, f, nil)
			if err != nil {
				t.Fatal(err)
			}
			defer d.Close()
			tree, err := retain.Search(ctx, d.Graph)
			if err != nil {
				t.Fatal(err)
			}
			dom, err := dominator.Compute(ctx, d.Graph)
			if err != nil {
				t.Fatal(err)
			}
			for _, set := range commonTypes(d.Graph, 5) {
				checkReal(t, tree, dom, set)
			}
		})
	}
}

// commonTypes is the objects of the types that have the most.
func commonTypes(g *graph.Graph, most int) (out []graph.Bitset) {
	count := make([]int, g.Types().Len())
	for n := range graph.NodeID(g.Len()) {
		count[g.Type(n)]++
	}
	types := make([]graph.TypeID, len(count))
	for i := range types {
		types[i] = graph.TypeID(i)
	}
	slices.SortStableFunc(types, func(a, b graph.TypeID) int { return cmp.Compare(count[b], count[a]) })
	for _, typ := range types[:min(most, len(types))] {
		set := graph.NewBitset(g.Len())
		for n := range graph.NodeID(g.Len()) {
			if g.Type(n) == typ {
				set.Add(n)
			}
		}
		out = append(out, set)
	}
	return out
}

func checkReal(t *testing.T, tree *retain.Tree, dom *dominator.Tree, set graph.Bitset) {
	t.Helper()
	ctx := context.Background()
	g := tree.Graph()
	var name string
	for n := range set.All() {
		name = g.TypeName(n)
		break
	}
	a, err := cut.Find(ctx, tree, dom, set, nil)
	if err != nil {
		t.Fatal(err)
	}
	if a.Alive == 0 {
		return
	}
	if !a.Verified {
		t.Errorf("%s: %+v", name, a)
	}
	if a.FreesTargets+a.Stays != a.Alive {
		t.Errorf("%s: %d freed and %d stay of %d", name, a.FreesTargets, a.Stays, a.Alive)
	}
	for _, p := range append(a.Places, a.Rest...) {
		if a.LeastCost && p.Returns == 0 && a.Held <= 48 || p.References == 0 || p.Name == "" {
			t.Errorf("%s: %+v is not needed", name, p)
		}
	}
	pools := 0
	for range tree.PooledObjects() {
		pools++
	}
	if _, bytes, err := dom.Freed(ctx, set); err != nil || a.Stays == 0 && pools == 0 && len(a.Places) > 0 && a.FreesBytes < bytes {
		t.Errorf("%s: frees %d bytes, less than the targets retain: %d (%v)", name, a.FreesBytes, bytes, err)
	}
	again, err := cut.Find(ctx, tree, dom, set, nil)
	if err != nil || !reflect.DeepEqual(a, again) {
		t.Errorf("%s: %+v, and again %+v (%v)", name, a, again, err)
	}
}
