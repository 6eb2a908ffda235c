package streamed

import (
	"bytes"
	"encoding/json"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// maxMeta is the longest description that is read, in bytes: it has the names of all
// types of nodes.
const maxMeta = 64 << 20

// describe reads the description, and finds out how wide records are.
func (j *joiner) describe() error {
	if j.src.Size > maxMeta {
		return j.src.Errorf(0, "the description of the snapshot has %d bytes", j.src.Size)
	}
	p, err := j.src.Slice(0, int(j.src.Size))
	if err != nil {
		return err
	}
	var says struct {
		Snapshot struct {
			Nodes uint64 `json:"node_count"`
			Edges uint64 `json:"edge_count"`
		} `json:"snapshot"`
	}
	if err := json.Unmarshal(p, &says); err != nil {
		return &source.SyntaxError{File: j.src.Name, What: "damaged description of the snapshot, which is written last: it may not have been finished", Err: err}
	}
	p = bytes.TrimSpace(p)
	j.head = p[:len(p)-1] // of an object, as it was decoded
	if err := j.nodes.measure(says.Snapshot.Nodes, j.numbered); err != nil {
		return err
	}
	return j.edges.measure(says.Snapshot.Edges, j.inRange)
}

// numbered reports whether the first nodes are as Julia writes them: three of its own,
// with their places as ids.
func (j *joiner) numbered() bool {
	var v [fields]uint64
	for i := range int64(3) {
		if i >= j.nodes.count || j.nodes.record(i, &v) != nil || v[2] != uint64(i) || v[3] != 0 {
			return false
		}
	}
	return true
}

// inRange reports whether the first edges lead from and to nodes that are there.
func (j *joiner) inRange() bool {
	var v [fields]uint64
	for i := range min(100, j.edges.count) {
		if j.edges.record(i, &v) != nil || v[2] >= uint64(j.nodes.count) || v[3] >= uint64(j.nodes.count) {
			return false
		}
	}
	return j.edges.count > 0
}
