package heapsnapshot

import (
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/sites"
)

// timeline is a snapshot with a tree of allocations: main calls login, which calls new
// Session; two sessions are there, one that login made and one that main did.
const timeline = `{"snapshot":{"meta":{"node_fields":["type","name","id","self_size","edge_count","trace_node_id"],"node_types":[["synthetic","object"],"string","number","number","number","number"],
"edge_fields":["type","name_or_index","to_node"],"edge_types":[["property"],"string_or_number","node"],
"trace_function_info_fields":["function_id","name","script_name","script_id","line","column"],"trace_node_fields":["id","function_info_index","count","size","children"]},
"node_count":5,"edge_count":0,"trace_function_count":4},
"nodes":[0,0,1,0,0,0,1,1,3,100,0,4,1,1,5,40,0,3,1,1,7,8,0,4,1,1,9,9,0,99],"edges":[],
"trace_function_infos":[0,0,0,0,0,0,1,2,5,7,10,1,2,3,5,7,20,1,3,1,5,7,30,1],
"trace_tree":[1,0,0,0,[2,1,1,1,[3,2,1,1,[4,3,2,2,[]],5,3,1,1,[]]]],
"samples":[],"locations":[],"strings":["","Session","main","login","x","file:///srv/app.js"]}`

func readSites(t *testing.T, text string) (*sites.Snapshot, error) {
	t.Helper()
	return ReadSites(t.Context(), source.FromBytes("timeline", []byte(text), source.Options{}))
}

func TestSites(t *testing.T) {
	s, err := readSites(t, timeline)
	if err != nil {
		t.Fatal(err)
	}
	got := ""
	for _, x := range s.Statistics(sites.ByTraceback, false) {
		got += fmt.Sprintf("%d in %d:", x.Size, x.Count)
		for _, f := range x.Frames {
			got += fmt.Sprintf(" %s %s", f, f.Func)
		}
		got += "\n"
	}
	const want = "108 in 2: /srv/app.js:30 Session /srv/app.js:20 login /srv/app.js:10 main\n40 in 1: /srv/app.js:20 login /srv/app.js:10 main\n"
	if got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// TestNoSites checks what is said of files without a tree, or with a damaged one.
func TestNoSites(t *testing.T) {
	var none *sites.NoneError
	if _, err := ReadSites(t.Context(), plain(t, data+"node20.heapsnapshot.gz")); !errors.As(err, &none) {
		t.Errorf("a snapshot: %v", err)
	}
	for _, c := range []struct{ old, new, want string }{
		{`"trace_tree":[1,0`, `"trace_tree":[x,0`, "damaged trace tree"},
		{`"trace_tree":[1,0`, `"trace_tree":[[1,0`, "is of no node"},
		{`"trace_node_fields":["id"`, `"trace_node_fields":["no"`, "has no id"},
		{`"trace_tree":[1,0`, `"trace_tree":{"x":[1,0`, "trace tree"},
		{`"function_id","name"`, `"function_id","no"`, "has no name"},
		{`"trace_tree":[1,0`, `"trace_tree":[` + strings.Repeat("1,0,0,0,[", 3000000) + `1,0`, "trace tree|would take more than"},
	} {
		_, err := readSites(t, strings.Replace(timeline, c.old, c.new, 1))
		if err == nil || !strings.Contains(fmt.Sprint(err), strings.Split(c.want, "|")[0]) && !strings.Contains(err.Error(), strings.Split(c.want+"|"+c.want, "|")[1]) {
			t.Errorf("%.40s: %v, want %s", c.new, err, c.want)
		}
	}
}

// TestSitesLive records a timeline in Node and finds the line that allocates.
func TestSitesLive(t *testing.T) {
	node, err := exec.LookPath("node")
	if err != nil {
		t.Skip("no node here: no live timeline was read")
	}
	file := filepath.Join(t.TempDir(), "x.heaptimeline")
	if out, err := exec.CommandContext(t.Context(), node, "../../../testdata/programs/javascript/timeline.mjs", file).CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	s, err := ReadSites(t.Context(), plain(t, file))
	if err != nil {
		t.Fatal(err)
	}
	top := s.Statistics(sites.ByTraceback, false)[0]
	if top.Size < 200_000 || len(top.Frames) < 3 || top.Frames[0].Func != "Session" || top.Frames[1].Func != "login" || filepath.Base(top.Frames[1].File) != "timeline.mjs" {
		t.Errorf("most is from %+v", top)
	}
}

// FuzzSites reads anything: no panic, and typed errors.
func FuzzSites(f *testing.F) {
	f.Add([]byte(timeline))
	f.Fuzz(func(t *testing.T, p []byte) {
		s, err := ReadSites(t.Context(), source.FromBytes("fuzz", p, source.Options{Workers: 1}))
		var none *sites.NoneError
		if err != nil && !errors.As(err, &none) {
			checkTyped(t, err)
		}
		if err == nil {
			s.Statistics(sites.ByTraceback, false)
		}
	})
}
