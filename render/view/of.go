package view

import (
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
)

// kinds are the kinds of nodes by those of an answer's boxes.
var kinds = [...]NodeKind{ask.ObjectBox: ObjectNode, ask.RootBox: RootNode, ask.TargetBox: TargetNode, ask.MoreBox: MoreNode}

// of makes a View of a picture, without its words.
func of(p *ask.Picture) *View {
	v := &View{Runtime: p.Info.Runtime, Total: p.Total, Hidden: p.Hidden}
	for i := range p.Boxes {
		b := &p.Boxes[i]
		v.Nodes = append(v.Nodes, Node{
			Kind: kinds[b.Kind], ID: b.ID, Head: b.Head, Name: b.Name, Note: b.Note, Count: b.Count, Shallow: b.Shallow, Retained: b.Retained,
			Sized: b.Sized, Address: b.Object, Emphasis: b.Emphasis, Growth: b.Growth, Internal: b.Internal, Held: b.Held,
		})
	}
	for i := range p.Arrows {
		a := &p.Arrows[i]
		v.Edges = append(v.Edges, Edge{
			From: a.From, To: a.To, Label: a.Label, Count: a.Count, Kind: a.Kind, Retained: a.Retained, Cycle: a.Cycle, Suspect: a.Suspect, Skipped: a.Skipped,
		})
	}
	return v
}

// infoFacts are the name of a dump, its runtime version and its time.
func infoFacts(info *graph.Info) []string {
	facts := []string{info.Name, info.RuntimeVersion}
	if !info.Taken.IsZero() {
		facts = append(facts, info.Taken.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return slices.DeleteFunc(facts, func(s string) bool { return s == "" })
}
