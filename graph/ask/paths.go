package ask

import (
	"context"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/cut"
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
	// Cut are places, named as an answer names them: what would cutting them free?
	Cut []string
}

// PathsAnswer is the contract of `paths --json`.
type PathsAnswer struct {
	Dump    Dump     `json:"dump"`
	Target  Target   `json:"target"`
	Holders []Holder `json:"holders"`           // the roots, most important first, as far as they are counted
	Cut     *Cut     `json:"cut"`               // null if no root holds a target for good
	WhatIf  *WhatIf  `json:"what_if,omitempty"` // of PathsQuestion.Cut
	Paths   []Path   `json:"paths"`

	Picture *PathsPicture `json:"-"`
}

// Target is the objects that a question is about, all together.
type Target struct {
	Type          string `json:"type"`
	Count         int    `json:"count"`          // that a root reaches
	Dead          int    `json:"dead,omitempty"` // that none does, which is in no other number
	ShallowBytes  uint64 `json:"shallow_bytes"`
	RetainedBytes uint64 `json:"retained_bytes"`
}

// PathsPicture is the picture of all retaining paths, merged.
type PathsPicture struct {
	Picture
	Alive  int // targets that a root reaches
	Dead   int // targets that none does
	Pooled int // targets that nothing but pools hold
	Ways   int // further ways that are not shown
	Inner  int // of Ways, those from inside the runtime
	Roots  int // groups of roots that hold targets
	More   int // of Roots, those of the program that lead to what is shown and are not shown
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
	targets, name, err := s.pick(q.Type, q.Object)
	if err != nil {
		return nil, err
	}
	w, err := s.why(ctx, targets, q)
	if err != nil {
		return nil, err
	}
	out := &keptPaths{Answer: PathsAnswer{Dump: newDump(s.g), Holders: []Holder{}, Paths: []Path{}, Target: Target{
		Type: name, Count: w.live.Len(), Dead: w.dead, ShallowBytes: shallow(s.g, w.live), RetainedBytes: w.freed}}}
	if err := s.answerPaths(w, q, &out.Answer); err != nil {
		return nil, err
	}
	far, err := distances(ctx, s.g)
	if err != nil {
		return nil, err
	}
	for i := range out.Answer.Paths {
		far.add(s.g, &out.Answer.Paths[i])
	}
	var picture *PathsPicture
	if w.ways != nil {
		picture, err = s.drawWays(ctx, w, name, q.Nodes)
	} else {
		picture, err = s.drawPaths(ctx, w, name, q.Nodes)
	}
	if err != nil {
		return nil, err
	}
	picture.Dead, picture.Pooled = w.dead, w.pooled
	out.Picture = *picture
	return out, nil
}

// answerPaths fills what is the same in all outputs.
func (s *Session) answerPaths(w *whyAlive, q PathsQuestion, out *PathsAnswer) error {
	if w.ways == nil {
		for p := range w.merged.Paths() {
			if len(out.Paths) >= q.Number {
				break
			}
			out.Paths = append(out.Paths, newPath(s.g, w.sizes, p))
		}
		return nil
	}
	list, err := w.ways.Paths(max(0, q.Number), &retain.Options{Raw: q.Raw, Values: s.opts.Values})
	if err != nil {
		return err
	}
	for _, p := range list {
		out.Paths = append(out.Paths, newPath(s.g, w.sizes, p))
	}
	out.Cut = newCut(s.g, w.cut)
	for _, h := range w.holders {
		out.Holders = append(out.Holders, w.holder(&h))
	}
	if w.whatIf != nil {
		out.WhatIf = newWhatIf(s.g, w.whatIf)
	}
	return nil
}

// whyAlive is what the analyses say of why objects are alive: ways and a cut of
// what roots hold for good, merged paths of what only pools hold, or nothing.
type whyAlive struct {
	ways    *cut.Ways
	cut     *cut.Answer
	whatIf  *cut.WhatIf
	holders []cut.Holder
	merged  *retain.Merged
	sizes   *dominator.Tree
	freed   uint64
	live    graph.Bitset // targets that a root reaches
	dead    int
	pooled  int
}

// holder is a holder in words.
func (w *whyAlive) holder(h *cut.Holder) Holder {
	b := &w.ways.Boxes[h.Box]
	return Holder{Root{b.Root.Kind.String(), b.Name}, b.Count, h.Reaches, h.Sole}
}

// mostHolders is how many roots it is counted for what they hold.
const mostHolders = 12

// why runs the analyses behind paths, two at a time: the search and the slice of
// what leads to the targets beside the dominators and what cutting all targets
// frees.
func (s *Session) why(ctx context.Context, targets graph.Bitset, q PathsQuestion) (*whyAlive, error) {
	w := &whyAlive{}
	var tree *retain.Tree
	var slice *cut.Slice
	group, own := errgroup.WithContext(ctx)
	group.Go(func() (err error) {
		if tree, err = retain.Search(own, s.g); err != nil {
			return err
		}
		if slice, err = cut.NewSlice(own, tree, targets, &cut.Options{Raw: q.Raw}); err != nil {
			return err
		}
		w.holders, err = slice.Holders(own, mostHolders)
		return err
	})
	group.Go(func() (err error) {
		if w.sizes, err = dominator.Compute(own, s.g); err != nil {
			return err
		}
		_, w.freed, err = w.sizes.Freed(own, targets)
		return err
	})
	if err := group.Wait(); err != nil {
		return nil, err
	}
	w.live = slices.Clone(targets)
	for n := range targets.All() {
		switch {
		case !tree.Reachable(n):
			w.dead++
			w.live.Remove(n)
		case tree.Pooled(n):
			w.pooled++
		}
	}
	if slice.Alive() == 0 {
		if len(q.Cut) > 0 {
			return nil, &Error{What: "nothing holds them for good, so there is nothing to cut"}
		}
		var err error
		w.merged, err = retain.Merge(ctx, tree, targets, &retain.Options{Raw: q.Raw, Values: s.opts.Values})
		return w, err
	}
	return w, w.cutOff(ctx, slice, q.Cut)
}

// cutOff finds the cut and all ways.
func (w *whyAlive) cutOff(ctx context.Context, slice *cut.Slice, whatIf []string) (err error) {
	if w.cut, err = slice.Cut(ctx, w.sizes); err != nil {
		return err
	}
	if w.ways, err = slice.Ways(ctx, w.cut); err != nil {
		return err
	}
	if len(whatIf) > 0 {
		if w.whatIf, err = slice.WhatIf(ctx, whatIf); err != nil {
			return unknownPlace(err)
		}
	}
	return nil
}
