package report

import (
	"time"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/render/view"
)

// Report is everything the page says. Strings may hold anything a dump holds.
type Report struct {
	Title   string    // "Heap of leak.heapdump"
	About   string    // when it was taken, of what runtime, how large: one line
	Verdict string    // what to do first; "" if nothing is known
	Made    time.Time // when the report was made; left out if zero
	Tool    string    // "refgraph 1.2.0"
	Runtime graph.Runtime
	Facts   []graph.Fact // what the dump is: format, version, objects, bytes, …
	Summary []string     // the findings, most important first, a sentence each

	ReachableBytes   uint64
	ReachableObjects int

	Suspects   []Suspect
	Pictures   []Picture
	Types      []Type
	MoreTypes  int // types that Types leaves out
	Dominators []view.Block
	Against    string   // name of the older dump
	Changes    []Change // since that dump, biggest growth first
	Warnings   []Warning
	Methods    []Method // how figures were computed, besides the standard ones
	Values     bool     // contents are shown (--values)
}

// Suspect is one leak suspect with the picture of its path.
type Suspect struct {
	Title    string // "*main.Cache holds 93 % of the heap"
	Detector string
	Verdict  string // what must let go, and what that frees; "" if that was not looked for
	Reason   string // in words
	Object   string // address
	Type     string
	Retained uint64
	Share    float64    // of the reachable heap, 0 to 1
	View     *view.View // nil for none
}

// Picture is a further picture with its own heading.
type Picture struct {
	Title string
	View  *view.View
}

// Type is a row of the histogram.
type Type struct {
	Name     string
	Count    int
	Shallow  uint64
	Retained uint64
	Sized    bool // Retained is known
}

// Change is a row of what changed since an older dump.
type Change struct {
	Name               string
	OldCount, NewCount int
	OldBytes, NewBytes uint64
}

// Warning is something that could not be read.
type Warning struct{ Where, What, Effect string }

// Method says how a figure was computed.
type Method struct{ Figure, How string }

// standardMethods explains the figures that every report has.
func (r *Report) standardMethods() []Method {
	m := []Method{
		{"Reachable", "Objects that a GC root reaches through strong references (and conservative ones, where the collector honours them). Weak, soft and phantom references do not count; pooled ones do (" + lang.Pools + ")."},
		{"Shallow size", "The bytes an object itself takes, as the dump records them, without what it refers to."},
		{"Retained size", "The bytes that would be freed if the object went away: all objects that every path from a GC root reaches through it (its part of the dominator tree, computed exactly, not sampled). For several objects together, what would be freed if all of them went away."},
		{"Share", "A retained size divided by the bytes of all reachable objects."},
	}
	if len(r.Suspects) > 0 {
		m = append(m, Method{"Leak suspects", "The biggest objects, or groups of equal objects, of the dominator tree, followed down to where the retained size drops most (the accumulation point); and the detectors named at each suspect."})
	}
	if len(r.Dominators) > 0 {
		m = append(m, Method{"Treemap", "Area is retained size. A rectangle within another is dominated by it: it goes when the outer one goes. Blocks too small to see are left out of the drawing, not of their holder's size."})
	}
	if r.Against != "" {
		m = append(m, Method{"Changes", "Counts and shallow bytes of each type in this dump minus those in the older one; objects are not matched one by one."})
	}
	return append(m, r.Methods...)
}
