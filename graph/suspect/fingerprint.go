package suspect

import (
	"crypto/sha256"
	"encoding/hex"
	"regexp"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/graph/retain"
)

// fingerprint is the default: where a suspect is.
func (h *Heap) fingerprint(s *Suspect) string {
	at := s.Type
	if s.Accumulation != graph.None {
		at = h.Graph.TypeName(s.Accumulation)
	}
	return h.digest(s.Detector, rootKey(h, s.Path), at, h.lastRef(s.Path), s.ElementType)
}

// fingerprintVersion is in front of every fingerprint. It changes with what they
// are made of, since they are kept and compared by others.
const fingerprintVersion = "2"

// digest makes a fingerprint of what says where a leak is: names of roots, types
// and references, which are the same in all dumps of a program, and never
// addresses, counts, sizes or what a thread does.
func (h *Heap) digest(parts ...string) string {
	sum := sha256.Sum256([]byte(generated.ReplaceAllString(strings.Join(parts, "\x00"), "")))
	return fingerprintVersion + "-" + hex.EncodeToString(sum[:6])
}

// generated is what differs from run to run in the names of classes that the JVM
// makes: their address, and the number of a lambda.
var generated = regexp.MustCompile(`(\$\d+)?[+/]0x[0-9a-fA-F]{6,}`)

// rootKey is what the root of a path is in all dumps.
func rootKey(h *Heap, p retain.Path) string {
	if p.Root == nil {
		return ""
	}
	return lang.Of(h.Graph).Key(p.Root)
}

// lastRef is the reference that holds the end of a path.
func (h *Heap) lastRef(p retain.Path) string {
	if len(p.Steps) == 0 {
		return ""
	}
	return retain.Pattern(p.Steps[len(p.Steps)-1].Ref)
}
