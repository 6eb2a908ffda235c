package heapsnapshot

import (
	"context"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// rootGroup is what a group of roots is.
type rootGroup struct {
	kind graph.RootKind
	rank uint8
	name string
}

// rootGroups are V8's groups of roots, by its names for them.
var rootGroups = map[string]rootGroup{
	"(Stack roots)":                    {graph.RootStack, graph.RankUser, "stack"},
	documentTrees:                      {graph.RootGlobal, graph.RankUser, "document"},
	"(Detached DOM trees)":             {graph.RootRuntime, graph.RankLibrary, "detached DOM trees"},
	"(Global handles)":                 {graph.RootJNI, graph.RankLibrary, "native handle (global handles)"},
	"(Traced handles)":                 {graph.RootJNI, graph.RankLibrary, "native handle (traced handles)"},
	"(Handle scope)":                   {graph.RootStack, graph.RankRuntime, "native code that runs (handle scope)"},
	"(Eternal handles)":                {graph.RootJNI, graph.RankRuntime, "native handle (eternal handles)"},
	"C++ roots":                        {graph.RootJNI, graph.RankLibrary, "C++ roots"},
	"C++ cross-thread roots":           {graph.RootJNI, graph.RankLibrary, "C++ cross-thread roots"},
	"C++ Persistent roots":             {graph.RootJNI, graph.RankLibrary, "C++ persistent roots"},
	"C++ CrossThread persistent roots": {graph.RootJNI, graph.RankLibrary, "C++ cross-thread persistent roots"},
	"C++ native stack roots":           {graph.RootStack, graph.RankLibrary, "C++ stack"},
	"(Debugger)":                       {graph.RootRuntime, graph.RankRuntime, "debugger"},
}

// rootCost is what reading one reference of the root takes, in bytes.
const rootCost = 64

// addRoots makes roots of the groups of roots, and one for each object that nothing
// in the snapshot holds.
func (r *reader) addRoots(ctx context.Context) error {
	reached := graph.NewBitset(r.g.Len())
	reached.Add(r.root)
	if err := r.f.src.Charge(rootCost * len(r.g.Row(r.root))); err != nil {
		return err
	}
	edges, err := newEdgeReader(r).row(r.root)
	if err != nil {
		return err
	}
	for i, to := range r.g.Row(r.root) {
		if r.f.julia != nil && edges[i].kind == edgeInternal && !r.isGroup(to) {
			r.addRoot(to, rootGroup{graph.RootStack, graph.RankUser, r.f.strings.get(uint32(edges[i].name))}, "")
			continue
		}
		if r.isGroup(to) {
			r.addGroup(to, reached)
			continue
		}
		group := rootGroup{graph.RootJNI, graph.RankLibrary, r.nodeName(to)}
		if edges[i].kind == edgeShortcut {
			group = rootGroup{graph.RootModule, graph.RankUser, globalName(r.nodeName(to))}
		}
		if group.name == "" {
			group.name = "root"
		}
		r.addRoot(to, group, "")
	}
	r.addGlobals()
	if r.f.cut != "" {
		return r.b.AddResidue(ctx, "snapshot", reached)
	}
	return r.b.AddUnheld(ctx, "nothing in the snapshot (weak references at most)", reached)
}

// addGlobals makes roots of what lives as long as the program does, and has a name in
// it: the global objects of a snapshot that does not say that they are, as Deno's and those
// of new versions of Chromium, and
// Node's process, which has the modules.
func (r *reader) addGlobals() {
	for n := range graph.NodeID(r.g.Len()) {
		switch {
		case r.kind[n] != nodeObject || !r.globals[r.g.Type(n)]:
		case r.isProcess(n):
			r.addRoot(n, rootGroup{graph.RootModule, graph.RankUser, processName}, "")
		case !r.user && isGlobal(r.nodeName(n)):
			r.addRoot(n, rootGroup{graph.RootModule, graph.RankUser, globalName(r.nodeName(n))}, "")
		}
	}
}

// processName is the name of Node's process, and of its prototype.
const processName = "process"

// mainModule is the module that has the global variables of a program in Julia.
const mainModule = "Main"

// isProcess reports whether an object is Node's process and not its prototype.
func (r *reader) isProcess(n graph.NodeID) bool {
	if r.nodeName(n) != processName {
		return false
	}
	for i := range r.g.Row(n) {
		if l := label(r.g.Label(n, i)); l&3 == tagProperty && r.f.strings.get(uint32(l>>2)) == "mainModule" {
			return true
		}
	}
	return false
}

// addGroup adds the roots of a group and of the groups in it.
func (r *reader) addGroup(at graph.NodeID, seen graph.Bitset) {
	groups := []graph.NodeID{at}
	for len(groups) > 0 {
		n := groups[0]
		groups = groups[1:]
		if seen.Has(n) {
			continue
		}
		seen.Add(n)
		name := r.nodeName(n)
		group, ok := rootGroups[name]
		if !ok {
			group = rootGroup{graph.RootRuntime, graph.RankRuntime, strings.ToLower(strings.Trim(name, "()"))}
		}
		if group.name == "" {
			group.name = "root"
		}
		for i, to := range r.g.Row(n) {
			if r.isGroup(to) {
				groups = append(groups, to)
			} else if r.f.julia != nil && r.kind[to] == nodeModule && r.nodeName(to) == mainModule {
				r.addRoot(to, rootGroup{graph.RootModule, graph.RankUser, mainModule}, "")
			} else if r.f.julia != nil {
				r.addRoot(to, rootGroup{group.kind, group.rank, group.name + " · " + r.slotName(n, i)}, "")
			} else if r.g.RefKind(n, i).Retains() {
				r.addRoot(to, group, r.slotName(n, i))
			}
		}
	}
}

// slotName is the name of a slot of a group, where it has one and no number.
func (r *reader) slotName(n graph.NodeID, i int) string {
	l := label(r.g.Label(n, i))
	if l&3 != tagInternal {
		return ""
	}
	return slotText(r.f.strings.get(uint32(l >> 2)))
}

// slotText is a slot's name without the number that newer versions of V8 write before
// it: `1 / V8PerContextData::context_`.
func slotText(s string) string {
	if number, name, ok := strings.Cut(s, " / "); ok && number != "" && strings.Trim(number, "0123456789") == "" {
		return name
	}
	return s
}

// addRoot adds one root.
func (r *reader) addRoot(n graph.NodeID, group rootGroup, slot string) {
	r.b.AddRoot(graph.Root{Node: n, Kind: group.kind, Rank: group.rank, Var: r.b.String(group.name), Ref: r.b.String(slot)})
}

// globalName is what a program calls the global object that V8 calls name.
func globalName(name string) string {
	switch {
	case strings.HasPrefix(name, "Window"):
		return "window"
	case strings.Contains(name, "WorkerGlobalScope"):
		return "self"
	}
	return "global"
}
