package ruby

import (
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// labels are the names that many references share; the Detailer fills in what is
// missing.
type labels struct {
	none, element, item, value, keyed, key, variable, constant, class, member, captured graph.StringID
}

const (
	nameElement  = "[#]"         // of an array, whose index is known
	nameItem     = "[…]"         // of an array of which some elements are no objects
	nameKeyed    = `["…"]`       // value of a hash under a string
	nameValue    = "[…]"         // value of a hash under something else
	nameKey      = " (key)"      // key of a hash
	nameVariable = ".@…"         // of an object whose shape does not tell
	nameConstant = "::…"         // of a class or module
	nameClass    = " (class)"    // the class of an object
	nameMember   = ".…"          // of a struct
	nameCaptured = " (captured)" // of a Proc or an environment
)

func newLabels(b *graph.Builder) labels {
	return labels{element: b.String(nameElement), item: b.String(nameItem), value: b.String(nameValue), keyed: b.String(nameKeyed), key: b.String(nameKey),
		variable: b.String(nameVariable), constant: b.String(nameConstant), class: b.String(nameClass), member: b.String(nameMember), captured: b.String(nameCaptured)}
}

// line is what the second pass needs of a line.
type line struct {
	refs   []uint64
	length uint64 // of an array
	size   uint64 // of a hash
	shape  uint64
	shaped bool
	class  uint64
}

// variables are the names of the instance variables of objects of a shape, in order,
// and how many shapes were looked at for them.
func (f *file) variables(shape uint64) (names []string, steps int) {
	for ; steps < maxVariables; steps++ {
		s, ok := f.shapes[shape]
		if !ok {
			break
		}
		if strings.HasPrefix(s.edge, "@") {
			names = append(names, s.edge)
		}
		if s.parent == shape {
			break
		}
		shape = s.parent
	}
	for i, k := 0, len(names)-1; i < k; i, k = i+1, k-1 {
		names[i], names[k] = names[k], names[i]
	}
	return names, steps
}

// maxVariables is the most instance variables of a shape.
const maxVariables = 4096
