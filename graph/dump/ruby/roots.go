package ruby

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// rootGroup is what a kind of root is.
type rootGroup struct {
	kind graph.RootKind
	rank uint8
	name string
}

// rootGroups are the roots of Ruby's collector, by its names for them.
func rootGroups() map[string]rootGroup {
	return map[string]rootGroup{
		"vm":              {graph.RootRuntime, graph.RankLibrary, "vm (classes, constants, threads)"},
		"machine_context": {graph.RootStack, graph.RankLibrary, "machine stack"},
		"global_tbl":      {graph.RootGlobal, graph.RankUser, "global $variables"},
		"global_list":     {graph.RootJNI, graph.RankLibrary, "native extensions (global_list)"},
		"end_proc":        {graph.RootRuntime, graph.RankLibrary, "at_exit blocks"},
		"finalizers":      {graph.RootFinalizer, graph.RankRuntime, "finalizers"},
	}
}

// ownTables are arrays, hashes and strings that the virtual machine holds directly: its
// table of symbols, the names of loaded files. What a program has hangs on classes and
// threads.
var ownTables = rootGroup{graph.RootRuntime, graph.RankRuntime, "vm (its own tables: symbols, loaded files)"}

func (r *reader) isTable(n graph.NodeID) bool {
	k := r.kind[n]
	return k == kindArray || k == kindHash || k == kindString
}

// addRoots adds the roots, and one for each object that nothing in the dump holds.
func (r *reader) addRoots(ctx context.Context) error {
	groups := rootGroups()
	for _, x := range r.f.roots {
		group, ok := groups[x.name]
		if !ok {
			group = rootGroup{graph.RootRuntime, graph.RankRuntime, "runtime (" + x.name + ")"}
		}
		for _, addr := range x.addrs {
			n, ok := r.g.Find(addr)
			switch {
			case !ok: // not in the dump
			case x.name == "vm" && r.isTable(n):
				r.addRoot(n, ownTables)
			default:
				r.addRoot(n, group)
			}
		}
	}
	r.addConstants()
	reached := graph.NewBitset(r.g.Len())
	if len(r.f.roots) == 0 {
		return r.b.AddResidue(ctx, "dump", reached)
	}
	return nil
}

// addConstants makes a root of the class Object, which has the constants of the
// program and lives as long.
func (r *reader) addConstants() {
	for addr, c := range r.f.classes {
		if n, ok := r.g.Find(addr); ok && c.name == "Object" && r.kind[n] == kindClass {
			r.addRoot(n, rootGroup{graph.RootModule, graph.RankUser, "global constants"})
		}
	}
}

// addRoot adds one root.
func (r *reader) addRoot(n graph.NodeID, group rootGroup) {
	via := graph.Strong
	if group.kind == graph.RootStack {
		via = graph.Conservative // the collector takes every word that looks like an object
	}
	r.b.AddRoot(graph.Root{Node: n, Kind: group.kind, Rank: group.rank, Var: r.b.String(group.name), Via: via})
}
