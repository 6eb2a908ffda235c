package servertest

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// redmine is a running instance.
type redmine struct {
	t         *testing.T
	url       string
	say       io.Writer // lines of Ruby
	hear      *bufio.Reader
	Key       string
	ReaderKey string `json:"reader_key"`
}

func newRedmine(t *testing.T) *redmine {
	t.Helper()
	if out, err := exec.Command("dpkg", "-s", "redmine", "redmine-sqlite", "puma").CombinedOutput(); err != nil || !strings.Contains(string(out), "install ok installed") {
		need(t, "redmine", "install the Debian packages redmine, redmine-sqlite and puma; .ci/run does")
	}
	if os.Getuid() != 0 {
		need(t, "root", "the package's Redmine runs as root only here")
	}
	dir, port := t.TempDir(), freePort(t)
	script, _ := filepath.Abs("testdata/redmine.sh")
	c := exec.Command("bash", script, dir, port)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Stderr = os.Stderr
	in, err := c.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := c.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		in.Close()
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
		_ = c.Wait()
	})
	r := &redmine{t: t, url: "http://127.0.0.1:" + port, say: in, hear: bufio.NewReader(out)}
	for { // the first line that is JSON
		line, err := r.hear.ReadString('\n')
		if err != nil {
			log, _ := os.ReadFile(filepath.Join(dir, "log", "migrate.log"))
			t.Fatalf("redmine does not start: %v\n%s", err, log)
		}
		if json.Unmarshal([]byte(line), r) == nil && r.Key != "" {
			break
		}
	}
	ready(t, r.url+"/login")
	return r
}

// ruby runs a line of Ruby in the server's house.
func (r *redmine) ruby(line string) string {
	r.t.Helper()
	fmt.Fprintln(r.say, line)
	answer, err := r.hear.ReadString('\n')
	if err != nil || strings.HasPrefix(answer, "error:") {
		r.t.Fatalf("%s: %s %v", line, answer, err)
	}
	return strings.TrimSpace(answer)
}

// issue opens an issue to comment on.
func (r *redmine) issue(subject string) string {
	r.t.Helper()
	var got struct{ Issue struct{ ID int } }
	body := map[string]any{"issue": map[string]any{"project_id": "orders", "subject": subject, "description": "RSS 6.1 GiB after 9 h, OOM kill at 03:12."}}
	if code := ask(r.t, http.MethodPost, r.url+"/issues.json", "X-Redmine-API-Key", r.Key, body, &got); code != http.StatusCreated {
		r.t.Fatal(code)
	}
	return fmt.Sprintf("%s/issues/%d", r.url, got.Issue.ID)
}

// state is what the issue has.
type state struct {
	Issue struct {
		Journals    []struct{ Notes string }
		Attachments []struct{ Filename string }
	}
}

func (s *state) notes() (out []string) {
	for _, j := range s.Issue.Journals {
		if j.Notes != "" {
			out = append(out, j.Notes)
		}
	}
	return out
}

func (s *state) files() (out []string) {
	for _, a := range s.Issue.Attachments {
		out = append(out, a.Filename)
	}
	return out
}

func (r *redmine) state(issue string) *state {
	r.t.Helper()
	var s state
	ask(r.t, http.MethodGet, issue+".json?include=journals,attachments", "X-Redmine-API-Key", r.Key, nil, &s)
	return &s
}

// TestRedmine is the life of a ticket on a real Redmine, in its three text
// formats, and all that can be wrong with it.
func TestRedmine(t *testing.T) {
	p, r := newProgram(t), newRedmine(t)
	cred := "REDMINE_API_KEY=" + r.Key
	for _, format := range []string{"textile", "common_mark", "markdown"} {
		r.ruby(fmt.Sprintf("Setting.text_formatting = '%s'", format))
		r.life(p, cred, format)
		r.names(format)
	}
	r.ruby("Setting.text_formatting = 'textile'")
	r.hostile(p, cred)
	r.opened(p, cred)
	r.wrong(p, cred)
	r.large(p, cred)
}

func (r *redmine) life(p *program, cred, format string) {
	t := r.t
	issue := r.issue("heap grows, " + format)
	args := func(dump string, more ...string) []string {
		return append([]string{issue, dump, "--exe", p.exe, "--type", p.leak, "--markup", format}, more...)
	}
	first := p.done(t, "created", cred, args(p.first, "--report")...)
	if n := len(first.Comments[0].Attachments); n != 3 || first.Comments[0].Attachments[0].URL == "" {
		t.Errorf("%s: attachments %+v", format, first.Comments[0].Attachments)
	}
	inline(t, issue, "#history .wiki img", "redmine-"+format, format == "markdown")
	p.done(t, "unchanged", cred, args(p.first, "--report")...)
	before := r.state(issue)
	p.done(t, "updated", cred, args(p.second)...)
	after := r.state(issue)
	if len(after.notes()) != 1 || len(after.files()) != 2 || after.files()[0] == before.files()[0] {
		t.Errorf("%s: after the second run %d notes, files %v, before %v", format, len(after.notes()), after.files(), before.files())
	}
	inline(t, issue, "#history .wiki img", "redmine-"+format+"-second", format == "markdown")
	gone := p.run(t, cred, issue, p.without, "--type", p.leak, "--markup", format)
	if gone.code != 0 || len(gone.Gone) != 1 || gone.Gone[0].Said || len(r.state(issue).notes()) != 1 {
		t.Errorf("%s: gone, not to be said: %+v %s", format, gone, gone.stderr)
	}
	for range 2 { // the second time nothing is sent
		gone = p.run(t, cred, issue, p.without, "--type", p.leak, "--markup", format, "--resolve")
		if notes := r.state(issue).notes(); gone.code != 0 || len(gone.Gone) != 1 || !gone.Gone[0].Said || len(notes) != 2 || !strings.Contains(notes[0], "Gone") || !strings.Contains(notes[1], "Gone") {
			t.Errorf("%s: gone: %+v %s\n%q", format, gone, gone.stderr, notes)
		}
	}
	p.done(t, "updated", cred, args(p.second)...)
	if notes := r.state(issue).notes(); len(notes) != 2 || !strings.Contains(notes[0], "It is back") {
		t.Errorf("%s: back: %q", format, notes)
	}
}

