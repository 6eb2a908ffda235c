package python

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/sites"
)

const snapshotFile = "../../../testdata/python/tracemalloc"

// row is a line of tracemalloc's own statistics, as trace.py prints them: the
// frames innermost first, bytes, count.
type row struct {
	frames      []sites.Frame
	size, count int64
}

func (r *row) UnmarshalJSON(data []byte) error {
	return json.Unmarshal(data, &[]any{&r.frames, &r.size, &r.count})
}

// TestTracemalloc compares statistics and filters with tracemalloc's own.
func TestTracemalloc(t *testing.T) {
	t.Run("testdata", func(t *testing.T) {
		want, err := os.ReadFile(snapshotFile + ".json")
		if err != nil {
			t.Fatal(err)
		}
		compareStatistics(t, snapshotFile+".pickle", want)
	})
	eachPython(t, func(t *testing.T, p interpreter) {
		file := filepath.Join(t.TempDir(), "snapshot.pickle")
		compareStatistics(t, file, []byte(p.run(t, programs+"trace.py", file)))
	})
}

func compareStatistics(t *testing.T, file string, expected []byte) {
	t.Helper()
	var want map[string][]row
	if err := json.Unmarshal(expected, &want); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSites(t.Context(), source.FromBytes("snapshot", plain(t, file), source.Options{}))
	if err != nil {
		t.Fatal(err)
	}
	filter := func(patterns ...sites.Filter) *sites.Snapshot { return s.Filter(patterns) }
	parse := func(pattern string, exclude, all bool) sites.Filter {
		f, err := sites.ParseFilter(pattern, exclude, all)
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	for name, got := range map[string][]sites.Statistic{
		"lineno": s.Statistics(sites.ByLine, false), "filename": s.Statistics(sites.ByFile, false),
		"traceback": s.Statistics(sites.ByTraceback, false), "cumulative": s.Statistics(sites.ByLine, true),
		"include":    filter(parse("*/trace.py", false, false)).Statistics(sites.ByLine, false),
		"exclude":    filter(parse("*/trace.py", true, false), parse("<frozen*", true, false)).Statistics(sites.ByLine, false),
		"all_frames": filter(parse("*/trace.py:24", false, true)).Statistics(sites.ByTraceback, false),
	} {
		compareRows(t, name, got, want[name])
	}
}

// compareRows compares the numbers of each traceback; of rows of one size the
// order is not defined.
func compareRows(t *testing.T, name string, got []sites.Statistic, want []row) {
	t.Helper()
	if len(got) != len(want) || len(want) == 0 {
		t.Errorf("%s: %d rows, tracemalloc has %d", name, len(got), len(want))
		return
	}
	have := map[string]sites.Statistic{}
	for _, x := range got {
		have[fmt.Sprint(x.Frames)] = x
	}
	for i, w := range want {
		x, ok := have[fmt.Sprint(w.frames)]
		if !ok || x.Size != w.size || x.Count != w.count {
			t.Errorf("%s: %v has %d bytes in %d blocks, tracemalloc says %d in %d", name, w.frames, x.Size, x.Count, w.size, w.count)
		}
		if got[i].Size != w.size {
			t.Errorf("%s: row %d has %d bytes, tracemalloc's %d", name, i, got[i].Size, w.size)
		}
	}
}

// TestSitesOfDump checks the allocation sites of a heap dump.
func TestSitesOfDump(t *testing.T) {
	eachPython(t, func(t *testing.T, p interpreter) {
		file := filepath.Join(t.TempDir(), "heap.pydump")
		p.run(t, "-X", "tracemalloc=5", programs+"small.py", "refgraph_dump.py", file)
		s, err := ReadSites(t.Context(), source.FromBytes("heap", plain(t, file), source.Options{}))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range s.Statistics(sites.ByLine, false) {
			if filepath.Base(x.Frames[0].File) == "small.py" && x.Frames[0].Line == 25 && x.Count >= 200 {
				return
			}
		}
		t.Errorf("no site of 200 sessions: %v", s.Statistics(sites.ByLine, false)[:5])
	})
}

// tinySnapshot is a snapshot with one trace, written by hand.
const tinySnapshot = "\x80\x04\x8c\x0btracemalloc\x94\x8c\x08Snapshot\x94\x93\x94)\x81\x94}\x94(\x8c\x06traces\x94h\x00\x8c\x07_Traces\x94\x93\x94)\x81\x94}\x94" +
	"\x8c\x07_traces\x94]\x94(K\x00K8\x8c\x04m.py\x94K\x05\x86\x94\x85\x87\x94esb\x8c\x0ftraceback_limit\x94K\x01ub."

// TestTinySnapshot checks that the seed of the fuzz test is a snapshot.
func TestTinySnapshot(t *testing.T) {
	s, err := ReadTracemalloc(t.Context(), source.FromBytes("tiny", []byte(tinySnapshot), source.Options{}))
	if err != nil || len(s.Traces) != 1 || s.Traces[0].Size != 56 || s.Traces[0].Frames[0] != (sites.Frame{File: "m.py", Line: 5}) {
		t.Errorf("%+v %v", s, err)
	}
}

// TestPickleRefuses checks that a pickle can do nothing but be a snapshot.
func TestPickleRefuses(t *testing.T) {
	head := "\x80\x04\x8c\x0btracemalloc\x94\x8c\x08Snapshot\x94"
	for name, bad := range map[string]string{
		"a call":             head + "\x8c\x02os\x8c\x06system\x93\x8c\x02id\x85R.",
		"another class":      head + "\x8c\x02os\x8c\x06system\x93.",
		"old global":         head + "cos\nsystem\n.",
		"reduce":             head + "\x93)R.",
		"object with args":   head + "\x93\x8c\x01x\x85\x81.",
		"persistent id":      head + "Pid\n.",
		"extension":          head + "\x82\x01.",
		"protocol 9":         "\x80\x09" + head[2:] + "\x93.",
		"an empty stack":     head + "00000.",
		"a missing mark":     head + "t.",
		"a huge string":      head + "X\xff\xff\xff\xff.",
		"an unknown memo":    head + "j\xff\xff\xff\x7f.",
		"only a string":      head + ".",
		"state of a string":  head + "}b.",
		"items for a string": head + "\x8c\x01xa.",
		"cut":                head + "\x93",
	} {
		_, err := ReadTracemalloc(t.Context(), source.FromBytes("bad", []byte(bad), source.Options{}))
		var syntax *source.SyntaxError
		if !errors.As(err, &syntax) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func FuzzTracemalloc(f *testing.F) {
	f.Add([]byte(tinySnapshot))
	f.Add(plain(f, snapshotFile+".pickle")[:3000])
	f.Fuzz(func(t *testing.T, data []byte) {
		s, err := ReadTracemalloc(t.Context(), source.FromBytes("fuzz", data, source.Options{}))
		if err != nil {
			checkTyped(t, err)
			return
		}
		s.Statistics(sites.ByTraceback, false)
	})
}

// plain returns the decompressed bytes of a file.
func plain(t testing.TB, file string) []byte {
	t.Helper()
	src, err := source.Open(file, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	if src, err = source.Plain(t.Context(), src, func([]byte) error { return nil }); err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	data, err := io.ReadAll(src.Reader(0))
	if err != nil {
		t.Fatal(err)
	}
	return slices.Clone(data)
}

func checkTyped(t *testing.T, err error) {
	t.Helper()
	var syntax *source.SyntaxError
	if !errors.As(err, &syntax) && !errors.Is(err, source.ErrNotMine) && !errors.Is(err, graph.ErrTooManyObjects) {
		t.Fatalf("untyped error %T %v", err, err)
	}
}
