package view_test

import (
	"regexp"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/render/internal/sample"
	"github.com/refgraph/refgraph/render/view"
)

// countOf sums what the boxes stand for.
func countOf(v *view.View) int {
	n := 0
	for i := range v.Nodes {
		n += max(1, v.Nodes[i].Count)
	}
	return n
}

func TestTrimKeepsToTheBudget(t *testing.T) {
	for _, v := range []*view.View{sample.Service(300), sample.Service(1000), sample.Siblings(5000), sample.HostileView(), sample.Mixed()} {
		for _, budget := range []int{4, 10, 24, 60, 300} {
			got := view.Trim(v, budget)
			if len(got.Nodes) > budget {
				t.Errorf("%s: %d boxes of %d", v.Title, len(got.Nodes), budget)
			}
			for _, e := range got.Edges {
				if e.From < 0 || e.To < 0 || e.From >= len(got.Nodes) || e.To >= len(got.Nodes) {
					t.Fatalf("an edge leads nowhere: %+v", e)
				}
			}
			if v.Title == sample.Service(1).Title && countOf(got) != countOf(v) {
				t.Errorf("%d boxes for %d: what they stand for is %d, was %d", len(got.Nodes), budget, countOf(got), countOf(v))
			}
		}
	}
}

// TestTrimSumsUp checks that what is put together has the bytes of all its parts.
func TestTrimSumsUp(t *testing.T) {
	v := &view.View{Title: "x", Total: 10_000, Nodes: []view.Node{{Kind: view.RootNode, Head: "global", Name: "main.g"}}}
	for i := range 40 {
		v.Nodes = append(v.Nodes, view.Node{Name: "main.T", Count: 1, Shallow: uint64(i + 1), Retained: uint64(i + 1), Sized: true})
		v.Edges = append(v.Edges, view.Edge{From: 0, To: i + 1, Label: ".x"})
	}
	got := view.Trim(v, 8)
	var shallow uint64
	for i := range got.Nodes {
		shallow += got.Nodes[i].Shallow
	}
	if len(got.Nodes) > 8 || shallow != 40*41/2 {
		t.Errorf("%d boxes of %d bytes, want %d", len(got.Nodes), shallow, 40*41/2)
	}
}

func TestTrimKeepsTheWay(t *testing.T) {
	v := sample.Service(300)
	got := view.Trim(v, 12)
	roots, targets, more := 0, 0, 0
	for i := range got.Nodes {
		switch got.Nodes[i].Kind {
		case view.RootNode:
			roots++
		case view.TargetNode:
			targets++
		case view.MoreNode:
			more++
		}
	}
	if roots == 0 || targets != 1 || more == 0 {
		t.Errorf("%d roots, %d targets, %d more-boxes", roots, targets, more)
	}
	if !strings.Contains(strings.Join(got.LeftOut, " "), "collapsed") {
		t.Errorf("left out: %q", got.LeftOut)
	}
	if len(v.Nodes) != 300 || len(v.LeftOut) != 0 {
		t.Error("the View was changed")
	}
}

func TestTrimFoldsSiblings(t *testing.T) {
	got := view.Trim(sample.Siblings(5000), 0)
	if len(got.Nodes) != 10 {
		t.Fatalf("%d boxes", len(got.Nodes))
	}
	more := got.Nodes[9]
	sum := uint64(0)
	for i := 7; i < 5000; i++ {
		sum += uint64(900 << 20 / (i + 2))
	}
	if more.Kind != view.MoreNode || more.Count != 4993 || more.Retained != sum || more.Head != "app.models.User" || len(more.Members) != 100 {
		t.Errorf("%d boxes %q of %d bytes, want %d; %d members", more.Count, more.Head, more.Retained, sum, len(more.Members))
	}
	last := got.Edges[len(got.Edges)-1]
	if last.Count != 4993 || last.Label != `["…"]` {
		t.Errorf("edge %+v", last)
	}
}

