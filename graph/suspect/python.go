package suspect

import (
	"context"
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/cycle"
)

// pythonDetectors find what only Python programs leak.
func pythonDetectors() []Detector {
	return []Detector{
		{"lru-cache", "a Python lru_cache without a bound", lruCaches},
		{"traceback", "Python exceptions that keep tracebacks, frames and local variables", tracebacks},
		{"coroutine", "Python coroutines that were never awaited", coroutines},
		{detectorLocals, "what Python's thread-local variables hold", threadLocals},
		{"del-cycle", "Python objects with a __del__ in reference cycles", delCycles},
	}
}

// The usual fixes of what only Python has.
const (
	hintDel         = "close explicitly (with, close()) instead of __del__, or use weakref.finalize; break the cycle with a weakref"
	hintTraceback   = "keep str(e) instead of the exception, or clear e.__traceback__ (traceback.clear_frames)"
	hintCoroutine   = "await them, run them as tasks, or close() them"
	hintLRU         = "bound it: lru_cache(maxsize=…), or call cache_clear() now and then"
	hintThreadLocal = "delete the attribute when the work is done: threads of a pool never end"
)

// The names that the reader of Python dumps gives to references.
const (
	refDel          = ".__del__"
	refWrapped      = ".__wrapped__"
	refCache        = " (cache)"
	refCached       = " (cached)"
	refNext         = ".tb_next"
	refThreadLocals = " (thread locals)"
	refKey          = " (key)"
)

// detectorLocals is the name of the detector that knows of thread-local variables.
const detectorLocals = "thread-local"

// minAlike is how many coroutines, or objects with a __del__, are suspect.
const minAlike = 100

// pyTypes returns the ids of the types that match, for Python heaps only.
func (h *Heap) pyTypes(re *regexp.Regexp) map[graph.TypeID]bool {
	if h.Graph.Info().Runtime != graph.RuntimePython {
		return nil
	}
	ids := map[graph.TypeID]bool{}
	for t := range h.Graph.Types().Len() {
		if re.MatchString(h.Graph.Types().Name(graph.TypeID(t))) {
			ids[graph.TypeID(t)] = true
		}
	}
	return ids
}

// instances returns the reachable objects of the types that want accepts.
func (h *Heap) instances(ids map[graph.TypeID]bool, want func(graph.NodeID) bool) (nodes []graph.NodeID) {
	if len(ids) == 0 {
		return nil
	}
	for n, t := range h.Graph.TypeColumn() {
		if ids[t] && h.Tree.Reachable(graph.NodeID(n)) && (want == nil || want(graph.NodeID(n))) {
			nodes = append(nodes, graph.NodeID(n))
		}
	}
	return nodes
}

// target returns what a reference of this name leads to.
func (h *Heap) target(n graph.NodeID, name string) graph.NodeID {
	for i, to := range h.Graph.Row(n) {
		if h.Graph.Detail().RefName(n, i, false) == name {
			return to
		}
	}
	return graph.None
}

// alike makes the suspect of many objects of one kind.
func (h *Heap) alike(kind string, nodes []graph.NodeID, reason, hint string) Suspect {
	largest := h.largest(nodes)
	s := Suspect{
		Object: largest, Accumulation: graph.None, Count: len(nodes), Elements: len(nodes), ElementType: h.Graph.TypeName(largest),
		Retained: h.Tree.RetainedBy(nodes), Path: h.Paths.Path(largest, nil), Hint: hint, Reason: reason, Set: Set{Nodes: nodes},
	}
	if common := h.common(nodes[:min(len(nodes), maxOwners)]); len(nodes) > 1 && common != graph.None {
		if holder, ok := h.Paths.Holder(common); ok && h.Graph.Internal(common) {
			common = holder
		}
		s.Accumulation, s.Path = common, h.Paths.Path(common, nil)
	}
	if s.Path.Root != nil {
		s.Reason += ", held by " + h.rootText(s.Path)
	}
	s.Fingerprint = h.digest(kind, rootKey(h, s.Path), s.ElementType)
	return s
}

