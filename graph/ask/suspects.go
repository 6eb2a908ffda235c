package ask

import (
	"context"
	"fmt"
	"slices"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/suspect"
)

// SuspectsQuestion asks what leaks.
type SuspectsQuestion struct {
	Number   int      // only this one, counted from 1; 0 is all
	Older    *Session // an older dump of the same program: finds what grew; may be nil
	Pictures bool     // with a picture of each
	Drawn    int      // pictures of so many only; 0 is all
}

// SuspectsAnswer is the contract of `suspects --json`.
type SuspectsAnswer struct {
	Dump          Dump      `json:"dump"`
	Process       *Process  `json:"process"` // null where nothing is known of it
	Suspects      []Suspect `json:"suspects"`
	PooledObjects int       `json:"pooled_objects"` // held by nothing but pools, which the collector empties
	PooledBytes   uint64    `json:"pooled_bytes"`

	ReachableBytes uint64 `json:"-"` // what shares are shares of
}

// Suspect is one likely leak.
type Suspect struct {
	Detector      string        `json:"detector"`
	Reason        string        `json:"reason"`
	Hint          string        `json:"hint"` // the usual fix
	Fingerprint   string        `json:"fingerprint"`
	Object        string        `json:"object"`
	Type          string        `json:"type"`
	Count         int           `json:"count"`
	Elements      int           `json:"elements"` // how many objects of ElementType have come together
	ElementType   string        `json:"element_type"`
	RetainedBytes uint64        `json:"retained_bytes"`
	Share         float64       `json:"share"` // of the reachable bytes, 0 to 1
	Accumulation  *Accumulation `json:"accumulation"`
	Cut           *Cut          `json:"cut"`   // of the first six and those that are drawn; null for others
	Known         *Known        `json:"known"` // null but for a leak of a library or the runtime that is known
	Path          *Path         `json:"path"`

	Holders []Holder      `json:"-"` // with the picture
	Picture *PathsPicture `json:"-"` // if it was asked for
}

// Known is what is known of a leak that is not the program's own.
type Known struct {
	What string `json:"what"` // what keeps what
	Link string `json:"link"`
}

// Accumulation is the object at which it all comes together.
type Accumulation struct {
	Object        string `json:"object"`
	Type          string `json:"type"`
	RetainedBytes uint64 `json:"retained_bytes"`
}

// Suspects finds what leaks without being told a type, what a person can act on
// first. It costs the dominator tree, the retaining paths and some passes over the
// heap, and for each cut what it costs to search the heap around it.
func (s *Session) Suspects(ctx context.Context, q SuspectsQuestion) (*SuspectsAnswer, error) {
	return answer(ctx, s, func(ctx context.Context) (*SuspectsAnswer, error) {
		if q.Older == nil {
			k, err := remember(ctx, s, q, func(ctx context.Context) (*keptSuspects, error) { return s.suspects(ctx, nil, q) })
			return k.answer(), err
		}
		if err := sameProgram(q.Older, s, "or leave --against out"); err != nil {
			return nil, err
		}
		return answer(ctx, q.Older, func(ctx context.Context) (*SuspectsAnswer, error) {
			older, err := suspect.NewHeap(ctx, q.Older.g)
			if err != nil {
				return nil, err
			}
			k, err := s.suspects(ctx, older, q)
			return k.answer(), err
		})
	})
}

// keptSuspects is a SuspectsAnswer with all that is kept of it.
type keptSuspects struct {
	Answer    SuspectsAnswer
	Reachable uint64
	Pictures  []keptPicture // of the suspects, or none
}

type keptPicture struct {
	Holders []Holder
	Picture *PathsPicture
}

func (k *keptSuspects) answer() *SuspectsAnswer {
	if k == nil {
		return nil
	}
	a := k.Answer
	a.ReachableBytes, a.Suspects = k.Reachable, slices.Clone(a.Suspects)
	for i := range k.Pictures {
		a.Suspects[i].Holders, a.Suspects[i].Picture = k.Pictures[i].Holders, k.Pictures[i].Picture
	}
	return &a
}

func (s *Session) suspects(ctx context.Context, older *suspect.Heap, q SuspectsQuestion) (*keptSuspects, error) {
	h, err := suspect.NewHeap(ctx, s.g)
	if err != nil {
		return nil, err
	}
	h.Older = older
	list, err := suspect.Find(ctx, h)
	if err != nil {
		return nil, err
	}
	if q.Number < 0 || q.Number > len(list) {
		return nil, wrong(fmt.Sprintf("-n %d: there are %d suspects", q.Number, len(list)), "")
	}
	if q.Number > 0 {
		list = list[q.Number-1 : q.Number]
	}
	out := &keptSuspects{Answer: SuspectsAnswer{Dump: newDump(s.g), Process: newProcess(s.g), Suspects: []Suspect{}}}
	out.Answer.PooledObjects, out.Answer.PooledBytes = h.Pooled()
	_, out.Reachable = h.Tree.Total()
	for i := range list {
		out.Answer.Suspects = append(out.Answer.Suspects, newSuspect(h, &list[i]))
	}
	return out, s.cutSuspects(ctx, h, list, out, q)
}

func newSuspect(h *suspect.Heap, s *suspect.Suspect) Suspect {
	out := Suspect{
		Detector: s.Detector, Reason: s.Reason, Hint: s.Hint, Fingerprint: s.Fingerprint, Object: id(h.Graph, s.Object), Type: s.Type,
		Count: s.Count, Elements: s.Elements, ElementType: s.ElementType, RetainedBytes: s.Retained, Share: s.Share,
	}
	if s.Known != nil {
		out.Known = &Known{s.Known.What, s.Known.Link}
	}
	if s.Accumulation != graph.None {
		out.Accumulation = &Accumulation{id(h.Graph, s.Accumulation), h.Graph.TypeName(s.Accumulation), h.Tree.Retained(s.Accumulation)}
	}
	if s.Path.Root != nil {
		p := newPath(h.Graph, h.Tree, s.Path)
		out.Path = &p
	}
	return out
}
