package dumptest

import (
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

// structured checks the parts of roots and threads, from which their words, groups
// and fingerprints are made: equal parts give equal groups and fingerprints, no part
// is a sentence, and the fingerprint of a place has no number of this process.
func structured(t *testing.T, g *graph.Graph) {
	words := lang.Of(g)
	keys := map[lang.GroupKey]string{}
	for i := range g.Roots() {
		r := &g.Roots()[i]
		key := words.Key(r)
		if key == "" {
			t.Fatalf("root %d, %s, has no part of a fingerprint", i, words.Root(r))
		}
		if of := words.GroupOf(r); keys[of] == "" {
			keys[of] = words.Group(r).String()
		} else if keys[of] != words.Group(r).String() {
			t.Fatalf("one group has the names %q and %q", keys[of], words.Group(r))
		}
		if file := g.String(r.File); strings.ContainsAny(file, "/\\\n") {
			t.Fatalf("root %d: the file %q has folders", i, file)
		}
		for _, part := range []string{g.String(r.Func), g.String(r.Var), g.String(r.Ref)} {
			if strings.ContainsAny(part, "\n\r\x1b") || strings.TrimRight(part, " ") != part {
				t.Fatalf("root %d has the part %q", i, part)
			}
		}
		if r.Kind == graph.RootStack && r.Thread == 0 && r.Func == 0 && r.Var == 0 {
			t.Fatalf("root %d is on a stack, and nothing says which", i)
		}
	}
	ids := map[uint64]bool{}
	for i := range g.Threads() {
		th := &g.Threads()[i]
		if ids[th.ID] && th.ID != 0 {
			t.Fatalf("two threads have the number %d", th.ID)
		}
		ids[th.ID] = true
		if th.Since < 0 || strings.ContainsAny(g.String(th.File), "/\\\n") {
			t.Fatalf("thread %d: since %s, file %q", th.ID, th.Since, g.String(th.File))
		}
	}
}

// spoken checks the Language of the dump's runtime: it is known, and what it writes
// as an object's id it reads again.
func spoken(t *testing.T, g *graph.Graph) {
	words := lang.Of(g)
	if words.Tag == "" || words.Thread == "" || words.Cycles == "" || words.Nameless == nil || words.Hue == (lang.Hue{}) {
		t.Errorf("%s: the language is not whole", g.Info().Runtime)
	}
	for n := graph.NodeID(0); int(n) < g.Len(); n += max(1, graph.NodeID(g.Len()/1000)) {
		text := words.ID(n)
		back, err := words.ParseID(text)
		if err != nil || back != g.Address(n) {
			t.Fatalf("object %d is written %s, which is read as %d, %v", n, text, back, err)
		}
	}
}

// folded checks what paths fold: the names along the way through a container's insides
// join to one that a person would write behind the holder.
func folded(t *testing.T, g *graph.Graph) {
	way := make([]string, g.Len()) // of insides: the names from the holder
	seen := graph.NewBitset(g.Len())
	var queue []graph.NodeID
	for _, r := range g.Roots() {
		if r.Via.Retains() && !seen.Has(r.Node) {
			seen.Add(r.Node)
			queue = append(queue, r.Node)
		}
	}
	for ; len(queue) > 0; queue = queue[1:] {
		n := queue[0]
		for i, to := range g.Row(n) {
			if seen.Has(to) || !g.RefKind(n, i).Retains() {
				continue
			}
			seen.Add(to)
			queue = append(queue, to)
			name := g.Detail().RefName(n, i, false)
			if g.Internal(n) {
				name = way[n] + name
			}
			if name != "" && !strings.ContainsAny(name[:1], ".:[ (-*") || strings.ContainsAny(name, "\n\x1b") {
				t.Fatalf("%s refers to %s by %q", g.Describe(n), g.Describe(to), name)
			}
			if g.Internal(to) {
				way[to] = name
			}
		}
	}
}
