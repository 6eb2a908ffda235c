package cycle

import (
	"slices"

	"github.com/refgraph/refgraph/graph"
)

// Shortest returns a shortest cycle through an object of a component: the
// objects in order, each referring to the next and the last to the first. It is
// nil if no cycle leads through the object. It costs a search of the component
// and 4 bytes for each of its objects.
func Shortest(g *graph.Graph, c Component, start graph.NodeID) []graph.NodeID {
	from := make([]graph.NodeID, len(c.Nodes)) // by place in the component
	for i := range from {
		from[i] = graph.None
	}
	queue := []graph.NodeID{start}
	var kept []graph.NodeID
	for i := 0; i < len(queue); i++ {
		n := queue[i]
		for _, to := range g.Retained(n, &kept) {
			if to == start {
				return trace(c, from, start, n)
			}
			if k, in := slices.BinarySearch(c.Nodes, to); in && from[k] == graph.None {
				from[k] = n
				queue = append(queue, to)
			}
		}
	}
	return nil
}

func trace(c Component, from []graph.NodeID, start, last graph.NodeID) []graph.NodeID {
	path := []graph.NodeID{last}
	for last != start {
		k, _ := slices.BinarySearch(c.Nodes, last)
		last = from[k]
		path = append(path, last)
	}
	slices.Reverse(path)
	return path
}

// TypeCount is how many objects of a component have a type.
type TypeCount struct {
	Type  graph.TypeID
	Count int
}

// Types counts the types in a component, most frequent first.
func Types(g *graph.Graph, c Component) []TypeCount {
	counts := map[graph.TypeID]int{}
	for _, n := range c.Nodes {
		counts[g.Type(n)]++
	}
	list := make([]TypeCount, 0, len(counts))
	for t, n := range counts {
		list = append(list, TypeCount{t, n})
	}
	slices.SortFunc(list, func(a, b TypeCount) int {
		if a.Count != b.Count {
			return b.Count - a.Count
		}
		return int(int64(a.Type) - int64(b.Type))
	})
	return list
}
