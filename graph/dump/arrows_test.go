package dump_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/refgraph/refgraph/"

// TestHouseArrows holds the arrows of the design: who may import whom.
func TestHouseArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Standard", module+"...").Output()
	if err != nil {
		t.Fatalf("go list: %v", err)
	}
	packages := 0
	for d := json.NewDecoder(bytes.NewReader(out)); ; packages++ {
		var p struct {
			ImportPath string
			Imports    []string
		}
		if err := d.Decode(&p); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		from := strings.TrimPrefix(p.ImportPath, module)
		for _, to := range p.Imports {
			if why := forbidden(from, to); why != "" {
				t.Errorf("%s imports %s: %s", from, to, why)
			}
		}
	}
	if packages < 5 {
		t.Errorf("go list found %d packages", packages)
	}
}

// arrow is a rule: packages of from import none of to, but those of but.
type arrow struct {
	from, to, but []string
	why           string
}

// In a rule a name stands for a package and all below it, with = for itself alone,
// and with ~ for the packages of other modules with it in their path.
var (
	analyses = []string{"graph/dominator", "graph/retain", "graph/cut", "graph/histogram", "graph/suspect", "graph/diff", "graph/cycle"}
	pictures = []string{"render"}
	arrows   = []arrow{
		{[]string{"graph", "render", "testdata"}, []string{"cmd"}, nil, "nothing imports cmd"},
		{[]string{"=graph"}, []string{"graph", "render"}, nil, "graph is the bottom of the house"},
		{[]string{"graph/lang"}, []string{"graph", "render"}, []string{"=graph"}, "a language knows the model only"},
		{[]string{"graph/store"}, []string{"graph", "render"}, []string{"=graph"}, "the store knows the model only"},
		{[]string{"graph/dump"}, append([]string{"graph/ask"}, append(analyses, pictures...)...), nil, "readers know no analysis"},
		{[]string{"graph/sites"}, append([]string{"graph/ask", "graph/dump"}, append(analyses, pictures...)...), nil, "allocation sites are no format's"},
		{analyses, []string{"graph/dump", "graph/ask", "render"}, nil, "analyses know graphs only"},
		{[]string{"graph/ask"}, pictures, nil, "answers know no pictures"},
		{pictures, []string{"graph/dump"}, nil, "pictures know no formats"},
		{[]string{"render/view"}, []string{"render/draw", "render/report"}, nil, "a View knows nothing of who draws it"},
		{[]string{"=render/draw"}, []string{"graph"}, []string{"=graph"}, "what draws a View knows of no analysis"},
		{[]string{"cmd", "graph", "render/view", "render/report", "testdata"}, []string{"~graphviz", "~wazero"}, nil, "only render/draw links Graphviz"},
	}
)

// forbidden says why a package may not import another, or "".
func forbidden(from, to string) string {
	inside := strings.HasPrefix(to, module)
	external := !inside && strings.Contains(strings.Split(to, "/")[0], ".")
	to = strings.TrimPrefix(to, module)
	if from == "graph" && external && !strings.Contains(to, "mmap") {
		return "graph imports the standard library and the memory-map library only"
	}
	for _, a := range arrows {
		names := func(name string) bool {
			if part, ok := strings.CutPrefix(name, "~"); ok {
				return external && strings.Contains(to, part)
			}
			return inside && covers(name, to)
		}
		if any(a.from, func(name string) bool { return covers(name, from) }) && any(a.to, names) && !any(a.but, names) {
			return a.why
		}
	}
	return ""
}

func any(list []string, f func(string) bool) bool { return slices.ContainsFunc(list, f) }

// covers reports whether a rule's name stands for a package.
func covers(name, path string) bool {
	if only, ok := strings.CutPrefix(name, "="); ok {
		return path == only
	}
	return under(path, name)
}

func under(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}
