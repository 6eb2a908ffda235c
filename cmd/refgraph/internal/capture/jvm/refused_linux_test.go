package jvm

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// nobody is the user of Debian's that owns nothing.
const nobody = 65534

// TestOpenJ9 has this process map a file that is named as OpenJ9's library is: that
// is what tells it.
func TestOpenJ9(t *testing.T) {
	name := filepath.Join(t.TempDir(), "libj9vm29.so")
	if err := os.WriteFile(name, make([]byte, 4096), 0o600); err != nil {
		t.Fatal(err)
	}
	f, err := os.Open(name)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b, err := syscall.Mmap(int(f.Fd()), 0, 4096, syscall.PROT_READ, syscall.MAP_PRIVATE)
	if err != nil {
		t.Fatal(err)
	}
	defer syscall.Munmap(b)
	self, err := capture.Look(os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	var refusal *capture.Refusal
	if _, err := Capture(t.Context(), self, Options{}, io.Discard); !errors.As(err, &refusal) || !strings.Contains(err.Error(), "OpenJ9") || !strings.Contains(refusal.Advice, "Dump.heap") {
		t.Errorf("%v", err)
	}
}

// root ends a test that cannot be another user: that is no tool to install.
func root(t *testing.T) {
	t.Helper()
	if os.Geteuid() != 0 {
		t.Skip("not tested: only root can run programs of other users")
	}
}

// TestNotOurs looks at root's JVM as a user who may not: this test runs itself as
// nobody.
func TestNotOurs(t *testing.T) {
	const pid = "REFGRAPH_TEST_PID"
	if id, err := strconv.Atoi(os.Getenv(pid)); err == nil {
		var refusal *capture.Refusal
		p, err := capture.Look(id)
		if err == nil {
			_, err = Capture(t.Context(), p, Options{}, io.Discard)
		}
		if !errors.As(err, &refusal) || !strings.Contains(err.Error(), "not allowed to look into process") || refusal.Advice == "" {
			t.Errorf("%v", err)
		}
		return
	}
	root(t)
	p := program(t)
	dir, err := os.MkdirTemp("", "refgraph-nobody-")
	if err != nil {
		t.Fatal(err)
	}
	defer os.RemoveAll(dir)
	binary, err := os.ReadFile("/proc/self/exe")
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "test") // where nobody may run it
	if err := errors.Join(os.Chmod(dir, 0o755), os.WriteFile(copied, binary, 0o755)); err != nil {
		t.Fatal(err)
	}
	c := exec.Command(copied, "-test.run", "^TestNotOurs$", "-test.v")
	c.Dir, c.Env = dir, append(os.Environ(), pid+"="+strconv.Itoa(p.PID))
	c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if out, err := c.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestNotOurs")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestTheirs has root dump the JVM of another user.
func TestTheirs(t *testing.T) {
	root(t)
	p := start(t, func(dir string) *exec.Cmd {
		c := exec.Command("java", "-Xmx64m", "-cp", dir, "Small")
		c.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
		return c
	})
	dumped(t, p)
}

// TestContainer dumps a JVM that has a root, a /tmp and process ids of its own, as in
// a container: all is done by /proc/PID/root.
func TestContainer(t *testing.T) {
	root(t)
	container := func(command string) *exec.Cmd {
		return exec.Command("unshare", "--mount", "--pid", "--fork", "--mount-proc", "sh", "-c", "mount -t tmpfs none /tmp && exec "+command)
	}
	if _, err := exec.LookPath("unshare"); err != nil && os.Getenv("CI") != "" {
		t.Fatal("no unshare: install util-linux")
	}
	if out, err := container("true").CombinedOutput(); err != nil {
		t.Skipf("not tested: no namespaces may be made here (CAP_SYS_ADMIN): %v\n%s", err, out)
	}
	p := start(t, func(dir string) *exec.Cmd { return container("java -Xmx64m -cp " + dir + " Small") })
	children, err := os.ReadFile("/proc/" + strconv.Itoa(p.PID) + "/task/" + strconv.Itoa(p.PID) + "/children")
	if err != nil {
		t.Fatal(err)
	}
	pid, err := strconv.Atoi(strings.TrimSpace(string(children)))
	if err != nil {
		t.Fatalf("the JVM is not alone below unshare: %q", children)
	}
	if p, err = capture.Look(pid); err != nil {
		t.Fatal(err)
	}
	if p.Inner == p.PID || !p.Foreign {
		t.Fatalf("no container: %+v", p)
	}
	dumped(t, p)
}

// dumped captures a JVM whose files are not ours.
func dumped(t *testing.T, p *capture.Process) {
	t.Helper()
	var b bytes.Buffer
	if r, err := Capture(t.Context(), p, Options{Gzip: true}, &b); err != nil || !r.Gzip || b.Len() < 10_000 {
		t.Errorf("%d bytes, %+v %v", b.Len(), r, err)
	}
	left, err := os.ReadDir(p.File("root") + "/tmp")
	for _, e := range left {
		if strings.HasPrefix(e.Name(), ".attach_pid") || strings.HasPrefix(e.Name(), "refgraph") && !strings.HasPrefix(e.Name(), "refgraph-nobody") && p.Foreign {
			t.Errorf("left behind: %s", e.Name())
		}
	}
	if err != nil {
		t.Error(err)
	}
}
