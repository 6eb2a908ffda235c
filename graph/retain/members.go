package retain

import (
	"context"

	"github.com/refgraph/refgraph/graph"
)

// MembersOf returns the objects of some groups, in NodeID order, in one pass over
// the objects of the picture.
func (m *Merged) MembersOf(ctx context.Context, groups []int) (map[int][]graph.NodeID, error) {
	const check = 1 << 16
	out := map[int][]graph.NodeID{}
	if len(groups) == 0 {
		return out, nil
	}
	wanted := make([]bool, len(m.Groups))
	for _, g := range groups {
		wanted[g] = true
	}
	seen := 0
	for n := range m.placed.All() {
		if seen++; seen%check == 0 && ctx.Err() != nil {
			return nil, ctx.Err()
		}
		if g := int(m.group[n]) - 1; g >= 0 && wanted[g] {
			out[g] = append(out[g], n)
		}
	}
	return out, nil
}
