package servertest

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// gitea is a running instance with a repository.
type gitea struct {
	t                     *testing.T
	url                   string
	token, narrow, reader string
}

// newGitea starts the binary that GITEA names, with the files of its module in
// GITEA_MODULE; maxSize is the most MB of a file.
func newGitea(t *testing.T, maxSize string) *gitea {
	t.Helper()
	bin := os.Getenv("GITEA")
	if bin == "" {
		t.Skip("Gitea is not tested: .ci/real gitea builds it and tests it")
	}
	dir, port := t.TempDir(), freePort(t)
	c := exec.Command("bash", "testdata/gitea.sh", bin, os.Getenv("GITEA_MODULE"), dir, port)
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	c.Stderr = os.Stderr
	c.Env = append(os.Environ(), "GITEA_MAX_SIZE="+maxSize)
	if err := c.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = syscall.Kill(-c.Process.Pid, syscall.SIGTERM)
		_ = c.Wait()
	})
	g := &gitea{t: t, url: "http://127.0.0.1:" + port}
	ready(t, g.url+"/api/v1/version")
	for name, where := range map[string]*string{"token": &g.token, "token-narrow": &g.narrow, "token-reader": &g.reader} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			t.Fatal(err)
		}
		*where = strings.TrimSpace(string(data))
	}
	g.must(http.MethodPost, "/user/repos", map[string]any{"name": "orders"}, nil)
	return g
}

// must asks the API with the bot's token.
func (g *gitea) must(method, path string, body, out any) {
	g.t.Helper()
	if code := ask(g.t, method, g.url+"/api/v1"+path, "Authorization", "token "+g.token, body, out); code >= 300 {
		g.t.Fatalf("%s %s: %d", method, path, code)
	}
}

func (g *gitea) issue(repo, title string) (url, path string) {
	g.t.Helper()
	var got struct{ Number int }
	g.must(http.MethodPost, "/repos/bot/"+repo+"/issues", map[string]any{"title": title, "body": "RSS 6.1 GiB after 9 h, OOM kill at 03:12."}, &got)
	return fmt.Sprintf("%s/bot/%s/issues/%d", g.url, repo, got.Number), fmt.Sprintf("/repos/bot/%s/issues/%d", repo, got.Number)
}

type giteaComment struct {
	Body   string
	Assets []struct{ Name string }
}

func (g *gitea) comments(path string) (all []giteaComment) {
	g.t.Helper()
	g.must(http.MethodGet, path+"/comments", nil, &all)
	return all
}

// TestGitea is the life of a ticket on a real Gitea, and all that can be wrong
// with it.
func TestGitea(t *testing.T) {
	g := newGitea(t, "4")
	p := newProgram(t)
	cred := "GITEA_TOKEN=" + g.token
	g.life(p, cred)
	g.wrong(p, cred)
	g.hostile(p, cred)
	tight := newGitea(t, "0")
	tight.tooLarge(p, "GITEA_TOKEN="+tight.token)
}

// giteaPicture is the PNG in a comment; the SVG is in a folded block.
const giteaPicture = `.comment .markup img[alt^="Reference graph"]:not(details img)`

func (g *gitea) life(p *program, cred string) {
	t := g.t
	issue, path := g.issue("orders", "heap grows")
	args := func(dump string, more ...string) []string {
		return append([]string{issue, dump, "--exe", p.exe, "--type", p.leak}, more...)
	}
	first := p.done(t, "created", cred, args(p.first, "--report")...)
	resp, err := http.Get(first.Comments[0].Attachments[1].URL)
	if err != nil {
		t.Fatal(err)
	}
	resp.Body.Close()
	if h := resp.Header; h.Get("Content-Type") != "image/svg+xml" || !strings.HasPrefix(h.Get("Content-Disposition"), "inline") {
		t.Errorf("the SVG is served as %s, %s", h.Get("Content-Type"), h.Get("Content-Disposition"))
	}
	inline(t, issue, giteaPicture, "gitea", false)
	if s := open(t, issue, `.comment .markup details[open] img[alt^="Reference graph"]`, "gitea-svg", 1280); !s.Loaded || s.Width < 540 || s.Width > s.Room+1 {
		t.Errorf("the SVG as it is shown: %+v", s)
	}
	if s := open(t, issue, `.comment .markup a[href*="/attachments/"]`, "gitea-svg-link", 1280); s.Room == 0 {
		t.Error("no link to the SVG")
	}
	before := g.comments(path)
	if len(before) != 1 || len(before[0].Assets) != 3 || !strings.HasSuffix(before[0].Assets[2].Name, ".html.gz") {
		t.Errorf("first run: %+v", before)
	}
	p.done(t, "unchanged", cred, args(p.first, "--report")...)
	p.done(t, "updated", cred, args(p.second)...)
	after := g.comments(path)
	if len(after) != 1 || len(after[0].Assets) != 2 || after[0].Assets[0].Name == before[0].Assets[0].Name {
		t.Errorf("second run: %+v", after)
	}
	inline(t, issue, giteaPicture, "gitea-second", false)
	for range 2 {
		gone := p.run(t, cred, issue, p.without, "--type", p.leak, "--resolve")
		if all := g.comments(path); gone.code != 0 || len(gone.Gone) != 1 || !gone.Gone[0].Said || len(all) != 2 || !strings.Contains(all[0].Body, "**Gone**") {
			t.Errorf("gone: %+v %s\n%+v", gone, gone.stderr, all)
		}
	}
	g.opened(p, cred)
}

