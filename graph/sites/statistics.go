package sites

import (
	"cmp"
	"fmt"
	"path"
	"slices"
	"strings"
)

// Group is what statistics are grouped by.
type Group string

// The groups, named as tracemalloc names them.
const (
	ByLine      Group = "lineno"
	ByFile      Group = "filename"
	ByTraceback Group = "traceback"
)

// Statistic is the live memory of one group.
type Statistic struct {
	Frames []Frame // one, or the whole traceback, innermost first
	Size   int64   // bytes
	Count  int64
}

// Statistics sums up the traces by group, largest first. With cumulative, a
// line or file counts all memory that was allocated below it, as in
// tracemalloc; it has no meaning for whole tracebacks.
func (s *Snapshot) Statistics(by Group, cumulative bool) []Statistic {
	sum := map[string]*Statistic{}
	var list []*Statistic
	add := func(frames []Frame, t *Trace) {
		key := fmt.Sprint(frames)
		x := sum[key]
		if x == nil {
			x = &Statistic{Frames: frames}
			sum[key] = x
			list = append(list, x)
		}
		x.Size += t.Size
		x.Count += t.Count
	}
	for i := range s.Traces {
		t := &s.Traces[i]
		frames := t.Frames
		if by == ByTraceback {
			add(frames, t)
			continue
		}
		if !cumulative {
			frames = frames[:1]
		}
		for _, f := range frames {
			if by == ByFile {
				f.Line, f.Func = 0, ""
			}
			add([]Frame{f}, t)
		}
	}
	out := make([]Statistic, len(list))
	for i, x := range list {
		out[i] = *x
	}
	slices.SortFunc(out, func(a, b Statistic) int {
		return cmp.Or(cmp.Compare(b.Size, a.Size), cmp.Compare(b.Count, a.Count), compareFrames(a.Frames, b.Frames))
	})
	return out
}

func compareFrames(a, b []Frame) int {
	return slices.CompareFunc(a, b, func(x, y Frame) int {
		return cmp.Or(strings.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line))
	})
}

// Growth is one group in two snapshots.
type Growth struct {
	Frames             []Frame
	OldSize, NewSize   int64
	OldCount, NewCount int64
}

// Compare tells how groups grew from old to new, the largest change first.
func Compare(old, new *Snapshot, by Group, cumulative bool) []Growth {
	at := map[string]int{}
	var out []Growth
	for _, x := range old.Statistics(by, cumulative) {
		at[fmt.Sprint(x.Frames)] = len(out)
		out = append(out, Growth{Frames: x.Frames, OldSize: x.Size, OldCount: x.Count})
	}
	for _, x := range new.Statistics(by, cumulative) {
		i, ok := at[fmt.Sprint(x.Frames)]
		if !ok {
			i = len(out)
			out = append(out, Growth{Frames: x.Frames})
		}
		out[i].NewSize, out[i].NewCount = x.Size, x.Count
	}
	slices.SortFunc(out, func(a, b Growth) int {
		return cmp.Or(cmp.Compare(abs(b.NewSize-b.OldSize), abs(a.NewSize-a.OldSize)), cmp.Compare(b.NewSize, a.NewSize),
			cmp.Compare(abs(b.NewCount-b.OldCount), abs(a.NewCount-a.OldCount)), compareFrames(a.Frames, b.Frames))
	})
	return out
}

func abs(n int64) int64 { return max(n, -n) }

// Filter keeps or drops traces by file and line, as tracemalloc.Filter does.
type Filter struct {
	Exclude   bool
	File      string // pattern of fnmatch: * ? [seq] [!seq]; "" for every file
	Line      int    // 0 for every line
	AllFrames bool   // look at all frames, not only the innermost
	Domain    *int   // nil for every domain
}

// ParseFilter reads a filter as it is written on a command line:
// PATTERN or PATTERN:LINE.
func ParseFilter(s string, exclude, allFrames bool) (Filter, error) {
	f := Filter{Exclude: exclude, File: s, AllFrames: allFrames}
	if i := strings.LastIndexByte(s, ':'); i >= 0 {
		if n, err := fmt.Sscanf(s[i+1:], "%d", &f.Line); n == 1 && err == nil {
			f.File = s[:i]
		}
	}
	if f.File == "" || f.Line < 0 {
		return f, fmt.Errorf("filter %q: want a file pattern, or one with :line", s)
	}
	if _, err := path.Match(globOf(f.File), ""); err != nil {
		return f, fmt.Errorf("filter %q: %w", s, err)
	}
	return f, nil
}

// Filter returns the traces that match any filter that includes, if there is
// one, and none that excludes.
func (s *Snapshot) Filter(filters []Filter) *Snapshot {
	out := &Snapshot{Limit: s.Limit, Sampled: s.Sampled}
	for _, t := range s.Traces {
		if keep(&t, filters) {
			out.Traces = append(out.Traces, t)
		}
	}
	return out
}

func keep(t *Trace, filters []Filter) bool {
	wanted, included := false, false
	for _, f := range filters {
		hit := f.matches(t)
		if f.Exclude && hit {
			return false
		}
		if !f.Exclude {
			wanted = true
			included = included || hit
		}
	}
	return !wanted || included
}

func (f *Filter) matches(t *Trace) bool {
	if f.Domain != nil && *f.Domain != t.Domain {
		return false
	}
	frames := t.Frames
	if !f.AllFrames {
		frames = frames[:1]
	}
	return slices.ContainsFunc(frames, f.matchesFrame)
}

func (f *Filter) matchesFrame(x Frame) bool {
	if f.Line != 0 && f.Line != x.Line {
		return false
	}
	if f.File == "" {
		return true
	}
	ok, _ := path.Match(globOf(f.File), slashless(strings.TrimSuffix(x.File, "c"), x.File))
	return ok
}

// slashless is a file name in which a * matches every character, as fnmatch has
// it; compiled files count as their sources.
func slashless(source, file string) string {
	if !strings.HasSuffix(file, ".pyc") {
		source = file
	}
	return strings.ReplaceAll(source, "/", "\x01")
}

// globOf turns a pattern of fnmatch into one of package path.
func globOf(p string) string {
	p = slashless(strings.TrimSuffix(p, "c"), p)
	return strings.NewReplacer(`\`, `\\`, "[!", "[^").Replace(p)
}
