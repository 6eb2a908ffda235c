package leaks

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// dump is the heap dump of a program.
type dump struct {
	file string
	exe  string // what --exe is to be; empty where the format needs none
}

// maker makes the dump of a program in a folder that it may fill. The tools that
// it needs are looked up before it is called.
type maker struct {
	tools   []string // commands; the first that is missing is told
	install string   // what brings them
	shared  []string // files and folders that all its programs depend on
	make    func(t *testing.T, program, dir string, scale int) dump
}

// makers are the runtimes of the corpus, by the name of their folder.
var makers = map[string]maker{
	"go":         {tools: []string{"go"}, install: "Go", shared: []string{"leak", "go.mod"}, make: makeGo},
	"python":     {tools: []string{"python3"}, install: "apt-get install python3", shared: []string{"python/leak.py"}, make: makePython},
	"jvm":        {tools: []string{"javac", "java"}, install: "apt-get install default-jdk-headless", shared: []string{"jvm/Leak.java"}, make: makeJVM},
	"javascript": {tools: []string{"node"}, install: "apt-get install nodejs", shared: []string{"javascript/leak.js"}, make: makeJavaScript},
	"ruby":       {tools: []string{"ruby"}, install: "apt-get install ruby", shared: []string{"ruby/leak.rb"}, make: makeRuby},
}

// makeDump returns the dump of a program, which it makes unless an earlier run of
// the same program by the same tools has left one.
func makeDump(t *testing.T, program string, scale int) dump {
	t.Helper()
	m, ok := makers[filepath.Dir(program)]
	if !ok {
		t.Fatalf("%s: nothing makes dumps of this runtime", program)
	}
	for _, tool := range m.tools {
		if _, err := exec.LookPath(tool); err != nil {
			if os.Getenv("CI") != "" {
				t.Fatalf("%s is not installed: %s", tool, m.install)
			}
			t.Skipf("not tested: %s is not installed: %s", tool, m.install)
		}
	}
	dir := filepath.Join(cacheDir(t), filepath.Base(program)+"-"+key(t, program, m, scale))
	done := filepath.Join(dir, "done")
	if b, err := os.ReadFile(done); err == nil {
		file, exe, _ := strings.Cut(string(b), "\n")
		return dump{file, exe}
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		t.Fatal(err)
	}
	d := m.make(t, program, dir, scale)
	if err := os.WriteFile(done, []byte(d.file+"\n"+d.exe), 0o600); err != nil {
		t.Fatal(err)
	}
	return d
}

// cacheDir is where dumps are kept: LEAK_CACHE, or a folder of the user's cache.
func cacheDir(t *testing.T) string {
	t.Helper()
	if dir := os.Getenv("LEAK_CACHE"); dir != "" {
		return dir
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return t.TempDir()
	}
	return filepath.Join(dir, "refgraph-leaks")
}

// key changes with all that a dump depends on: the program, what it shares, the
// versions of the tools, the scale.
func key(t *testing.T, program string, m maker, scale int) string {
	t.Helper()
	h := sha256.New()
	for _, tool := range m.tools {
		path, _ := exec.LookPath(tool)
		flag := "--version"
		if tool == "go" {
			flag = "version"
		}
		out, _ := exec.Command(path, flag).CombinedOutput()
		fmt.Fprintf(h, "%s %s\n", path, out)
	}
	fmt.Fprintln(h, program, scale)
	for _, root := range append([]string{program}, m.shared...) {
		if err := filepath.WalkDir(root, func(path string, e fs.DirEntry, err error) error {
			if err != nil || e.IsDir() || e.Name() == "expect.json" {
				return err
			}
			b, err := os.ReadFile(path)
			fmt.Fprintf(h, "%s %d\n", path, len(b))
			h.Write(b)
			return err
		}); err != nil {
			t.Fatal(err)
		}
	}
	return hex.EncodeToString(h.Sum(nil)[:8])
}

// run runs a program that writes a dump.
func run(t *testing.T, file string, scale int, env []string, name string, args ...string) {
	t.Helper()
	c := exec.Command(name, args...)
	c.Env = append(append(os.Environ(), "LEAK_DUMP="+file, "LEAK_SCALE="+strconv.Itoa(scale)), env...)
	if out, err := c.CombinedOutput(); err != nil {
		t.Fatalf("%s %s: %v\n%s", name, strings.Join(args, " "), err, out)
	}
	if _, err := os.Stat(file); err != nil {
		t.Fatalf("%s has written no dump: %v", name, err)
	}
}

func makeGo(t *testing.T, program, dir string, scale int) dump {
	t.Helper()
	d := dump{file: filepath.Join(dir, "go.heapdump"), exe: filepath.Join(dir, "exe")}
	if out, err := exec.Command("go", "build", "-o", d.exe, "./"+program).CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	run(t, d.file, scale, nil, d.exe)
	return d
}

func makePython(t *testing.T, program, dir string, scale int) dump {
	t.Helper()
	dumper, err := exec.Command(refgraph, "capture", "python", "--print-dumper").Output()
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "refgraph_dump.py"), dumper, 0o600); err != nil {
		t.Fatal(err)
	}
	d := dump{file: filepath.Join(dir, "heap.pydump")}
	run(t, d.file, scale, []string{"PYTHONPATH=" + dir + string(os.PathListSeparator) + "python"}, "python3", filepath.Join(program, "program.py"))
	return d
}
