package ask

import (
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/retain"
)

// Dump says in every answer what dump it is about.
type Dump struct {
	Name           string `json:"name"`
	Format         string `json:"format"`
	Runtime        string `json:"runtime"`
	RuntimeVersion string `json:"runtime_version"`
	Objects        int    `json:"objects"`
	References     int64  `json:"references"`
}

func newDump(g *graph.Graph) Dump {
	i := g.Info()
	return Dump{i.Name, i.Format, string(i.Runtime), i.RuntimeVersion, g.Len(), g.Refs()}
}

// id writes an object's address or id; "" for none.
func id(g *graph.Graph, n graph.NodeID) string { return lang.Of(g).ID(n) }

// Path is one retaining path, the target's step last.
type Path struct {
	Root    Root   `json:"root"`
	Targets int    `json:"targets"`
	Steps   []Step `json:"steps"`
}

// Root is a GC root in words.
type Root struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

// Step is one reference of a path and the object that it leads to.
type Step struct {
	Reference     Reference `json:"reference"`
	Object        string    `json:"object"`
	Type          string    `json:"type"`
	ShallowBytes  uint64    `json:"shallow_bytes"`
	RetainedBytes uint64    `json:"retained_bytes"`
	Distance      int       `json:"distance,omitempty"` // of formats whose tools tell it, as they do
}

// Reference is one reference, named as a person would write it behind its holder.
type Reference struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

func newPath(g *graph.Graph, sizes *dominator.Tree, p retain.Path) Path {
	out := Path{Targets: p.Targets, Steps: []Step{}}
	if p.Root != nil {
		out.Root = newRoot(g, p.Root)
	}
	for _, s := range p.Steps {
		out.Steps = append(out.Steps, Step{
			Reference: Reference{s.Ref, s.Kind.String()}, Object: id(g, s.Node), Type: g.TypeName(s.Node),
			ShallowBytes: g.Size(s.Node), RetainedBytes: sizes.Retained(s.Node),
		})
	}
	return out
}

// reference describes the first reference that retains from one object to another.
func reference(g *graph.Graph, from, to graph.NodeID, values bool) Reference {
	i := g.First(from, to)
	if i < 0 {
		return Reference{}
	}
	return Reference{g.Detail().RefName(from, i, values), g.RefKind(from, i).String()}
}

func shallow(g *graph.Graph, set graph.Bitset) (bytes uint64) {
	for n := range set.All() {
		bytes += g.Size(n)
	}
	return bytes
}
