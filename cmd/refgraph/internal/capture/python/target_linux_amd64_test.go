package python

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump"
)

const program = "../../../../../testdata/programs/python/captured.py"

// pythons are the CPythons 3.8 and later of this machine, one of each version.
var pythons = sync.OnceValue(func() map[string]string {
	home, _ := os.UserHomeDir()
	found := map[string]string{}
	var paths []string
	for _, pattern := range []string{filepath.Join(home, ".pyenv/versions/3.*/bin/python3"), "/opt/hostedtoolcache/Python/3.*/*/bin/python3", "/usr/local/bin/python3", "/usr/bin/python3"} {
		list, _ := filepath.Glob(pattern)
		paths = append(paths, list...)
	}
	for _, p := range paths {
		out, err := exec.Command(p, "-c", "import sys; print('%d.%d' % sys.version_info[:2] if sys.implementation.name == 'cpython' and sys.version_info >= (3, 8) else '')").Output()
		if v := strings.TrimSpace(string(out)); err == nil && v != "" {
			found[v] = p
		}
	}
	return found
})

// somePython is the system's Python, or another.
func somePython(t *testing.T) string {
	t.Helper()
	for _, v := range slices.Sorted(func(yield func(string) bool) {
		for v := range pythons() {
			if !yield(v) {
				return
			}
		}
	}) {
		if p := pythons()[v]; p == "/usr/bin/python3" || v == "3.11" {
			return p
		}
	}
	for _, p := range pythons() {
		return p
	}
	missing(t, "no CPython 3.8 or later", "python3")
	return ""
}

// missing skips a test that needs a tool; in CI it fails.
func missing(t *testing.T, what, pkg string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s; install the Debian package %s", what, pkg)
	}
	t.Skipf("%s (Debian package %s)", what, pkg)
}

// subject is a running program that is captured.
type subject struct {
	t     testing.TB
	cmd   *exec.Cmd
	in    io.Writer
	out   *bufio.Reader
	errs  *lockedBuffer
	lines chan string
}

type lockedBuffer struct {
	mu sync.Mutex
	b  strings.Builder
}

func (l *lockedBuffer) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(b)
}
func (l *lockedBuffer) String() string { l.mu.Lock(); defer l.mu.Unlock(); return l.b.String() }

// begin starts the program and waits until it is ready.
func begin(t testing.TB, exe string, args ...string) *subject {
	t.Helper()
	return beginCommand(t, exec.Command(exe, append([]string{"-X", "faulthandler", program}, args...)...))
}

func beginCommand(t testing.TB, cmd *exec.Cmd) *subject {
	t.Helper()
	s := &subject{t: t, cmd: cmd, errs: &lockedBuffer{}, lines: make(chan string, 16)}
	cmd.Env = append(os.Environ(), "PYTHONDONTWRITEBYTECODE=1")
	cmd.Stderr = s.errs
	in, err1 := cmd.StdinPipe()
	out, err2 := cmd.StdoutPipe()
	if err1 != nil || err2 != nil {
		t.Fatal(err1, err2)
	}
	s.in, s.out = in, bufio.NewReader(out)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill(); _ = cmd.Wait() })
	go func() {
		defer close(s.lines)
		for {
			line, err := s.out.ReadString('\n')
			if err != nil {
				return
			}
			s.lines <- strings.TrimSpace(line)
		}
	}()
	if got := s.line(); got != "ready" {
		t.Fatalf("the program does not start: %q %s", got, s.errs)
	}
	return s
}

func (s *subject) line() string {
	select {
	case l, ok := <-s.lines:
		if !ok {
			return "(it ended)"
		}
		return l
	case <-time.After(60 * time.Second):
		return "(no answer)"
	}
}

// ask writes a line to the program and returns its answer.
func (s *subject) ask(line string) string {
	if _, err := io.WriteString(s.in, line+"\n"); err != nil {
		return "(it ended)"
	}
	return s.line()
}

// number is the program's answer to a line that asks for one.
func (s *subject) number(line string) int {
	s.t.Helper()
	text := s.ask(line)
	n, err := strconv.Atoi(text)
	if err != nil {
		s.t.Fatalf("%s: %s\n%s", line, text, s.errs)
	}
	return n
}

