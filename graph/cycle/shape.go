package cycle

import (
	"cmp"
	"slices"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/lang"
)

// Shape is the components with the same types in the same numbers.
type Shape struct {
	Components []Component // those that retain the most first
	Objects    int         // of all
	Bytes      uint64      // shallow, of all
	// Retained is what all of them retain together, nothing counted twice. It is a
	// lower bound if some are held at several places.
	Retained uint64
}

// countedAlike is how large components of one shape may be to be told apart by how
// many objects they have of each type; larger ones are alike if the types are.
const countedAlike = 16

// Shapes puts equal components together: a heap with a cycle in each of its
// elements has one shape with as many components. Those that retain the most come
// first. It costs a sort of the members.
func Shapes(t *dominator.Tree, list []Component) []Shape {
	index := map[string]int{}
	var out []Shape
	for _, c := range list {
		key := shapeKey(t.Graph(), c)
		i, known := index[key]
		if !known {
			i = len(out)
			index[key] = i
			out = append(out, Shape{})
		}
		s := &out[i]
		s.Components = append(s.Components, c)
		s.Objects += len(c.Nodes)
		s.Bytes += c.Bytes
	}
	for i := range out {
		s := &out[i]
		var nodes []graph.NodeID
		for _, c := range s.Components {
			nodes = append(nodes, c.Nodes...)
		}
		s.Retained = max(s.Components[0].Retained, t.RetainedBy(nodes))
	}
	slices.SortStableFunc(out, func(a, b Shape) int {
		return cmp.Or(cmp.Compare(b.Retained, a.Retained), cmp.Compare(b.Bytes, a.Bytes))
	})
	return out
}

func shapeKey(g *graph.Graph, c Component) string {
	var b strings.Builder
	if !c.Reachable {
		b.WriteString("garbage ")
	}
	types := Types(g, c)
	slices.SortFunc(types, func(a, b TypeCount) int { return cmp.Compare(a.Type, b.Type) })
	for _, x := range types {
		b.WriteString(strconv.FormatUint(uint64(x.Type), 10))
		if len(c.Nodes) <= countedAlike {
			b.WriteString("x" + strconv.Itoa(x.Count))
		}
		b.WriteByte(' ')
	}
	return b.String()
}

// Program is a test for objects that are the program itself: classes, modules,
// functions and what they are made of. It is nil where the runtime has none such.
func Program(g *graph.Graph) func(graph.NodeID) bool {
	re := lang.Of(g).Program
	if re == nil {
		return nil
	}
	program := make([]bool, g.Types().Len())
	for t := range program {
		program[t] = re.MatchString(g.Types().Name(graph.TypeID(t)))
	}
	return func(n graph.NodeID) bool { return program[g.Type(n)] }
}
