package suspect

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// javascriptDetectors find what only JavaScript programs leak.
func javascriptDetectors() []Detector {
	return []Detector{
		{"promises", "JavaScript promises that are not settled and that something waits for", promises},
		{"timers", "JavaScript timers that are not cleared", timers},
		{"detached", "DOM nodes that are in no document and still held", detached},
	}
}

// The usual fixes of what only JavaScript has.
const (
	hintTimers   = "clearInterval or clearTimeout when the work is done; what the callback captures lives as long as the timer"
	hintDetached = "drop the variables, closures and listeners that still refer to nodes that were removed from the page"
)

// placesOfTimeouts are Node's own references to timers.
const placesOfTimeouts = `\btimerListMap\b|^PriorityQueue\b|^TimersList\b|^Timeout\b`

var (
	typeOfTimer    = regexp.MustCompile(`^(Timeout|Immediate)$`)
	typeOfDetached = regexp.MustCompile(`^Detached `)
)

// jsTypes returns the ids of the types that match, for JavaScript heaps only.
func (h *Heap) jsTypes(re *regexp.Regexp) map[graph.TypeID]bool {
	if h.Graph.Info().Runtime != graph.RuntimeJS {
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

// timers reports timers that are not cleared, with the function that most of them call.
func timers(ctx context.Context, h *Heap) ([]Suspect, error) {
	nodes := h.instances(h.jsTypes(typeOfTimer), nil)
	if len(nodes) < h.least() {
		return nil, nil
	}
	calls := map[graph.TypeID]int{}
	most, best := graph.TypeID(0), 0
	for _, n := range nodes[:min(len(nodes), sampleLen)] {
		if f := h.target(n, "._onTimeout"); f != graph.None {
			t := h.Graph.Type(f)
			if calls[t]++; calls[t] > best {
				most, best = t, calls[t]
			}
		}
	}
	reason := fmt.Sprintf("%s timers that are not cleared", count(len(nodes)))
	if 2*best > min(len(nodes), sampleLen) {
		reason += ", most of them call " + h.Graph.Types().Name(most)
	}
	s := h.alike("timers", nodes, reason, hintTimers)
	s.Fix = &Fix{"clear the " + count(len(nodes)) + " timers", "they are cleared", placesOfTimeouts}
	return []Suspect{s}, ctx.Err()
}

// detached reports DOM nodes that are in no document and yet held.
func detached(ctx context.Context, h *Heap) ([]Suspect, error) {
	nodes := h.instances(h.jsTypes(typeOfDetached), func(n graph.NodeID) bool {
		return !strings.Contains(h.Graph.TypeName(n), " / ") // Node's own wrappers are no DOM
	})
	if len(nodes) < minAlike {
		return nil, nil
	}
	s := h.alike("detached", nodes, fmt.Sprintf("%s DOM nodes are in no document and still held", count(len(nodes))), hintDetached)
	s.anyway = true
	return []Suspect{s}, ctx.Err()
}