// A chain below the box that is kept counts once, not at each step.
func TestTrimDoesNotCountTwice(t *testing.T) {
	v := &view.View{Total: 100}
	for i := range 8 {
		v.Nodes = append(v.Nodes, view.Node{Head: "T", Count: 1, Retained: uint64(80 - 10*i), Sized: true, Emphasis: i == 0})
		if i > 0 {
			v.Edges = append(v.Edges, view.Edge{From: i - 1, To: i, Label: ".next"})
			v.Edges = append(v.Edges, view.Edge{From: i, To: i - 1, Label: ".prev", Kind: graph.Weak})
		}
	}
	got := view.Trim(v, 4)
	for _, n := range got.Nodes {
		if n.Kind == view.MoreNode && n.Retained > 70 {
			t.Errorf("× %d more retain %d of 70", n.Count, n.Retained)
		}
	}
}

// A chain is whole as long as there is room, and loses its middle when not.
func TestTrimShortensChains(t *testing.T) {
	for room, want := range map[int]struct{ boxes, skipped int }{0: {32, 48183}, 20: {18, 48183 + 14}, 9: {6, 48183 + 26}} {
		got := view.Trim(sample.LinkedList(), room)
		skipped, boxes := 0, 0
		for _, e := range got.Edges {
			skipped += e.Skipped
		}
		for i := range got.Nodes {
			boxes += got.Nodes[i].Count
		}
		if len(got.Nodes) != want.boxes || skipped != want.skipped || boxes != want.boxes {
			t.Errorf("room for %d: %d boxes, %d objects, %d skipped", room, len(got.Nodes), boxes, skipped)
		}
	}
}

// What must be cut, and a way to it, stays in the smallest picture.
func TestTrimKeepsTheCut(t *testing.T) {
	v := sample.Service(60)
	v.Edges[70].Suspect, v.Edges[70].Mark = true, "cut 1 of 2"
	v.Edges[40].Suspect, v.Edges[40].Mark = true, "cut 2 of 2"
	got := view.Trim(v, view.Needed(v)+1)
	marks := map[string]bool{}
	for _, e := range got.Edges {
		if e.Suspect && got.Nodes[e.From].Kind != view.MoreNode && got.Nodes[e.To].Kind != view.MoreNode {
			marks[e.Mark] = true
		}
	}
	if len(marks) != 2 || len(got.Nodes) > view.Needed(v)+1 {
		t.Errorf("%d boxes of %d, cuts %v", len(got.Nodes), view.Needed(v), marks)
	}
}

func TestFocus(t *testing.T) {
	for pattern, want := range map[string]struct {
		boxes   int
		leftOut string
	}{
		`main\.ch$`:     {5, "3 boxes on no way through"}, // the root, its channel, the targets, what they hold
		`^\[0\]`:        {5, "3 boxes"},
		`main\.Session`: {8, ""},
		`no such name`:  {8, "nothing here matches"},
	} {
		got := view.Prepare(sample.Sessions(), &view.Options{Focus: regexp.MustCompile(pattern)})
		said := strings.Join(got.LeftOut, "; ")
		if len(got.Nodes) != want.boxes || !strings.Contains(said, want.leftOut) {
			t.Errorf("%s: %d boxes, left out %q", pattern, len(got.Nodes), said)
		}
	}
}

func TestDepth(t *testing.T) {
	v := sample.Service(60)
	kinds := func(depth int) (out [4]int) {
		got := view.Prepare(v, &view.Options{Depth: depth})
		if countOf(got) != countOf(v) {
			t.Errorf("depth %d: boxes for %d of %d", depth, countOf(got), countOf(v))
		}
		for i := range got.Nodes {
			out[got.Nodes[i].Kind]++
		}
		return out
	}
	near, far := kinds(1), kinds(99)
	if near[view.TargetNode] != 1 || near[view.MoreNode] == 0 || near[view.ObjectNode] >= far[view.ObjectNode] {
		t.Errorf("one step: %v, all: %v", near, far)
	}
}

func TestFlow(t *testing.T) {
	for name, want := range map[string]bool{"down": false, "right": true} {
		flow, err := view.ParseFlow(name)
		if err != nil {
			t.Fatal(err)
		}
		if got := view.Prepare(sample.LinkedList(), &view.Options{Flow: flow}); got.Sideways != want {
			t.Errorf("%s: sideways %v", name, got.Sideways)
		}
	}
	if _, err := view.ParseFlow("up"); err == nil {
		t.Error("up is no direction")
	}
}