var (
	typeOfTraceback = regexp.MustCompile(`^traceback$`)
	typeOfCoroutine = regexp.MustCompile(`^(coroutine|async_generator)( |$)`)
	typeOfLRU       = regexp.MustCompile(`^functools\._lru_cache_wrapper$`)
	typeOfLocal     = regexp.MustCompile(`(?i)local`)
	typeOfFinalized = regexp.MustCompile(`^(generator|coroutine|async_generator|_?asyncio\.\w+)( |$)`) // have a __del__ of the language's own (PEP 442)
	typeOfType      = regexp.MustCompile(`^(type|.*Meta|.*Type)$`)
)

// tracebacks reports what exceptions keep: their tracebacks, the frames of
// those, and the local variables of the frames.
func tracebacks(ctx context.Context, h *Heap) ([]Suspect, error) {
	nodes := h.instances(h.pyTypes(typeOfTraceback), nil)
	if len(nodes) == 0 {
		return nil, nil
	}
	reason := fmt.Sprintf("%s exceptions that are kept hold %s tracebacks, with the frames and their local variables", count(h.heads(nodes, refNext)), count(len(nodes)))
	return []Suspect{h.alike("traceback", nodes, reason, hintTraceback)}, ctx.Err()
}

// heads counts the objects that none of the others refers to by a name: the first
// ones of chains.
func (h *Heap) heads(nodes []graph.NodeID, next string) int {
	behind := map[graph.NodeID]bool{}
	for _, n := range nodes {
		if to := h.target(n, next); to != graph.None {
			behind[to] = true
		}
	}
	first := 0
	for _, n := range nodes {
		if !behind[n] {
			first++
		}
	}
	return first
}

// coroutines reports coroutines that were made and never awaited.
func coroutines(ctx context.Context, h *Heap) ([]Suspect, error) {
	nodes := h.instances(h.pyTypes(typeOfCoroutine), func(n graph.NodeID) bool {
		const idle = "never awaited" // in a dump of version 1 not of the type
		return strings.Contains(h.Graph.TypeName(n), idle) || strings.Contains(h.Graph.Detail().Describe(n, false), idle)
	})
	if len(nodes) < minAlike {
		return nil, nil
	}
	s := h.alike("coroutine", nodes, fmt.Sprintf("%s coroutines were never awaited", count(len(nodes))), hintCoroutine)
	s.anyway = true
	return []Suspect{s}, ctx.Err()
}

// lruCaches reports functools.lru_cache without a bound. A bounded one holds its
// results itself, an unbounded one only through its dict.
func lruCaches(ctx context.Context, h *Heap) ([]Suspect, error) {
	var out []Suspect
	for _, n := range h.instances(h.pyTypes(typeOfLRU), nil) {
		cache := h.target(n, refCache)
		if cache == graph.None || h.target(n, refCached) != graph.None || len(h.Graph.Row(cache))/2 < minElements {
			continue
		}
		results := h.values(cache)
		name := "a function"
		if f := h.target(n, refWrapped); f != graph.None {
			name = h.Graph.Detail().Describe(f, false)
		}
		s := Suspect{
			Object: n, Accumulation: cache, Count: 1, Elements: len(results), ElementType: "result", Retained: h.Tree.Retained(n), Path: h.Paths.Path(n, nil), Hint: hintLRU, anyway: true,
			Set:    Set{Nodes: results},
			Reason: fmt.Sprintf("the lru_cache of %s has no bound and holds %s results", name, count(len(results))),
		}
		s.Fingerprint = h.digest("lru_cache", rootKey(h, s.Path), name)
		out = append(out, s)
	}
	return out, ctx.Err()
}

// boundedLRU reports whether a suspect is what an lru_cache with a bound holds, which
// lists its entries by their use.
func (h *Heap) boundedLRU(s *Suspect) bool {
	if h.Graph.Info().Runtime != graph.RuntimePython {
		return false
	}
	for _, n := range []graph.NodeID{s.Accumulation, s.Object} {
		if n != graph.None && typeOfLRU.MatchString(h.Graph.TypeName(n)) && h.target(n, refCached) != graph.None {
			return true
		}
	}
	return false
}

