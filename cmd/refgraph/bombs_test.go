package main

import (
	"bytes"
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
)

// goHeap is a Go heap dump of one object and more records.
func goHeap(more ...[]byte) []byte {
	b := []byte("go1.7 heap dump\n")
	b = append(b, uvarints(6, 0, 8, 0xc000000000, 0xc040000000)...)
	b = append(b, "\x05amd64\x06go1.26\x02"...)
	b = append(b, goObject(0)...)
	return append(append(b, bytes.Join(more, nil)...), 0)
}

func goObject(i uint64) []byte {
	return append(uvarints(1, 0xc000000000+16*i, 16), make([]byte, 17)...)
}

func uvarints(list ...uint64) (b []byte) {
	for _, v := range list {
		b = binary.AppendUvarint(b, v)
	}
	return b
}

// pyHeap is a Python heap dump of one object and, before it, more records.
func pyHeap(more ...[]byte) []byte {
	b := append([]byte("refgraph python heap\n"), pyRecord('H', `{"version":1,"python":"3.12.1","pointer_size":8}`)...)
	b = append(b, pyRecord('T', `["m","T"]`)...)
	b = append(b, pyRecord('S', `{}`)...)
	b = append(b, bytes.Join(more, nil)...)
	return append(b, pyObject...)
}

func pyRecord(tag byte, body string) []byte {
	return append(binary.LittleEndian.AppendUint64([]byte{tag}, uint64(len(body))), body...)
}

var pyObject = pyRecord('B', string(binary.LittleEndian.AppendUint32(nil, 1))+strings.Repeat("\x00", 12)+"\x00\x00\x01\x00\x00\x00\x00\x00"+"\x40\x00\x00\x00"+"\x01\x00\x00\x00")

func pyList(tag byte, entry string, n int) []byte {
	return pyRecord(tag, "["+strings.Repeat(entry+",", n-1)+entry+"]")
}

// javaHeap is a heap dump of a JVM with one segment.
func javaHeap(segment []byte) []byte {
	b := append([]byte("JAVA PROFILE 1.0.2\x00\x00\x00\x00\x08"), make([]byte, 8)...)
	b = append(b, 0x0c, 0, 0, 0, 0)
	return append(binary.BigEndian.AppendUint32(b, uint32(len(segment))), segment...)
}

func javaClasses(n int) (b []byte) {
	for i := range n {
		b = append(binary.BigEndian.AppendUint64(append(b, 0x20), uint64(16+8*i)), make([]byte, 4+6*8+4+3*2)...)
	}
	return b
}

// snapshot is a tracemalloc pickle whose list of traces is made by ops.
func snapshot(ops string) []byte {
	body := "\x8c\x0btracemalloc\x94\x8c\x08Snapshot\x94\x93\x94)\x81\x94}\x94(\x8c\x06traces\x94\x8c\x0btracemalloc\x94\x8c\x07_Traces\x94\x93\x94" +
		")\x81\x94}\x94\x8c\x07_traces\x94]\x94(" + ops + "esb\x8c\x0ftraceback_limit\x94K\x01ub."
	return append(binary.LittleEndian.AppendUint64([]byte{0x80, 4, 0x95}, uint64(len(body))), body...)
}

// sharedTraceback is n traces of one traceback of n frames, and what must come out
// of it: it is no bomb for who shares what the pickle shares.
func sharedTraceback(n int) []byte {
	first := "(K\x00K\x01(\x8c\x01f\x94K\x01\x86\x94" + strings.Repeat("h\x0e", n-1) + "t\x94K\x01t\x94"
	return snapshot(first + strings.Repeat("(K\x00K\x01h\x0fK\x01t\x94", n-1))
}

