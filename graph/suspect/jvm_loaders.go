package suspect

import (
	"cmp"
	"context"
	"fmt"
	"hash/fnv"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

const (
	// minLoaders is how many loaders of one class are suspect: an application server
	// runs a few applications with the same libraries.
	minLoaders = 10
	// minAgain is how many loaders of all the same classes are: one application that
	// was started so often.
	minAgain = 3
	// fewClasses is how many classes an application has at least; a loader for each
	// page or script has fewer.
	fewClasses = 5
)

// loaded is a class loader and what it has loaded.
type loaded struct {
	loader  graph.NodeID
	classes []graph.NodeID
	names   []string // sorted
}

// classLoaders reports class loaders that have loaded the same class again and
// again and are still alive: applications that were stopped or scripts that were
// compiled.
func classLoaders(ctx context.Context, h *Heap) ([]Suspect, error) {
	list := h.loaders()
	count, most, best := map[string]int{}, 0, ""
	for _, l := range list {
		for _, name := range slices.Compact(slices.Clone(l.names)) {
			count[name]++
			if k := count[name]; k > most || k == most && name < best {
				most, best = k, name
			}
		}
	}
	if most >= minLoaders {
		list = slices.DeleteFunc(list, func(l loaded) bool {
			_, ok := slices.BinarySearch(l.names, best)
			return !ok
		})
		return []Suspect{h.manyLoaders(list, best)}, ctx.Err()
	}
	return h.startedAgain(list), ctx.Err()
}

// startedAgain reports loaders that have all the same classes, however few they are.
func (h *Heap) startedAgain(list []loaded) []Suspect {
	groups := map[uint64][]loaded{}
	for _, l := range list {
		if len(l.names) < fewClasses {
			continue
		}
		sum := fnv.New64a()
		for _, name := range append([]string{h.Graph.TypeName(l.loader)}, l.names...) {
			sum.Write([]byte(name + "\x00"))
		}
		groups[sum.Sum64()] = append(groups[sum.Sum64()], l)
	}
	var out []Suspect
	for _, g := range groups {
		if len(g) >= minAgain {
			out = append(out, h.manyLoaders(g, g[0].names[0]))
		}
	}
	slices.SortFunc(out, func(a, b Suspect) int { return cmp.Compare(a.Object, b.Object) })
	return out
}

// manyLoaders makes the suspect of loaders of one class: they and all their classes.
// Its path is what pins the one of them that retains most.
func (h *Heap) manyLoaders(list []loaded, class string) Suspect {
	var nodes, set []graph.NodeID
	for _, l := range list {
		nodes = append(nodes, l.loader)
		set = append(append(set, l.loader), l.classes...)
	}
	largest := h.largest(nodes)
	s := Suspect{
		Object: largest, Accumulation: graph.None, Count: len(nodes), Elements: len(nodes), ElementType: h.Graph.TypeName(largest),
		Retained: h.Tree.RetainedBy(set), Path: h.Paths.Path(largest, nil), Hint: hintLoader, Set: Set{Nodes: set},
		Reason: fmt.Sprintf("%s was loaded by %s class loaders that are all alive", class, count(len(nodes))),
	}
	if pin := s.Path; pin.Root != nil {
		for k := len(pin.Steps); k > 1 && strings.HasPrefix(pin.Steps[k-1].Ref, " (class"); k-- {
			pin.Steps = pin.Steps[:k-1] // from an object to its class and loader
		}
		s.Reason += ", pinned by " + h.rootText(pin)
	}
	s.Fingerprint = h.digest("class-loader", s.ElementType, class)
	return s
}

// loaders lists the class loaders that are alive and may be collected, with the
// names of the classes that each has loaded.
func (h *Heap) loaders() []loaded {
	t, ok := h.jvmType(typeClass)
	if !ok {
		return nil
	}
	by := map[graph.NodeID]*loaded{}
	for i, typ := range h.Graph.TypeColumn() {
		n := graph.NodeID(i)
		if typ != t || h.Graph.Leaf(n) || !h.Tree.Reachable(n) {
			continue
		}
		if l := h.target(n, refLoader); l != graph.None {
			if by[l] == nil {
				by[l] = &loaded{loader: l}
			}
			by[l].classes = append(by[l].classes, n)
			by[l].names = append(by[l].names, h.Graph.Detail().Describe(n, false))
		}
	}
	list := make([]loaded, 0, len(by))
	for _, l := range by {
		slices.Sort(l.names)
		list = append(list, *l)
	}
	slices.SortFunc(list, func(a, b loaded) int { return cmp.Compare(a.loader, b.loader) })
	return list
}
