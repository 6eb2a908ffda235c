package suspect

import (
	"context"
	"fmt"
	"regexp"

	"github.com/refgraph/refgraph/graph"
)

const hintPromises = "settle them on every way: reject when the connection ends or a time limit (AbortSignal.timeout) is over, and remove what would have resolved them"

var typeOfPromise = regexp.MustCompile(`^Promise$`)

// What V8 calls the parts of a promise that somebody waits for.
const (
	reactionType = "system / PromiseReaction"
	reactionsRef = " (reactions_or_result)"
	scopeType    = "system / Context"
)

// promises reports promises that something waits for and that are not settled, with
// the function that most of them keep waiting.
func promises(ctx context.Context, h *Heap) ([]Suspect, error) {
	nodes := h.instances(h.jsTypes(typeOfPromise), func(n graph.NodeID) bool { return h.reaction(n) != graph.None })
	if len(nodes) < h.least() {
		return nil, ctx.Err()
	}
	waits, most, best := map[graph.TypeID]int{}, graph.TypeID(0), 0
	for _, n := range nodes[:min(len(nodes), sampleLen)] {
		if f := h.waiter(h.reaction(n)); f != graph.None {
			t := h.Graph.Type(f)
			if waits[t]++; waits[t] > best {
				most, best = t, waits[t]
			}
		}
	}
	reason := fmt.Sprintf("%s promises are not settled", count(len(nodes)))
	if 2*best > min(len(nodes), sampleLen) {
		reason += ", most of them keep " + h.Graph.Types().Name(most) + " waiting"
	}
	return []Suspect{h.alike("promises", nodes, reason, hintPromises)}, ctx.Err()
}

// reaction is what is to be done when a promise is settled; None if it is, or if
// nothing waits for it.
func (h *Heap) reaction(promise graph.NodeID) graph.NodeID {
	if to := h.target(promise, reactionsRef); to != graph.None && h.Graph.TypeName(to) == reactionType {
		return to
	}
	return graph.None
}

// waiter is the function that a reaction goes on with: one that was given to then, or
// the async function that awaits, which is behind the closures that V8 makes for that.
func (h *Heap) waiter(reaction graph.NodeID) graph.NodeID {
	for _, to := range h.Graph.Row(reaction) {
		switch name := h.Graph.TypeName(to); {
		case name == "closure":
			if f := h.awaiting(to); f != graph.None {
				return f
			}
		case h.isFunction(to):
			return to
		}
	}
	return graph.None
}

func (h *Heap) isFunction(n graph.NodeID) bool { return functionType.MatchString(h.Graph.TypeName(n)) }

var functionType = regexp.MustCompile(`^closure .*\(.*:\d+\)$`)

// awaiting is the async function that a closure made for await goes on with.
func (h *Heap) awaiting(closure graph.NodeID) graph.NodeID {
	for _, scope := range h.Graph.Row(closure) {
		if h.Graph.TypeName(scope) != scopeType {
			continue
		}
		if generator := h.target(scope, " (extension)"); generator != graph.None {
			if f := h.target(generator, " (function)"); f != graph.None {
				return f
			}
		}
	}
	return graph.None
}
