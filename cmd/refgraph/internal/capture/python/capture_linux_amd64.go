package python

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
	"golang.org/x/sys/unix"
)

// session is one dump on its way.
type session struct {
	Options
	p      *capture.Process
	in     *interpreter
	t      *target
	l      *layout
	out    *pieces
	second uint64 // ticks in a second
	mapped bool
	queued bool // the interpreter has the function in its queue
	now    bool // the function was called directly
	locked bool // the main thread waited with the interpreter's lock held
}

// Capture writes a dump of a process's heap. An error that is a [capture.Refusal]
// says why none can be taken; the process runs on in any case.
func Capture(ctx context.Context, p *capture.Process, o Options, w io.Writer) (r *Result, err error) {
	if o.Timeout <= 0 {
		o.Timeout = 10 * time.Minute
	}
	ctx, cancel := context.WithTimeoutCause(ctx, o.Timeout, fmt.Errorf("no dump after %s", o.Timeout))
	defer cancel()
	runtime.LockOSThread() // ptrace belongs to a thread
	defer runtime.UnlockOSThread()
	if err := p.Ready(); err != nil {
		return nil, err
	}
	mem, err := openMemory(p)
	if err != nil {
		return nil, err
	}
	defer mem.close()
	if err := mem.alone(p); err != nil {
		return nil, err
	}
	behind := newAsync(w)
	s := &session{Options: o, p: p, out: &pieces{w: behind, limit: 8*p.Resident + 1<<30}, second: ticksIn(time.Second)}
	r = &Result{Method: "a fork of the process"}
	if s.NoFork, r.Warning = s.mayNotFork(); s.NoFork {
		r.Method = "the process itself"
	}
	r.Forked = !s.NoFork
	if err := s.prepare(mem); err != nil {
		return nil, errors.Join(err, behind.Close())
	}
	r.Python = fmt.Sprintf("%d.%d", s.in.version[0], s.in.version[1])
	err = s.dump(ctx)
	if ticks, err := s.get(sPaused); err == nil {
		r.Paused = time.Duration(float64(ticks) / float64(s.second) * float64(time.Second))
	}
	err = errors.Join(err, s.cleanUp(), behind.Close())
	if err == nil && !s.out.complete {
		err = errors.New("the dump ended early")
	}
	if err == nil {
		err = addProcess(w, p)
	}
	if cause := context.Cause(ctx); cause != nil && err != nil {
		err = s.late(cause)
	}
	return r, err
}

// late says why there was no dump in time.
func (s *session) late(cause error) error {
	if errors.Is(cause, context.Canceled) {
		return cause
	}
	if s.out.size == 0 {
		return &capture.Refusal{Why: "the process did not get to it: " + cause.Error(),
			Advice: "its main thread is busy in native code, or another thread keeps the interpreter's lock; try again"}
	}
	return cause
}

// prepare finds out all that is needed, and then makes the mapping.
func (s *session) prepare(mem memory) error {
	regions, err := readMaps(s.p)
	if err != nil {
		return err
	}
	if s.in, err = findInterpreter(s.p, mem, regions); err != nil {
		return err
	}
	s.t = &target{mem: mem, tid: s.p.PID}
	if err := s.t.findCave(s.in.all); err != nil {
		return err
	}
	if err := s.t.sweep(s.p, regions); err != nil {
		return explainStop(s.p.PID, err)
	}
	if regions, err = readMaps(s.p); err != nil {
		return err
	}
	src := sources(s.p.Inner, s.Values, !s.NoFork)
	base, err := hole(regions, newLayout(0, src).size)
	if err != nil {
		return err
	}
	s.l = newLayout(base, src)
	s.l.gadget = findGadget(mem, regions)
	const flags = unix.MAP_PRIVATE | unix.MAP_ANONYMOUS | unix.MAP_FIXED_NOREPLACE
	s.mapped = true
	err = s.t.calls(
		[]uint64{unix.SYS_MMAP, base, codeSize, unix.PROT_READ | unix.PROT_EXEC, flags, ^uint64(0), 0},
		[]uint64{unix.SYS_MMAP, base + codeSize, s.l.size - codeSize, unix.PROT_READ | unix.PROT_WRITE, flags, ^uint64(0), 0})
	if err == nil {
		err = s.fill(src)
	}
	if err != nil {
		return errors.Join(explainStop(s.p.PID, err), s.cleanUp())
	}
	return nil
}

