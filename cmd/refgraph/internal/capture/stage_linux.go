package capture

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"

	"golang.org/x/sys/unix"
)

// Stage is a folder in the file system of a process, owned by the process's user,
// in which the two hand files to each other. After it is given away everything in
// it may be forged: it is used through its descriptor only.
type Stage struct {
	Path   string // of the folder, as the process sees it
	p      *Process
	parent *os.File
	dir    *os.File
	name   string
}

const stagePrefix = "refgraph-stage-"

// NewStage makes a folder in base (a path as the process sees it; "" for /tmp).
// It is refused where base is a link or could be changed by a third user. Stages
// of runs that were killed are removed. Close must be called.
func NewStage(p *Process, base string) (*Stage, error) {
	if base == "" {
		base = "/tmp"
	}
	refuse := func(err error) error {
		return &Refusal{Why: fmt.Sprintf("no folder could be made in %s of process %d", Clean(base), p.PID),
			Advice: "name a folder that the process and you can write to with --tmp", Cause: reason(err)}
	}
	parent, err := openBase(p, base)
	if err != nil {
		return nil, refuse(err)
	}
	s := &Stage{p: p, parent: parent, name: stagePrefix + random()}
	s.Path = path.Join(base, s.name)
	s.sweep()
	if err := unix.Mkdirat(int(parent.Fd()), s.name, 0o700); err != nil {
		parent.Close()
		return nil, refuse(err)
	}
	fd, err := unix.Openat(int(parent.Fd()), s.name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	if err == nil {
		s.dir = os.NewFile(uintptr(fd), s.name)
		err = lock(s.dir)
	}
	var st unix.Stat_t
	if err == nil {
		err = unix.Fstat(fd, &st)
	}
	if err == nil && int(st.Uid) != os.Geteuid() {
		err = errors.New("it was exchanged")
	}
	if err != nil {
		s.Close()
		return nil, refuse(err)
	}
	return s, nil
}

// openBase opens a folder of the process's file system without following a link.
func openBase(p *Process, base string) (*os.File, error) {
	root, err := os.OpenFile(p.File("root"), os.O_RDONLY|unix.O_DIRECTORY, 0)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	how := unix.OpenHow{Flags: unix.O_RDONLY | unix.O_DIRECTORY | unix.O_CLOEXEC, Resolve: unix.RESOLVE_IN_ROOT | unix.RESOLVE_NO_SYMLINKS}
	fd, err := unix.Openat2(int(root.Fd()), strings.TrimPrefix(path.Clean("/"+base), "/")+"/.", &how)
	if err != nil {
		return nil, err
	}
	dir := os.NewFile(uintptr(fd), base)
	var st, top unix.Stat_t
	if err = errors.Join(unix.Fstat(fd, &st), unix.Fstat(int(root.Fd()), &top)); err == nil {
		mine := st.Uid == 0 || st.Uid == top.Uid || int(st.Uid) == os.Geteuid() || int(st.Uid) == p.UID
		if !mine || st.Mode&0o022 != 0 && st.Mode&unix.S_ISVTX == 0 {
			err = errors.New("others can change what is in it")
		}
	}
	if err != nil {
		dir.Close()
		return nil, err
	}
	return dir, nil
}

// Put writes a file into the folder, before it is given away.
func (s *Stage) Put(name string, content []byte) error {
	fd, err := unix.Openat(int(s.dir.Fd()), name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0o600)
	if err != nil {
		return fmt.Errorf("%s: %w", name, err)
	}
	f := os.NewFile(uintptr(fd), name)
	_, err = f.Write(content)
	return errors.Join(err, unix.Fchown(fd, s.p.UID, s.p.GID), f.Close())
}

// Give makes the process's user the owner of the folder.
func (s *Stage) Give() error { return unix.Fchown(int(s.dir.Fd()), s.p.UID, s.p.GID) }

// Has reports whether there is something of that name.
func (s *Stage) Has(name string) bool {
	var st unix.Stat_t
	return unix.Fstatat(int(s.dir.Fd()), name, &st, unix.AT_SYMLINK_NOFOLLOW) == nil
}

// Open opens a regular file that the process's user (or refgraph's) has put into
// the folder, of at most limit bytes now; the caller reads no more than that of
// it. A link, a device, another's file is an error, fs.ErrNotExist if there is none.
func (s *Stage) Open(name string, limit int64) (*os.File, error) {
	fd, err := unix.Openat(int(s.dir.Fd()), name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_CLOEXEC, 0)
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: name, Err: err}
	}
	f := os.NewFile(uintptr(fd), name)
	var st unix.Stat_t
	switch err = unix.Fstat(fd, &st); {
	case err != nil:
	case st.Mode&unix.S_IFMT != unix.S_IFREG || st.Nlink > 1:
		err = errors.New("it is no plain file")
	case int(st.Uid) != s.p.UID && int(st.Uid) != os.Geteuid():
		err = fmt.Errorf("it belongs to user %d", st.Uid)
	case st.Size > limit:
		err = fmt.Errorf("it is too large: %d bytes", st.Size)
	}
	if err != nil {
		f.Close()
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	return f, nil
}

// Close removes the folder with all files in it.
func (s *Stage) Close() error {
	var err error
	if s.dir != nil {
		empty(s.dir)
		err = s.dir.Close()
	}
	return errors.Join(err, unix.Unlinkat(int(s.parent.Fd()), s.name, unix.AT_REMOVEDIR), s.parent.Close())
}

// empty removes the files of a folder; a link is removed, not what it leads to.
func empty(dir *os.File) {
	names, _ := dir.Readdirnames(-1)
	for _, name := range names {
		_ = unix.Unlinkat(int(dir.Fd()), name, 0)
	}
}

// sweep removes the stages of runs that were killed: those that nobody has locked.
func (s *Stage) sweep() {
	names, _ := s.parent.Readdirnames(-1)
	for _, name := range names {
		if !strings.HasPrefix(name, stagePrefix) {
			continue
		}
		fd, err := unix.Openat(int(s.parent.Fd()), name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
		if err != nil {
			continue
		}
		old := os.NewFile(uintptr(fd), name)
		var st unix.Stat_t
		if unix.Fstat(fd, &st) == nil && (int(st.Uid) == s.p.UID || int(st.Uid) == os.Geteuid()) && lock(old) == nil {
			empty(old)
			_ = unix.Unlinkat(int(s.parent.Fd()), name, unix.AT_REMOVEDIR)
		}
		old.Close()
	}
}
