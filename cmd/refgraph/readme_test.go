package main

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/ticket"
)

// command of a pipeline in the README: what stands after run: or as an item of a
// script, and calls refgraph.
var pipelineCommand = regexp.MustCompile(`(?m)^\s*(?:- )?(?:run: )?(.*\brefgraph (?:diff|ticket) .*)$`)

// pipelines are the commands of the README's section "In CI", by the tracker
// that their pipeline is for.
func pipelines(t *testing.T) map[string][]string {
	data, err := os.ReadFile("../../README.md")
	if err != nil {
		t.Fatal(err)
	}
	_, section, ok := strings.Cut(string(data), "\n## In CI\n")
	section, _, ok2 := strings.Cut(section, "\n## ")
	if !ok || !ok2 {
		t.Fatal("the README has no section In CI")
	}
	out := map[string][]string{}
	for i, block := range regexp.MustCompile("(?s)```yaml\n(.*?)```").FindAllStringSubmatch(section, -1) {
		name := []string{"github", "gitlab"}[i]
		for _, m := range pipelineCommand.FindAllStringSubmatch(block[1], -1) {
			out[name] = append(out[name], strings.TrimPrefix(strings.TrimPrefix(strings.TrimSpace(m[1]), "- "), "run: "))
		}
		if len(out[name]) != 2 {
			t.Fatalf("%s: %q", name, out[name])
		}
	}
	return out
}

// TestPipelines runs the commands of the README's pipelines on two dumps of a
// program that leaks: diff fails the job, and the comment is on the pull request
// and on the job's summary.
func TestPipelines(t *testing.T) {
	dir := t.TempDir()
	must := func(args ...string) {
		t.Helper()
		c := exec.Command(args[0], args[1:]...)
		if out, err := c.CombinedOutput(); err != nil {
			t.Fatalf("%v: %v\n%s", args, err, out)
		}
	}
	if err := os.Symlink(built(t, "goleak"), filepath.Join(dir, "server")); err != nil {
		t.Fatal(err)
	}
	must(filepath.Join(dir, "server"), "-n", "20", "-o", filepath.Join(dir, "before.heapdump"))
	must(filepath.Join(dir, "server"), "-n", "300", "-o", filepath.Join(dir, "after.heapdump"))
	for name, commands := range pipelines(t) {
		comment, url := fakeForge(t, name)
		env := append(os.Environ(), "HOME="+dir, "XDG_CACHE_HOME="+dir, "CI_JOB_STATUS=failed",
			"GITHUB_SERVER_URL="+url, "GITHUB_TOKEN=ghs_workflow", "GH_TOKEN=", "PULL_REQUEST="+url+"/acme/orders/pull/7", "GITHUB_STEP_SUMMARY="+filepath.Join(dir, "summary.md"),
			"GITLAB_TOKEN=glpat-job", "CI_MERGE_REQUEST_PROJECT_URL="+url+"/acme/orders", "CI_MERGE_REQUEST_IID=7")
		for i, want := range []int{exitFailOn, exitOK} {
			c := exec.Command("sh", "-c", commands[i])
			c.Dir, c.Env = dir, env
			out, _ := c.CombinedOutput()
			if code := c.ProcessState.ExitCode(); code != want {
				t.Errorf("%s: %s: exit %d, want %d\n%s", name, commands[i], code, want, out)
			}
		}
		shows := map[string]string{"github": "```mermaid\n", "gitlab": "](/uploads/"}[name]
		for _, part := range []string{"### Why 300 `main.Session` are alive", shows, "refgraph:v1 "} {
			if !strings.Contains(*comment, part) {
				t.Errorf("%s: the comment has no %q:\n%s", name, part, *comment)
			}
		}
	}
	summary, err := os.ReadFile(filepath.Join(dir, "summary.md"))
	if err != nil || !strings.Contains(string(summary), "```mermaid\n") || !strings.Contains(string(summary), "Why 300 `main.Session` are alive") {
		t.Errorf("the job's summary: %v\n%s", err, summary)
	}
}

// TestTicketOfSuspects checks that the marker of a comment on a suspect has the
// fingerprint that suspects prints, so that the next run finds the comment.
func TestTicketOfSuspects(t *testing.T) {
	dir := t.TempDir()
	server, dump := built(t, "goleak"), filepath.Join(dir, "big.heapdump")
	if out, err := exec.Command(server, "-n", "20000", "-o", dump).CombinedOutput(); err != nil {
		t.Fatalf("goleak: %v\n%s", err, out)
	}
	var found struct {
		Suspects []struct{ Fingerprint string }
	}
	if err := json.Unmarshal([]byte(output(t, "suspects", dump, "--exe", server, "--json", "-q")), &found); err != nil || len(found.Suspects) == 0 {
		t.Fatal(err, "no suspects")
	}
	output(t, "ticket", "https://codeberg.org/acme/orders/issues/1", dump, "--exe", server, "-q", "--dry-run", dir)
	files, _ := filepath.Glob(filepath.Join(dir, "refgraph-*.md"))
	if len(files) != 1 {
		t.Fatal(files)
	}
	text, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	m, ok := ticket.ParseMarker(string(text))
	if want := found.Suspects[0].Fingerprint; !ok || !strings.HasPrefix(want, m.Fingerprint) || len(m.Fingerprint) < 12 {
		t.Errorf("the marker has %q, suspects says %q:\n%s", m.Fingerprint, want, text)
	}
}

// fakeForge is as much of GitHub Enterprise Server or GitLab as a pull request
// needs; comment is what it has at last.
func fakeForge(t *testing.T, name string) (comment *string, url string) {
	comment = new(string)
	says := map[string]string{
		"GET /api/v3/meta":                                 `{"verifiable_password_authentication":true}`,
		"GET /api/v3/repos/acme/orders":                    `{"id":1,"permissions":{"push":true}}`,
		"GET /api/v3/repos/acme/orders/issues/7":           `{"number":7}`,
		"GET /api/v3/repos/acme/orders/issues/7/comments":  `[]`,
		"POST /api/v3/repos/acme/orders/issues/7/comments": `{"id":1,"html_url":"https://x/1"}`,
	}
	if name == "gitlab" {
		says = map[string]string{
			"GET /api/v4/user":                                            `{"username":"job"}`,
			"GET /api/v4/projects/acme%2Forders":                          `{"id":1}`,
			"GET /api/v4/projects/acme%2Forders/merge_requests/7":         `{"iid":7}`,
			"GET /api/v4/projects/acme%2Forders/merge_requests/7/notes":   `[]`,
			"POST /api/v4/projects/acme%2Forders/uploads":                 `{"url":"/uploads/66dbcd21ec5d24ed6ea225176098d52b/x.png"}`,
			"PUT /api/v4/projects/acme%2Forders/merge_requests/7/notes/1": `{"id":1}`,
		}
	}
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		answer, ok := says[r.Method+" "+r.URL.EscapedPath()]
		var sent struct{ Body string }
		if body, _ := io.ReadAll(r.Body); json.Unmarshal(body, &sent) == nil && sent.Body != "" {
			*comment = sent.Body
		}
		switch {
		case r.Method == http.MethodPost && strings.HasSuffix(r.URL.Path, "/notes"):
			w.WriteHeader(http.StatusCreated)
			answer = `{"id":1}`
		case r.URL.Path == "/api/v3/user":
			w.WriteHeader(http.StatusForbidden)
		case !ok:
			w.WriteHeader(http.StatusNotFound)
		}
		_, _ = io.WriteString(w, answer)
	}))
	t.Cleanup(s.Close)
	return comment, s.URL
}
