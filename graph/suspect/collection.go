package suspect

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/retain"
)

// collections reports the holdings that no other detector tells better.
func collections(ctx context.Context, h *Heap) ([]Suspect, error) {
	return h.fromHoldings(ctx, func(x *holding) bool {
		return !h.isCallback(x) && !h.isLinked(x) && !h.isTimer(x) && !h.follows(x)
	})
}

// listeners reports holdings of callbacks.
func listeners(ctx context.Context, h *Heap) ([]Suspect, error) {
	return h.fromHoldings(ctx, h.isCallback)
}

func (h *Heap) fromHoldings(ctx context.Context, want func(*holding) bool) ([]Suspect, error) {
	list, err := h.holdings(ctx)
	if err != nil {
		return nil, err
	}
	var out []Suspect
	for _, x := range list {
		if h.large(x) && want(x) {
			out = append(out, h.held(x))
		}
	}
	return out, ctx.Err()
}

// held makes the suspect of a holding. Its place is the holder, or what holds all
// holders.
func (h *Heap) held(x *holding) Suspect {
	x = h.whole(x)
	s := Suspect{
		Object: x.largest, Accumulation: x.largest, Count: len(x.owners),
		Elements: x.elements, ElementType: h.Graph.Types().Name(x.elem), Retained: x.retained, Set: Set{SetOwned, x.owners, x.elem},
	}
	if x.inline {
		s.Elements, s.Set.Of = 0, SetInside
	}
	if len(x.owners) > 1 {
		s.Accumulation, s.owners = h.common(x.owners[:min(len(x.owners), maxOwners)]), x.owners
	} else {
		s.Retained = max(x.retained, h.Tree.Retained(x.largest))
	}
	s.Path = h.Paths.Path(x.largest, nil)
	s.Reason = h.sentence(x, &s)
	s.Hint = h.hint(x)
	via, _ := h.via(x)
	s.Fingerprint = h.digest("holding", rootKey(h, s.Path), h.Graph.Types().Name(x.holder), via, s.ElementType)
	return s
}

// whole is a holding with the elements that are held by others of them.
func (h *Heap) whole(x *holding) *holding {
	out := *x
	if !x.inline {
		out.elements = h.owns(x.owners, x.elem)
	}
	return &out
}

// viaSample is how many elements are asked how their holder refers to them.
const viaSample = 256

// via names how the largest holder refers to most of its elements, `.m["…"]`, and
// tells whether it refers so to all that were asked; "" if there is no such name,
// because they hang on each other.
func (h *Heap) via(x *holding) (name string, all bool) {
	if x.inline {
		return "", false
	}
	asked, patterns := 0, map[string]int{}
	for c := range h.owned(x.largest) {
		if h.Graph.Type(c) != x.elem || h.Graph.Internal(c) {
			continue
		}
		steps := h.Paths.Path(c, nil).Steps
		if k := len(steps); k > 1 && steps[k-2].Node == x.largest {
			patterns[retain.Pattern(steps[k-1].Ref)]++
		}
		if asked++; asked == viaSample {
			break
		}
	}
	for p, n := range patterns {
		if 2*n > asked {
			return p, n == asked
		}
	}
	return "", false
}

// placed says where a container has its elements: in ["…"], as keys.
func placed(via string) string {
	switch via = strings.TrimSpace(via); via {
	case "(key)":
		return " as keys"
	case "(member)":
		return " as members"
	}
	return " in " + via
}

