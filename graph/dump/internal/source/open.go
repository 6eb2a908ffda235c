package source

import (
	"os"
	"path/filepath"

	"github.com/edsrzf/mmap-go"
)

// Stdin is the path of standard input.
const Stdin = "-"

// Open maps a file. A FIFO, a device and standard input ("-") give a Source that
// only [Plain] can read. The caller closes the Source.
func Open(path string, opts Options) (*Source, error) {
	f, name := os.Stdin, "standard input"
	if path != Stdin {
		var err error
		if f, err = os.Open(path); err != nil {
			return nil, err
		}
		name = filepath.Base(path)
	}
	s, err := FromFile(f, opts)
	if err != nil {
		f.Close()
		return nil, err
	}
	s.Name = name
	if path != Stdin {
		s.Path = path
	}
	return s, nil
}

// FromFile maps an open file, which belongs to the Source from then on if
// there is no error.
func FromFile(f *os.File, opts Options) (*Source, error) {
	st, err := f.Stat()
	if err != nil {
		return nil, err
	}
	s := New(filepath.Base(f.Name()), f, st.Size(), opts)
	s.ModTime = st.ModTime()
	s.stop = f.Close
	if !st.Mode().IsRegular() {
		s.stream, s.Size = f, 0
		return s, nil
	}
	if st.Size() == 0 {
		return s, nil
	}
	s.Data, s.holes = dataSize(f, st)
	m, err := mmap.Map(f, mmap.RDONLY, 0)
	if err != nil {
		return s, nil // some file systems cannot map; reading works everywhere
	}
	s.data = m
	s.stop = func() error {
		if err := m.Unmap(); err != nil {
			f.Close()
			return err
		}
		return f.Close()
	}
	return s, nil
}