// opened has an issue opened, once.
func (r *redmine) opened(p *program, cred string) {
	args := []string{r.url + "/projects/orders", p.first, "--exe", p.exe, "--type", p.leak, "--new"}
	first := p.done(r.t, "created", cred, args...)
	again := p.done(r.t, "unchanged", cred, args...)
	if !first.Opened || again.Opened || first.Issue != again.Issue {
		r.t.Errorf("opened %v %s, then %v %s", first.Opened, first.Issue, again.Opened, again.Issue)
	}
}

// wrong tries keys and rights that do not do.
func (r *redmine) wrong(p *program, cred string) {
	issue := r.issue("nothing may be written here")
	args := []string{issue, p.first, "--exe", p.exe, "--type", p.leak}
	p.fails(r.t, "401", "REDMINE_API_KEY=0123456789abcdef0123456789abcdef01234567", args...)
	p.fails(r.t, "404", cred, append([]string{r.url + "/issues/99999"}, args[1:]...)...)

	r.ruby("Role.find_by(name: 'Developer').remove_permission!(:add_issue_notes)")
	p.fails(r.t, "the comment is not there", cred, args...)
	if s := r.state(issue); len(s.notes()) != 0 || len(s.files()) != 0 {
		r.t.Errorf("without the right to add notes: notes %q, files %q are left", s.notes(), s.files())
	}
	r.ruby("Role.find_by(name: 'Developer').remove_permission!(:edit_issues)")
	p.fails(r.t, "403", cred, args...)
	r.ruby("Role.find_by(name: 'Developer').add_permission!(:add_issue_notes, :edit_issues)")

	r.ruby("Setting.rest_api_enabled = '0'")
	p.fails(r.t, "REST API is off", cred, args...)
	r.ruby("Setting.rest_api_enabled = '1'")
	if s := r.state(issue); len(s.notes()) != 0 || len(s.files()) != 0 {
		r.t.Errorf("notes %q, files %q are left", s.notes(), s.files())
	}
}

// large has a server that takes small files only.
func (r *redmine) large(p *program, cred string) {
	issue := r.issue("small files only")
	args := []string{issue, p.first, "--exe", p.exe, "--type", p.leak}
	r.ruby("Setting.attachment_max_size = '150'")
	p.done(r.t, "created", cred, args...)
	inline(r.t, issue, "#history .wiki img", "redmine-small", false)
	p.done(r.t, "unchanged", cred, args...)

	issue = r.issue("next to no files")
	args[0] = issue
	r.ruby("Setting.attachment_max_size = '10'")
	out := p.done(r.t, "created", cred, args...)
	if len(out.Comments[0].LeftOut) == 0 || !strings.Contains(out.Comments[0].LeftOut[0], "larger than the tracker takes") {
		r.t.Errorf("left out: %q", out.Comments[0].LeftOut)
	}
	r.ruby("Setting.attachment_max_size = '5120'")
}

// hostile sends names that would do something, and looks at what they did.
func (r *redmine) hostile(p *program, cred string) {
	issue := r.issue("names that do something")
	hostile := filepath.Join(p.home, "a|b }} {{toc}} <pre> @reader #1 !x.png! *b* _i_.heapdump")
	data, err := os.ReadFile(p.first)
	if err != nil {
		r.t.Fatal(err)
	}
	if err := os.WriteFile(hostile, data, 0o644); err != nil {
		r.t.Fatal(err)
	}
	p.done(r.t, "created", cred, issue, hostile, "--exe", p.exe, "--type", p.leak)
	inline(r.t, issue, "#history .wiki img", "redmine-hostile", false)
	resp, err := http.Get(issue)
	if err != nil {
		r.t.Fatal(err)
	}
	defer resp.Body.Close()
	page, _ := io.ReadAll(resp.Body)
	for _, bad := range []string{`class="toc`, `reader Test`, `<strong>b</strong>`, `<em>i</em>`, `title="x.png"`, `class="issue tracker`} {
		if note := page[strings.Index(string(page), `id="history"`):]; strings.Contains(string(note), bad) {
			r.t.Errorf("the page has %s", bad)
		}
	}
}
