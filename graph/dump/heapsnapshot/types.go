package heapsnapshot

import (
	"context"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// kindTypes are the types of nodes that are not named each for itself, in the words of
// DevTools.
var kindTypes = map[nodeKind]string{
	nodeString: "(string)", nodeCons: "(concatenated string)", nodeSliced: "(sliced string)", nodeNumber: "(number)",
	nodeSymbol: "(symbol)", nodeBigint: "(bigint)", nodeCode: "(compiled code)", nodeRegexp: "RegExp", nodeShape: "(object shape)",
}

// kindType is the type of the nodes of a kind that are not named each for itself.
func (l *layout) kindType(k nodeKind) (name string, ok bool) {
	if l.julia != nil {
		name, ok = juliaTypes[k]
	} else {
		name, ok = kindTypes[k]
	}
	return name, ok
}

// setTypes names the types of all nodes: constructors, functions with their file and
// line, and what V8 calls its own.
func (r *reader) setTypes(ctx context.Context) error {
	if err := r.readLocations(ctx); err != nil {
		return err
	}
	r.globals = map[graph.TypeID]bool{}
	t := &typer{r: r, byName: make([]graph.TypeID, 3*r.f.strings.count), functions: map[function]graph.TypeID{}}
	for k := range t.byKind {
		if name, ok := r.f.kindType(nodeKind(k)); ok {
			t.byKind[k] = r.b.Types().Intern(name) + 1
		}
	}
	for n := range graph.NodeID(r.g.Len()) {
		if n%(1<<18) == 0 && ctx.Err() != nil {
			return ctx.Err()
		}
		id := t.typeOf(n)
		r.b.SetType(n, id, graph.TypeExact)
		if r.kind[n] == nodeArray || r.kind[n] == nodeBinding || int(id) < len(t.inside) && t.inside[id] {
			r.b.SetInternal(n)
		}
	}
	return nil
}

// typer finds the types of nodes. Its tables have the ids with 1 added; 0 is what is
// not yet known.
type typer struct {
	r         *reader
	byKind    [nodeBinding + 1]graph.TypeID
	byName    []graph.TypeID // by three times the string, with 1 added for detached DOM nodes and 2 for arrays
	functions map[function]graph.TypeID
	inside    []bool // by type: paths fold its objects
}

// function is what tells the closures of one function from those of others.
type function struct {
	name   uint32
	script uint32
	line   uint32 // with 1 added; 0 if it is not known
}

func (t *typer) typeOf(n graph.NodeID) graph.TypeID {
	r, kind := t.r, t.r.kind[n]
	if id := t.byKind[kind]; id != 0 && !r.f.julia.misnamed(kind, func() string { return r.nodeName(n) }) {
		return id - 1
	}
	if kind == nodeClosure {
		return t.closure(n)
	}
	at := 3 * int64(r.name[n])
	if kind == nodeArray {
		at += 2
	}
	if r.detached != nil && kind == nodeNative && r.detached[n] == 2 {
		at++
	}
	if at >= int64(len(t.byName)) {
		return r.b.Types().Intern(unnamed(kind))
	}
	if id := t.byName[at]; id != 0 {
		return id - 1
	}
	full := r.f.strings.get(r.name[n])
	name := typeName(full)
	if name == "" {
		name = unnamed(kind)
	}
	if kind == nodeModule {
		name = "Module " + name
	}
	if kind == nodeArray && !strings.HasPrefix(name, "(") {
		name = unnamed(kind)
	}
	if at%3 == 1 && !strings.HasPrefix(name, "Node / ") && !strings.HasPrefix(name, detachedPrefix) {
		name = detachedPrefix + name
	}
	id := r.b.Types().Intern(name)
	t.byName[at] = id + 1
	if isGlobal(full) || full == processName {
		r.globals[id] = true
	}
	if insideTypes[name] || r.f.julia.inside(name) {
		for len(t.inside) <= int(id) {
			t.inside = append(t.inside, false)
		}
		t.inside[id] = true
	}
	return id
}

// detachedPrefix is before the type of DOM nodes that are in no document.
const detachedPrefix = "Detached "

// insideTypes are V8's own objects between what a program has.
var insideTypes = map[string]bool{
	scopeName: true, "system / ContextCell": true, "system / JSLexicalEnvironment": true, "system / JSModuleEnvironment": true,
	"system / JSGlobalLexicalEnvironment": true, "system / PropertyArray": true, "system / Cell": true, "system / PropertyCell": true,
	"system / ScriptContextTable": true, "system / EphemeronHashTable": true, "system / OrderedHashMap": true, "system / OrderedHashSet": true,
	"system / NameDictionary": true, "system / SwissNameDictionary": true, "system / FixedArray": true,
}

// unnamed is the type of nodes without a name.
func unnamed(kind nodeKind) string {
	switch kind {
	case nodeDataType, nodeModule, nodeBinding:
		return "(no name)"
	case nodeHidden, nodeOther, nodeNative, nodeWasm:
		return "(system)"
	case nodeSynthetic:
		return "(root)"
	}
	return "(" + nodeKindNames[kind] + ")"
}

// maxTypeName is the longest name of a type, in bytes.
const maxTypeName = 200

// typeName is a node's name without what differs from object to object: the
// attributes of a DOM node, the address of a page.
func typeName(name string) string {
	if strings.HasPrefix(name, "<") {
		if i := strings.IndexAny(name, " >"); i > 0 {
			return name[:i] + ">"
		}
	}
	if isGlobal(name) {
		name, _, _ = strings.Cut(name, globalSuffix)
	}
	for _, own := range []string{"Window", scopeName, "global", "system / Script", "system / SharedFunctionInfo", "system / NativeContext"} {
		if strings.HasPrefix(name, own+" / ") {
			return own
		}
	}
	if len(name) > maxTypeName {
		name = strings.ToValidUTF8(name[:maxTypeName], "") + "…"
	}
	return name
}

// globalSuffix is what newer versions of V8 write behind the name of the global
// object.
const globalSuffix = " [JSGlobalObject]"

// isGlobal reports whether a node of this name is the global object of a newer version of
// V8, with the address of its page behind it or without.
func isGlobal(name string) bool {
	_, page, ok := strings.Cut(name, globalSuffix)
	return ok && (page == "" || strings.HasPrefix(page, " / "))
}

// closure is the type of a closure: its function, with file and line.
func (t *typer) closure(n graph.NodeID) graph.TypeID {
	r := t.r
	f := function{name: r.name[n]}
	if at, ok := r.files.location(n); ok {
		f.script, f.line = at.script, at.line+1
	}
	if id, ok := t.functions[f]; ok {
		return id
	}
	name := "closure"
	if s := r.f.strings.get(f.name); s != "" {
		name += " " + typeName(s)
	}
	if f.line > 0 {
		name += " (" + r.files.short(f.script, f.line) + ")"
	}
	id := r.b.Types().Intern(name)
	t.functions[f] = id
	return id
}
