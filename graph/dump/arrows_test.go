package dump_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os/exec"
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

// forbidden says why a package may not import another, or "".
func forbidden(from, to string) string {
	inside := strings.HasPrefix(to, module)
	external := !inside && strings.Contains(strings.Split(to, "/")[0], ".")
	to = strings.TrimPrefix(to, module)
	switch {
	case strings.HasPrefix(to, "cmd/") && inside && !strings.HasPrefix(from, "cmd/"):
		return "nothing imports cmd"
	case from == "graph" && external && !strings.Contains(to, "mmap"):
		return "graph imports the standard library and the memory-map library only"
	case from == "graph" && inside:
		return "graph is the bottom of the house"
	case under(from, "graph/dump") && inside && analysis(to):
		return "readers know no analysis"
	case under(from, "graph/dump") && inside && under(to, "render"):
		return "readers know no pictures"
	case under(from, "render") && inside && under(to, "graph/dump"):
		return "pictures know no formats"
	case strings.Contains(to, "graphviz") && !under(from, "render/draw"):
		return "only render/draw links Graphviz"
	case from == "render/view" && inside && (under(to, "render/draw") || under(to, "render/report")):
		return "a View knows nothing of who draws it"
	case from == "render/draw" && inside && under(to, "graph") && to != "graph":
		return "what draws a View knows of no analysis"
	case analysis(from) && inside && (under(to, "graph/dump") || under(to, "render")):
		return "analyses know graphs only"
	}
	return ""
}

func under(path, folder string) bool {
	return path == folder || strings.HasPrefix(path, folder+"/")
}

// analysis reports whether a package is an analysis: those beside graph/dump.
func analysis(path string) bool {
	return strings.HasPrefix(path, "graph/") && !under(path, "graph/dump") && !under(path, "graph/graphtest")
}
