package ask

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/store"
)

// found is an answer, small enough to be kept with the graph: the same question
// costs nothing the second time.
type found[T any] struct{ Value T }

// Columns implements store.Keeper.
func (a *found[T]) Columns() graph.Columns {
	b, err := json.Marshal(a.Value) // and not gob, which makes nil of empty lists
	if err != nil {
		return nil // it is computed again then
	}
	return graph.Columns{"answer": {b}}
}

// remember returns the answer to a question, which it computes only if it is not
// known. Answers with heap values are not written to the index.
func remember[T any](ctx context.Context, s *Session, question any, compute func(ctx context.Context) (T, error)) (T, error) {
	sum := sha256.Sum256(fmt.Appendf(nil, "%#v %v %v", question, s.opts.Values, s.opts.Refcounts))
	key := store.Key[*found[T]]{
		Name: "answer-" + hex.EncodeToString(sum[:8]), Private: s.opts.Values,
		Load: func(get func(string) []byte) (*found[T], error) {
			var v found[T]
			err := json.Unmarshal(get("answer"), &v.Value)
			return &v, err
		},
	}
	a, err := store.Get(ctx, s.g, key, func(ctx context.Context) (*found[T], error) {
		v, err := compute(ctx)
		return &found[T]{v}, err
	})
	if err != nil {
		var none T
		return none, err
	}
	return a.Value, nil
}
