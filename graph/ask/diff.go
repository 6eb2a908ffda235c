package ask

import (
	"context"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/diff"
	"github.com/refgraph/refgraph/graph/suspect"
)

// DiffQuestion asks what grew from one dump to the next of one program.
type DiffQuestion struct {
	Number     int              // most types and sites; 0 is all
	Force      bool             // also if the dumps are of two programs
	Conditions []diff.Condition // what --fail-on checks
	Nodes      int              // with a picture of at most so many boxes; 0 is none
}

// DiffAnswer is the contract of `diff --json`.
type DiffAnswer struct {
	Old      Dump        `json:"old"`
	New      Dump        `json:"new"`
	Total    DiffRow     `json:"total"`
	Types    []DiffRow   `json:"types"`
	Suspects []DiffRow   `json:"suspects"`
	Sites    []DiffRow   `json:"sites"`
	Added    *Added      `json:"added"` // null where that cannot be told
	FailOn   []Condition `json:"fail_on"`

	ChangedTypes, ChangedSites int               `json:"-"` // rows, shown or not
	Reasons                    map[string]string `json:"-"` // of suspects, by fingerprint
	SitesOnly                  bool              `json:"-"` // the files have no objects
	Picture                    *GrowthPicture    `json:"-"`
}

// DiffRow is one thing in both dumps. Sizes are in bytes.
type DiffRow struct {
	Name        string `json:"name"`
	Type        string `json:"type,omitempty"` // of a suspect, whose name is its fingerprint
	OldCount    int    `json:"old_count"`
	NewCount    int    `json:"new_count"`
	OldBytes    uint64 `json:"old_bytes"`
	NewBytes    uint64 `json:"new_bytes"`
	OldRetained uint64 `json:"old_retained_bytes"`
	NewRetained uint64 `json:"new_retained_bytes"`
}

// Added is the objects that the old dump does not have.
type Added struct {
	Objects int    `json:"objects"`
	Bytes   uint64 `json:"bytes"`
}

// Condition is what became of one condition of --fail-on.
type Condition struct {
	Condition string `json:"condition"`
	Holds     bool   `json:"holds"`
	Measured  string `json:"measured"`
	Matched   int    `json:"matched"` // rows that its name matches
	Unknown   bool   `json:"unknown"` // its type or site is in neither dump: it may be misspelt
}

// GrowthPicture is where a heap grew, down the dominator trees read by type.
type GrowthPicture struct {
	Picture
	OldName  string // of the old dump
	OldTotal uint64 // its reachable bytes
	LeftOut  int    // types that grew by less
}

// Diff compares an older dump with this one: by type, by suspect, by allocation
// site, and by the objects that are new where the runtime does not move objects.
// It costs all analyses of both dumps.
func (s *Session) Diff(ctx context.Context, old *Session, q DiffQuestion) (*DiffAnswer, error) {
	return answer(ctx, s, func(ctx context.Context) (*DiffAnswer, error) {
		return answer(ctx, old, func(ctx context.Context) (*DiffAnswer, error) {
			if err := sameProgram(old, s, "--force compares them all the same"); err != nil && !q.Force {
				return nil, err
			}
			c, err := compare(ctx, old, s)
			if err != nil {
				return nil, err
			}
			if err := addSites(ctx, c.report, old.path, s.path); err != nil {
				return nil, err
			}
			out := newDiff(c.report, q, old.g, s.g)
			out.Old, out.New, out.Added, out.Reasons = newDump(old.g), newDump(s.g), c.added, c.reasons
			if q.Nodes > 0 {
				out.Picture, err = c.draw(ctx, s, q.Nodes)
			}
			return out, err
		})
	})
}

// sameProgram refuses dumps of two programs.
func sameProgram(old, new *Session, force string) error {
	if err := diff.SameProgram(old.g, new.g); err != nil {
		return wrong(err.Error(), "give two dumps of one program, the older one first; "+force)
	}
	return nil
}

// comparison is all that is known of two dumps.
type comparison struct {
	old, new *suspect.Heap
	report   *diff.Report
	added    *Added
	reasons  map[string]string // of suspects by fingerprint
}

