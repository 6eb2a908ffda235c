package leaks

import (
	"os/exec"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// elsewhere are the detectors that no suspect of the corpus is named by, as they need a
// browser or a second dump, or only remark on what others tell, and what shows them.
var elsewhere = map[string]string{
	"growth":       "the tests of graph/suspect, and of cmd/refgraph with --against",
	"detached":     ".ci/real heapsnapshot: a page in a browser",
	"badly-filled": "jvm/sparsemaps, as a remark on what holds them",
}

// told collects which detectors have told something of the corpus.
type told struct {
	mu       sync.Mutex
	programs int
	names    []string
}

func (c *told) add(a *answer) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.programs++
	for _, s := range a.Suspects {
		c.names = append(c.names, s.Detector)
	}
}

// check complains of detectors that no program shows.
func (c *told) check(t *testing.T) {
	for _, name := range detectors(t) {
		if elsewhere[name] == "" && !slices.Contains(c.names, name) {
			t.Errorf("no program of the corpus shows the detector %s", name)
		}
	}
}

// detectors are the names that the help of suspects lists.
func detectors(t *testing.T) (names []string) {
	help, err := exec.Command(refgraph, "suspects", "--help").Output()
	if err != nil {
		t.Fatal(err)
	}
	_, list, _ := strings.Cut(string(help), "detectors:")
	list, _, _ = strings.Cut(strings.TrimSpace(list), "\n\n")
	for _, m := range regexp.MustCompile(`(?m)^ *([a-z-]+) +\S`).FindAllStringSubmatch(list, -1) {
		names = append(names, m[1])
	}
	if len(names) < 15 {
		t.Fatalf("the help lists %q", names)
	}
	return names
}
