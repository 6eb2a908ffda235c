package ask

import (
	"errors"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/cut"
	"github.com/refgraph/refgraph/graph/lang"
)

// Cut is the places that must let go so that the targets become garbage, and what
// that frees. The figures of freeing are of Places; each is counted by a search of
// the whole heap.
type Cut struct {
	Places       []CutPlace `json:"places"` // the one that keeps the most targets alive first
	Rest         []CutPlace `json:"rest"`   // belong to the set too, but few targets stay without them
	FreesBytes   uint64     `json:"frees_bytes"`
	FreesObjects int        `json:"frees_objects"`
	FreesTargets int        `json:"frees_targets"`
	Stays        int        `json:"stays"`             // targets that stay alive
	Verified     bool       `json:"verified"`          // no target is alive without Places and Rest
	LeastCost    bool       `json:"least_cost"`        // proven: no set of places costs less
	Alive        int        `json:"alive"`             // targets that roots hold for good
	Held         int        `json:"held"`              // places of the whole set
	Many         bool       `json:"many"`              // they are too many for a cut
	Merged       bool       `json:"merged"`            // the heap was too large for the exact search
	Account      string     `json:"account,omitempty"` // of what the runtime keeps account, where only that holds the targets: goroutines
}

// CutPlace is one place: a field or the entries of a collection, a variable, or
// the threads that run one function.
type CutPlace struct {
	Kind         string   `json:"kind"` // field, variable, threads
	Name         string   `json:"name"` // as PathsQuestion.Cut takes it
	Holder       string   `json:"holder"`
	Reference    string   `json:"reference"`
	Root         *Root    `json:"root"` // of variables
	Threads      int      `json:"threads,omitempty"`
	Above        []string `json:"above,omitempty"` // what holds the holders, where those are many
	References   int      `json:"references"`
	Reaches      int      `json:"reaches"` // targets that it leads to; not of Rest
	Sole         int      `json:"sole"`    // targets that are freed if only this is cut; not of Rest
	AloneFrees   uint64   `json:"alone_frees_bytes"`
	Returns      int      `json:"returns"` // targets that stay alive if all but this are cut
	Conservative bool     `json:"conservative,omitempty"`
	Do           string   `json:"do,omitempty"`   // what makes it let go, of references that no edit removes: stop the 10,000 timers
	When         string   `json:"when,omitempty"` // when it lets go then: they are stopped
}

// Holder is a root, or equal roots, and how much of the targets it holds.
type Holder struct {
	Root    Root `json:"root"`
	Roots   int  `json:"roots"`   // how many are equal
	Reaches int  `json:"reaches"` // targets that it leads to
	Sole    int  `json:"sole"`    // targets that nothing else holds
}

// WhatIf is what some places free, and by what the rest of the targets stays
// alive.
type WhatIf struct {
	Places       []CutPlace `json:"places"`
	FreesBytes   uint64     `json:"frees_bytes"`
	FreesObjects int        `json:"frees_objects"`
	FreesTargets int        `json:"frees_targets"`
	Stays        int        `json:"stays"`
	Through      []CutPlace `json:"through"` // places that hold what stays
}

func newCut(g *graph.Graph, a *cut.Answer) *Cut {
	account := ""
	if a.Alive > 0 && len(a.Places) == 0 {
		account = lang.For(g.Info().Runtime).Thread + "s"
	}
	return &Cut{
		Places: newPlaces(g, a.Places), Rest: newPlaces(g, a.Rest), FreesBytes: a.FreesBytes, FreesObjects: a.FreesObjects,
		FreesTargets: a.FreesTargets, Stays: a.Stays, Verified: a.Verified, LeastCost: a.LeastCost, Alive: a.Alive, Held: a.Held,
		Many: a.Many, Merged: a.Merged, Account: account,
	}
}

func newPlaces(g *graph.Graph, list []cut.Place) []CutPlace {
	out := make([]CutPlace, 0, len(list))
	for i := range list {
		p := &list[i]
		c := CutPlace{
			Kind: p.Kind.String(), Name: p.Name, Holder: p.Holder, Reference: p.Reference, Threads: p.Threads, Above: p.Above,
			References: p.References, Reaches: p.Reaches, Sole: p.Sole, AloneFrees: p.AloneFrees, Returns: p.Returns, Conservative: p.Conservative,
		}
		if p.Kind == cut.Variable && p.Root != nil {
			r := newRoot(g, p.Root)
			c.Root = &r
		}
		out = append(out, c)
	}
	return out
}

func newWhatIf(g *graph.Graph, w *cut.WhatIf) *WhatIf {
	return &WhatIf{newPlaces(g, w.Places), w.FreesBytes, w.FreesObjects, w.FreesTargets, w.Stays, newPlaces(g, w.Through)}
}

// unknownPlace is the error for a place that is on no way, with the closest as
// its hint.
func unknownPlace(err error) error {
	var unknown *cut.UnknownPlaceError
	if !errors.As(err, &unknown) {
		return err
	}
	hint := "the answer without --cut names places"
	for i, name := range unknown.Near {
		if i == 0 {
			hint = "places on the ways to them:"
		}
		hint += "\n  " + name
	}
	return &Error{What: unknown.Error(), Do: hint}
}
