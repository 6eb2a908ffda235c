package python

import (
	"fmt"
	"io"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// pieces takes what comes out of the process: each piece begins with a letter, d
// for a part of the dump, o for its good end, e for an error's text.
type pieces struct {
	w        io.Writer
	size     int64
	limit    int64 // of the dump
	complete bool
}

// maxPiece is the size of a piece; the dumper makes them of a megabyte and one record.
const maxPiece = 256 << 20

func (p *pieces) take(b []byte) error {
	if len(b) == 0 {
		return nil
	}
	switch b[0] {
	case 'd':
		p.size += int64(len(b) - 1)
		if p.size > p.limit {
			return fmt.Errorf("the dump is larger than the process could need (%d bytes)", p.limit)
		}
		_, err := p.w.Write(b[1:])
		return err
	case 'o':
		p.complete = true
		return nil
	case 'e':
		return &capture.Refusal{Why: "the heap could not be dumped: " + capture.Clean(string(b[1:])), Advice: "the process runs on unharmed"}
	}
	return fmt.Errorf("an unknown piece (%d bytes) came out of the process", len(b))
}
