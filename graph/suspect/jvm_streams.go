package suspect

import (
	"context"
	"fmt"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// minOpen is how many open files of one kind are suspect: a process may have some
// thousand in all.
const minOpen = 100

const hintStream = "close it where it was opened (try-with-resources); each takes a file descriptor of the process"

// stderr is the last of the descriptors that every process has.
const stderr = 2

// streams are the classes that have a file open until they are closed.
var streams = []string{"java.io.FileInputStream", "java.io.FileOutputStream", "java.io.RandomAccessFile"}

// openStreams reports files that are still open, of each kind.
func openStreams(ctx context.Context, h *Heap) ([]Suspect, error) {
	var out []Suspect
	for _, name := range streams {
		t, ok := h.jvmType(name)
		if !ok {
			continue
		}
		var nodes []graph.NodeID
		for i, typ := range h.Graph.TypeColumn() {
			if n := graph.NodeID(i); typ == t && h.Tree.Reachable(n) && h.isOpen(n) {
				nodes = append(nodes, n)
			}
		}
		if len(nodes) < minOpen {
			continue
		}
		s := h.alike("open-files", nodes, fmt.Sprintf("%s %s were never closed", count(len(nodes)), name), hintStream)
		s.anyway = true
		out = append(out, s)
	}
	return out, ctx.Err()
}

// isOpen reports whether a stream is not closed, and not the file of a jar, which
// class loaders have open as long as they live.
func (h *Heap) isOpen(n graph.NodeID) bool {
	closed, ok := h.number(n, ".closed")
	if holder, held := h.Paths.Holder(n); held && strings.HasPrefix(h.Graph.TypeName(holder), "java.util.zip.") {
		return false
	}
	fd, _ := h.number(h.target(n, ".fd"), ".fd")
	return ok && closed == 0 && fd > stderr
}