func (h *Heap) sentence(x *holding, s *Suspect) string {
	holder, elem := h.holderName(x), s.ElementType
	switch untyped := h.Graph.TypeSource(x.largest) == graph.TypeSizeClass; {
	case s.Count > 1 && untyped:
		holder = count(s.Count) + " objects of unknown type"
	case s.Count > 1:
		holder = count(s.Count) + " " + holder
	case untyped:
		holder = "one object of unknown type"
	default:
		holder = "one " + holder
	}
	what, verb, its := fmt.Sprintf("%s %s", count(x.elements), elem), " holds ", "its"
	if s.Count > 1 {
		verb, its = " hold ", "their"
	}
	switch {
	case x.inline:
		what = fmt.Sprintf("most of %s memory in %[1]s own entries", its)
	case h.dead(x):
		what = fmt.Sprintf("%s dead weak references", count(x.elements))
	case h.isCallback(x):
		what = fmt.Sprintf("%s callbacks (%s)", count(x.elements), elem)
	case h.isLinked(x):
		what = fmt.Sprintf("a linked list of %s %s", count(x.elements), elem)
	}
	text := holder + verb + what
	if via, all := h.via(x); via != "" && !h.isLinked(x) {
		if !all {
			text += ", most of them"
		}
		text += placed(via)
	}
	switch {
	case s.Path.Root == nil: // nothing to say
	case s.Count > 1:
		text += heldBy + lang.Of(h.Graph).Group(s.Path.Root).String()
		if more := h.rootGroups(x.owners) - 1; more > 0 {
			text += fmt.Sprintf(" and %s more", count(more))
		}
	default:
		text += heldBy + h.rootText(s.Path)
	}
	return text
}

// heldBy is what comes before the root in a reason.
const heldBy = ", held by "

// rootGroups is how many groups of roots the shortest paths of some objects start
// from; no more than sampleLen objects are asked.
func (h *Heap) rootGroups(nodes []graph.NodeID) int {
	groups := map[lang.GroupKey]bool{}
	for _, n := range nodes[:min(len(nodes), sampleLen)] {
		if r := h.root(n); r != nil {
			groups[lang.Of(h.Graph).GroupOf(r)] = true
		}
	}
	return len(groups)
}

// holderName is the type of a holding's holders, as people know it.
func (h *Heap) holderName(x *holding) string {
	name := h.Graph.Types().Name(x.holder)
	for _, in := range lang.Of(h.Graph).Insides {
		if in.Type.MatchString(name) {
			return in.Container
		}
	}
	return name
}

// rootText is the root of a path in words, with the references from there if
// they are few, `.SESSIONS of module app`, and else with the last one and what it
// is of: `.records of logging.Handler below module app`.
func (h *Heap) rootText(p retain.Path) string {
	const few = 3
	name := lang.Of(h.Graph).Root(p.Root).String()
	if k := len(p.Steps); k > few {
		last := variable(p.Steps[k-1].Ref)
		if last == "" {
			return name
		}
		return fmt.Sprintf("%s of %s below %s", last, h.Graph.TypeName(p.Steps[k-2].Node), name)
	}
	refs := ""
	for _, s := range p.Steps {
		refs += s.Ref
	}
	if refs == "" {
		return name
	}
	return variable(refs) + " of " + name
}

// variable is a reference where a sentence begins with it: what a closure's variable
// holds is written with a joint before the name.
func variable(ref string) string {
	if name, ok := strings.CutPrefix(ref, " · "); ok {
		return "variable " + name
	}
	return strings.TrimSpace(ref)
}

// common returns the object that dominates all of the objects, lowest in the
// tree; None if only the roots do.
func (h *Heap) common(nodes []graph.NodeID) graph.NodeID {
	above := map[graph.NodeID]int{} // dominators of the first object, and how far up
	var chain []graph.NodeID
	for d := h.Tree.Idom(nodes[0]); d != graph.None; d = h.Tree.Idom(d) {
		above[d] = len(chain)
		chain = append(chain, d)
	}
	lowest := 0
	for _, n := range nodes[1:] {
		for d := h.Tree.Idom(n); ; d = h.Tree.Idom(d) {
			if d == graph.None {
				return graph.None
			}
			if i, ok := above[d]; ok {
				lowest = max(lowest, i)
				break
			}
		}
	}
	if lowest >= len(chain) {
		return graph.None
	}
	return chain[lowest]
}
