package suspect

import (
	"crypto/sha256"
	"encoding/hex"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/retain"
)

// fingerprint is the default: where a suspect is.
func (h *Heap) fingerprint(s *Suspect) string {
	at := s.Type
	if s.Accumulation != graph.None {
		at = h.Graph.TypeName(s.Accumulation)
	}
	return h.digest(s.Detector, rootGroup(h, s.Path), at, h.lastRef(s.Path), s.ElementType)
}

// digest makes a fingerprint of what says where a leak is: names of roots, types
// and references, which are the same in all dumps of a program, and never
// addresses, counts or sizes.
func (h *Heap) digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// rootGroup is the root of a path without what tells equal roots apart.
func rootGroup(h *Heap, p retain.Path) string {
	if p.Root == nil {
		return ""
	}
	return h.Graph.String(p.Root.Group)
}

// lastRef is the reference that holds the end of a path.
func (h *Heap) lastRef(p retain.Path) string {
	if len(p.Steps) == 0 {
		return ""
	}
	return retain.Pattern(p.Steps[len(p.Steps)-1].Ref)
}