// snapshotOf is a snapshot of V8 with these nodes of six numbers, edges, places of
// functions and strings.
func snapshotOf(nodes, edges, locations, strings string) []byte {
	return []byte(`{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count"],"node_types":[["synthetic","closure"],"string","number","number","number"],` +
		`"edge_fields":["type","name_or_index","to_node"],"edge_types":[["element","shortcut"],"string_or_number","node"],"location_fields":["object_index","script_id","line","column"]},"node_count":1,"edge_count":0},` +
		`"nodes":[` + nodes + `],"edges":[` + edges + `],"locations":[` + locations + `],"strings":[` + strings + `]}`)
}

// repeated is a list of n entries that format makes of their numbers.
func repeated(n int, format string, args func(i int) []any) string {
	var b strings.Builder
	for i := range n {
		if i > 0 {
			b.WriteByte(',')
		}
		fmt.Fprintf(&b, format, args(i)...)
	}
	return b.String()
}

func closures(n int) []byte {
	return snapshotOf("0,0,1,0,0,"+repeated(n, "1,1,%d,0,0", func(i int) []any { return []any{2*i + 3} }), "",
		repeated(n, "%d,1,%d,0", func(i int) []any { return []any{5*i + 5, i} }), `"","`+strings.Repeat("f", 190)+`"`)
}

func rubyLines(n int, format string, args func(i int) []any) []byte {
	return []byte(`{"type":"ROOT","root":"vm","references":["0x10"]}` + "\n" + `{"address":"0x10","type":"OBJECT","class":"0x20"}` + "\n" +
		strings.ReplaceAll(repeated(n, format, args), "\n,", "\n"))
}

// gzipOf is a file of many members, which are compressed once.
func gzipOf(t *testing.T, begin []byte, zeros int) []byte {
	const block = 64 << 20
	member := func(data []byte) []byte {
		var b bytes.Buffer
		w := gzip.NewWriter(&b)
		_, err := w.Write(data)
		if err := errors.Join(err, w.Close()); err != nil {
			t.Fatal(err)
		}
		return b.Bytes()
	}
	return append(member(begin), bytes.Repeat(member(make([]byte, block)), zeros/block)...)
}

func zstdOf(t *testing.T, begin []byte, zeros int) []byte {
	w, err := zstd.NewWriter(nil, zstd.WithWindowSize(128<<20))
	if err != nil {
		t.Fatal(err)
	}
	return w.EncodeAll(append(bytes.Clone(begin), make([]byte, zeros)...), nil)
}

