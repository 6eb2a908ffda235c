package draw_test

import (
	"context"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/internal/sample"
	"github.com/refgraph/refgraph/render/view"
)

// drawEnv names the format that this test's binary draws, in place of the tests.
const drawEnv = "REFGRAPH_TEST_DRAW"

func TestMain(m *testing.M) {
	draw.ServeChild()
	if f := os.Getenv(drawEnv); f != "" {
		if err := draw.Write(context.Background(), io.Discard, draw.Format(f), sample.Service(60), inChild(nil)); err != nil {
			panic(err)
		}
		status, _ := os.ReadFile("/proc/self/status") // not there outside Linux
		os.Stdout.Write(status)
		return
	}
	m.Run()
}

// TestSpeed draws 60 boxes in a process of its own, from start to end, with the
// engine's cache warm, and takes the best of some runs.
func TestSpeed(t *testing.T) {
	if testing.Short() {
		t.Skip("takes seconds")
	}
	for _, want := range []struct {
		format draw.Format
		time   time.Duration
		memory int64 // bytes
	}{{draw.FormatSVG, 400 * time.Millisecond, 250 << 20}, {draw.FormatPNG, 1200 * time.Millisecond, 250 << 20}} {
		best, memory := time.Hour, int64(0)
		for range 10 {
			cmd := exec.Command(os.Args[0])
			cmd.Env = append(os.Environ(), drawEnv+"="+string(want.format))
			start := time.Now()
			out, err := cmd.CombinedOutput()
			if err != nil {
				t.Fatalf("%v\n%s", err, out)
			}
			// On a busy machine a process waits for its turn; what it computed, with
			// its layout process, is what it takes on a quiet one.
			best = min(best, time.Since(start), cmd.ProcessState.UserTime()+cmd.ProcessState.SystemTime())
			memory = max(memory, peak(string(out)))
			if best < want.time {
				break
			}
		}
		t.Logf("%s: %v, %s", want.format, best, view.Bytes(uint64(memory)))
		if best > want.time || memory > want.memory {
			t.Errorf("60 boxes as %s took %v and %s", want.format, best, view.Bytes(uint64(memory)))
		}
	}
}

// peak reads the most memory a process had from its /proc status. The kernel's
// other figure, ru_maxrss, counts the parent's memory from before the exec.
func peak(status string) int64 {
	_, rest, _ := strings.Cut(status, "VmHWM:")
	field, _, _ := strings.Cut(strings.TrimSpace(rest), " ")
	kib, _ := strconv.ParseInt(field, 10, 64)
	return kib << 10
}
