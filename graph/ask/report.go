package ask

import (
	"context"

	"github.com/refgraph/refgraph/graph/histogram"
)

// ReportQuestion asks for all that a ticket needs.
type ReportQuestion struct {
	Older *Session // an older dump of the same program: says what grew; may be nil
	Types []string // with why objects of these types are alive
	Raw   bool     // do not fold containers' insides
}

// ReportAnswer is the answers that a report puts together.
type ReportAnswer struct {
	Info       *InfoAnswer       `json:"info"`
	Suspects   *SuspectsAnswer   `json:"suspects"`
	Types      *TopAnswer        `json:"types"`
	Dominators *DominatorsAnswer `json:"dominators"`
	Paths      []*PathsAnswer    `json:"paths"`
	Diff       *DiffAnswer       `json:"diff"` // null without an older dump
	Values     bool              `json:"-"`    // contents are shown
}

// reportBlocks is how many rectangles the map of the dominator tree has.
const reportBlocks = 300

// reportSuspects is how many suspects a report has pictures of.
const reportSuspects = 12

// Report asks the other questions, one after the other.
func (s *Session) Report(ctx context.Context, q ReportQuestion) (*ReportAnswer, error) {
	out := &ReportAnswer{Paths: []*PathsAnswer{}, Values: s.opts.Values}
	var err error
	if q.Older != nil {
		if err := sameProgram(q.Older, s, "or leave --against out"); err != nil {
			return nil, err
		}
		if out.Diff, err = s.Diff(ctx, q.Older, DiffQuestion{}); err != nil {
			return nil, err
		}
	}
	if out.Info, err = s.Info(ctx, InfoQuestion{}); err != nil {
		return nil, err
	}
	if out.Suspects, err = s.Suspects(ctx, SuspectsQuestion{Older: q.Older, Pictures: true, Drawn: reportSuspects}); err != nil {
		return nil, err
	}
	if out.Types, err = s.Top(ctx, TopQuestion{By: histogram.ByRetained}); err != nil {
		return nil, err
	}
	for _, typ := range q.Types {
		a, err := s.Paths(ctx, PathsQuestion{Type: typ, Raw: q.Raw})
		if err != nil {
			return nil, err
		}
		out.Paths = append(out.Paths, a)
	}
	out.Dominators, err = s.Dominators(ctx, DominatorsQuestion{Raw: q.Raw, Siblings: 12, Nodes: reportBlocks})
	return out, err
}
