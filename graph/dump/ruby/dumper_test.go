package ruby

import (
	"bufio"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"
)

// TestDumper has a program dump its heap on a signal.
func TestDumper(t *testing.T) {
	ruby, err := exec.LookPath("ruby")
	if err != nil {
		if os.Getenv("CI") != "" {
			t.Fatal("no ruby: install the package ruby")
		}
		t.Skip("no ruby: the dumper is not tested")
	}
	dir := t.TempDir()
	cmd := exec.Command(ruby, "--disable=gems", "-r", "./refgraph_dump.rb", "-e", `class Leak; end; A = Array.new(77) { Leak.new }; puts "up"; STDOUT.flush; at_exit { puts "end" }; sleep 60`)
	cmd.Env = append(os.Environ(), "REFGRAPH_DUMP_DIR="+dir)
	out, err := cmd.StdoutPipe()
	if err == nil {
		err = cmd.Start()
	}
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = cmd.Process.Kill(); _ = cmd.Wait() }()
	if _, err := bufio.NewReader(out).ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Signal(syscall.SIGURG); err != nil {
		t.Fatal(err)
	}
	var found []string
	for end := time.Now().Add(30 * time.Second); len(found) == 0 && time.Now().Before(end); time.Sleep(50 * time.Millisecond) {
		found, _ = filepath.Glob(filepath.Join(dir, "*.jsonl"))
	}
	if len(found) != 1 {
		t.Fatalf("dumps: %v", found)
	}
	st, err := os.Stat(found[0])
	if err != nil || st.Mode().Perm() != 0o600 {
		t.Errorf("%v, mode %v", err, st.Mode())
	}
	data, err := os.ReadFile(found[0])
	if err != nil {
		t.Fatal(err)
	}
	g := read(t, data)
	count := 0
	for _, typ := range g.TypeColumn() {
		if g.Types().Name(typ) == "Leak" {
			count++
		}
	}
	if count != 77 {
		t.Errorf("%d objects of the program, want 77", count)
	}
	if err := cmd.Process.Signal(syscall.Signal(0)); err != nil {
		t.Errorf("the program ended: %v", err)
	}
}