// threadLocals reports what thread-local variables hold.
func threadLocals(ctx context.Context, h *Heap) ([]Suspect, error) {
	var out []Suspect
	for _, n := range h.instances(h.pyTypes(typeOfLocal), nil) {
		all := h.target(n, refThreadLocals)
		if all == graph.None || h.Tree.Retained(n) < minBytes {
			continue
		}
		s := Suspect{
			Object: n, Accumulation: n, Count: 1, Retained: h.Tree.Retained(n), Path: h.Paths.Path(n, nil), Hint: hintThreadLocal,
			Set: Set{Nodes: h.variables(all)},
		}
		threads, what := "one thread", "this"
		if k := h.threads(all); k != 1 {
			threads = count(k) + " threads"
		}
		if k, t := h.heldType(s.Set.Nodes); k >= h.least() {
			s.Elements, s.ElementType, s.Set = k, h.Graph.Types().Name(t), Set{SetOwned, s.Set.Nodes, t}
			what = count(k) + " " + s.ElementType
		}
		s.Reason = fmt.Sprintf("thread-local variables hold %s for %s", what, threads)
		s.Fingerprint = h.digest(detectorLocals, rootKey(h, s.Path), h.Graph.TypeName(n))
		out = append(out, s)
	}
	return out, ctx.Err()
}

// values is the values of a dict that nothing else holds.
func (h *Heap) values(dict graph.NodeID) (nodes []graph.NodeID) {
	for i, to := range h.Graph.Row(dict) {
		if h.Tree.Idom(to) == dict && !strings.HasSuffix(h.Graph.Detail().RefName(dict, i, false), refKey) {
			nodes = append(nodes, to)
		}
	}
	return nodes
}

// variables is what the variables of a threading.local hold, of all threads.
func (h *Heap) variables(all graph.NodeID) (nodes []graph.NodeID) {
	for _, space := range h.Graph.Row(all) {
		if h.Graph.Internal(space) {
			nodes = append(nodes, h.values(space)...)
		}
	}
	return nodes
}

// threads counts the threads that have variables in a threading.local: the dicts
// in its dict that are not empty.
func (h *Heap) threads(all graph.NodeID) (n int) {
	for _, space := range h.Graph.Row(all) {
		if h.Graph.Internal(space) && len(h.Graph.Row(space)) > 0 {
			n++
		}
	}
	return n
}

// delCycles reports objects with a __del__ that are parts of reference cycles:
// they end when the cycle collector comes, in an order that nobody chose.
func delCycles(ctx context.Context, h *Heap) ([]Suspect, error) {
	byType := map[graph.TypeID]bool{}
	for _, class := range h.instances(h.pyTypes(typeOfType), h.hasDel) {
		name := strings.TrimPrefix(h.Graph.Detail().Describe(class, false), "builtins.")
		if t, ok := h.Graph.Types().Find(name); ok && !typeOfFinalized.MatchString(name) {
			byType[t] = true
		}
	}
	if len(h.instances(byType, nil)) < minAlike {
		return nil, ctx.Err()
	}
	components, err := cycle.Find(ctx, h.Tree, cycle.Program(h.Graph))
	if err != nil {
		return nil, err
	}
	in := map[graph.TypeID][]graph.NodeID{}
	for _, c := range components {
		for _, n := range c.Nodes {
			if t := h.Graph.Type(n); byType[t] {
				in[t] = append(in[t], n)
			}
		}
	}
	var out []Suspect
	for _, t := range slices.Sorted(maps.Keys(in)) {
		if nodes := in[t]; len(nodes) >= minAlike {
			reason := fmt.Sprintf("%s %s with a __del__ are in reference cycles", count(len(nodes)), h.Graph.Types().Name(t))
			out = append(out, h.alike("del", nodes, reason, hintDel))
		}
	}
	return out, nil
}

// hasDel reports whether a class defines __del__ itself.
func (h *Heap) hasDel(class graph.NodeID) bool {
	for _, space := range h.Graph.Row(class) {
		if h.Graph.Internal(space) && h.target(space, refDel) != graph.None {
			return true
		}
	}
	return false
}
