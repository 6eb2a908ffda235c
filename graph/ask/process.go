package ask

import (
	"cmp"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// Process says how much of the process's memory the dump explains. What is neither
// an object of the dump nor one of Parts is native memory. Sizes are in bytes.
type Process struct {
	ResidentBytes  uint64        `json:"resident_bytes"`
	PeakBytes      uint64        `json:"peak_bytes,omitempty"`
	Counted        string        `json:"counted"` // who counted the resident bytes
	ExplainedBytes uint64        `json:"explained_bytes"`
	ExplainedShare float64       `json:"explained_share"`
	Parts          []ProcessPart `json:"parts"`
	NativeBytes    uint64        `json:"native_bytes"`
	NativeName     string        `json:"native_name"`    // what those are called
	MostlyOutside  bool          `json:"mostly_outside"` // look there before anything else
	Next           string        `json:"next,omitempty"` // what tells of the rest, if it is most
}

// ProcessPart is memory that is no object of the dump.
type ProcessPart struct {
	Name  string `json:"name"`
	Bytes uint64 `json:"bytes"`
}

const (
	// muchOutside is how much memory outside of a dump is worth a sentence before
	// all others, if the dump explains less than lowShare of the process.
	muchOutside = 32 << 20
	lowShare    = 0.5
	// usualFiles is what libraries and the executable take, which says nothing.
	usualFiles = 128 << 20
)

// newProcess is nil if nothing is known of the process. It costs a pass over the
// sizes of the objects.
func newProcess(g *graph.Graph) *Process {
	p := &g.Info().Process
	if p.Resident == 0 {
		return nil
	}
	var objects uint64
	for n := range graph.NodeID(g.Len()) {
		objects += g.Size(n)
	}
	out := &Process{ResidentBytes: p.Resident, PeakBytes: p.Peak, Counted: p.Counted, NativeName: cmp.Or(p.Rest, "native memory"), ExplainedBytes: objects, Parts: []ProcessPart{}}
	out.ExplainedShare = min(1, float64(objects)/float64(p.Resident))
	rest := p.Resident - min(p.Resident, objects)
	var files uint64
	for _, part := range p.Parts {
		bytes := min(part.Bytes, rest)
		if part.Name == graph.PartFiles {
			files = min(bytes, usualFiles)
		}
		if bytes > 0 {
			out.Parts = append(out.Parts, ProcessPart{part.Name, bytes})
		}
		rest -= bytes
	}
	out.NativeBytes = rest
	own := p.Resident - min(p.Resident, files)
	out.MostlyOutside = float64(objects) < lowShare*float64(own) && own-min(own, objects) >= muchOutside
	if out.MostlyOutside {
		out.Next = lang.Of(g).Native
	}
	return out
}
