package main

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

func newObject(a *app) *cobra.Command {
	var limit int
	c := &cobra.Command{
		Use:   "object DUMP ADDR",
		Short: "One object: type, sizes, fields, referrers, why it is alive",
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) != 2 || strings.HasPrefix(args[0], "0x") && !strings.HasPrefix(args[1], "0x") {
				return usageError{hintError{fmt.Errorf("which object?"), "refgraph object DUMP 0x…; addresses are in the output of paths"}}
			}
			return nil
		},
		RunE: func(c *cobra.Command, args []string) error {
			return runObject(c.Context(), a, args[0], args[1], limit)
		},
	}
	c.Flags().IntVarP(&limit, "number", "n", 30, "most fields and referrers")
	return c
}

// objectJSON is the answer of `object --json`.
type objectJSON struct {
	Dump          dumpJSON       `json:"dump"`
	Object        string         `json:"object"`
	Type          string         `json:"type"`
	TypeSource    string         `json:"type_source"`
	Note          string         `json:"note,omitempty"`
	ShallowBytes  uint64         `json:"shallow_bytes"`
	RetainedBytes uint64         `json:"retained_bytes"`
	Reachable     bool           `json:"reachable"`
	Dominator     string         `json:"dominator,omitempty"`
	Fields        []fieldJSON    `json:"fields"`
	FieldCount    int            `json:"field_count"`
	Referrers     []referrerJSON `json:"referrers"`
	ReferrerCount int            `json:"referrer_count"`
	Path          *pathJSON      `json:"path,omitempty"`
}

type fieldJSON struct {
	Name   string `json:"name"`
	Type   string `json:"type"`
	Value  string `json:"value,omitempty"`
	Object string `json:"object,omitempty"`
	Kind   string `json:"kind,omitempty"`
}

type referrerJSON struct {
	Object    string        `json:"object"`
	Type      string        `json:"type"`
	Reference referenceJSON `json:"reference"`
}

func runObject(ctx context.Context, a *app, path, object string, limit int) error {
	d, err := a.open(ctx, path)
	if err != nil {
		return err
	}
	defer d.Close()
	g := d.Graph
	set, _, err := pickObject(g, object)
	if err != nil {
		return err
	}
	var n graph.NodeID
	for n = range set.All() {
		break
	}
	out, err := remember(ctx, a, g, question("object", n, limit), func() (objectJSON, error) {
		return inspect(ctx, a, g, n, limit)
	})
	if err != nil {
		return err
	}
	if a.json {
		return a.writeJSON(a.out, out)
	}
	printObject(a, &out)
	return nil
}

// inspect collects everything about one object.
func inspect(ctx context.Context, a *app, g *graph.Graph, n graph.NodeID, limit int) (out objectJSON, err error) {
	sizes, err := dominator.Compute(ctx, g)
	if err != nil {
		return out, err
	}
	tree, err := retain.Search(ctx, g)
	if err != nil {
		return out, err
	}
	out = objectJSON{
		Dump: newDumpJSON(g), Object: address(g, n), Type: g.TypeName(n), TypeSource: g.TypeSource(n).String(),
		Note: g.Detail().Describe(n, a.values), ShallowBytes: g.Size(n), RetainedBytes: sizes.Retained(n),
		Reachable: tree.Reachable(n), Dominator: address(g, sizes.Idom(n)), Fields: []fieldJSON{},
	}
	fields, total := g.Detail().Fields(n, a.values, limit)
	out.FieldCount = total
	for _, f := range fields {
		fj := fieldJSON{Name: f.Name, Type: f.Type, Value: f.Value}
		if f.Node != graph.None {
			fj.Object, fj.Kind = address(g, f.Node), f.Kind.String()
		}
		out.Fields = append(out.Fields, fj)
	}
	out.Referrers, out.ReferrerCount = referrers(g, n, a.values, limit)
	if out.Reachable {
		p := newPathJSON(g, sizes, tree.Path(n, &retain.Options{Raw: a.raw, Values: a.values}))
		out.Path = &p
	}
	return out, nil
}

// referrers lists what refers to an object, by one pass over all references:
// for a single object that is cheaper than the reverse rows.
func referrers(g *graph.Graph, n graph.NodeID, values bool, limit int) (list []referrerJSON, total int) {
	list = []referrerJSON{}
	for from := range graph.NodeID(g.Len()) {
		for i, to := range g.Row(from) {
			if to != n {
				continue
			}
			total++
			if len(list) < limit {
				list = append(list, referrerJSON{address(g, from), g.TypeName(from),
					referenceJSON{g.Detail().RefName(from, i, values), g.RefKind(from, i).String()}})
			}
		}
	}
	return list, total
}

func printObject(a *app, o *objectJSON) {
	fmt.Fprintf(a.out, "%s %s\n", a.name(o.Type), o.Object)
	if o.Note != "" {
		fmt.Fprintf(a.out, "  %s\n", a.name(o.Note))
	}
	fmt.Fprintf(a.out, "  shallow %s, retained %s; type %s\n", view.Bytes(o.ShallowBytes), view.Bytes(o.RetainedBytes), o.TypeSource)
	if o.Dominator != "" {
		fmt.Fprintf(a.out, "  to free it cut all references to its dominator %s\n", o.Dominator)
	}
	fmt.Fprintf(a.out, "fields (%s)\n", view.Count(o.FieldCount))
	for _, f := range o.Fields {
		fmt.Fprintf(a.out, "  %-24s %s", a.name(f.Name), a.name(f.Type))
		if f.Value != "" {
			fmt.Fprintf(a.out, " = %s", a.name(f.Value))
		}
		if f.Object != "" {
			fmt.Fprintf(a.out, " → %s", f.Object)
			if f.Kind != graph.Strong.String() {
				fmt.Fprintf(a.out, " (%s)", f.Kind)
			}
		}
		fmt.Fprintln(a.out)
	}
	more(a, o.FieldCount-len(o.Fields))
	fmt.Fprintf(a.out, "referrers (%s)\n", view.Count(o.ReferrerCount))
	for _, r := range o.Referrers {
		fmt.Fprintf(a.out, "  %s %s%s\n", r.Object, a.name(r.Type), a.name(r.Reference.Name))
	}
	more(a, o.ReferrerCount-len(o.Referrers))
	if o.Path == nil {
		fmt.Fprintln(a.out, "no root reaches it: garbage that was not yet collected")
		return
	}
	fmt.Fprintf(a.out, "alive because of\n  %s\n", a.name(o.Path.Root.Name))
	for _, s := range o.Path.Steps {
		fmt.Fprintf(a.out, "  %s → %s %s\n", a.name(s.Reference.Name), a.name(s.Type), s.Object)
	}
}

func more(a *app, n int) {
	if n > 0 {
		fmt.Fprintf(a.out, "  … and %s more (-n)\n", view.Count(n))
	}
}
