package view_test

import (
	"bytes"
	"encoding/json"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/render/view"
)

// TestJSON reads the JSON form of a View back, field by field.
func TestJSON(t *testing.T) {
	v := &view.View{Title: "t", Runtime: graph.RuntimeGo, Total: 9, Hidden: true, LeftOut: []string{"x"},
		Nodes: []view.Node{{Kind: view.RootNode, ID: "r", Head: "global", Name: "g"}, {Kind: view.TargetNode, ID: "o", Head: "T", Count: 3, Shallow: 4, Retained: 5, Sized: true, Address: "0x1", Growth: -2}},
		Edges: []view.Edge{{From: 0, To: 1, Label: ".f", Count: 2, Kind: graph.Weak, Retained: 5, Skipped: 1}}}
	var b bytes.Buffer
	if err := view.JSON(&b, v, nil); err != nil {
		t.Fatal(err)
	}
	var f view.Form
	if err := json.Unmarshal(b.Bytes(), &f); err != nil {
		t.Fatal(err)
	}
	if e := f.References; len(e) != 1 || e[0] != (view.FormEdge{From: 0, To: 1, Name: ".f", Kind: "weak", Count: 2, RetainedBytes: 5, SkippedSteps: 1}) {
		t.Errorf("references %+v", e)
	}
	n := f.Nodes[1]
	if n.RetainedBytes == nil || *n.RetainedBytes != 5 {
		t.Errorf("retained %v", n.RetainedBytes)
	}
	n.RetainedBytes = nil
	if n != (view.FormNode{Kind: "target", ID: "o", Type: "T", Count: 3, ShallowBytes: 4, Object: "0x1", GrowthBytes: -2}) || f.Nodes[0].RootKind != "global" || f.Nodes[0].Name != "g" {
		t.Errorf("nodes %+v", f.Nodes)
	}
	if f.Title != "t" || f.Runtime != "go" || f.TotalBytes != 9 || !f.Hidden || len(f.LeftOut) != 1 {
		t.Errorf("%+v", f)
	}
}

// TestLook holds the colour and pattern of every kind of reference.
func TestLook(t *testing.T) {
	for _, c := range []struct {
		e    view.Edge
		want string
	}{{view.Edge{}, "edge"}, {view.Edge{Kind: graph.Weak}, "weak"}, {view.Edge{Kind: graph.Pooled}, "weak"}, {view.Edge{Kind: graph.Conservative}, "edge"}, {view.Edge{Suspect: true}, "target"}, {view.Edge{Cycle: true}, "target"}} {
		if paint, _ := c.e.Look(); string(paint) != c.want {
			t.Errorf("%+v is drawn as %s, want %s", c.e, paint, c.want)
		}
	}
}
