package memlimit

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// machine is a root folder with these files.
func machine(t *testing.T, files map[string]string) string {
	t.Helper()
	root := t.TempDir()
	for name, text := range files {
		path := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return root
}

func TestLeastOfAll(t *testing.T) {
	const meminfo = "MemTotal: 8000000 kB\nMemAvailable: 4000000 kB\nSwapFree: 1000000 kB\n"
	for name, c := range map[string]struct {
		files map[string]string
		bytes int64
		why   string
	}{
		"machine": {map[string]string{"proc/meminfo": meminfo}, 5000000 << 10, "free"},
		"version 2, the group around it": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "0::/a.slice/b.service\n",
			"sys/fs/cgroup/a.slice/memory.max": "1000000\n", "sys/fs/cgroup/a.slice/b.service/memory.max": "max\n"}, 1000000, "cgroup /a.slice"},
		"version 1": {map[string]string{"proc/meminfo": meminfo, "proc/self/cgroup": "9:name=systemd:/\n4:memory:/x\n0::/\n",
			"sys/fs/cgroup/memory/x/memory.limit_in_bytes": "2000000", "sys/fs/cgroup/memory/memory.limit_in_bytes": "9223372036854771712"}, 2000000, "cgroup /x"},
		"container": {map[string]string{"proc/self/cgroup": "0::/../../docker/abc\n", "sys/fs/cgroup/memory.max": "3000000\n"}, 3000000, "cgroup /"},
	} {
		if got := find(machine(t, c.files), 0); got.Bytes != c.bytes || !strings.Contains(got.Why, c.why) {
			t.Errorf("%s: %+v, want %d by %s", name, got, c.bytes, c.why)
		}
	}
	if got := find(t.TempDir(), 0); got != None {
		t.Errorf("nothing known: %+v", got)
	}
	if got := Find(0); got.Bytes <= 0 || got == None {
		t.Errorf("this process: %+v", got)
	}
}
