package licenses

import (
	"os/exec"
	"strings"
	"testing"
)

// NOTICE is that of what is linked today.
func TestCurrent(t *testing.T) {
	if out, err := exec.Command("go", "run", "./gen", "-check").CombinedOutput(); err != nil {
		t.Errorf("%v: %s", err, out)
	}
}

func TestNamesWhatIsInside(t *testing.T) {
	for _, part := range []string{"Eclipse Public License - v 1.0", "Expat maintainers", "musl", "SIL OPEN FONT LICENSE", "github.com/tetratelabs/wazero", "Copyright 2009 The Go Authors"} {
		if !strings.Contains(Notice, part) {
			t.Errorf("%q is not in it", part)
		}
	}
}
