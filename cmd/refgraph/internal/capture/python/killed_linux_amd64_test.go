package python

import (
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"strconv"
	"testing"
	"time"
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
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	works := []string{"idle", "busy", "epoll", "threads"}
	alive, midway := 0, 0
	for i := range total {
		work, exe := works[i%len(works)], exes[i/len(works)%len(exes)]
		noFork := i%10 == 9
		ok := t.Run(fmt.Sprintf("%d %s", i, work), func(t *testing.T) {
			s := begin(t, exe, work, "large")
			before := s.holds()
			c := exec.Command(self)
			c.Env = append(os.Environ(), "CAPTURE_PID="+strconv.Itoa(s.pid()))
			if noFork {
				c.Env = append(c.Env, "CAPTURE_NOFORK=1")
			}
			if err := c.Start(); err != nil {
				t.Fatal(err)
			}
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
				allowed += s.ofThreads(work, before, after)
			}
			s.same(before, after, allowed)
		})
		if ok {
			alive++
		}
	}
	fmt.Printf("row: captures killed at a random moment, CPython %v | %d of %d programs alive and answering, %d captures were killed midway\n", len(exes), alive, total, midway)
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
