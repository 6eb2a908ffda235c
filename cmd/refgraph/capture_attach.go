package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/attach"
)

// remoteExec uses PEP 768: an interpreter of the same version asks the process.
func (c *pyCapture) remoteExec(ctx context.Context, exe string) error {
	script := path.Join(c.there, stageStart)
	cmd := exec.CommandContext(ctx, exe, "-I", "-c", "import sys; sys.remote_exec(int(sys.argv[1]), sys.argv[2])", strconv.Itoa(c.pid), script)
	if out, err := cmd.CombinedOutput(); err != nil {
		return hintError{fmt.Errorf("sys.remote_exec: %s", lastLine(out, err)), attachHint()}
	}
	return nil
}

// hasRemoteExec reports whether the interpreter can ask others of its version.
func hasRemoteExec(ctx context.Context, exe string) bool {
	if exe == "" || !strings.Contains(interpreterName(exe), "python") {
		return false
	}
	return exec.CommandContext(ctx, exe, "-I", "-c", "import sys; sys.remote_exec").Run() == nil
}

// interpreterName is the name of the file behind a link such as /proc/1/exe.
func interpreterName(exe string) string {
	if to, err := os.Readlink(exe); err == nil {
		exe = to
	}
	return strings.ToLower(filepath.Base(exe))
}

// attach has the process's main thread run the statement at its next safe
// point, which is harmless whatever the process was doing. A main thread that
// waits in a system call never gets there: it has released the interpreter's
// lock, so the statement can run in it directly.
func (c *pyCapture) attach(ctx context.Context) error {
	err := attach.Queue(ctx, c.pid, c.statement())
	if err == nil && !c.waitStarted(ctx, maxIdle) && c.waits() {
		err = attach.Run(ctx, c.pid, c.statement())
	}
	return c.explain(err)
}

// maxIdle is how long the main thread has to get to a safe point before it is
// taken for waiting.
const maxIdle = 500 * time.Millisecond

// waits reports whether the main thread has been waiting in one system call for
// a while. If it works, the queued statement runs, later.
func (c *pyCapture) waits() bool {
	before := blockedIn(c.pid)
	time.Sleep(100 * time.Millisecond)
	return before != "" && blockedIn(c.pid) == before && !c.started()
}

// explain adds what to do about what forbids to attach.
func (c *pyCapture) explain(err error) error {
	switch {
	case errors.Is(err, syscall.EPERM), errors.Is(err, syscall.EACCES):
		return hintError{fmt.Errorf("not allowed to look into process %d: %w", c.pid, err), attachHint()}
	case errors.Is(err, attach.ErrNoPython):
		return hintError{fmt.Errorf("process %d is not CPython, or its symbols are stripped", c.pid), "import refgraph_dump in the program: refgraph capture python --print-dumper"}
	}
	return err
}

// gdb does the same with gdb, where refgraph cannot attach itself.
func (c *pyCapture) gdb(ctx context.Context) error {
	if _, err := exec.LookPath("gdb"); err != nil {
		return hintError{errors.New("gdb is not installed, and Python before 3.14 cannot be asked without it here"),
			"install gdb, or import refgraph_dump in the program: refgraph capture python --print-dumper"}
	}
	err := c.runGDB(ctx, `set $r = ((int(*)(void*,void*))Py_AddPendingCall)((void*)PyRun_SimpleString, $p)`)
	if err != nil || c.waitStarted(ctx, maxIdle) || !c.waits() {
		return err
	}
	return c.runGDB(ctx, `set $g = ((int(*)(void))PyGILState_Ensure)()`,
		`set $r = ((int(*)(void*))PyRun_SimpleString)($p)`, `call ((void(*)(int))PyGILState_Release)($g)`)
}

// runGDB attaches, puts the statement into fresh memory of the process ($p),
// and carries out the commands, which set $r to 0 if all went well.
func (c *pyCapture) runGDB(ctx context.Context, commands ...string) error {
	text := c.statement()
	all := []string{
		"set confirm off", "set debuginfod enabled off", "set breakpoint pending off",
		`set $p = ((void*(*)(void*,unsigned long,int,int,int,long))mmap)(0, 65536, 3, 0x22, -1, 0)`,
		fmt.Sprintf(`set {char[%d]} $p = "%s"`, len(text)+1, strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(text)),
	}
	all = append(append(all, commands...), `printf "refgraph result %d\n", $r`)
	args := []string{"-nx", "-nh", "-batch", "-iex", "set auto-load off", "-iex", "set auto-load safe-path /nowhere", "-p", strconv.Itoa(c.pid)}
	for _, x := range all {
		args = append(args, "-ex", x)
	}
	cmd := exec.CommandContext(ctx, "gdb", args...)
	cmd.Cancel = func() error { return cmd.Process.Signal(os.Interrupt) } // killed, gdb would leave the process stopped
	cmd.WaitDelay = 5 * time.Second
	out, err := cmd.CombinedOutput()
	switch m := regexp.MustCompile(`refgraph result (-?\d+)`).FindSubmatch(out); {
	case m != nil && string(m[1]) == "0":
		return nil
	case ctx.Err() != nil:
		return ctx.Err()
	case bytes.Contains(out, []byte("ptrace")):
		return c.explain(syscall.EPERM)
	case bytes.Contains(out, []byte("No symbol")):
		return c.explain(attach.ErrNoPython)
	}
	return fmt.Errorf("gdb: %s", lastLine(out, err))
}

// attachHint says what usually forbids to look into a process.
func attachHint() string {
	scope, _ := os.ReadFile("/proc/sys/kernel/yama/ptrace_scope")
	if s := strings.TrimSpace(string(scope)); s != "" && s != "0" {
		return "the kernel forbids it (ptrace_scope " + s + "): run refgraph as root, or import refgraph_dump in the program"
	}
	return "run refgraph as the user of the process or as root (in a container with CAP_SYS_PTRACE), or import refgraph_dump in the program"
}

func lastLine(out []byte, err error) string {
	lines := strings.Split(strings.TrimSpace(string(out)), "\n")
	if last := lines[len(lines)-1]; last != "" {
		return last
	}
	return fmt.Sprint(err)
}
