package main

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/refgraph/refgraph/testdata/goheap"
)

// TestTicketInterrupted ends the program by Ctrl-C while the tracker does not
// answer: it ends soon, with its exit code, and takes back the picture that no
// comment shows.
func TestTicketInterrupted(t *testing.T) {
	dir := t.TempDir()
	program := installed(t)
	dump, exe, err := goheap.Leak(dir)
	if err != nil {
		t.Fatal(err)
	}
	for hang, want := range map[string][]string{
		"GET /rest/api/2/myself":                   nil,
		"POST /rest/api/2/issue/OPS-7/attachments": {"1"}, // the second upload
		"POST /rest/api/2/issue/OPS-7/comment":     nil,   // it may be there: the files stay
	} {
		s := newSlowJira(t, hang)
		c := exec.Command(program, "ticket", s.url+"/browse/OPS-7", dump, "--exe", exe, "--type", "main.Session")
		c.Env = append(os.Environ(), "JIRA_API_TOKEN=secretjira", "JIRA_USER=", "XDG_CACHE_HOME="+dir, "GITHUB_STEP_SUMMARY=")
		var stderr strings.Builder
		c.Stderr = &stderr
		if err := c.Start(); err != nil {
			t.Fatal(err)
		}
		<-s.hung
		pressed := time.Now()
		_ = c.Process.Signal(os.Interrupt)
		_ = c.Wait()
		if took := time.Since(pressed); took > 5*time.Second {
			t.Errorf("%s: it takes %s to end", hang, took)
		}
		if code := c.ProcessState.ExitCode(); code != exitInterrupted || !strings.Contains(stderr.String(), "refgraph: interrupted") || strings.Contains(stderr.String(), "secretjira") {
			t.Errorf("%s: exit %d\n%s", hang, code, stderr.String())
		}
		if got := s.removed(); strings.Join(got, " ") != strings.Join(want, " ") {
			t.Errorf("%s: removed %v, want %v", hang, got, want)
		}
	}
}

// slowJira is a Jira that does not answer one request.
type slowJira struct {
	url  string
	hung chan bool

	mu      sync.Mutex
	uploads int
	deleted []string
}

func newSlowJira(t *testing.T, hang string) *slowJira {
	s := &slowJira{hung: make(chan bool, 1)}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body)
		what := r.Method + " " + r.URL.Path
		s.mu.Lock()
		upload := strings.HasSuffix(what, "/attachments")
		if upload {
			s.uploads++
		}
		n := s.uploads
		if r.Method == http.MethodDelete {
			s.deleted = append(s.deleted, filepath.Base(r.URL.Path))
		}
		s.mu.Unlock()
		if what == hang && (!upload || n == 2) {
			s.hung <- true
			<-r.Context().Done()
			return
		}
		switch {
		case upload:
			fmt.Fprintf(w, `[{"id":"%d","filename":"x"}]`, n)
		case strings.HasSuffix(what, "/meta"):
			_, _ = io.WriteString(w, `{"enabled":true,"uploadLimit":10000000}`)
		default:
			_, _ = io.WriteString(w, `{"key":"me"}`)
		}
	}))
	t.Cleanup(server.Close)
	s.url = server.URL
	return s
}

func (s *slowJira) removed() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.deleted
}
