package ask

import (
	"context"
	"errors"
	"fmt"
	"os"

	"github.com/refgraph/refgraph/graph/diff"
	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/graph/sites"
)

// SitesQuestion asks where the live memory was allocated.
type SitesQuestion struct {
	By         string   // lineno, filename or traceback; "" is lineno
	Cumulative bool     // count for a line or file all that was allocated below it
	Include    []string // only sites of these files: pattern, or pattern:line
	Exclude    []string // no sites of these files
	AllFrames  bool     // those look at all frames of a traceback
	Older      string   // an older file to compare with; "" is none
	Number     int      // most sites; 0 is all
}

// SitesAnswer is the contract of `sites --json`.
type SitesAnswer struct {
	Sites      []Site `json:"sites"`
	TotalBytes int64  `json:"total_bytes"`
	TotalCount int64  `json:"total_count"`
	// Sampled is whether the program recorded a sample of its allocations only:
	// all figures are those of the sampled objects, a part of the heap.
	Sampled bool `json:"sampled"`
	// HeapBytes is the size of all living objects, of a sample that tells it.
	HeapBytes uint64 `json:"heap_bytes,omitempty"`

	AllSites int `json:"-"` // shown or not
}

// Site is one allocation site.
type Site struct {
	Traceback []Frame `json:"traceback"` // innermost first
	Bytes     int64   `json:"bytes"`
	Count     int64   `json:"count"`
	OldBytes  *int64  `json:"old_bytes,omitempty"` // of the older file
	OldCount  *int64  `json:"old_count,omitempty"`
}

// Frame is one call of a traceback.
type Frame struct {
	File string `json:"file"`
	Line int    `json:"line,omitempty"`
	Func string `json:"function,omitempty"` // what runs there, where the format tells
}

// Sites says where the live memory of a program was allocated. The file is a dump
// with allocation sites, or has nothing else; so it needs no session.
func Sites(ctx context.Context, path string, q SitesQuestion, opts *dump.Options) (*SitesAnswer, error) {
	by := sites.Group(q.By)
	if by == "" {
		by = sites.ByLine
	}
	if by != sites.ByLine && by != sites.ByFile && by != sites.ByTraceback {
		return nil, wrong(fmt.Sprintf("--by %s: not one of lineno, filename, traceback", q.By), "")
	}
	filters, err := q.filters()
	if err != nil {
		return nil, wrong(err.Error(), "")
	}
	now, err := openSites(ctx, path, filters, opts)
	if err != nil {
		return nil, err
	}
	out := &SitesAnswer{Sites: []Site{}, Sampled: now.Sampled, HeapBytes: now.HeapBytes}
	for _, t := range now.Traces {
		out.TotalBytes += t.Size
		out.TotalCount += t.Count
	}
	if q.Older == "" {
		all := now.Statistics(by, q.Cumulative)
		out.AllSites = len(all)
		for _, x := range first(all, q.Number) {
			out.Sites = append(out.Sites, Site{Traceback: newFrames(x.Frames), Bytes: x.Size, Count: x.Count})
		}
		return out, nil
	}
	old, err := openSites(ctx, q.Older, filters, opts)
	if err != nil {
		return nil, err
	}
	all := sites.Compare(old, now, by, q.Cumulative)
	out.AllSites = len(all)
	for _, x := range first(all, q.Number) {
		out.Sites = append(out.Sites, Site{Traceback: newFrames(x.Frames), Bytes: x.NewSize, Count: x.NewCount, OldBytes: &x.OldSize, OldCount: &x.OldCount})
	}
	return out, nil
}

func (q *SitesQuestion) filters() (list []sites.Filter, err error) {
	for _, x := range []struct {
		patterns []string
		exclude  bool
	}{{q.Include, false}, {q.Exclude, true}} {
		for _, p := range x.patterns {
			filter, err := sites.ParseFilter(p, x.exclude, q.AllFrames)
			if err != nil {
				return nil, err
			}
			list = append(list, filter)
		}
	}
	return list, nil
}

func openSites(ctx context.Context, path string, filters []sites.Filter, opts *dump.Options) (*sites.Snapshot, error) {
	s, err := dump.Sites(ctx, path, opts)
	var none *sites.NoneError
	if errors.As(err, &none) {
		return nil, &Error{What: fmt.Sprintf("%s: %v", path, err), Do: none.Do}
	}
	if err != nil {
		return nil, err
	}
	return s.Filter(filters), nil
}

// first is the first n of a list, or all for 0.
func first[T any](list []T, n int) []T {
	if n > 0 && n < len(list) {
		return list[:n]
	}
	return list
}

func newFrames(frames []sites.Frame) []Frame {
	out := make([]Frame, len(frames))
	for i, f := range frames {
		out[i] = Frame{f.File, f.Line, f.Func}
	}
	return out
}

// DiffSites compares two files that have allocation sites, as a tracemalloc
// snapshot has nothing else.
func DiffSites(ctx context.Context, oldPath, newPath string, q DiffQuestion) (*DiffAnswer, error) {
	r := &diff.Report{Total: diff.Row{Name: "all sites"}}
	if err := addSites(ctx, r, oldPath, newPath); err != nil {
		return nil, err
	}
	if r.Sites == nil {
		return nil, &Error{What: "one of the files has no allocation sites", Do: "compare two tracemalloc snapshots, or two heap dumps"}
	}
	for _, row := range r.Sites {
		r.Total.Old.Count, r.Total.Old.Bytes = r.Total.Old.Count+row.Old.Count, r.Total.Old.Bytes+row.Old.Bytes
		r.Total.New.Count, r.Total.New.Bytes = r.Total.New.Count+row.New.Count, r.Total.New.Bytes+row.New.Bytes
	}
	out := newDiff(r, q)
	out.SitesOnly = true
	return out, nil
}

// addSites adds allocation sites if both files have them. A pipe can be read once
// and has none.
func addSites(ctx context.Context, r *diff.Report, oldPath, newPath string) error {
	var sides [2]map[string]diff.Amount
	for i, path := range []string{oldPath, newPath} {
		if st, err := os.Stat(path); err != nil || !st.Mode().IsRegular() {
			return nil
		}
		s, err := dump.Sites(ctx, path, nil)
		if err != nil {
			var unknown *dump.UnknownFormatError
			var none *sites.NoneError
			if errors.As(err, &none) || errors.As(err, &unknown) {
				return nil // a dump without sites
			}
			return err
		}
		sides[i] = siteAmounts(s)
	}
	r.AddSites(sides[0], sides[1])
	return nil
}

func siteAmounts(s *sites.Snapshot) map[string]diff.Amount {
	out := map[string]diff.Amount{}
	for _, st := range s.Statistics(sites.ByLine, false) {
		if len(st.Frames) > 0 {
			out[st.Frames[0].String()] = diff.Amount{Count: int(st.Count), Bytes: uint64(max(0, st.Size))}
		}
	}
	return out
}
