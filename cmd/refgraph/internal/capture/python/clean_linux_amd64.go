package python

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
	"golang.org/x/sys/unix"
)

// reap is the system call with which a process takes note of the end of a child
// that was made without a signal for that; it does not wait.
func reap(child uint64) []uint64 {
	return []uint64{unix.SYS_WAIT4, child, 0, unix.WNOHANG | unix.WALL, 0}
}

// cleanUp removes all that is in the process. What the interpreter still has in its
// queue must stay: it removes itself when it is called, since it is late then.
func (s *session) cleanUp() error {
	if !s.mapped {
		return nil
	}
	s.mapped = false
	forked, err := s.get(sForked)
	if err != nil {
		return nil // the process is gone
	}
	if err := errors.Join(s.set(sArmed, 0), s.set(sDeadline, 0)); err != nil {
		return err
	}
	var calls [][]uint64
	if int64(forked) > 0 {
		calls = append(calls, reap(forked))
	}
	if s.settled() {
		if err := s.t.outside(s.l.base, s.l.base+codeSize); err != nil {
			return explainStop(s.p.PID, err)
		}
		calls = append(calls, []uint64{unix.SYS_MUNMAP, s.l.base, s.l.size})
	}
	if len(calls) == 0 {
		return nil
	}
	return explainNil(s.p.PID, s.t.calls(calls...))
}

// settled waits for what was begun in the process to be over, and reports whether
// nothing in it leads to the mapping any more.
func (s *session) settled() bool {
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(100 * time.Microsecond) {
		served, err1 := s.get(sServed)
		done, err2 := s.get(sDone)
		keep, err3 := s.get(sKeep)
		switch {
		case err1 != nil || err2 != nil || err3 != nil || keep != 0:
			return false
		case s.queued && (s.now || served == 0):
			return false // it is in the queue still
		case s.now && done == 0:
			continue
		}
		return true
	}
	return false
}

// sweep removes what a refgraph that was killed has left in the process: its mapping,
// if nothing leads to it any more, and its child that has ended.
func (t *target) sweep(p *capture.Process, regions []region) error {
	var calls [][]uint64
	for i, r := range regions {
		size, empty := t.leftover(regions[i:])
		if size == 0 {
			continue
		}
		l := layout{base: r.start}
		state := func(offset uint64) uint64 { v, _ := t.mem.uint64(l.state(offset)); return v }
		if !empty {
			if err := t.disarm(p, &l); err != nil {
				return err
			}
		}
		if forked := state(sForked); !empty && ended(p, forked) {
			calls = append(calls, reap(forked))
		}
		if !empty && (state(sKeep) != 0 || state(sQueued) == 1 && state(sServed) == 0 || state(sBegun) == 1 && state(sDone) == 0) {
			continue // something leads to it, and will remove it or be removed by a later run
		}
		if err := t.outside(r.start, r.end); err != nil {
			return err
		}
		calls = append(calls, []uint64{unix.SYS_MUNMAP, r.start, size})
	}
	if len(calls) == 0 {
		return nil
	}
	return t.calls(calls...)
}

// disarm has what a killed refgraph has asked for not be done any more, so that it
// removes itself when it is called. A refgraph that is still there is not disturbed.
func (t *target) disarm(p *capture.Process, l *layout) error {
	state := func(offset uint64) uint64 { v, _ := t.mem.uint64(l.state(offset)); return v }
	deadline := state(sDeadline)
	busy := traced(p, state(sForked))
	if deadline > ticks() { // one that lives moves it on every few milliseconds
		time.Sleep(100 * time.Millisecond)
		busy = busy || state(sDeadline) != deadline && state(sServed) == 0
	}
	if busy {
		return anotherWorks(p)
	}
	if err := errors.Join(t.mem.setUint64(l.state(sArmed), 0), t.mem.setUint64(l.state(sDeadline), 0)); err != nil {
		return err
	}
	for end := time.Now().Add(time.Second); state(sBegun) == 1 && state(sDone) == 0 && time.Now().Before(end); {
		time.Sleep(time.Millisecond) // what is under way mostly takes no time
	}
	return nil
}

