// Command gen writes NOTICE: the licences of all that is linked into refgraph on
// any system. With -check it fails if the files are not current.
package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"log"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

const program = "github.com/refgraph/refgraph/cmd/refgraph"

// inside lists what is in modules without being a module: the file in texts has
// its licence.
var inside = []struct{ name, text string }{
	{"Graphviz 12.1.2 (Eclipse Public License 1.0), compiled to WebAssembly in github.com/goccy/go-graphviz", "graphviz.txt"},
	{"Expat 2.6.3, compiled to WebAssembly in github.com/goccy/go-graphviz", "expat.txt"},
	{"Droid Sans Fallback (Apache License 2.0), of which a part is in render/draw/internal/glyphs", "droid.txt"},
	{"DejaVu Sans (Bitstream Vera licence), of which a part is in render/draw/internal/glyphs", "dejavu.txt"},
	{"wasi-libc, compiled to WebAssembly in github.com/goccy/go-graphviz", "wasi-libc.txt"},
}

// module is what go list says of one.
type module struct{ Path, Version, Dir string }

func main() {
	log.SetFlags(0)
	check := flag.Bool("check", false, "fail if the files are not current")
	flag.Parse()
	root, err := exec.Command("go", "list", "-m", "-f", "{{.Dir}}").Output()
	if err != nil {
		log.Fatal(err)
	}
	base := strings.TrimSpace(string(root))
	folder := filepath.Join(base, "cmd", "refgraph", "internal", "licenses")
	text, err := notice(filepath.Join(folder, "texts"))
	if err != nil {
		log.Fatal(err)
	}
	for _, path := range []string{filepath.Join(base, "NOTICE"), filepath.Join(folder, "notice.txt")} {
		if *check {
			if have, err := os.ReadFile(path); err != nil || !bytes.Equal(have, text) {
				log.Fatalf("%s is not current: go generate ./cmd/refgraph/internal/licenses", path)
			}
		} else if err := os.WriteFile(path, text, 0o644); err != nil {
			log.Fatal(err)
		}
	}
}

// notice makes the text.
func notice(texts string) ([]byte, error) {
	modules, err := linked()
	if err != nil {
		return nil, err
	}
	n := &writer{seen: map[string]string{}}
	fmt.Fprint(&n.b, "refgraph is licensed under the Apache License 2.0 (see LICENSE). The program contains\n"+
		"the following works of others under their own licences.\n")
	goroot, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		return nil, err
	}
	if err := n.files("Go's standard library and runtime", filepath.Join(strings.TrimSpace(string(goroot)), "LICENSE")); err != nil {
		return nil, err
	}
	for _, m := range modules {
		files, err := licenceFiles(m.Dir)
		if err == nil && len(files) == 0 {
			err = fmt.Errorf("%s has no licence file", m.Path)
		}
		if err == nil {
			err = n.files(m.Path+" "+m.Version, files...)
		}
		if err != nil {
			return nil, err
		}
	}
	for _, part := range inside {
		if err := n.files(part.name, filepath.Join(texts, part.text)); err != nil {
			return nil, err
		}
	}
	return n.b.Bytes(), nil
}

// linked lists the modules that the program is made of on any system.
func linked() ([]module, error) {
	all := map[string]module{}
	for _, system := range []string{"linux", "darwin", "windows"} {
		cmd := exec.Command("go", "list", "-deps", "-json=Module", program)
		cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
		out, err := cmd.Output()
		if err != nil {
			return nil, fmt.Errorf("go list for %s: %w", system, err)
		}
		for d := json.NewDecoder(bytes.NewReader(out)); ; {
			var p struct{ Module *module }
			if err := d.Decode(&p); errors.Is(err, io.EOF) {
				break
			} else if err != nil {
				return nil, err
			}
			if p.Module != nil && p.Module.Version != "" { // not the standard library, not our own
				all[p.Module.Path] = *p.Module
			}
		}
	}
	var list []module
	for _, path := range slices.Sorted(maps.Keys(all)) {
		list = append(list, all[path])
	}
	return list, nil
}

// licenceFiles finds a module's licences and notices, also in its folder for them.
func licenceFiles(dir string) (files []string, err error) {
	for _, folder := range []string{dir, filepath.Join(dir, "licenses")} {
		list, err := os.ReadDir(folder)
		if err != nil && !errors.Is(err, os.ErrNotExist) {
			return nil, err
		}
		for _, f := range list {
			name := strings.ToUpper(f.Name())
			for _, begin := range []string{"LICENSE", "LICENCE", "COPYING", "NOTICE", "FTL", "GPL"} {
				if !f.IsDir() && strings.HasPrefix(name, begin) && !strings.HasSuffix(name, ".GO") {
					files = append(files, filepath.Join(folder, f.Name()))
					break
				}
			}
		}
	}
	return files, nil
}

// writer writes each different text once.
type writer struct {
	b    bytes.Buffer
	seen map[string]string // text -> whose it was first
}

const line = "--------------------------------------------------------------------------------"

func (n *writer) files(title string, files ...string) error {
	fmt.Fprintf(&n.b, "\n%s\n%s\n%s\n", line, title, line)
	for _, path := range files {
		b, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		text := strings.TrimSpace(strings.ReplaceAll(string(b), "\r\n", "\n"))
		if first, ok := n.seen[text]; ok {
			fmt.Fprintf(&n.b, "\nThe text is that of %s, above.\n", first)
			continue
		}
		n.seen[text] = title
		fmt.Fprintf(&n.b, "\n%s\n", text)
	}
	return nil
}
