package jsc

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// rootGroup is what a reason makes of a root.
type rootGroup struct {
	kind graph.RootKind
	rank uint8
	name string
}

// reasons are JavaScriptCore's reasons for roots in plain language.
func reasons() map[string]rootGroup {
	return map[string]rootGroup{
		"ConservativeScan": {graph.RootStack, graph.RankUser, "stack"},
		"StrongHandles":    {graph.RootJNI, graph.RankLibrary, "native handle (strong handles)"},
		"StrongReferences": {graph.RootRuntime, graph.RankRuntime, "runtime (strong references)"},
		"ProtectedValues":  {graph.RootJNI, graph.RankLibrary, "native handle (protected values)"},
		"DOMGCOutput":      {graph.RootRuntime, graph.RankLibrary, "DOM"},
		"Debugger":         {graph.RootRuntime, graph.RankRuntime, "debugger"},
		"VMExceptions":     {graph.RootStack, graph.RankUser, "exception that is handled"},
	}
}

// addRoots makes roots of what the root node refers to, with the reasons where they
// are known, and one for each object that nothing in the snapshot holds.
func (r *reader) addRoots(ctx context.Context) error {
	known, why := reasons(), map[graph.NodeID]rootGroup{}
	for _, x := range r.f.roots {
		n, ok := r.g.Find(x.id)
		if reason := at(r.f.labels, x.reason); ok && reason != "" {
			group, ok := known[reason]
			if !ok {
				group = rootGroup{graph.RootRuntime, graph.RankLibrary, "runtime (" + reason + ")"}
			}
			if _, has := why[n]; !has {
				why[n] = group
			}
		}
	}
	seen := graph.NewBitset(r.g.Len())
	add := func(n graph.NodeID, group rootGroup) {
		if name := r.g.TypeName(n); name == "GlobalObject" || name == "Window" {
			group = rootGroup{graph.RootModule, graph.RankUser, "global"}
		}
		if seen.Has(n) || n == r.root {
			return
		}
		seen.Add(n)
		r.b.AddRoot(graph.Root{Node: n, Kind: group.kind, Rank: group.rank, Var: r.b.String(group.name)})
	}
	for _, n := range r.g.Row(r.root) {
		group, ok := why[n]
		if !ok {
			group = rootGroup{graph.RootRuntime, graph.RankRuntime, "runtime"}
		}
		add(n, group)
	}
	for _, x := range r.f.roots {
		if n, ok := r.g.Find(x.id); ok {
			add(n, why[n])
		}
	}
	reached := graph.NewBitset(r.g.Len())
	reached.Add(r.root)
	if r.f.cut != "" {
		return r.b.AddResidue(ctx, "snapshot", reached)
	}
	return r.b.AddUnheld(ctx, "nothing in the snapshot (Bun leaves out what Maps and Sets hold)", reached)
}