// compare runs the analyses of both dumps.
func compare(ctx context.Context, old, new *Session) (*comparison, error) {
	c := &comparison{reasons: map[string]string{}}
	var err error
	if c.old, err = suspect.NewHeap(ctx, old.g); err != nil {
		return nil, err
	}
	if c.new, err = suspect.NewHeap(ctx, new.g); err != nil {
		return nil, err
	}
	if c.report, err = diff.Compare(ctx, c.old.Tree, c.new.Tree); err != nil {
		return nil, err
	}
	before, err := suspect.Find(ctx, c.old)
	if err != nil {
		return nil, err
	}
	c.new.Older = c.old
	now, err := suspect.Find(ctx, c.new)
	if err != nil {
		return nil, err
	}
	c.report.AddSuspects(before, now)
	for _, list := range [][]suspect.Suspect{before, now} {
		for i := range list {
			c.reasons[list[i].Fingerprint] = list[i].Reason
		}
	}
	set, ok, err := diff.Added(ctx, c.old.Tree, c.new.Tree)
	if err == nil && ok {
		c.added = &Added{set.Len(), shallow(new.g, set)}
	}
	return c, err
}

// newDiff fills in what a report says.
func newDiff(r *diff.Report, q DiffQuestion, graphs ...*graph.Graph) *DiffAnswer {
	out := &DiffAnswer{
		Total: newDiffRow(r.Total), Types: diffRows(r.Types, q.Number), Suspects: diffRows(r.Suspects, 0), Sites: diffRows(r.Sites, q.Number),
		FailOn: []Condition{}, ChangedTypes: len(diffRows(r.Types, 0)), ChangedSites: len(diffRows(r.Sites, 0)),
	}
	for _, c := range q.Conditions {
		holds, what, matched := c.Check(r)
		unknown := matched == 0 && (c.About() == "site" || !c.HasType(graphs...))
		out.FailOn = append(out.FailOn, Condition{c.String(), holds, what, matched, unknown})
	}
	return out
}

func newDiffRow(r diff.Row) DiffRow {
	return DiffRow{r.Name, r.Alias, r.Old.Count, r.New.Count, r.Old.Bytes, r.New.Bytes, r.Old.Retained, r.New.Retained}
}

// diffRows are the rows that changed, at most n, or all for 0.
func diffRows(rows []diff.Row, n int) []DiffRow {
	out := []DiffRow{}
	for _, r := range rows {
		if r.Old != r.New && (n <= 0 || len(out) < n) {
			out = append(out, newDiffRow(r))
		}
	}
	return out
}

// draw draws where the heap grew.
func (c *comparison) draw(ctx context.Context, s *Session, most int) (*GrowthPicture, error) {
	root, err := diff.Grow(ctx, c.old.Tree, c.new.Tree, most)
	if err != nil {
		return nil, err
	}
	b := s.painter(c.new.Tree)
	b.p.Hidden = true
	for _, child := range root.Children {
		at := len(b.p.Boxes)
		b.growth(child, -1)
		if child.Node != graph.None {
			b.held(c.new.Paths, at, child.Node, child.New.Count)
		}
	}
	out := &GrowthPicture{Picture: *b.p, OldName: c.old.Graph.Info().Name, LeftOut: root.LeftOut}
	_, out.OldTotal = c.old.Tree.Total()
	return out, nil
}

func (b *painter) growth(x *diff.Growth, parent int) {
	box := Box{Kind: ObjectBox, Head: x.Name, Sized: true}
	if x.Node != graph.None {
		box = b.object(x.Node)
	}
	box.Count, box.Shallow, box.Retained, box.Before = x.New.Count, x.New.Bytes, x.New.Retained, x.Old.Count
	_, _, box.Growth = x.Grown()
	at := b.add(box)
	if parent >= 0 && x.Node != graph.None {
		b.arrow(Arrow{From: parent, To: at, Label: b.heldBy(x.Node, x.Nodes()), Count: max(1, x.New.Count), Retained: x.New.Retained})
	}
	for _, c := range x.Children {
		b.growth(c, at)
	}
}
