// Package build makes the executables that tests run. One that was built before of
// the same sources, in the same way, by the same Go is taken from a folder beside
// the go command's own cache: the go command keeps what it compiles, but links a
// program anew each time, which is a second or more of a processor.
package build

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"time"
)

// keep is how long an executable is kept that no test asks for.
const keep = 14 * 24 * time.Hour

// What the tests were started with: many of them set XDG_CACHE_HOME to an empty
// folder, where the go command would compile all of the standard library again.
var (
	environment  = os.Environ()
	caches, none = os.UserCacheDir()
)

// Program is a Go program and how it is built.
type Program struct {
	// Dir is the folder of the sources. The program uses nothing but them, the standard
	// library and modules of go.mod: a change elsewhere is not seen.
	Dir string
	// Package is the package below Dir; "" for Dir itself.
	Package string
	// Flags are those of go build, without -o.
	Flags []string
	// Env is added to the environment that the tests were started with.
	Env []string
}

// Build writes the executable, which is not to be changed: it may be one file with
// the kept one. What the go command prints is in the error.
func (p Program) Build(exe string) error {
	exe, err := filepath.Abs(exe)
	if err != nil {
		return err
	}
	kept, err := p.kept()
	if err != nil {
		return p.link(exe) // there is no folder to keep it in
	}
	if give(kept, exe) == nil {
		now := time.Now()
		return os.Chtimes(kept, now, now)
	}
	if err := os.MkdirAll(filepath.Dir(kept), 0o755); err != nil {
		return err
	}
	forget(filepath.Dir(kept))
	fresh, err := os.MkdirTemp(filepath.Dir(kept), "new-*")
	if err != nil {
		return err
	}
	defer os.RemoveAll(fresh)
	made := filepath.Join(fresh, "exe")
	if err := p.link(made); err != nil {
		return err
	}
	if err := os.Rename(made, kept); err != nil {
		return err
	}
	return give(kept, exe)
}

// link runs the go command.
func (p Program) link(exe string) error {
	args := append([]string{"build", "-buildvcs=false", "-o", exe}, p.Flags...)
	cmd := exec.Command("go", append(args, "./"+p.Package)...)
	cmd.Dir, cmd.Env = p.Dir, append(environment[:len(environment):len(environment)], p.Env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build: %w\n%s", err, out)
	}
	return nil
}

// kept is where the executable is kept: its name is the hash of all that it is
// made of.
func (p Program) kept() (string, error) {
	if none != nil {
		return "", none
	}
	h := sha256.New()
	fmt.Fprintf(h, "%s %s %s %q %q %q %q\n", runtime.Version(), runtime.GOOS, runtime.GOARCH, p.Package, p.Flags, p.Env, settings())
	module, err := moduleFile(p.Dir)
	if err != nil {
		return "", err
	}
	files := []string{module}
	err = filepath.WalkDir(p.Dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			files = append(files, path)
		}
		return err
	})
	if err != nil {
		return "", err
	}
	for _, path := range files {
		text, err := os.ReadFile(path)
		if err != nil {
			return "", err
		}
		name, _ := filepath.Rel(p.Dir, path)
		fmt.Fprintf(h, "%s %d\n", name, len(text))
		h.Write(text)
	}
	return filepath.Join(caches, "refgraph-tests", fmt.Sprintf("%x", h.Sum(nil)[:16])), nil
}

// settings are the variables of the go command that change what it makes.
func settings() (list []string) {
	for _, name := range []string{"GOFLAGS", "GOEXPERIMENT", "GOAMD64", "GOARM64", "CGO_ENABLED", "CC", "CGO_CFLAGS", "CGO_LDFLAGS"} {
		list = append(list, os.Getenv(name))
	}
	return list
}

// moduleFile finds the go.mod of a folder, which says what language its sources are in.
func moduleFile(dir string) (string, error) {
	dir, err := filepath.Abs(dir)
	if err != nil {
		return "", err
	}
	for {
		file := filepath.Join(dir, "go.mod")
		if _, err := os.Stat(file); err == nil {
			return file, nil
		}
		above := filepath.Dir(dir)
		if above == dir {
			return "", errors.New("no go.mod")
		}
		dir = above
	}
}

// give puts a kept executable where it is wanted: as the same file, so that nobody
// has it open for writing when it is started.
func give(kept, exe string) error {
	if err := os.Remove(exe); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if os.Link(kept, exe) == nil {
		return nil
	}
	from, err := os.Open(kept)
	if err != nil {
		return err
	}
	defer from.Close()
	to, err := os.OpenFile(exe, os.O_CREATE|os.O_WRONLY|os.O_TRUNC, 0o755)
	if err != nil {
		return err
	}
	_, err = io.Copy(to, from)
	return errors.Join(err, to.Close())
}

// forget removes what no test has asked for in a long time.
func forget(dir string) {
	list, err := os.ReadDir(dir)
	if err != nil {
		return
	}
	for _, d := range list {
		if info, err := d.Info(); err == nil && time.Since(info.ModTime()) > keep {
			_ = os.RemoveAll(filepath.Join(dir, d.Name()))
		}
	}
}
