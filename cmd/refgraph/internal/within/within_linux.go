package within

import (
	"errors"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"regexp"
	"runtime"
	"sync"
	"syscall"
	"time"

	"golang.org/x/sys/unix"
)

// stderrFD is where a child has the standard error of the program. Its own is what
// the Go runtime writes to when it ends the process.
const stderrFD = 3

// Stderr is standard error. It is called once, before anything is run by it.
func Stderr() *os.File {
	if os.Getenv(variable) == "" {
		return os.Stderr
	}
	os.Unsetenv(variable) // what the child runs is no child of this kind
	unix.CloseOnExec(stderrFD)
	return os.NewFile(stderrFD, "/dev/stderr")
}

// Run runs this command line in a child, and returns how it ended; short is whether
// it ended because memory was short. It has not run if this is the child, or if no
// child can be made.
func Run() (code int, short, ran bool) {
	if os.Getenv(variable) != "" {
		return 0, false, false
	}
	exe, err := os.Executable()
	if err != nil {
		return 0, false, false
	}
	runtime.LockOSThread() // the child ends with this thread
	defer runtime.UnlockOSThread()
	said := &beginning{}
	cmd := &exec.Cmd{Path: exe, Args: os.Args, Env: append(os.Environ(), variable+"=1"), Stdin: os.Stdin, Stdout: os.Stdout, Stderr: said,
		ExtraFiles: []*os.File{os.Stderr}, SysProcAttr: &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL}, WaitDelay: time.Second}
	if cmd.Start() != nil {
		return 0, false, false
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	go func() {
		for s := range signals {
			_ = cmd.Process.Signal(s)
		}
	}()
	var exit *exec.ExitError
	if err := cmd.Wait(); err != nil && !errors.As(err, &exit) && !errors.Is(err, exec.ErrWaitDelay) {
		return 1, false, true
	}
	text := said.bytes()
	killed := cmd.ProcessState.Sys().(syscall.WaitStatus)
	if killed.Signaled() && killed.Signal() == syscall.SIGKILL || exhausted(text, killed.Signaled() || cmd.ProcessState.ExitCode() == 2) {
		return 1, true, true
	}
	_, _ = os.Stderr.Write(text)
	if killed.Signaled() {
		return 128 + int(killed.Signal()), false, true
	}
	return cmd.ProcessState.ExitCode(), false, true
}

// ended is how the Go runtime, the C library's threads and the compiler of the
// layout engine begin to say that they got no memory.
var ended = regexp.MustCompile(`(?m)^(fatal error: .*(memory|reserve|allocat|newosproc)|runtime: (out of memory|failed to create new OS thread|cannot allocate)|runtime/cgo: .*(failed|cannot)|panic: .*cannot allocate memory|SIGSEGV.*out of memory)`)

// exhausted reports whether a process ended since it got no memory.
func exhausted(said []byte, badly bool) bool { return badly && ended.Match(said) }

// beginning keeps the first of what is written.
type beginning struct {
	mu sync.Mutex
	b  []byte
}

const mostKept = 1 << 18

func (w *beginning) Write(b []byte) (int, error) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.b = append(w.b, b[:min(len(b), mostKept-len(w.b))]...)
	return len(b), nil
}

func (w *beginning) bytes() []byte {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.b
}

var _ io.Writer = (*beginning)(nil)
