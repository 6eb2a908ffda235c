package source

import (
	"errors"
	"path/filepath"
	"unsafe"

	"github.com/refgraph/refgraph/graph"
)

// Guard calls do, which reads the dump, and returns its error; a *ChangedError if
// the dump, or the executable that belongs to it, was cut meanwhile.
func (s *Source) Guard(do func() error) error {
	data := s.data // Close forgets it
	err := graph.Guard(do)
	var fault *graph.FaultError
	if !errors.As(err, &fault) {
		return err
	}
	name := s.Name
	if start := uintptr(unsafe.Pointer(unsafe.SliceData(data))); (fault.Addr < start || fault.Addr >= start+uintptr(len(data))) && s.Options.Exe != "" {
		name = filepath.Base(s.Options.Exe)
	}
	return &ChangedError{File: name, Err: err}
}
