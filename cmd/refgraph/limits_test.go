package main

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strconv"
	"strings"
	"testing"
)

// soundDumps are sound dumps of n objects, by format.
var soundDumps = map[string]func(n int) []byte{
	"go": func(n int) []byte {
		var objects bytes.Buffer
		for i := range uint64(n) {
			objects.Write(goObject(i + 1))
		}
		return goHeap(objects.Bytes())
	},
	"python": func(n int) []byte {
		b := binary.LittleEndian.AppendUint32(nil, uint32(n))
		b = append(b, make([]byte, 12)...)
		for i := range uint64(n) {
			b = binary.LittleEndian.AppendUint64(b, 1<<20+16*i)
		}
		for _, v := range []uint32{64, 1} { // sizes, refcounts
			for range n {
				b = binary.LittleEndian.AppendUint32(b, v)
			}
		}
		return pyHeap(pyRecord('B', string(b)))
	},
	"java": func(n int) []byte {
		segment := javaClasses(1)
		for i := range uint64(n) {
			segment = append(segment, 0x21)
			segment = binary.BigEndian.AppendUint64(segment, 1<<20+16*i)
			segment = append(segment, make([]byte, 4)...)
			segment = binary.BigEndian.AppendUint64(segment, 16)
			segment = append(segment, make([]byte, 4)...)
		}
		return javaHeap(segment)
	},
	"js": func(n int) []byte {
		return snapshotOf("0,0,1,0,0,"+repeated(n, "1,1,%d,16,0", func(i int) []any { return []any{2*i + 3} }), "", "", `"","f"`)
	},
	"webkit": func(n int) []byte {
		return []byte(`{"version":2,"type":"Inspector","nodes":[0,0,0,0,` + repeated(n, "%d,16,0,0", func(i int) []any { return []any{i + 1} }) +
			`],"nodeClassNames":["<root>"],"edges":[],"edgeTypes":["Internal"],"edgeNames":[],"roots":[],"labels":[]}`)
	},
	"ruby": func(n int) []byte {
		return rubyLines(n, `{"address":"0x%x","type":"OBJECT","class":"0x20"}`+"\n", func(i int) []any { return []any{8*i + 64} })
	},
}

// limited runs a command line of refgraph within a resource limit of so many bytes,
// as ulimit sets it.
func limited(t *testing.T, exe, flag string, limit uint64, args ...string) result {
	t.Helper()
	var errs bytes.Buffer
	cmd := exec.Command("sh", append([]string{"-c", "ulimit " + flag + " " + strconv.FormatUint(limit>>10, 10) + ` && exec "$0" "$@"`, exe}, args...)...)
	cmd.Stderr = &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{code: cmd.ProcessState.ExitCode(), errs: errs.String()}
}

// program builds the program as it is released, without the C library: its threads
// reserve hundreds of megabytes of address space.
func program(t *testing.T) string {
	t.Helper()
	exe := filepath.Join(t.TempDir(), "refgraph")
	cmd := exec.Command("go", "build", "-o", exe, ".")
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	return exe
}

// TestLimits opens sound dumps of all formats within limits of memory that they do
// not fit, nearly fit, and fit: each is answered, or refused with what sets the limit
// and what would help. Nothing is killed, and no stacks are printed.
func TestLimits(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("limits are known on Linux")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	const n = 200000
	exe := program(t)
	refused, answered := 0, 0
	for format, write := range soundDumps {
		path := filepath.Join(t.TempDir(), "dump")
		if err := os.WriteFile(path, write(n), 0o600); err != nil {
			t.Fatal(err)
		}
		for _, limit := range []struct {
			flag string
			mb   uint64
		}{{"-v", 850}, {"-d", 112}, {"-d", 256}} {
			r := limited(t, exe, limit.flag, limit.mb<<20, "top", path, "-q", "--no-cache")
			name := fmt.Sprintf("%s within ulimit %s %d MB", format, limit.flag, limit.mb)
			switch {
			case r.code == exitOK && r.errs == "":
				answered++
			case r.code == exitFailed && strings.HasPrefix(r.errs, "refgraph: ") && strings.Contains(r.errs, "ulimit "+limit.flag) && strings.Contains(r.errs, "\nhint: raise that limit") && strings.Count(r.errs, "\n") == 2:
				refused++
			default:
				t.Errorf("%s: exit %d: %.700s", name, r.code, r.errs)
			}
		}
	}
	if r := limited(t, exe, "-v", 1024<<20, "top", "missing", "--json"); r.code != exitFailed || !strings.Contains(r.errs, "no such file") {
		t.Errorf("a file that is not there: exit %d: %s", r.code, r.errs)
	}
	if refused == 0 || answered == 0 {
		t.Errorf("%d refused, %d answered: the limits of this test fit nothing", refused, answered)
	}
	t.Logf("%d refused, %d answered", refused, answered)
}
