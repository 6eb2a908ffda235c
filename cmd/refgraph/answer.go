package main

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/store"
)

// answer is what a command found out about a dump, small enough to be kept with
// the graph: the same question costs nothing the second time.
type answer[T any] struct{ Value T }

// Columns implements store.Keeper.
func (a *answer[T]) Columns() graph.Columns {
	b, err := json.Marshal(a.Value) // and not gob, which makes nil of empty lists
	if err != nil {
		return nil // it is computed again then
	}
	return graph.Columns{"answer": {b}}
}

// remember returns the answer to a question about a graph, which it computes
// only if it is not known. Answers with heap values are not kept.
func remember[T any](ctx context.Context, a *app, g *graph.Graph, question string, compute func() (T, error)) (T, error) {
	if a.values {
		return compute()
	}
	sum := sha256.Sum256([]byte(fmt.Sprint(question, a.raw, a.refcounts)))
	load := func(get func(string) []byte) (*answer[T], error) {
		var v answer[T]
		err := json.Unmarshal(get("answer"), &v.Value)
		return &v, err
	}
	found, err := store.Get(ctx, g, store.Key[*answer[T]]{Name: "answer-" + hex.EncodeToString(sum[:8]), Load: load}, func(context.Context) (*answer[T], error) {
		v, err := compute()
		return &answer[T]{v}, err
	})
	if err != nil {
		var none T
		return none, err
	}
	return found.Value, nil
}

// question names what was asked, for remember.
func question(parts ...any) string { return fmt.Sprintf("%q", parts) }
