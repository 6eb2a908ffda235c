package suspect

import (
	"context"
	"fmt"
	"regexp"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// minGenerated is how many classes of one pattern are suspect. Frameworks make some
// hundred of proxies and lambdas each.
const minGenerated = 2000

const hintGenerated = "make the class once and keep it: a script, expression, proxy or mapper that is compiled anew for each request leaves a class behind each time"

// numbered is what tells generated classes of one pattern apart: numbers, addresses,
// hashes.
var numbered = regexp.MustCompile(`[+/]?0x[0-9a-fA-F]+|\$\$[0-9a-f]{6,}|[0-9]+`)

// generatedClasses reports classes that were made while the program ran, again and
// again: their names differ in numbers only. What they cost is mostly outside of the
// heap.
func generatedClasses(ctx context.Context, h *Heap) ([]Suspect, error) {
	t, ok := h.jvmType(typeClass)
	if !ok {
		return nil, nil
	}
	alike := map[string][]graph.NodeID{}
	for i, typ := range h.Graph.TypeColumn() {
		n := graph.NodeID(i)
		if typ != t || !h.Tree.Reachable(n) {
			continue
		}
		name := strings.TrimPrefix(h.Graph.Detail().Describe(n, false), "class ")
		if strings.HasPrefix(name, "java.lang.invoke.") {
			continue // the JVM's own, which it shares
		}
		if pattern := numbered.ReplaceAllString(name, "…"); pattern != name {
			alike[pattern] = append(alike[pattern], n)
		}
	}
	best := ""
	for pattern, list := range alike {
		if k := len(alike[best]); len(list) > k || len(list) == k && pattern < best {
			best = pattern
		}
	}
	nodes := alike[best]
	if len(nodes) < minGenerated {
		return nil, ctx.Err()
	}
	s := h.alike("generated", nodes, fmt.Sprintf("%s generated classes %s are alive", count(len(nodes)), best), hintGenerated)
	s.anyway, s.Fingerprint = true, h.digest("generated", best)
	return []Suspect{s}, ctx.Err()
}