// opened has an issue opened, once, with a label.
func (g *gitea) opened(p *program, cred string) {
	g.must(http.MethodPost, "/repos/bot/orders/labels", map[string]any{"name": "leak", "color": "#ff0000"}, nil)
	args := []string{g.url + "/bot/orders", p.first, "--exe", p.exe, "--type", p.leak, "--new", "--label", "leak"}
	first := p.done(g.t, "created", cred, args...)
	again := p.done(g.t, "unchanged", cred, args...)
	if !first.Opened || again.Opened || first.Issue != again.Issue {
		g.t.Errorf("opened %v %s, then %v %s", first.Opened, first.Issue, again.Opened, again.Issue)
	}
	p.fails(g.t, "no label", cred, g.url+"/bot/orders", p.first, "--exe", p.exe, "--type", "main.Cache", "--new", "--label", "nonsense")
}

// wrong tries tokens, rights and repositories that do not do.
func (g *gitea) wrong(p *program, cred string) {
	issue, path := g.issue("orders", "nothing may be written here")
	args := []string{issue, p.first, "--exe", p.exe, "--type", p.leak}
	p.fails(g.t, "401", "GITEA_TOKEN=0123456789abcdef0123456789abcdef01234567", args...)
	p.fails(g.t, "404", cred, append([]string{g.url + "/bot/orders/issues/99999"}, args[1:]...)...)
	p.fails(g.t, "404", cred, append([]string{g.url + "/bot/nothing/issues/1"}, args[1:]...)...)
	p.fails(g.t, "required scope", "GITEA_TOKEN="+g.narrow, args...)

	g.must(http.MethodPut, path+"/lock", map[string]any{"lock_reason": "Spam"}, nil)
	p.fails(g.t, "locked", "GITEA_TOKEN="+g.reader, args...)
	if all := g.comments(path); len(all) != 0 {
		g.t.Errorf("comments are left: %+v", all)
	}
	g.must(http.MethodPost, "/user/repos", map[string]any{"name": "old"}, nil)
	old, _ := g.issue("old", "archived")
	g.must(http.MethodPatch, "/repos/bot/old", map[string]any{"archived": true}, nil)
	p.fails(g.t, "archived", cred, append([]string{old}, args[1:]...)...)

	g.must(http.MethodPost, "/user/repos", map[string]any{"name": "closed", "private": true}, nil)
	closed, _ := g.issue("closed", "others may not even see this")
	p.fails(g.t, "404", "GITEA_TOKEN="+g.reader, append([]string{closed}, args[1:]...)...)
}

// tooLarge has a server that takes no file at all: the comment says so.
func (g *gitea) tooLarge(p *program, cred string) {
	issue, path := g.issue("orders", "no room")
	r := p.done(g.t, "created", cred, issue, p.first, "--exe", p.exe, "--type", p.leak)
	all := g.comments(path)
	if left := strings.Join(r.Comments[0].LeftOut, "; "); !strings.Contains(left, "picture: ") || len(all) != 1 || len(all[0].Assets) != 0 || !strings.Contains(all[0].Body, "No picture: ") {
		g.t.Errorf("files too large: %q\n%+v", left, all)
	}
}

// hostile sends a name that would do something.
func (g *gitea) hostile(p *program, cred string) {
	issue, _ := g.issue("orders", "names that do something")
	hostile := filepath.Join(p.home, "a|b ` @reader #1 ![x](y.png) **b** _i_ <script> --> :smile:.heapdump")
	data, err := os.ReadFile(p.first)
	if err != nil {
		g.t.Fatal(err)
	}
	if err := os.WriteFile(hostile, data, 0o644); err != nil {
		g.t.Fatal(err)
	}
	p.done(g.t, "created", cred, issue, hostile, "--exe", p.exe, "--type", p.leak)
	inline(g.t, issue, giteaPicture, "gitea-hostile", false)
	for _, bad := range []string{`.comment .markup a.mention, .comment .markup a[href$="/reader"]`, `.comment .markup a.ref-issue`, `.comment .markup strong + b`, `.comment .markup .emoji`, `.comment .markup img[src*="y.png"]`} {
		if s := open(g.t, issue, bad, "gitea-hostile", 1280); s.Room != 0 {
			g.t.Errorf("the page has %s", bad)
		}
	}
	var told []any
	if code := ask(g.t, http.MethodGet, g.url+"/api/v1/notifications?all=true", "Authorization", "token "+g.reader, nil, &told); code != http.StatusOK || len(told) != 0 {
		g.t.Errorf("the reader was told %d things, code %d", len(told), code)
	}
}