// fill writes code and state into the mapping, after a look whether it is there.
func (s *session) fill(src [3]string) error {
	regions, err := readMaps(s.p)
	if err != nil {
		return err
	}
	code, data := false, false
	for _, r := range regions {
		code = code || r.start == s.l.base && r.end == s.l.base+codeSize && r.perms == "r-xp" && r.inode == 0
		data = data || r.start == s.l.base+codeSize && r.end == s.l.base+s.l.size && r.perms == "rw-p" && r.inode == 0
	}
	if !code || !data {
		s.mapped = false
		return &capture.Refusal{Why: fmt.Sprintf("process %d got no memory", s.p.PID), Advice: "see its limits (ulimit -v) and its seccomp filter"}
	}
	text := s.l.program(s.in, !s.NoFork)
	if err := errors.Join(s.t.mem.write(s.l.base, text), s.t.mem.write(s.l.state(0), s.l.firstState())); err != nil {
		return err
	}
	if s.NoFork {
		return s.l.writeSources(s.t.mem, src)
	}
	return nil
}

func (l *layout) writeSources(mem memory, src [3]string) error {
	var all []byte
	for _, s := range src {
		all = append(append(all, s...), 0)
	}
	return mem.write(l.base+sourcesAt, all)
}

// dump has the process dump its heap.
func (s *session) dump(ctx context.Context) error {
	if err := errors.Join(s.alive(), s.set(sArmed, 1)); err != nil {
		return err
	}
	if err := s.trigger(ctx); err != nil {
		return err
	}
	if s.NoFork {
		return s.follow(ctx)
	}
	forked, err := s.get(sForked)
	if err != nil {
		return err
	}
	if int64(forked) <= 0 {
		return &capture.Refusal{Why: fmt.Sprintf("process %d cannot fork: %v", s.p.PID, unix.Errno(-int64(forked))),
			Advice: "free memory, or raise its limit of processes (ulimit -u, pids.max); --no-fork takes the dump in the process, which pauses meanwhile"}
	}
	c, err := s.adopt(int(forked))
	if err != nil {
		return err
	}
	defer c.end()
	return c.dump(ctx)
}

func (s *session) get(offset uint64) (uint64, error) { return s.t.mem.uint64(s.l.state(offset)) }
func (s *session) set(offset uint64, v uint64) error { return s.t.mem.setUint64(s.l.state(offset), v) }

// alive moves the time on until which the process takes refgraph to be there.
func (s *session) alive() error { return s.set(sDeadline, ticks()+2*s.second) }

// maxIdle is how long the main thread has to get to a safe point before it is
// taken for waiting.
const maxIdle = 300 * time.Millisecond

// trigger has the function called, and waits until it was.
func (s *session) trigger(ctx context.Context) error {
	next := time.Now()
	pause := 50 * time.Microsecond
	for {
		if done, err := s.reached(); done || err != nil {
			return err
		}
		if !s.now && !time.Now().Before(next) {
			if err := s.ask(); err != nil {
				return err
			}
			next = time.Now().Add(maxIdle)
		}
		select {
		case <-ctx.Done():
			return context.Cause(ctx)
		case <-time.After(pause):
			pause = min(pause*2, 5*time.Millisecond)
		}
	}
}

// ask stops the main thread to ask it, or to look whether it waits now.
func (s *session) ask() error {
	now, later := false, false
	_, err := s.t.run(s.l, func(r *unix.PtraceRegs) func(*code) {
		switch {
		case waits(r) && !s.locked && !s.in.waitsForLock(r):
			now = true
			return askNow(s.l, s.in, s.NoFork)
		case !s.queued:
			later = true
			return askLater(s.l, s.in)
		}
		return nil
	})
	s.now, s.queued = s.now || now, s.queued || later
	if err != nil || !now && !later {
		return explainNil(s.p.PID, err)
	}
	if now {
		return nil
	}
	return s.checkQueued()
}

