package python

import (
	"encoding/binary"
	"encoding/json"
	"io"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// addProcess writes the record of the process's memory as it was before the dump,
// which a fork of it cannot know.
func addProcess(w io.Writer, p *capture.Process) error {
	payload, err := json.Marshal(map[string]int64{"resident": p.Resident, "peak": p.Peak, "files": p.Files, "shared": p.Shared})
	if err != nil {
		return err
	}
	record := binary.LittleEndian.AppendUint64([]byte{'P'}, uint64(len(payload)))
	_, err = w.Write(append(record, payload...))
	return err
}
