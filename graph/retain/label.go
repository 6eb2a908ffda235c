package retain

import (
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// Labels names references by their pattern: the name with every index and key
// replaced by `…`, so that the references of a slice or map merge. Patterns are
// numbered from 0, the empty one. It asks the Detailer once for each label of
// each type where the graph has labels. It is not safe for concurrent use.
type Labels struct {
	g     *graph.Graph
	ids   map[string]int32
	list  []string
	known map[labelKey]int32
	cat   map[[2]int32]int32

	recent     cache[labelKey]
	recentJoin cache[[2]int32]
}

type labelKey struct {
	typ   graph.TypeID
	label uint32
}

// NewLabels returns the labels of a graph's references.
func NewLabels(g *graph.Graph) *Labels {
	return &Labels{g: g, ids: map[string]int32{"": 0}, list: []string{""}, known: map[labelKey]int32{}, cat: map[[2]int32]int32{}}
}

// Intern returns the number of a pattern.
func (l *Labels) Intern(s string) int32 {
	id, ok := l.ids[s]
	if !ok {
		id = int32(len(l.list))
		l.ids[s] = id
		l.list = append(l.list, s)
	}
	return id
}

// Text returns the pattern with this number.
func (l *Labels) Text(id int32) string { return l.list[id] }

// Pattern returns the pattern of reference i of n.
func (l *Labels) Pattern(n graph.NodeID, i int) int32 {
	if l.g.Labels() == graph.NoLabels {
		return l.Intern(Pattern(l.g.Detail().RefName(n, i, false)))
	}
	key := labelKey{l.g.Type(n), l.g.LabelKey(n, i)}
	return l.recent.get(uint32(key.typ)+key.label, key, func(key labelKey) int32 {
		id, ok := l.known[key]
		if !ok {
			id = l.Intern(Pattern(l.g.Detail().RefName(n, i, false)))
			l.known[key] = id
		}
		return id
	})
}

// Join is the pattern of two references that are folded into one.
func (l *Labels) Join(a, b int32) int32 {
	if a == 0 || b == 0 {
		return a + b
	}
	return l.recentJoin.get(uint32(a+b), [2]int32{a, b}, func(key [2]int32) int32 {
		id, ok := l.cat[key]
		if !ok {
			id = l.Intern(l.list[a] + l.list[b])
			l.cat[key] = id
		}
		return id
	})
}

// Pattern makes one name of the references of a slice or map: it replaces what
// is between brackets by `…`, inside quotes if it is a quoted key:
// `.m["u42"][3]` becomes `.m["…"][…]`.
func Pattern(name string) string {
	if !strings.Contains(name, "[") {
		return name
	}
	var b strings.Builder
	for name != "" {
		open := strings.IndexByte(name, '[')
		if open < 0 {
			break
		}
		b.WriteString(name[:open+1])
		name = name[open+1:]
		quote := strings.HasPrefix(name, `"`)
		end := `]`
		if quote {
			end = `"]`
			name = name[1:]
		}
		stop := strings.Index(name, end)
		if stop < 0 {
			break
		}
		if quote {
			b.WriteByte('"')
		}
		if stop > 0 {
			b.WriteString("…")
		}
		b.WriteString(end)
		name = name[stop+len(end):]
	}
	return b.String() + name
}