// TestBombs reads files that are small, and were made to be large in memory: they
// are read or refused with a sentence, within 300 MB and six times the file, and
// within 20 s.
func TestBombs(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the peak of memory is measured on Linux")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	goroutine := uvarints(4, 1, 1, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0)
	for _, c := range []struct {
		name, command string
		data          func() []byte
		says          string // on standard error; "" for what can be read
	}{
		{"goroutines", "top", func() []byte { return goHeap(bytes.Repeat(goroutine, 1500000)) }, "lists of types, roots and names"},
		{"frames", "top", func() []byte { return goHeap(goroutine, bytes.Repeat(uvarints(5, 1, 0, 0, 0, 1, 1, 1, 0, 0), 2000000)) }, "lists of types, roots and names"},
		{"go fields", "top", func() []byte {
			frame := append(uvarints(5, 1, 0, 0, 8), binary.LittleEndian.AppendUint64(nil, 0xc000000000)...)
			return goHeap(goroutine, append(append(frame, uvarints(1, 1, 1, 0)...), append(bytes.Repeat(uvarints(1, 0), 5000000), 0)...))
		}, "lists of types, roots and names"},
		{"go variables", "top", func() []byte {
			data := append(uvarints(12, 0x1000, 8), binary.LittleEndian.AppendUint64(nil, 0xc000000000)...)
			return goHeap(append(data, append(bytes.Repeat(uvarints(1, 0), 5000000), 0)...))
		}, "lists of types, roots and names"},
		{"go roots", "top", func() []byte { return goHeap(bytes.Repeat(uvarints(2, 0, 0xc000000000), 2000000)) }, "lists of types, roots and names"},
		{"go sites", "sites", func() []byte { return goHeap(uvarints(16, 1, 1, 3000000), make([]byte, 9000002)) }, "lists of types, roots and names"},
		{"types", "top", func() []byte {
			return pyHeap(bytes.Repeat(pyRecord('T', `["m","`+strings.Repeat("T", 40)+`"]`), 500000))
		}, "lists of types, roots and names"},
		{"shapes", "top", func() []byte { return pyHeap(bytes.Repeat(pyRecord('S', `{}`), 1000000)) }, "lists of types, roots and names"},
		{"labels", "top", func() []byte { return pyHeap(pyRecord('S', `{"refs":[""`+strings.Repeat(`,""`, 3000000)+`]}`)) }, "lists of types, roots and names"},
		{"python roots", "top", func() []byte { return pyHeap(pyList('R', `{}`, 3000000)) }, "lists of types, roots and names"},
		{"names", "top", func() []byte { return pyHeap(pyList('N', `[1,""]`, 3000000)) }, "lists of types, roots and names"},
		{"batches", "top", func() []byte { return pyHeap(bytes.Repeat(pyObject, 500000)) }, "lists of types, roots and names"},
		{"java roots", "top", func() []byte { return javaHeap(bytes.Repeat([]byte("\x05\x00\x00\x00\x00\x00\x00\x00\x10"), 3000000)) }, "lists of types, roots and names"},
		{"java classes", "top", func() []byte { return javaHeap(javaClasses(500000)) }, "lists of types, roots and names"},
		{"js types", "top", func() []byte { return closures(400000) }, "lists of types, roots and names"},
		{"js strings", "top", func() []byte { return snapshotOf("0,0,1,0,0", "", "", `""`+strings.Repeat(`,""`, 12000000)) }, ""},
		{"js scripts", "top", func() []byte {
			return snapshotOf("0,0,1,0,0", "", repeated(2000000, "0,%d,1,0", func(i int) []any { return []any{i} }), `""`)
		}, "lists of types, roots and names"},
		{"js roots", "top", func() []byte {
			return snapshotOf("0,0,1,0,2000000,1,0,3,0,0", "0,1,5"+strings.Repeat(",0,1,5", 1999999), "", `""`)
		}, "lists of types, roots and names"},
		{"webkit names", "top", func() []byte {
			return []byte(`{"version":2,"type":"Inspector","nodes":[0,0,0,0],"nodeClassNames":[""` + strings.Repeat(`,""`, 10000000) + `]}`)
		}, "lists of types, roots and names"},
		{"ruby roots", "top", func() []byte {
			return []byte(`{"type":"ROOT","root":"vm","references":["0x10"` + strings.Repeat(`,"0x10"`, 3000000) + "]}\n" + `{"address":"0x10","type":"OBJECT","class":"0x20"}` + "\n")
		}, "lists of types, roots and names"},
		{"ruby classes", "top", func() []byte {
			return rubyLines(500000, `{"type":"CLASS","address":"0x%x"}`+"\n", func(i int) []any { return []any{8*i + 64} })
		}, ""},
		{"ruby shapes", "top", func() []byte {
			return rubyLines(200000, `{"type":"SHAPE","id":%d,"parent_id":%d,"edge_name":"a"}`+"\n", func(i int) []any { return []any{i + 1, i} })
		}, "lists of types, roots and names"},
		{"ruby subclasses", "top", func() []byte {
			head := `{"type":"CLASS","address":"0x20","name":"` + strings.Repeat("N", 1<<20) + `"}` + "\n"
			return append(rubyLines(200000, `{"type":"CLASS","address":"0x%x","superclass":"0x20"}`+"\n", func(i int) []any { return []any{8*i + 64} }), head...)
		}, ""},
		{"shared traceback", "sites", func() []byte { return sharedTraceback(20000) }, ""},
		{"dicts", "sites", func() []byte { return snapshot(strings.Repeat("}", 5000000)) }, "more lists, dicts or objects than a snapshot has"},
		{"remembered", "sites", func() []byte { return snapshot("N" + strings.Repeat("\x94", 40000000)) }, "remembers more values than it makes"},
		{"nested tuples", "sites", func() []byte { return snapshot("N" + strings.Repeat("\x85", 40000000)) }, "not those of a snapshot"},
		{"stack", "sites", func() []byte { return snapshot(strings.Repeat("N", 5000000)) }, "more values at once than a snapshot has"},
		{"gzip of nothing", "top", func() []byte { return gzipOf(t, nil, 2<<30) }, "not a heap dump that refgraph knows"},
		{"gzip", "top --max-spool 256M", func() []byte { return gzipOf(t, goHeap(), 1<<30) }, "the limit of --max-spool"},
		{"zstd", "top --max-spool 256M", func() []byte { return zstdOf(t, goHeap(), 600<<20) }, "the limit of --max-spool"},
	} {
		t.Run(c.name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "bomb")
			data := c.data()
			if err := os.WriteFile(path, data, 0o600); err != nil {
				t.Fatal(err)
			}
			r := runProcess(t, nil, append(strings.Fields(c.command), path)...)
			limit := 300e6 + 6*float64(len(data))
			if r.peak > limit || r.cpu > 20*time.Second {
				t.Errorf("%d bytes took %.0f MB, at most %.0f, and %v", len(data), r.peak/1e6, limit/1e6, r.cpu)
			}
			if (r.code == exitOK) != (c.says == "") || !strings.Contains(r.errs, c.says) || strings.Contains(r.errs, "goroutine 1") {
				t.Errorf("exit %d: %.500s", r.code, r.errs)
			}
			t.Logf("%.1f MB: %.0f MB, %v, exit %d", float64(len(data))/1e6, r.peak/1e6, r.cpu.Round(10*time.Millisecond), r.code)
		})
	}
}

