package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

func procFile(pid int, name string) string { return fmt.Sprintf("/proc/%d/%s", pid, name) }

// checkProcess tells early that a process is gone, or no CPython.
func checkProcess(pid int) error {
	maps, err := os.ReadFile(procFile(pid, "maps"))
	switch {
	case errors.Is(err, fs.ErrNotExist) || errors.Is(err, syscall.ESRCH):
		return hintError{fmt.Errorf("no process %d", pid), "pgrep -a python lists the Python processes"}
	case errors.Is(err, fs.ErrPermission):
		return hintError{fmt.Errorf("process %d belongs to another user", pid), attachHint()}
	case err != nil:
		return err
	}
	if !bytes.Contains(bytes.ToLower(maps), []byte("python")) {
		return hintError{fmt.Errorf("process %d is not CPython", pid), "pgrep -a python lists the Python processes"}
	}
	return nil
}

func processExe(pid int) string { return procFile(pid, "exe") }

// targetRoot is the path of the process's file system if it is another than
// ours, as in a container; "" if it is the same.
func targetRoot(pid int) string {
	root := procFile(pid, "root")
	ours, err1 := os.Stat("/")
	theirs, err2 := os.Stat(root + "/")
	if err1 != nil || err2 != nil || os.SameFile(ours, theirs) {
		return ""
	}
	return root
}

// giveTo makes the process's user the owner of the folder and its files.
func giveTo(dir string, pid int) error {
	st, err := os.Stat(procFile(pid, ""))
	if err != nil {
		return err
	}
	owner, ok := st.Sys().(*syscall.Stat_t)
	if !ok || int(owner.Uid) == os.Getuid() {
		return nil
	}
	return filepath.WalkDir(dir, func(p string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		return os.Chown(p, int(owner.Uid), int(owner.Gid))
	})
}

// blockedIn identifies the system call that the main thread waits in; "" if it
// does not wait.
func blockedIn(pid int) string {
	b, err := os.ReadFile(procFile(pid, "syscall"))
	text := strings.TrimSpace(string(b))
	if err != nil || text == "running" || strings.HasPrefix(text, "-1") {
		return ""
	}
	return text
}
