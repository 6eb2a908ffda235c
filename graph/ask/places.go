package ask

import (
	"context"

	"github.com/refgraph/refgraph/graph/cut"
	"github.com/refgraph/refgraph/graph/retain"
)

// CutPlaces lists the places on the ways to a question's objects, as
// PathsQuestion.Cut takes them, those with the most objects below them first. It
// costs the retaining paths and a pass over what leads to the objects.
func (s *Session) CutPlaces(ctx context.Context, q PathsQuestion) ([]string, error) {
	return answer(ctx, s, func(ctx context.Context) ([]string, error) {
		targets, _, err := s.pick(q.Type, q.Object)
		if err != nil {
			return nil, err
		}
		tree, err := retain.Search(ctx, s.g)
		if err != nil {
			return nil, err
		}
		slice, err := cut.NewSlice(ctx, tree, targets, &cut.Options{Raw: q.Raw})
		if err != nil {
			return nil, err
		}
		return slice.Places(), nil
	})
}