// TestHoles reads files of a terabyte that have nothing but a hole behind their first
// bytes: they cost what their data costs.
func TestHoles(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the peak of memory is measured on Linux")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	java := append([]byte("JAVA PROFILE 1.0.2\x00\x00\x00\x00\x08"), make([]byte, 8)...)
	for name, head := range map[string][]byte{
		"go": goHeap(), "python": pyHeap(), "java": java, "java segment": append(java, "\x0c\x00\x00\x00\x00\xff\xff\xff\xff"...),
		"ruby": []byte(`{"address":"0x7f0000000010","type":"OBJECT","class":"0x1"}` + "\n"),
		"js":   snapshotOf("0,0,1,0,0", "", "", "")[:430], "webkit": []byte(`{"version":2,"type":"Inspector","nodes":[0,0,0,0`),
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "hole")
			if err := errors.Join(os.WriteFile(path, head, 0o600), os.Truncate(path, 1<<40)); err != nil {
				t.Skip("no file system for sparse files: ", err)
			}
			r := runProcess(t, nil, "top", path, "-q", "--no-cache")
			if r.peak > 300e6 || r.cpu > 5*time.Second || r.code > exitNotADump || strings.Contains(r.errs, "goroutine 1") {
				t.Errorf("%.0f MB, %v, exit %d: %.500s", r.peak/1e6, r.cpu, r.code, r.errs)
			}
		})
	}
}

// result is how a process of its own ended.
type result struct {
	code int
	peak float64 // bytes of memory
	cpu  time.Duration
	errs string
}

// peakFile is the environment variable for where a process writes its peak of
// memory. What the kernel tells of a child that has ended begins with the memory
// of the process that made it.
const peakFile = "REFGRAPH_TEST_PEAK"

// peakMain is main of a process whose peak is measured.
func peakMain() {
	a := &app{out: os.Stdout, err: os.Stderr}
	code := a.run(context.Background(), os.Args[1:])
	status, _ := os.ReadFile("/proc/self/status") // what is missing fails the test
	_ = os.WriteFile(os.Getenv(peakFile), status, 0o600)
	os.Exit(code)
}

