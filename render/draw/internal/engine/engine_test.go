package engine

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/refgraph/refgraph/render/draw/internal/enginehome"
)

func TestMain(m *testing.M) {
	if os.Getenv("ENGINE_TEST_SPIN") != "" {
		limitCPU(time.Second)
		for start := time.Now(); time.Since(start) < time.Minute; {
		}
		return
	}
	Serve()
	m.Run()
}

// inProcess lays out in a process of this test's binary.
func inProcess(ctx context.Context, dot []byte) ([]byte, error) {
	exe, err := os.Executable()
	if err != nil {
		return nil, err
	}
	return Process(ctx, exe, dot)
}

// ways are the ways to do a layout.
var ways = map[string]func(context.Context, []byte) ([]byte, error){"in a child": inProcess, "here": Here}

func TestLayout(t *testing.T) {
	for name, layout := range ways {
		t.Run(name, func(t *testing.T) { testLayout(t, layout) })
	}
}

func testLayout(t *testing.T, layout func(context.Context, []byte) ([]byte, error)) {
	out, err := layout(context.Background(), []byte(`digraph { a [shape=box,fixedsize=true,width=2,height=1]; a -> b [id=7]; b -> b; }`))
	if err != nil {
		t.Fatal(err)
	}
	var l struct {
		Objects []struct{ Name, Pos string }
		Edges   []struct{ ID, Pos string }
	}
	if err := json.Unmarshal(out, &l); err != nil {
		t.Fatal(err)
	}
	if len(l.Objects) != 2 || len(l.Edges) != 2 || l.Objects[0].Pos == "" || l.Edges[0].ID != "7" {
		t.Errorf("got %s", out)
	}
}

func TestLayoutErrors(t *testing.T) {
	for name, layout := range ways {
		for _, dot := range []string{"", "nonsense {", "digraph { a -> "} {
			if out, err := layout(context.Background(), []byte(dot)); err == nil {
				t.Errorf("%s: %q gave no error but %s", name, dot, out)
			}
		}
	}
}

// TestTimeOfTheProcessor has a child work for ever: it is ended by what it worked,
// however long it waited for a processor.
func TestTimeOfTheProcessor(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("not tested: only Linux ends a process by its own time")
	}
	exe, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), exe)
	cmd.Env = append(os.Environ(), "ENGINE_TEST_SPIN=1")
	if err := cmd.Run(); err == nil || !spent(cmd.ProcessState, time.Second) || spent(cmd.ProcessState, time.Hour) {
		t.Errorf("%v after %v", err, cmd.ProcessState.UserTime())
	}
}

func TestLayoutIsCancelled(t *testing.T) {
	var b strings.Builder
	b.WriteString("digraph {")
	for i := range 3000 {
		b.WriteString("n" + strings.Repeat("x", i%50) + "->m" + strings.Repeat("y", i*i%97) + ";")
		b.WriteString("a" + string(rune('a'+i%26)) + strings.Repeat("z", i%700) + "->b" + strings.Repeat("z", i*7%900) + ";")
	}
	b.WriteString("}")
	ctx, cancel := context.WithTimeout(context.Background(), 200*time.Millisecond)
	defer cancel()
	start := time.Now()
	_, err := inProcess(ctx, []byte(b.String()))
	if !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v", err)
	}
	if d := time.Since(start); d > 3*time.Second {
		t.Errorf("took %v to stop", d)
	}
}

// TestPrivateCache runs this test's binary with temporary folders of its own
// and sees where the engine left its native code.
func TestPrivateCache(t *testing.T) {
	if runtime.GOOS != "linux" {
		t.Skip("the cache folder is set by XDG_CACHE_HOME on Linux only")
	}
	tmp, cache := t.TempDir(), t.TempDir()
	run := func(home string) string {
		cmd := exec.Command(os.Args[0], "-test.run=^TestShowTemp$", "-test.v")
		cmd.Env = append(os.Environ(), "TMPDIR="+tmp, "XDG_CACHE_HOME="+home, "GODEBUG=inittrace=1")
		out, err := cmd.CombinedOutput()
		if err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		return string(out)
	}
	out := run(cache)
	if left, _ := os.ReadDir(tmp); len(left) > 0 {
		t.Errorf("the engine used the shared temporary folder: %v", left)
	}
	dir := filepath.Join(cache, "refgraph", "engine", "go-graphviz")
	st, err := os.Stat(dir)
	if err != nil || st.Mode().Perm() != 0o700 {
		t.Fatalf("cache folder %v, %v", st, err)
	}
	if files, _ := os.ReadDir(dir); len(files) == 0 {
		t.Error("the engine did not use its cache folder")
	}
	home, engine := strings.Index(out, "init github.com/refgraph/refgraph/render/draw/internal/enginehome"), strings.Index(out, "init github.com/goccy/go-graphviz/internal/wasm")
	if home < 0 || engine < 0 || home > engine {
		t.Errorf("enginehome does not initialise before the engine:\n%s", out)
	}
	if !strings.Contains(out, "TMPDIR="+tmp+"\n") {
		t.Errorf("the temporary folder was not put back:\n%s", out)
	}

	// A folder that others could have written to is closed before use, and a
	// link to somewhere else is not followed.
	if err := os.Chmod(dir, 0o777); err != nil {
		t.Fatal(err)
	}
	run(cache)
	if st, _ := os.Stat(dir); st.Mode().Perm() != 0o700 {
		t.Errorf("an open cache folder stayed open: %v", st.Mode())
	}
	planted := t.TempDir()
	if err := os.Symlink(planted, filepath.Join(planted, "refgraph")); err != nil {
		t.Fatal(err)
	}
	run(planted)
	if _, err := os.Stat(filepath.Join(planted, "engine")); err == nil {
		t.Error("a planted link was followed")
	}
}

func TestShowTemp(t *testing.T) {
	t.Logf("engine folder %s", enginehome.Dir)
	os.Stdout.WriteString("TMPDIR=" + os.Getenv("TMPDIR") + "\n")
}
