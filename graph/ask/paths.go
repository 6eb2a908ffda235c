package ask

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/retain"
	"golang.org/x/sync/errgroup"
)

// PathsQuestion asks why objects are alive.
type PathsQuestion struct {
	Type   string // all objects of a type: full or unqualified name, or glob
	Object string // or one object, by its address or id
	Number int    // most paths in the list; 0 is 50, negative none
	Nodes  int    // most boxes of the picture; 0 is 60
	Raw    bool   // do not fold containers' insides
}

// PathsAnswer is the contract of `paths --json`.
type PathsAnswer struct {
	Dump   Dump   `json:"dump"`
	Target Target `json:"target"`
	Paths  []Path `json:"paths"`

	Picture *PathsPicture `json:"-"`
}

// Target is the objects that a question is about, all together.
type Target struct {
	Type          string `json:"type"`
	Count         int    `json:"count"`
	ShallowBytes  uint64 `json:"shallow_bytes"`
	RetainedBytes uint64 `json:"retained_bytes"`
}

// PathsPicture is the picture of all retaining paths, merged.
type PathsPicture struct {
	Picture
	Alive   int       // targets that a root reaches
	Dead    int       // targets that none does
	Pooled  int       // targets that nothing but pools hold
	Back    int64     // references to targets from objects that only the targets reach
	Through []Through // the roots by which targets are reached, most targets first
	Ways    int       // further ways that are not shown
	Lost    int       // targets whose shortest path is one of them
	Inner   int       // further ways from inside the runtime that are not shown
}

// Through is how many targets a group of roots reaches by shortest paths.
type Through struct {
	Root    Box
	Targets int
}

// keptPaths is a PathsAnswer with all that is kept of it.
type keptPaths struct {
	Answer  PathsAnswer
	Picture PathsPicture
}

// Paths answers which references keep objects alive, from the roots to them. It
// costs the retaining paths and the dominator tree, and a few passes over the heap.
func (s *Session) Paths(ctx context.Context, q PathsQuestion) (*PathsAnswer, error) {
	if q.Number == 0 {
		q.Number = 50
	}
	if q.Nodes <= 0 {
		q.Nodes = 60
	}
	return answer(ctx, s, func(ctx context.Context) (*PathsAnswer, error) {
		k, err := remember(ctx, s, q, func(ctx context.Context) (*keptPaths, error) { return s.paths(ctx, q) })
		if err != nil {
			return nil, err
		}
		a := k.Answer
		a.Picture = &k.Picture
		return &a, nil
	})
}

func (s *Session) paths(ctx context.Context, q PathsQuestion) (*keptPaths, error) {
	targets, name, err := pick(s.g, q.Type, q.Object)
	if err != nil {
		return nil, err
	}
	w, err := s.why(ctx, targets, q.Raw)
	if err != nil {
		return nil, err
	}
	out := &keptPaths{Answer: PathsAnswer{Dump: newDump(s.g), Paths: []Path{}, Target: Target{
		Type: name, Count: targets.Len(), ShallowBytes: shallow(s.g, targets), RetainedBytes: w.freed}}}
	for p := range w.merged.Paths() {
		if len(out.Answer.Paths) >= q.Number {
			break
		}
		out.Answer.Paths = append(out.Answer.Paths, newPath(s.g, w.sizes, p))
	}
	picture, err := s.drawPaths(ctx, w, name, q.Nodes)
	if err != nil {
		return nil, err
	}
	out.Picture = *picture
	return out, nil
}

// whyAlive is what the analyses say of why objects are alive.
type whyAlive struct {
	merged *retain.Merged
	sizes  *dominator.Tree
	freed  uint64
}

// why runs the analyses behind paths, two at a time: the search and the merge
// beside the dominators and what cutting all targets frees.
func (s *Session) why(ctx context.Context, targets graph.Bitset, raw bool) (*whyAlive, error) {
	w := &whyAlive{}
	group, ctx := errgroup.WithContext(ctx)
	group.Go(func() error {
		tree, err := retain.Search(ctx, s.g)
		if err != nil {
			return err
		}
		w.merged, err = retain.Merge(ctx, tree, targets, &retain.Options{Raw: raw, Values: s.opts.Values})
		return err
	})
	group.Go(func() (err error) {
		if w.sizes, err = dominator.Compute(ctx, s.g); err != nil {
			return err
		}
		_, w.freed, err = w.sizes.Freed(ctx, targets)
		return err
	})
	return w, group.Wait()
}