// runProcess runs a command line of refgraph in a process of its own.
func runProcess(t *testing.T, env []string, args ...string) result {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	peak := filepath.Join(t.TempDir(), "peak")
	cmd := &exec.Cmd{Path: self, Args: append([]string{"refgraph-peak"}, args...), Env: append(os.Environ(), append(env, peakFile+"="+peak)...), Stderr: &errs}
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	status, err := os.ReadFile(peak)
	if err != nil {
		t.Fatalf("%v: %s", err, errs.String())
	}
	_, line, _ := strings.Cut(string(status), "VmHWM:")
	kib := 0.0
	if _, err := fmt.Sscan(line, &kib); err != nil {
		t.Fatal(err)
	}
	return result{cmd.ProcessState.ExitCode(), kib * 1024, cmd.ProcessState.UserTime(), errs.String()}
}

// A heap that does not fit is refused with what sets the limit, before it is read.
func TestTooLargeForThisProcess(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("limits are known on Linux")
	}
	t.Setenv("XDG_CACHE_HOME", t.TempDir())
	var objects [][]byte
	for i := range uint64(1200000) {
		objects = append(objects, goObject(i+1))
	}
	path := filepath.Join(t.TempDir(), "large")
	if err := os.WriteFile(path, goHeap(objects...), 0o600); err != nil {
		t.Fatal(err)
	}
	if r := runProcess(t, nil, "top", path, "-q"); r.code != exitOK {
		t.Errorf("without a limit: exit %d: %s", r.code, r.errs)
	}
	r := runProcess(t, []string{"GOMEMLIMIT=30MiB"}, "top", path, "-q", "--no-cache")
	if r.code != exitFailed || !strings.Contains(r.errs, "objects need about") || !strings.Contains(r.errs, "GOMEMLIMIT") {
		t.Errorf("GOMEMLIMIT: exit %d: %s", r.code, r.errs)
	}
	dir := memoryGroup(t, 64<<20)
	r = inGroup(t, dir, "top", path, "-q", "--no-cache")
	if r.code != exitFailed || !strings.Contains(r.errs, "objects need about") || !strings.Contains(r.errs, "cgroup") || !strings.Contains(r.errs, "hint: ") {
		t.Errorf("cgroup: exit %d: %s", r.code, r.errs)
	}
}

// memoryGroup makes a cgroup with a memory limit, of version 2 or 1.
func memoryGroup(t *testing.T, limit int) (dir string) {
	for _, v := range []struct{ base, file string }{{"/sys/fs/cgroup", "memory.max"}, {"/sys/fs/cgroup/memory", "memory.limit_in_bytes"}} {
		if _, err := os.Stat(filepath.Join(v.base, "cgroup.procs")); err != nil {
			continue
		}
		dir := filepath.Join(v.base, fmt.Sprintf("refgraph-test-%d", os.Getpid()))
		if os.Mkdir(dir, 0o700) != nil {
			continue
		}
		t.Cleanup(func() { os.Remove(dir) })
		if os.WriteFile(filepath.Join(dir, v.file), fmt.Append(nil, limit), 0o600) == nil {
			return dir
		}
	}
	t.Skip("cgroups cannot be made here: what they limit is tested in internal/memlimit only")
	return ""
}

// inGroup is runProcess in a cgroup.
func inGroup(t *testing.T, dir string, args ...string) result {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(t.TempDir(), "refgraph") // the name by which it is run makes it the program
	if err := os.Symlink(self, link); err != nil {
		t.Fatal(err)
	}
	var errs bytes.Buffer
	cmd := exec.Command("sh", append([]string{"-c", `echo $$ >"$0/cgroup.procs" && exec "$@"`, dir, link}, args...)...)
	cmd.Stderr = &errs
	var exit *exec.ExitError
	if err := cmd.Run(); err != nil && !errors.As(err, &exit) {
		t.Fatal(err)
	}
	return result{code: cmd.ProcessState.ExitCode(), errs: errs.String()}
}
