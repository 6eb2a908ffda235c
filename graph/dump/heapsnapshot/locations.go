package heapsnapshot

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"path"
	"regexp"
	"slices"
	"strings"
	"sync"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// location is where the function of a closure is.
type location struct {
	node   graph.NodeID
	script uint32
	line   uint32 // from 0 on
}

// scripts is where functions are.
type scripts struct {
	at   []location // by node
	name map[uint32]string
}

// readLocations reads the places of functions and the names of their files.
func (r *reader) readLocations(ctx context.Context) error {
	f := r.f
	r.files.name = map[uint32]string{}
	if f.locations == nil || f.locLen == 0 || f.locNode < 0 || f.locScript < 0 || f.locLine < 0 {
		return nil
	}
	var mu sync.Mutex
	nodes := map[uint32]graph.NodeID{} // of scripts
	bad := 0
	err := f.locations.records(ctx, f.src.Options.Workers, f.locLen, "reading locations", func(_ int, rec *records) error {
		var list []location
		mu.Lock()
		defer mu.Unlock()
		for rec.next() {
			n, ok := r.nodeAt(rec.v[f.locNode])
			if !ok || rec.v[f.locScript] > 1<<32-1 || rec.v[f.locLine] > 1<<32-2 {
				bad++
				continue
			}
			script := uint32(rec.v[f.locScript])
			if _, known := nodes[script]; !known {
				if err := f.src.Charge(scriptCost); err != nil {
					return err
				}
				nodes[script] = graph.None
			}
			list = append(list, location{n, script, uint32(rec.v[f.locLine])})
			if f.locScriptNode >= 0 {
				if s, ok := r.nodeAt(rec.v[f.locScriptNode]); ok {
					nodes[script] = s
				}
			}
		}
		r.files.at = append(r.files.at, list...)
		return rec.err
	})
	if err != nil {
		var full *source.LimitError
		if ctx.Err() != nil || errors.As(err, &full) {
			return err
		}
		r.b.Warn(graph.Warning{Offset: f.locations.start, What: fmt.Sprintf("locations: %v", err), Effect: "functions have no file and line"})
		r.files.at = nil
	}
	if bad > 0 {
		r.b.Warn(graph.Warning{Offset: f.locations.start, What: fmt.Sprintf("%d locations are of no node", bad), Effect: "functions may have no file and line"})
	}
	slices.SortFunc(r.files.at, func(a, b location) int {
		return cmp.Or(cmp.Compare(a.node, b.node), cmp.Compare(a.script, b.script), cmp.Compare(a.line, b.line))
	})
	for script, n := range nodes {
		if n == graph.None {
			continue
		}
		r.files.name[script] = strings.TrimPrefix(r.f.strings.get(r.name[n]), scriptPrefix)
	}
	r.nameScripts()
	return nil
}

// scriptCost is what is kept of a script, in bytes.
const scriptCost = 64

// scriptPrefix is before the file in the name of a script, in newer versions of V8.
const scriptPrefix = "system / Script / "

// nodeAt is the node that starts at a number of the array of nodes.
func (r *reader) nodeAt(v uint64) (graph.NodeID, bool) {
	o := v / uint64(r.f.nodeLen)
	if o >= uint64(r.g.Len()) || o*uint64(r.f.nodeLen) != v {
		return 0, false
	}
	return r.node(ordinal(o)), true
}

// nameScripts finds the names of scripts that the file does not tell: a closure's
// shared part refers to the script, whose name is its file.
func (r *reader) nameScripts() {
	known := &r.f.strings.known
	follow := func(n graph.NodeID, str uint32) (graph.NodeID, bool) {
		for i, to := range r.g.Row(n) {
			if label(r.g.Label(n, i)) == stringLabel(str, tagInternal) {
				return to, true
			}
		}
		return 0, false
	}
	for _, at := range r.files.at {
		if _, ok := r.files.name[at.script]; ok {
			continue
		}
		shared, ok := follow(at.node, known.shared)
		if !ok {
			continue
		}
		for _, str := range []uint32{known.debugInfo, known.script} {
			if s, ok := follow(shared, str); ok && r.kind[s] == nodeCode {
				if name := strings.TrimPrefix(r.f.strings.get(r.name[s]), scriptPrefix); name != "" && !strings.HasPrefix(name, "system / ") {
					r.files.name[at.script] = name
				}
			}
		}
	}
}

// location returns where the function of a closure is.
func (s *scripts) location(n graph.NodeID) (location, bool) {
	i, ok := slices.BinarySearchFunc(s.at, n, func(l location, n graph.NodeID) int { return cmp.Compare(l.node, n) })
	if !ok {
		return location{}, false
	}
	return s.at[i], true
}

// short is a place as people write it: file:line, and the folder too if many files
// have the name.
func (s *scripts) short(script, line uint32) string {
	return fmt.Sprintf("%s:%d", shortFile(s.name[script], script), line)
}

// bundled is what Vite adds to the name of a configuration that it bundles, anew at every
// start.
var bundled = regexp.MustCompile(`\.timestamp-\d+-[0-9a-f]+\.m?js$`)

// shortFile is a script's file without its folders.
func shortFile(name string, script uint32) string {
	if name == "" {
		return fmt.Sprintf("script %d", script)
	}
	name, _, _ = strings.Cut(name, "?")
	name = bundled.ReplaceAllString(name, "")
	if own, ok := strings.CutPrefix(name, "node:"); ok {
		return "node:" + path.Base(own)
	}
	base := path.Base(strings.TrimRight(strings.ReplaceAll(name, `\`, "/"), "/"))
	switch stem, _, _ := strings.Cut(base, "."); stem {
	case "index", "main", "mod", "app", "page", "route":
		if dir := path.Base(path.Dir(name)); dir != "." && dir != "/" {
			return dir + "/" + base
		}
	}
	return base
}
