package suspect

import (
	"bytes"
	"encoding/gob"
	"fmt"

	"github.com/refgraph/refgraph/graph"
)

// findings is what Find found, to be kept with the graph.
type findings struct{ List []Suspect }

// Columns implements store.Keeper.
func (f *findings) Columns() graph.Columns {
	var b bytes.Buffer
	if err := gob.NewEncoder(&b).Encode(f); err != nil {
		return nil // no columns: it is found again
	}
	return graph.Columns{"suspects": {b.Bytes()}}
}

// fromColumns is the reverse of Columns.
func fromColumns(get func(name string) []byte) (*findings, error) {
	var f findings
	if err := gob.NewDecoder(bytes.NewReader(get("suspects"))).Decode(&f); err != nil {
		return nil, fmt.Errorf("suspects: %w: %w", graph.ErrColumns, err)
	}
	return &f, nil
}