// traced reports whether the process has a fork, by its id there, that a refgraph reads.
func traced(p *capture.Process, inner uint64) bool {
	for _, c := range children(p) {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c))
		if err == nil && inner != 0 && innerID(status) == int(inner) && noSignalAtEnd(c) {
			return !bytes.Contains(status, []byte("\nTracerPid:\t0\n"))
		}
	}
	return false
}

// leftover reports whether the first of the regions is a mapping of ours, how large
// it is with what follows, and whether nothing was written to it yet. size is 0 if not.
func (t *target) leftover(regions []region) (size uint64, empty bool) {
	r := regions[0]
	if r.inode != 0 || r.path != "" || r.perms != "r-xp" || r.end-r.start != codeSize || r.start&signatureMask != signature {
		return 0, false
	}
	head, err := t.mem.read(r.start, codeSize)
	if err != nil {
		return 0, false
	}
	if bytes.HasPrefix(head, magic) {
		size = binary.LittleEndian.Uint64(head[len(magic):])
		if size > 1<<20 || size < sourcesAt {
			size = 0
		}
		return size, false
	}
	if len(bytes.Trim(head, "\x00")) > 0 {
		return 0, false
	}
	size = codeSize
	if len(regions) > 1 && regions[1].start == r.end && regions[1].inode == 0 && regions[1].perms == "rw-p" {
		size = regions[1].end - r.start
	}
	return size, true
}

// ended reports whether the process has a fork, by its id there, that has ended
// and must be reaped. One that still waits for its refgraph is killed.
func ended(p *capture.Process, inner uint64) bool {
	pid := 0
	for _, c := range children(p) {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", c))
		if err == nil && innerID(status) == int(inner) && noSignalAtEnd(c) {
			pid = c
		}
	}
	if pid == 0 {
		return false
	}
	_ = unix.Kill(pid, unix.SIGKILL)
	for end := time.Now().Add(time.Second); time.Now().Before(end); time.Sleep(time.Millisecond) {
		status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
		if err != nil || bytes.Contains(status, []byte("\nState:\tZ")) {
			return err == nil
		}
	}
	return false
}

// noSignalAtEnd reports whether a process sends its parent no signal when it ends:
// none but ours is made so.
func noSignalAtEnd(pid int) bool {
	b, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
	return err == nil && len(fields) > 35 && fields[35] == "0"
}

// innerID is a process's id in its own namespace, from its status.
func innerID(status []byte) int {
	for line := range strings.Lines(string(status)) {
		if rest, ok := strings.CutPrefix(line, "NSpid:"); ok {
			if f := strings.Fields(rest); len(f) > 0 {
				n, _ := strconv.Atoi(f[len(f)-1])
				return n
			}
		}
	}
	return 0
}

// children are the ids of a process's children, as refgraph sees them.
func children(p *capture.Process) []int {
	var list []int
	files, _ := filepath.Glob(p.File("task/*/children"))
	for _, f := range files {
		b, _ := os.ReadFile(f)
		for _, word := range strings.Fields(string(b)) {
			if n, err := strconv.Atoi(word); err == nil {
				list = append(list, n)
			}
		}
	}
	if len(files) > 0 && len(list) > 0 {
		return list
	}
	stats, _ := filepath.Glob("/proc/[0-9]*/stat") // a kernel without lists of children
	for _, f := range stats {
		b, err := os.ReadFile(f)
		fields := strings.Fields(string(b[bytes.LastIndexByte(b, ')')+1:]))
		if err == nil && len(fields) > 1 && fields[1] == strconv.Itoa(p.PID) {
			if n, err := strconv.Atoi(filepath.Base(filepath.Dir(f))); err == nil {
				list = append(list, n)
			}
		}
	}
	return list
}
