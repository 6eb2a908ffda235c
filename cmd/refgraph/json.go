package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"reflect"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
)

// writeJSON writes an answer without the names that --redact-types hides, and
// without control or bidirectional characters.
func (a *app) writeJSON(w io.Writer, v any) error {
	if a.hide != nil {
		// In a copy: the answer may be kept for the next time.
		b, err := json.Marshal(v)
		if err != nil {
			return err
		}
		c := reflect.New(reflect.TypeOf(v))
		if err := json.Unmarshal(b, c.Interface()); err != nil {
			return err
		}
		hideIn(c.Elem(), a.name)
		v = c.Interface()
	}
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(cleanJSON(b.Bytes()))
	return err
}

// hideIn applies name to all strings of a settable value.
func hideIn(v reflect.Value, name func(string) string) {
	switch v.Kind() {
	case reflect.String:
		v.SetString(name(v.String()))
	case reflect.Pointer:
		hideIn(v.Elem(), name)
	case reflect.Struct:
		for i := range v.NumField() {
			hideIn(v.Field(i), name)
		}
	case reflect.Slice:
		for i := range v.Len() {
			hideIn(v.Index(i), name)
		}
	}
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
