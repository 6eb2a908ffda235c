package python

import (
	"encoding/json"
	"fmt"
	"runtime"
	"testing"
)

// TestFailures checks that a dump that fails leaves no file, says why, and does
// not harm the program; and that dumps on a signal and without waiting work.
func TestFailures(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("needs resource limits")
	}
	eachPython(t, func(t *testing.T, p interpreter) {
		var got struct {
			Killed, Missing, Full, Later, Fine string
			InProcess                          string `json:"full in process"`
			Files                              []string
		}
		out := p.run(t, programs+"failures.py", "refgraph_dump.py", t.TempDir())
		if err := json.Unmarshal([]byte(out), &got); err != nil {
			t.Fatal(err)
		}
		for _, c := range []struct{ what, got, want string }{
			{"killed", got.Killed, "DumpError: the dumping child was killed by signal 9"},
			{"missing folder", got.Missing[:min(17, len(got.Missing))], "FileNotFoundError"},
			{"full disk", got.Full, "DumpError: OSError: [Errno 27] File too large"},
			{"full disk, in process", got.InProcess, "OSError: [Errno 27] File too large"},
			{"without waiting", got.Later, "ok"},
			{"afterwards", got.Fine, "written"},
			{"files", fmt.Sprint(got.Files), "[fine.pydump heap later.pydump]"},
		} {
			if c.got != c.want {
				t.Errorf("%s: %q, want %q", c.what, c.got, c.want)
			}
		}
	})
}
