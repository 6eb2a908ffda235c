package index

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"io"
	"os"
)

// samples is how many blocks of a file are read for its key, and sampleLen how
// long they are, besides the first and the last.
const (
	samples   = 64
	sampleLen = 4096
)

// Key names what an index is made of: the files by size, time of change and
// sampled contents, in about a millisecond whatever their size, and options as
// text. The time of change includes the system's own (ctime), which no program can
// set; where there is none, a file that was changed in place without any of its
// time, its size and 66 blocks of it changing keeps its key.
func Key(files []string, options ...any) (string, error) {
	h := sha256.New()
	for _, path := range files {
		if err := addFile(h, path); err != nil {
			return "", err
		}
	}
	fmt.Fprintf(h, "%q", options)
	return hex.EncodeToString(h.Sum(nil)[:16]), nil
}

func addFile(h hash.Hash, path string) error {
	if path == "" {
		fmt.Fprint(h, "no file\n")
		return nil
	}
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	st, err := f.Stat()
	if err != nil {
		return err
	}
	fmt.Fprintf(h, "file %d %d %s\n", st.Size(), st.ModTime().UnixNano(), identity(st))
	block := make([]byte, sampleLen)
	for i := range int64(samples + 2) {
		off := (st.Size() - sampleLen) / (samples + 1) * i
		if i == samples+1 {
			off = st.Size() - sampleLen
		}
		n, err := f.ReadAt(block, max(0, off))
		if err != nil && err != io.EOF {
			return err
		}
		h.Write(block[:n])
	}
	return nil
}
