package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/render/view"
)

// asker runs commands on one dump, which is read once: what is said of a known dump
// is what is said of a fresh one, as TestSecondRunSaysTheSame holds.
type asker struct {
	t     *testing.T
	args  []string
	cache *dump.Cache
}

func newAsker(t *testing.T, args ...string) *asker {
	return &asker{t, args, &dump.Cache{Dir: filepath.Join(t.TempDir(), "index"), MinDump: 1}}
}

func (q *asker) run(args ...string) string {
	q.t.Helper()
	var out, errs bytes.Buffer
	args = append(append(args, q.args...), "-q")
	if code := (&app{out: &out, err: &errs, kept: q.cache}).run(q.t.Context(), args); code != exitOK {
		q.t.Fatalf("refgraph %s: exit %d\n%s", strings.Join(args, " "), code, errs.String())
	}
	return out.String()
}

func (q *asker) json(into any, args ...string) {
	q.t.Helper()
	if err := json.Unmarshal([]byte(q.run(append(args, "--json")...)), into); err != nil {
		q.t.Fatal(err)
	}
}

// picture draws to a file and returns what is in it.
func (q *asker) picture(ext string, args ...string) string {
	q.t.Helper()
	file := filepath.Join(q.t.TempDir(), "p"+ext)
	q.run(append(args, "-o", file)...)
	return q.read(file)
}

func (q *asker) read(file string) string {
	q.t.Helper()
	b, err := os.ReadFile(file)
	if err != nil {
		q.t.Fatal(err)
	}
	return string(b)
}

// TestOneNumber asks for the same objects by all commands, of every dump: they give
// one number, and text, SVG and JSON have it.
func TestOneNumber(t *testing.T) {
	for _, d := range sampleDumps(t) {
		t.Run(filepath.Base(d[0]), func(t *testing.T) {
			t.Parallel()
			q := newAsker(t, d[1:]...)
			q.types(d[0])
			q.suspects(d[0])
		})
	}
}

// oneTypes is how many types are asked for.
const oneTypes = 4

// types compares what top, paths, diff and object say of types.
func (q *asker) types(file string) {
	var top ask.TopAnswer
	q.json(&top, "top", file, "--by", "retained", "-n", "0")
	var diff ask.DiffAnswer
	q.json(&diff, "diff", file, file)
	for _, x := range top.Types[:min(oneTypes, len(top.Types))] {
		var paths ask.PathsAnswer
		q.json(&paths, "paths", file, "--type="+x.Name)
		got := &paths.Target
		if got.Type != x.Name {
			continue // another spelling matches more
		}
		if got.Count != x.Count || got.ShallowBytes != x.ShallowBytes || got.RetainedBytes != *x.RetainedBytes {
			q.t.Errorf("%s: top has %d objects, %d bytes, %d retained; paths %d, %d, %d",
				x.Name, x.Count, x.ShallowBytes, *x.RetainedBytes, got.Count, got.ShallowBytes, got.RetainedBytes)
		}
		for _, row := range diff.Types {
			if row.Name == x.Name && (row.NewCount != x.Count || row.NewBytes != x.ShallowBytes) {
				q.t.Errorf("%s: diff has %d objects, %d bytes", x.Name, row.NewCount, row.NewBytes)
			}
		}
		if len(paths.Paths) > 0 {
			steps := paths.Paths[0].Steps
			q.object(file, &steps[len(steps)-1])
		}
	}
}

// object compares what object, paths and dominators say of one object.
func (q *asker) object(file string, step *ask.Step) {
	var one ask.ObjectAnswer
	q.json(&one, "object", file, step.Object)
	var paths ask.PathsAnswer
	q.json(&paths, "paths", file, "--object="+step.Object)
	var tree ask.DominatorsAnswer
	q.json(&tree, "dominators", file, "--object="+step.Object, "--objects")
	if r := step.RetainedBytes; one.RetainedBytes != r || paths.Target.RetainedBytes != r || tree.Nodes[0].RetainedBytes != r {
		q.t.Errorf("%s retains %d on a path, %d by object, %d by paths, %d by dominators",
			step.Object, r, one.RetainedBytes, paths.Target.RetainedBytes, tree.Nodes[0].RetainedBytes)
	}
}

// suspects compares what is said of the first suspect: in JSON, text and pictures,
// by dominators and in a report.
func (q *asker) suspects(file string) {
	var found ask.SuspectsAnswer
	q.json(&found, "suspects", file)
	for i := range found.Suspects {
		if s := &found.Suspects[i]; s.Share > 1 || (s.Cut == nil) != (i >= 5) {
			q.t.Errorf("suspect %d: %.0f %% of the heap, cut %v", i+1, 100*s.Share, s.Cut)
		}
	}
	if len(found.Suspects) == 0 {
		return
	}
	s := &found.Suspects[0]
	verdict, size := view.SuspectVerdict(s), view.Bytes(s.RetainedBytes)
	if s.Cut.Alive > 0 && s.Cut.Verified && s.Cut.FreesTargets == s.Cut.Alive && s.Cut.FreesBytes < s.RetainedBytes {
		q.t.Errorf("the cut frees %d of %d bytes", s.Cut.FreesBytes, s.RetainedBytes)
	}
	var tree ask.DominatorsAnswer
	q.json(&tree, "dominators", file)
	if tree.CutOf != s.Reason || tree.Cut == nil || view.Verdict(tree.Cut, s.RetainedBytes) != view.Verdict(s.Cut, s.RetainedBytes) {
		q.t.Errorf("dominators says %v of %s, suspects of %s", tree.Cut, tree.CutOf, s.Reason)
	}
	page := filepath.Join(q.t.TempDir(), "r.html")
	q.run("report", file, "-o", page)
	for name, text := range map[string]string{
		"suspects": q.run("suspects", file), "the picture as text": q.picture(".txt", "suspects", file), "the report": q.read(page),
	} {
		text = strings.ToLower(strings.NewReplacer("&#34;", `"`, "&#39;", "'", "&#43;", "+", "&lt;", "<", "&gt;", ">", "&amp;", "&").Replace(text))
		if !strings.Contains(text, strings.ToLower(verdict)) || !strings.Contains(text, strings.ToLower(size)) {
			q.t.Errorf("%s has not both %q and %q", name, verdict, size)
		}
	}
	if svg := q.picture(".svg", "suspects", file); !strings.Contains(svg, size) {
		q.t.Errorf("the SVG has no %q", size)
	}
}