// checkQueued waits for the interlude that asks to be over, which takes microseconds.
func (s *session) checkQueued() error {
	for end := time.Now().Add(stopLimit); time.Now().Before(end); time.Sleep(20 * time.Microsecond) {
		done, err := s.get(sDone)
		if err != nil {
			return err
		}
		if done == 0 {
			continue
		}
		ready, err1 := s.get(sReady)
		result, err2 := s.get(sQueued)
		switch {
		case err1 != nil || err2 != nil:
			return errors.Join(err1, err2)
		case int32(ready) == notInitialized:
			s.queued = false
			return s.notInitialized()
		case int32(result)-1 != 0:
			s.queued = false
			return &capture.Refusal{Why: "the interpreter's queue of pending calls is full", Advice: "try again"}
		}
		return nil
	}
	return errors.New("the main thread does not get to the interpreter")
}

func explainNil(pid int, err error) error {
	if err == nil {
		return nil
	}
	return explainStop(pid, err)
}

// reached reports whether the function has done its work, or in the process itself
// whether it has begun to.
func (s *session) reached() (bool, error) {
	if err := s.alive(); err != nil {
		return false, fmt.Errorf("process %d ended", s.p.PID)
	}
	served, err := s.get(sServed)
	if err != nil {
		return false, err
	}
	if s.NoFork {
		if armed, err := s.get(sArmed); armed == 0 || err != nil {
			return true, err
		}
	}
	if s.now && served == 0 {
		return false, s.checkNow()
	}
	return served != 0, nil
}

// checkNow looks whether the function could not be called directly.
func (s *session) checkNow() error {
	done, err1 := s.get(sDone)
	ready, err2 := s.get(sReady)
	switch {
	case err1 != nil || err2 != nil:
		return errors.Join(err1, err2)
	case done == 1 && int32(ready) == notInitialized:
		return s.notInitialized()
	case done == 1 && int32(ready) == holdsLock:
		s.now, s.locked = false, true
	}
	return nil
}

func (s *session) notInitialized() error {
	return &capture.Refusal{Why: fmt.Sprintf("the Python of process %d is not initialized", s.p.PID), Advice: "try again when the program runs"}
}

// exePath is the executable as the process's own list of mappings names it.
func exePath(p *capture.Process) string {
	exe, _ := os.Readlink(p.File("exe"))
	return exe
}

// findCave finds room for a little code behind the code of an image.
func (t *target) findCave(all []*image) error {
	for _, im := range all {
		if strings.HasPrefix(filepath.Base(im.path), "ld-") || im.spareEnd <= im.spare {
			continue
		}
		size := int(im.spareEnd - im.spare)
		if b, err := t.mem.read(im.spare, size); err != nil || len(bytes.Trim(b, "\x00")) > 0 {
			continue
		}
		if size > t.caveSize {
			t.cave, t.caveSize = im.spare, size
		}
	}
	if t.caveSize < 512 {
		return &capture.Refusal{Why: "there is no room for a little code in the process", Advice: adviceImport}
	}
	return nil
}

// findGadget finds the instructions syscall; ret in a library, 0 if there are none.
func findGadget(mem memory, regions []region) uint64 {
	for _, r := range regions {
		base := filepath.Base(r.path)
		if !strings.Contains(r.perms, "x") || !strings.HasPrefix(base, "libc") && !strings.HasPrefix(base, "ld-") {
			continue
		}
		b, err := mem.read(r.start, int(min(r.end-r.start, 4<<20)))
		if err != nil {
			continue
		}
		if i := bytes.Index(b, []byte{0x0f, 0x05, 0xc3}); i >= 0 {
			return r.start + uint64(i)
		}
	}
	return 0
}