// alive checks that the program answers and has printed nothing.
func (s *subject) alive() {
	s.t.Helper()
	if got := s.ask("ping"); got != "pong" {
		s.t.Errorf("the program no longer answers: %s\n%s", got, s.errs)
	}
	if e := s.errs.String(); e != "" {
		s.t.Errorf("the program printed: %s", e)
	}
}

// holding is what a program has.
type holding struct {
	Files, Modules []string
	Threads        int
	GC             bool
	Mask           string
	Wrong          int
	Maps           int   // mappings of refgraph
	Children       []int // not in the program's own answer
	RSS            int64
}

func (s *subject) pid() int { return s.cmd.Process.Pid }

func (s *subject) holds() (h holding) {
	s.t.Helper()
	text := s.ask("check")
	if err := json.Unmarshal([]byte(text), &h); err != nil {
		s.t.Fatalf("%s: %v\n%s", text, err, s.errs)
	}
	p, err := capture.Look(s.pid())
	if err != nil {
		s.t.Fatal(err)
	}
	h.RSS, h.Children = p.Resident, children(p)
	regions, err := readMaps(p)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, r := range regions {
		if r.inode == 0 && r.path == "" && r.perms == "r-xp" && r.end-r.start == codeSize {
			h.Maps++
		}
	}
	return h
}

// same checks that a program has what it had.
func (s *subject) same(before, after holding, growth int64) {
	s.t.Helper()
	if grown := after.RSS - before.RSS; grown > growth {
		s.t.Errorf("the resident size has grown by %d bytes", grown)
	}
	before.RSS, after.RSS = 0, 0
	b, a := fmt.Sprintf("%+v", before), fmt.Sprintf("%+v", after)
	if a != b {
		had, has := strings.Fields(b), strings.Fields(a)
		for _, w := range has {
			if !slices.Contains(had, w) {
				s.t.Errorf("the program has %s", w)
			}
		}
		for _, w := range had {
			if !slices.Contains(has, w) {
				s.t.Errorf("the program had %s", w)
			}
		}
	}
	if after.Wrong != 0 {
		s.t.Errorf("%d results are wrong", after.Wrong)
	}
}

// capture takes a dump into a file.
func (s *subject) capture(o Options) (*Result, string, error) {
	s.t.Helper()
	p, err := capture.Look(s.pid())
	if err != nil {
		return nil, "", err
	}
	file := filepath.Join(s.t.TempDir(), "heap.pydump")
	f, err := os.Create(file)
	if err != nil {
		s.t.Fatal(err)
	}
	defer f.Close()
	if o.Timeout == 0 {
		o.Timeout = 2 * time.Minute
	}
	r, err := Capture(s.t.Context(), p, o, f)
	return r, file, err
}

// mustCapture takes a dump and checks that the program's heap is in it.
func (s *subject) mustCapture(o Options) *Result {
	s.t.Helper()
	r, file, err := s.capture(o)
	if err != nil {
		s.t.Fatalf("%v\n%s", err, s.errs)
	}
	s.ask("rest") // while its dump is read
	g := read(s.t, file)
	s.ask("work")
	if g.Len() < 16000 {
		s.t.Errorf("%d objects in the dump", g.Len())
	}
	return r
}

func read(t testing.TB, file string) *graph.Graph {
	t.Helper()
	d, err := dump.Open(context.Background(), file, nil)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return d.Graph
}

// TestMain makes the test binary a refgraph that captures, for tests that kill it.
func TestMain(m *testing.M) {
	if pid := os.Getenv("CAPTURE_PID"); pid != "" {
		n, _ := strconv.Atoi(pid)
		p, err := capture.Look(n)
		if err == nil {
			_, err = Capture(context.Background(), p, Options{NoFork: os.Getenv("CAPTURE_NOFORK") != ""}, io.Discard)
		}
		if err != nil {
			fmt.Fprintln(os.Stderr, err)
			os.Exit(1)
		}
		os.Exit(0)
	}
	os.Exit(m.Run())
}

func (s *subject) rss() int64 {
	s.t.Helper()
	p, err := capture.Look(s.pid())
	if err != nil {
		s.t.Fatal(err)
	}
	return p.Resident
}
