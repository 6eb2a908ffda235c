package ask

import (
	"context"
	"fmt"
	"iter"
	"regexp"
	"runtime"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/cut"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/suspect"
)

// cutFirst is how many suspects have their cut in every answer: the others when
// they are drawn or asked for alone.
const cutFirst = 6

// cutSuspects adds the cut of the first suspects and of those that are drawn, with
// their pictures. They are found side by side, on what the heap has once.
func (s *Session) cutSuspects(ctx context.Context, h *suspect.Heap, list []suspect.Suspect, out *keptSuspects, q SuspectsQuestion) error {
	drawn := 0
	if q.Pictures {
		if drawn = len(list); q.Drawn > 0 {
			drawn = min(drawn, q.Drawn)
		}
		out.Pictures = make([]keptPicture, drawn)
	}
	list = list[:min(len(list), max(drawn, cutFirst))]
	return graph.Parallel(ctx, len(list), min(runtime.GOMAXPROCS(0), mostAtOnce), func(i int) error {
		w, err := s.whySuspect(ctx, h, &list[i], i < drawn)
		if err != nil {
			return err
		}
		// Of what repeats others the usual fix is to keep one, not to let go of all.
		if w.cut != nil && !(list[i].Waste && w.cut.Many) {
			one := &out.Answer.Suspects[i]
			one.Cut = newCut(s.g, w.cut).fixed(list[i].Fix)
			if len(w.cut.Places) > 0 {
				one.Hint = h.Agree(&list[i], !slices.ContainsFunc(w.cut.Places, func(p cut.Place) bool { return p.Kind != cut.Threads }))
			}
		}
		if i < drawn {
			err = s.picture(ctx, h, &list[i], w, &out.Pictures[i])
		}
		return err
	})
}

// fixed says at the places that no edit removes what to do instead.
func (c *Cut) fixed(f *suspect.Fix) *Cut {
	if f == nil {
		return c
	}
	theirs := regexp.MustCompile(f.Places)
	for _, places := range [][]CutPlace{c.Places, c.Rest} {
		for i := range places {
			if theirs.MatchString(places[i].Name) {
				places[i].Do, places[i].When = f.Do, f.When
			}
		}
	}
	return c
}

// mostAtOnce is how many cuts are looked for at the same time, each with a search
// of the heap and a slice of it.
const mostAtOnce = 2

// whySuspect finds the cut of a suspect, and if it is drawn the ways to it. There
// is none if no root holds it for good.
func (s *Session) whySuspect(ctx context.Context, h *suspect.Heap, x *suspect.Suspect, ways bool) (*whyAlive, error) {
	w := &whyAlive{sizes: h.Tree, freed: x.Retained}
	targets, err := h.Elements(ctx, x)
	if err != nil {
		return nil, err
	}
	slice, err := cut.NewSlice(ctx, h.Paths, targets, &cut.Options{Retained: x.Retained})
	if err != nil {
		return nil, err
	}
	if slice.Alive() == 0 {
		w.cut = &cut.Answer{}
		return w, nil
	}
	if ways {
		if w.holders, err = slice.Holders(ctx, mostHolders); err != nil {
			return w, err
		}
		return w, w.cutOff(ctx, slice, nil)
	}
	w.cut, err = slice.Cut(ctx, h.Tree)
	return w, err
}

// suspectNodes is how many boxes the picture of a suspect has at most.
const suspectNodes = 60

// picture draws a suspect: the ways from the roots to all of its objects, where to
// cut them, and what the objects hold.
func (s *Session) picture(ctx context.Context, h *suspect.Heap, x *suspect.Suspect, w *whyAlive, out *keptPicture) error {
	if w.ways == nil {
		p, err := s.drawSuspect(ctx, h, x)
		out.Picture = &PathsPicture{Picture: *p}
		return err
	}
	for _, held := range w.holders {
		out.Holders = append(out.Holders, w.holder(&held))
	}
	var err error
	out.Picture, err = s.drawWays(ctx, w, s.typesOf(w.ways.Targets()), suspectNodes)
	return err
}

// typesOf names the type of objects, the most frequent of several.
func (s *Session) typesOf(nodes iter.Seq[graph.NodeID]) string {
	counts, best := map[graph.TypeID]int{}, graph.TypeID(0)
	for n := range nodes {
		t := s.g.Type(n)
		if counts[t]++; counts[t] > counts[best] || counts[t] == counts[best] && t < best {
			best = t
		}
	}
	switch name := s.g.Types().Name(best); len(counts) {
	case 1:
		return name
	case 2:
		return name + " and 1 more type"
	default:
		return fmt.Sprintf("%s and %d more types", name, len(counts)-1)
	}
}

// drawSuspect draws a suspect that no root holds for good: a path to it, and what
// comes together there.
func (s *Session) drawSuspect(ctx context.Context, h *suspect.Heap, x *suspect.Suspect) (*Picture, error) {
	b := s.painter(h.Tree)
	last := -1
	if x.Path.Root != nil {
		last = b.add(rootBox(s.g, x.Path.Root))
	}
	at := x.Accumulation
	if at == graph.None {
		at = x.Object
	}
	found := false
	for _, step := range x.Path.Steps {
		box := b.object(step.Node)
		if step.Node == at {
			box.Kind, box.Emphasis, found = TargetBox, true, true
			box.Retained = max(box.Retained, x.Retained)
		}
		to := b.add(box)
		if last >= 0 {
			b.arrow(Arrow{From: last, To: to, Label: step.Ref, Count: 1, Kind: step.Kind, Retained: box.Retained})
		}
		last = to
	}
	if at == graph.None || last < 0 {
		return b.p, nil
	}
	if !found { // the path leads to one of several: they come together elsewhere
		b.p.Boxes[last].Kind, b.p.Boxes[last].Emphasis = TargetBox, true
		at = x.Path.Steps[len(x.Path.Steps)-1].Node
	}
	return b.p, b.below(ctx, at, last)
}

// below adds what an object dominates, by type.
func (b *painter) below(ctx context.Context, n graph.NodeID, at int) error {
	top, err := b.sizes.Branches(ctx, n, &dominator.BranchOptions{ByType: true, Depth: 2, Siblings: 4, Nodes: 9})
	if err != nil {
		return err
	}
	first := len(b.p.Boxes)
	for i, c := range top.Children {
		to := len(b.p.Boxes)
		b.branch(c, at)
		if i == 0 {
			for k := range b.p.Arrows {
				b.p.Arrows[k].Suspect = b.p.Arrows[k].Suspect || b.p.Arrows[k].To == to
			}
		}
	}
	for i := first; i < len(b.p.Boxes); i++ {
		b.p.Boxes[i].Held = true
	}
	b.p.Boxes[at].Count = max(b.p.Boxes[at].Count, top.Count)
	return nil
}
