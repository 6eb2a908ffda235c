package suspect

import (
	"cmp"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// The usual fixes, for all runtimes.
const (
	hintList       = "cut the list when its elements are done with, or keep only its newest ones"
	hintTree       = "delete from the tree what is done with, or bound it"
	hintDrop       = "see what should have removed the parts; refgraph dominators shows them"
	hintPlain      = "see whether the buffer must be kept whole; copy out what is needed of it"
	hintSpread     = "delete them from every place that holds them when they are done with; refgraph paths --type names the places"
	hintStack      = "let them end: close their channel, cancel their context, or set a time limit"
	hintVariable   = "set the variable to nothing, or leave its function, when what it holds is done with"
	hintGarbage    = "see that gc is enabled and not frozen; break the cycle with weakref, or cut it where the object ends"
	hintDead       = "remove the key in the reference's callback, or use a map of weak values (WeakValueDictionary)"
	hintStopTimers = "stop them when their work is done (Timer.Stop), or give it a context with a deadline"
	hintFinalizer  = "finalizers run one after the other: see what blocks them, and close objects explicitly"
)

// onPath reports whether an object of a type is on the path to an object.
func (h *Heap) onPath(n graph.NodeID, typ *regexp.Regexp) bool {
	for _, s := range h.Paths.Path(n, nil).Steps {
		if typ.MatchString(h.Graph.TypeName(s.Node)) {
			return true
		}
	}
	return false
}

// Agree is the hint of a suspect once its cut is known: where threads must end, and
// only there, it is about ending them. ends is whether all places of the cut are
// threads.
func (h *Heap) Agree(s *Suspect, ends bool) string {
	switch {
	case s.Hint == hintLoader: // which says so
	case ends:
		return h.endHint()
	case s.Hint == h.endHint():
		return hintVariable
	}
	return s.Hint
}

// endHint is the usual fix of threads that should have ended.
func (h *Heap) endHint() string { return cmp.Or(lang.Of(h.Graph).Ends, hintStack) }

func (h *Heap) hint(x *holding) string {
	if h.isLinked(x) {
		return hintList
	}
	if h.dead(x) {
		return hintDead
	}
	words := lang.Of(h.Graph)
	for _, e := range words.Elements {
		if e.Type.MatchString(h.Graph.Types().Name(x.elem)) || h.onPath(x.largest, e.Type) {
			return e.Hint
		}
	}
	if h.isCallback(x) {
		return words.Listeners
	}
	return words.Collection
}

// isGeneric reports whether a type tells nothing of what its objects are for.
func (h *Heap) isGeneric(t graph.TypeID) bool {
	re := lang.Of(h.Graph).Generic
	return re != nil && re.MatchString(h.Graph.Types().Name(t))
}

// isProgram reports whether an object is a part of the program, or the inside of
// such a part.
func (h *Heap) isProgram(n graph.NodeID) bool {
	re := lang.Of(h.Graph).Program
	if re == nil {
		return false
	}
	if holder, ok := h.Paths.Holder(n); ok && h.Graph.Internal(n) {
		n = holder
	}
	return re.MatchString(h.Graph.TypeName(n))
}

// isProgramType reports whether objects of a type are the program and no data.
func (h *Heap) isProgramType(t graph.TypeID) bool {
	re := lang.Of(h.Graph).Program
	return re != nil && re.MatchString(h.Graph.Types().Name(t))
}

// listenerName is how people name callbacks in all languages.
var listenerName = regexp.MustCompile(`(?i)(listener|observer|subscriber|subscription|callback|handler|hook|watcher)s?$`)

// listenerList is a container's type with such a name, or a function type, for
// its elements: `[]main.Listener`, `map[string]func()`.
var listenerList = regexp.MustCompile(`(?i)^[^(]*[\]<.*](\w*(listener|observer|subscriber|callback|handler|hook|watcher)s?>?$|func\()`)

// isCallback reports whether the elements of a holding are functions, or are
// named as listeners are, or the container says so.
func (h *Heap) isCallback(x *holding) bool {
	if x.inline {
		return false
	}
	name := h.Graph.Types().Name(x.elem)
	if re := lang.Of(h.Graph).Callback; re != nil && re.MatchString(name) {
		return true
	}
	name, _, _ = strings.Cut(name, "[")
	return listenerName.MatchString(name) || listenerList.MatchString(h.Graph.Types().Name(x.holder))
}

// count writes a number with commas.
func count(n int) string {
	s := strconv.Itoa(n)
	for i := len(s) - 3; i > 0; i -= 3 {
		s = s[:i] + "," + s[i:]
	}
	return s
}

// mebibytes writes a size as sentences have it.
func mebibytes(n uint64) string { return fmt.Sprintf("%.1f MiB", float64(n)/(1<<20)) }
