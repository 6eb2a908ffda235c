package python

import (
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

// everything says whether all combinations are tried, as before a release.
func everything() bool { return os.Getenv("CAPTURE_ALL") != "" }

// growth is by how much a program may grow.
const growth = 2 << 20

// TestWays takes dumps of programs that do different things, with every CPython of
// the machine, and checks that they go on as before.
func TestWays(t *testing.T) {
	if len(pythons()) == 0 {
		missing(t, "no CPython 3.8 or later", "python3")
	}
	most := somePython(t)
	for version, exe := range pythons() {
		works := []string{"idle", "busy"}
		if exe == most || everything() {
			works = []string{"idle", "sleep", "poll", "epoll", "lock", "busy", "native", "threads"}
		}
		for _, work := range works {
			t.Run(version+" "+work, func(t *testing.T) {
				t.Parallel()
				s := begin(t, exe, work)
				before := s.holds()
				if r := s.mustCapture(Options{}); !r.Forked || r.Python != version || r.Paused <= 0 || r.Paused > 5*time.Second {
					t.Errorf("%+v", r)
				}
				s.alive()
				s.same(before, s.holds(), growth)
			})
		}
	}
}

// TestNoFork has programs dump their heap themselves.
func TestNoFork(t *testing.T) {
	most := somePython(t)
	for version, exe := range pythons() {
		works := []string{"idle"}
		if exe == most || everything() {
			works = []string{"idle", "poll", "epoll", "lock", "busy", "threads"}
		}
		for _, work := range works {
			t.Run(version+" "+work, func(t *testing.T) {
				t.Parallel()
				s := begin(t, exe, work)
				before, blocks := s.holds(), s.number("blocks")
				for range 2 {
					if r := s.mustCapture(Options{NoFork: true}); r.Forked || r.Python != version || r.Paused < 10*time.Millisecond {
						t.Errorf("%+v", r)
					}
					s.alive()
					s.same(before, s.holds(), growth+ofThreads(work))
				}
				if more := s.number("blocks") - blocks; work == "idle" && (more < -1000 || more > 1000) {
					t.Errorf("the interpreter counts %d blocks more", more)
				}
			})
		}
	}
}

// ofThreads is by how much more a program with ten busy threads may grow: they go on
// and make new objects while the dump holds their old ones, in arenas that the
// interpreter keeps as long as one object is in them. Seen were 2 to 6 MB in all.
func ofThreads(work string) int64 {
	if work == "threads" {
		return 6 << 20
	}
	return 0
}

// TestHostileStates takes dumps of programs in states that killed them once. Each
// is dumped, but where no code may run at all, which is said.
func TestHostileStates(t *testing.T) {
	exe := somePython(t)
	for _, c := range []struct {
		state, refused, warning string
		works                   []string
	}{
		{state: "descriptors", works: []string{"idle", "busy", "threads"}},
		{state: "open"},
		{state: "finders"},
		{state: "chroot"},
		{state: "audit", refused: "no Python code can run"},
		{state: "seccomp", warning: "seccomp", works: []string{"idle", "busy", "threads"}},
		{state: "tracemalloc", works: []string{"idle", "busy", "threads"}},
		{state: "toggled"},
	} {
		if c.state == "chroot" && os.Getuid() != 0 {
			t.Log("not as root: no program that changes its root and user")
			continue
		}
		if c.works == nil || everything() {
			c.works = []string{"idle", "busy"}
		}
		for _, way := range slices.Concat(c.works, []string{"idle no fork", "threads no fork"}) {
			work, noFork := strings.CutSuffix(way, " no fork")
			t.Run(c.state+" "+way, func(t *testing.T) {
				t.Parallel()
				s := begin(t, exe, work, c.state)
				if c.refused != "" {
					if _, _, err := s.capture(Options{NoFork: noFork}); err == nil || !strings.Contains(err.Error(), c.refused) || strings.Contains(err.Error(), "\x1b") {
						t.Errorf("refused with %q", err)
					}
				} else if r := s.mustCapture(Options{NoFork: noFork}); !noFork && !strings.Contains(r.Warning, c.warning) {
					t.Errorf("%+v", r)
				}
				s.alive()
				if c.state == "tracemalloc" {
					if leak := s.number("leak"); leak != 0 {
						t.Errorf("tracemalloc knows %d blocks of ours", leak)
					}
				}
			})
		}
	}
}
