package streamed

import (
	"fmt"
	"io/fs"
	"os"
	"strings"
)

// The ends of the files' names.
const (
	metaEnd    = ".metadata.json"
	nodesEnd   = ".nodes"
	edgesEnd   = ".edges"
	stringsEnd = ".strings"
)

// MissingError is a snapshot of which a file is not there.
type MissingError struct {
	Path string // of the file
	Err  error
}

func (e *MissingError) Error() string {
	return fmt.Sprintf("%s: the other files of this streamed snapshot are there, this one is not", e.Path)
}

func (e *MissingError) Unwrap() error { return e.Err }

// Hint says what would help.
func (e *MissingError) Hint() string {
	return "the four files .metadata.json, .nodes, .edges and .strings belong together; Julia writes the first of them last, when the snapshot is whole"
}

// Parts returns the files of a streamed snapshot, the description first, if path names
// one of them or is what their names begin with; nil if it does not. It looks for files
// and opens none. The error is a *MissingError.
func Parts(path string) ([]string, error) {
	prefix := path
	if st, err := os.Stat(path); err == nil {
		if !st.Mode().IsRegular() {
			return nil, nil
		}
		var part bool
		for _, end := range []string{metaEnd, nodesEnd, edgesEnd, stringsEnd} {
			if bare, ok := strings.CutSuffix(path, end); ok {
				prefix, part = bare, true
			}
		}
		if !part {
			return nil, nil
		}
	}
	parts := []string{prefix + metaEnd, prefix + nodesEnd, prefix + edgesEnd, prefix + stringsEnd}
	var missing error
	there := 0
	for _, p := range parts {
		switch st, err := os.Stat(p); {
		case err != nil && missing == nil:
			missing = &MissingError{p, err}
		case err == nil && !st.Mode().IsRegular():
			missing = &MissingError{p, fs.ErrInvalid}
		case err == nil:
			there++
		}
	}
	if there < 2 { // such a name alone says nothing
		return nil, nil
	}
	return parts, missing
}
