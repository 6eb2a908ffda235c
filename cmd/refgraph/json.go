package main

import (
	"encoding/json"
	"fmt"
	"io"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// dumpJSON says in every answer what dump it is about.
type dumpJSON struct {
	Name           string `json:"name"`
	Format         string `json:"format"`
	Runtime        string `json:"runtime"`
	RuntimeVersion string `json:"runtime_version"`
	Objects        int    `json:"objects"`
	References     int64  `json:"references"`
}

func newDumpJSON(g *graph.Graph) dumpJSON {
	i := g.Info()
	return dumpJSON{i.Name, i.Format, string(i.Runtime), i.RuntimeVersion, g.Len(), g.Refs()}
}

// address writes an address as all JSON does.
func address(g *graph.Graph, n graph.NodeID) string {
	if n == graph.None {
		return ""
	}
	return fmt.Sprintf("0x%x", g.Address(n))
}

// pathJSON is one retaining path, the target's step last.
type pathJSON struct {
	Root    rootJSON   `json:"root"`
	Targets int        `json:"targets"`
	Steps   []stepJSON `json:"steps"`
}

type rootJSON struct {
	Kind string `json:"kind"`
	Name string `json:"name"`
}

type stepJSON struct {
	Reference     referenceJSON `json:"reference"`
	Object        string        `json:"object"`
	Type          string        `json:"type"`
	ShallowBytes  uint64        `json:"shallow_bytes"`
	RetainedBytes uint64        `json:"retained_bytes"`
}

type referenceJSON struct {
	Name string `json:"name"`
	Kind string `json:"kind"`
}

func newPathJSON(g *graph.Graph, sizes *dominator.Tree, p retain.Path) pathJSON {
	out := pathJSON{Targets: p.Targets, Steps: []stepJSON{}}
	if p.Root != nil {
		out.Root = rootJSON{p.Root.Kind.String(), g.String(p.Root.Name)}
	}
	for _, s := range p.Steps {
		out.Steps = append(out.Steps, stepJSON{
			Reference: referenceJSON{s.Ref, s.Kind.String()}, Object: address(g, s.Node), Type: g.TypeName(s.Node),
			ShallowBytes: g.Size(s.Node), RetainedBytes: sizes.Retained(s.Node),
		})
	}
	return out
}
