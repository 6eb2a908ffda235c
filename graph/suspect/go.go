package suspect

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// isTimer reports whether a holding is of the runtime's timers.
func (h *Heap) isTimer(x *holding) bool {
	re := lang.Of(h.Graph).Timer
	return re != nil && re.MatchString(h.Graph.Types().Name(x.elem))
}

// dueTimers reports timers that wait to be due, all of the runtime's heaps of them
// together, with what most of them will call: it and what it has captured stays
// until then.
func dueTimers(ctx context.Context, h *Heap) ([]Suspect, error) {
	list, err := h.holdings(ctx)
	if err != nil {
		return nil, err
	}
	i := slices.IndexFunc(list, h.isTimer)
	if i < 0 {
		return nil, nil
	}
	all := h.everyHolder(list[i])
	if all.elements < h.least() || !h.enough(all.retained) {
		return nil, nil
	}
	calls := h.mostlyHeld(all)
	s := Suspect{
		Object: all.largest, Accumulation: all.largest, Count: 1, Elements: all.elements, ElementType: h.Graph.Types().Name(all.elem),
		Retained: all.retained, Path: h.Paths.Path(all.largest, nil), Hint: hintStopTimers, Set: Set{SetOwned, all.owners, all.elem},
		Reason: fmt.Sprintf("%s timers wait to be due", count(all.elements)),
		Fix:    &Fix{"stop the " + count(all.elements) + " timers", "they are stopped", placesOfTimers},
		rank:   graph.RankUser, ranked: true, // the program started them
	}
	if calls != "" {
		s.Reason += ", most of them to call " + calls
	}
	s.Fingerprint = h.digest("timers", calls)
	return []Suspect{s}, ctx.Err()
}

// placesOfTimers are the runtime's own references to timers.
const placesOfTimers = `\bruntime\.`

// everyHolder is a holding with all holders of its type, also those of few elements.
func (h *Heap) everyHolder(x *holding) *holding {
	all := newHolding(holdingKey{x.holder, x.elem, x.inline})
	for n, t := range h.Graph.TypeColumn() {
		if n := graph.NodeID(n); t == x.holder && h.Tree.Reachable(n) {
			held := tally{}
			for c := range h.owned(n) {
				if h.Graph.Type(c) == x.elem {
					held.count++
					held.retained += h.Tree.Retained(c)
				}
			}
			if held.count > 0 {
				all.add(n, &held)
			}
		}
	}
	return h.whole(all)
}

// mostlyHeld names the function that most of the largest holder's elements refer
// to; "" if they differ.
func (h *Heap) mostlyHeld(x *holding) string {
	asked, types := 0, map[graph.TypeID]int{}
	for c := range h.owned(x.largest) {
		if h.Graph.Type(c) != x.elem {
			continue
		}
		for _, to := range h.Graph.Row(c) {
			types[h.Graph.Type(to)]++
		}
		if asked++; asked == viaSample {
			break
		}
	}
	best, most := "", 0
	for t, k := range types {
		name, isFunc := strings.CutPrefix(h.Graph.Types().Name(t), "func ")
		if isFunc && cmp.Or(cmp.Compare(k, most), strings.Compare(best, name)) > 0 {
			best, most = name, k
		}
	}
	if 2*most < asked {
		return ""
	}
	return strings.TrimSuffix(best, "-fm") // a method value
}
