package servertest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/refgraph/refgraph/testdata/goheap"
)

// program is the built refgraph and dumps for it.
type program struct {
	refgraph, exe    string
	first, second    string // two dumps of the same leak: same heap, another name
	without          string // a dump without the leak
	home             string
	leak             string // the type
	width, smallFrom int    // of the picture, in points
}

var built = sync.OnceValues(func() (*program, error) {
	dir, err := os.MkdirTemp("", "refgraph-ticket-")
	if err != nil {
		return nil, err
	}
	p := &program{refgraph: filepath.Join(dir, "refgraph"), home: dir, leak: "main.Session"}
	root := filepath.Join("..", "..", "..", "..", "..")
	build := exec.Command("go", "build", "-o", p.refgraph, "./cmd/refgraph")
	build.Dir = root
	if out, err := build.CombinedOutput(); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, out)
	}
	if p.first, p.exe, err = goheap.Leak(dir); err != nil {
		return nil, err
	}
	data, err := os.ReadFile(p.first)
	if err != nil {
		return nil, err
	}
	p.second = filepath.Join(dir, "later.heapdump")
	p.without, _ = filepath.Abs(filepath.Join(root, "testdata", "goheap", "go1.26-nogreenteagc.heapdump.zst"))
	return p, os.WriteFile(p.second, data, 0o644)
})

func newProgram(t *testing.T) *program {
	t.Helper()
	p, err := built()
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// result is what `refgraph ticket --json` says.
type result struct {
	Issue    string
	Opened   bool
	Comments []struct {
		Fingerprint, Done, URL string
		Attachments            []struct{ Name, URL string }
		LeftOut                []string `json:"left_out"`
	}
	Gone []struct {
		Fingerprint string
		Said        bool
	}

	code   int
	stderr string
}

// run runs refgraph ticket with a credential in the environment.
func (p *program) run(t *testing.T, credential string, args ...string) result {
	t.Helper()
	c := exec.Command(p.refgraph, append([]string{"ticket", "--json", "-q"}, args...)...)
	c.Env = append(os.Environ(), credential, "HOME="+p.home, "XDG_CACHE_HOME="+p.home, "GITHUB_STEP_SUMMARY=")
	var out, stderr bytes.Buffer
	c.Stdout, c.Stderr = &out, &stderr
	err := c.Run()
	r := result{code: c.ProcessState.ExitCode(), stderr: stderr.String()}
	if _, secret, _ := strings.Cut(credential, "="); strings.Contains(out.String()+stderr.String(), secret) {
		t.Errorf("the credential is printed")
	}
	if err == nil {
		if err := json.Unmarshal(out.Bytes(), &r); err != nil {
			t.Fatalf("%v: %s", err, out.String())
		}
	}
	return r
}

// done runs it and wants one comment with that outcome.
func (p *program) done(t *testing.T, want, credential string, args ...string) result {
	t.Helper()
	r := p.run(t, credential, args...)
	if r.code != 0 || len(r.Comments) != 1 || r.Comments[0].Done != want {
		t.Fatalf("%v: exit %d, want %s\n%+v\n%s", args, r.code, want, r.Comments, r.stderr)
	}
	return r
}

// fails runs it and wants an error with these words, and a hint.
func (p *program) fails(t *testing.T, words, credential string, args ...string) {
	t.Helper()
	r := p.run(t, credential, args...)
	if r.code != 1 || !strings.Contains(r.stderr, words) || !strings.Contains(r.stderr, "hint: ") && !strings.Contains(r.stderr, `"hint"`) {
		t.Errorf("%v: exit %d, want 1 and %q with a hint\n%s", args, r.code, words, r.stderr)
	}
}

// ask sends a request of the test's own.
func ask(t *testing.T, method, url, header, credential string, body, out any) int {
	t.Helper()
	var data []byte
	if body != nil {
		data, _ = json.Marshal(body)
	}
	r, err := http.NewRequest(method, url, bytes.NewReader(data))
	if err != nil {
		t.Fatal(err)
	}
	r.Header.Set("Content-Type", "application/json")
	if header != "" {
		r.Header.Set(header, credential)
	}
	resp, err := http.DefaultClient.Do(r)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if out != nil {
		if err := json.NewDecoder(resp.Body).Decode(out); err != nil {
			t.Fatalf("%s %s: %d: %v", method, url, resp.StatusCode, err)
		}
	}
	return resp.StatusCode
}

// freePort finds a port on this machine.
func freePort(t *testing.T) string {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	_, port, _ := net.SplitHostPort(l.Addr().String())
	return port
}

// ready waits until a page is there.
func ready(t *testing.T, url string) {
	t.Helper()
	for end := time.Now().Add(2 * time.Minute); time.Now().Before(end); time.Sleep(200 * time.Millisecond) {
		if resp, err := http.Get(url); err == nil {
			resp.Body.Close()
			if resp.StatusCode == http.StatusOK {
				return
			}
		}
	}
	t.Fatal(url + " does not come up")
}

// need skips a test without its tool, except in CI, where it must be there.
func need(t *testing.T, what, advice string) {
	t.Helper()
	if os.Getenv("CI") != "" {
		t.Fatalf("%s is missing: %s", what, advice)
	}
	t.Skipf("%s is missing, not tested: %s", what, advice)
}
