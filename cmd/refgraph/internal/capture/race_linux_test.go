package capture

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"
)

// TestStageRace makes stages in a folder of the process's user, who exchanges each as
// soon as it is there for a link to a file, or a folder, of root's: nothing of root's
// gets another owner, is written to or is removed.
func TestStageRace(t *testing.T) {
	if os.Getuid() != 0 {
		t.Skip("only root has something to lose")
	}
	const user = 65534
	top := t.TempDir()
	base, secret := filepath.Join(top, "base"), filepath.Join(top, "secret")
	for _, dir := range []string{base, secret} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	file := filepath.Join(secret, "start")
	if err := os.WriteFile(file, []byte("root only"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(base, user, user); err != nil {
		t.Fatal(err)
	}
	p := look(t, sleeper(t))
	p.UID, p.GID = user, user
	stop, done := make(chan bool), make(chan int)
	go func() {
		swaps := 0
		for {
			select {
			case <-stop:
				done <- swaps
				return
			default:
			}
			list, _ := filepath.Glob(filepath.Join(base, stagePrefix+"*"))
			for _, stage := range list { // what the owner of base may do
				if os.Rename(stage, filepath.Join(base, "away")) == nil {
					if os.Symlink(secret, stage) == nil {
						swaps++
					}
					_ = os.RemoveAll(filepath.Join(base, "away"))
				}
				_ = os.Remove(stage)
			}
		}
	}()
	for range 300 {
		s, err := NewStage(p, base)
		if err != nil {
			continue // it was exchanged
		}
		_ = s.Put("start", []byte("x"))
		_ = s.Give()
		if f, err := s.Open("start", 99); err == nil {
			f.Close()
		}
		_ = s.Close()
	}
	close(stop)
	if swaps := <-done; swaps == 0 {
		t.Error("no stage was exchanged: the test shows nothing")
	}
	for path, want := range map[string]os.FileMode{secret: 0o755, file: 0o600} {
		st, err := os.Stat(path)
		if err != nil {
			t.Fatal(err)
		}
		if owner := st.Sys().(*syscall.Stat_t).Uid; owner != 0 || st.Mode().Perm() != want {
			t.Errorf("%s has owner %d and mode %v", path, owner, st.Mode())
		}
	}
	if b, err := os.ReadFile(file); err != nil || string(b) != "root only" {
		t.Errorf("%q, %v", b, err)
	}
}
