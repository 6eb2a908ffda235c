package leaks

import (
	"os/exec"
	"path/filepath"
	"testing"
)

// makeJVM compiles and runs a program, which dumps its own heap.
func makeJVM(t *testing.T, program, dir string, scale int) dump {
	t.Helper()
	if out, err := exec.Command("javac", "-nowarn", "-d", dir, "jvm/Leak.java", filepath.Join(program, "Main.java")).CombinedOutput(); err != nil {
		t.Fatalf("javac: %v\n%s", err, out)
	}
	d := dump{file: filepath.Join(dir, "jvm.hprof")}
	run(t, d.file, scale, nil, "java", "-Xmx1g", "-cp", dir, "Main")
	return d
}
