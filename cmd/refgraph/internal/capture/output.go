package capture

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
)

// Output is a file that appears under its name when it is complete, or not at all.
type Output struct {
	path, name, part string
	root             *os.Root
	file             *os.File
}

// NewOutput begins a file: NAME.part-… in the folder of path. What earlier runs
// that were killed have left of the same file is removed. Close must be called.
func NewOutput(path string, mode fs.FileMode) (*Output, error) {
	advice := "choose a folder that you can write to with -o"
	root, err := os.OpenRoot(filepath.Dir(path))
	if err != nil {
		return nil, &Refusal{Why: Clean(path) + " cannot be written", Advice: advice, Cause: reason(err)}
	}
	o := &Output{path: path, name: filepath.Base(path), root: root}
	if st, err := root.Stat(o.name); err == nil && st.IsDir() {
		root.Close()
		return nil, &Refusal{Why: Clean(path) + " is a folder", Advice: "name a file with -o"}
	}
	o.sweep()
	o.part = o.name + ".part-" + random()
	o.file, err = root.OpenFile(o.part, os.O_RDWR|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		root.Close()
		return nil, &Refusal{Why: Clean(path) + " cannot be written", Advice: advice, Cause: reason(err)}
	}
	_ = lock(o.file) // where files cannot be locked nothing is swept
	return o, nil
}

// Write adds to the file.
func (o *Output) Write(b []byte) (int, error) { return o.file.Write(b) }

// Commit gives the complete file its name, and returns its size.
func (o *Output) Commit() (int64, error) {
	st, err := o.file.Stat()
	if err == nil {
		err = o.file.Sync()
	}
	if err == nil {
		err = o.root.Rename(o.part, o.name)
	}
	if err != nil {
		return 0, err
	}
	o.part = ""
	return st.Size(), nil
}

// Close removes the file unless it was committed.
func (o *Output) Close() error {
	err := o.file.Close()
	if o.part != "" {
		err = errors.Join(err, o.root.Remove(o.part))
	}
	return errors.Join(err, o.root.Close())
}

// sweep removes the parts of runs that were killed: whose writer holds no lock.
func (o *Output) sweep() {
	dir, err := o.root.Open(".")
	if err != nil {
		return
	}
	defer dir.Close()
	names, _ := dir.Readdirnames(-1)
	for _, name := range names {
		if !strings.HasPrefix(name, o.name+".part-") {
			continue
		}
		if st, err := o.root.Lstat(name); err != nil || !st.Mode().IsRegular() {
			continue
		}
		if f, err := o.root.OpenFile(name, os.O_RDWR, 0); err == nil {
			if lock(f) == nil {
				_ = o.root.Remove(name)
			}
			f.Close()
		}
	}
}

// reason is an error without the path, which the caller names as the user wrote it.
func reason(err error) error {
	var p *fs.PathError
	if errors.As(err, &p) {
		return p.Err
	}
	return err
}
