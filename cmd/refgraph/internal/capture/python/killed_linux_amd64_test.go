package python

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// TestKilled kills a refgraph that captures at random moments, and checks that the
// program goes on, and that the next capture leaves nothing behind of both. There
// are 20 of it, or CAPTURE_KILLS.
func TestKilled(t *testing.T) {
	total, err := strconv.Atoi(os.Getenv("CAPTURE_KILLS"))
	if err != nil {
		total = 20
	}
	exes := killedPythons(t)
	works := []string{"idle", "busy", "epoll", "threads"}
	alive, midway := 0, 0
	for i := range total {
		work, exe := works[i%len(works)], exes[i/len(works)%len(exes)]
		noFork := i%10 == 9
		ok := t.Run(fmt.Sprintf("%d %s", i, work), func(t *testing.T) {
			s := begin(t, exe, work, "large")
			before := s.holds()
			c := beginCapture(t, s.pid(), noFork)
			longest := []time.Duration{50, 150, 600}[rand.IntN(3)] * time.Millisecond
			time.Sleep(5*time.Millisecond + rand.N(longest))
			_ = c.Process.Kill()
			if c.Wait() != nil {
				midway++
			}
			s.alive()
			if noFork {
				time.Sleep(3 * time.Second) // until the program finds that nobody listens
			}
			s.mustCapture(Options{})
			s.alive()
			after := s.holds()
			for end := time.Now().Add(5 * time.Second); after.Maps > 0 && time.Now().Before(end); after = s.holds() {
				time.Sleep(100 * time.Millisecond) // until the main thread comes to what the killed one has asked of it
			}
			allowed := int64(growth)
			if noFork {
				allowed += ofThreads(work)
			}
			s.same(before, after, allowed)
		})
		if ok {
			alive++
		}
	}
	fmt.Printf("row: captures killed at a random moment, CPython %v | %d of %d programs alive and answering, %d captures were killed midway\n", len(exes), alive, total, midway)
}

// TestLockKept captures a program whose main thread waits in a system call while
// another keeps the interpreter's lock for longer than refgraph waits, or lives: what
// the main thread is to do is late when it gets the lock at last.
func TestLockKept(t *testing.T) {
	for _, how := range []string{"timeout", "killed"} {
		for _, noFork := range []bool{false, true} {
			t.Run(fmt.Sprintf("%s, no fork %v", how, noFork), func(t *testing.T) {
				t.Parallel()
				s := begin(t, somePython(t), "read")
				before := s.holds()
				if _, err := io.WriteString(s.in, "hold\n"); err != nil {
					t.Fatal(err)
				}
				time.Sleep(500 * time.Millisecond)
				if how == "timeout" {
					var refusal *capture.Refusal
					if _, _, err := s.capture(Options{NoFork: noFork, Timeout: 500 * time.Millisecond}); !errors.As(err, &refusal) {
						t.Errorf("%v", err)
					}
				} else {
					c := beginCapture(t, s.pid(), noFork)
					time.Sleep(700 * time.Millisecond)
					_ = c.Process.Kill()
					_ = c.Wait()
				}
				if got := s.line(); got != "held" {
					t.Fatalf("%s\n%s", got, s.errs)
				}
				s.alive()
				s.mustCapture(Options{})
				s.alive()
				s.same(before, s.holds(), growth)
			})
		}
	}
}

// beginCapture starts a refgraph that captures.
func beginCapture(t *testing.T, pid int, noFork bool) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	c := exec.Command(self)
	c.Env = append(os.Environ(), "CAPTURE_PID="+strconv.Itoa(pid))
	if noFork {
		c.Env = append(c.Env, "CAPTURE_NOFORK=1")
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	return c
}

// TestTwoAtOnce has two captures of one program at the same time: one waits, or is
// refused, and the program goes on.
func TestTwoAtOnce(t *testing.T) {
	s := begin(t, somePython(t), "busy")
	for range 5 {
		c := beginCapture(t, s.pid(), true)
		time.Sleep(100 * time.Millisecond)
		_, _, err := s.capture(Options{})
		var refusal *capture.Refusal
		if err != nil && (!errors.As(err, &refusal) || !strings.Contains(err.Error(), "another refgraph") && !strings.Contains(err.Error(), "is traced by")) {
			t.Error(err)
		}
		_ = c.Wait()
		s.alive()
	}
}

func killedPythons(t *testing.T) []string {
	var list []string
	for _, v := range []string{"3.8", "3.11", "3.13"} {
		if exe := pythons()[v]; exe != "" {
			list = append(list, exe)
		}
	}
	if len(list) == 0 {
		list = append(list, somePython(t))
	}
	return list
}

// TestSaturated captures a service of eleven threads at its limit of descriptors
// again and again: 10 times, or CAPTURE_ROW.
func TestSaturated(t *testing.T) {
	total, err := strconv.Atoi(os.Getenv("CAPTURE_ROW"))
	if err != nil {
		total = 10
	}
	s := begin(t, somePython(t), "threads", "descriptors")
	s.mustCapture(Options{}) // what the program itself allocates for the first time
	first := s.rss()
	for range total {
		s.mustCapture(Options{})
		s.alive()
	}
	grown := s.rss() - first
	if grown > growth {
		t.Errorf("the resident size has grown by %d bytes", grown)
	}
	fmt.Printf("row: captures in a row of a saturated service of 11 threads without a free descriptor | %d, alive, grown by %d KiB\n", total, grown>>10)
}
