package ticket

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func placeAt(t *testing.T, u, kind string) Place {
	t.Helper()
	p, err := Recognise(t.Context(), u, kind, true)
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// TestCredentials looks where credentials are found, in order, and for which
// hosts.
func TestCredentials(t *testing.T) {
	file := filepath.Join(t.TempDir(), "token")
	if err := os.WriteFile(file, []byte("bot:filesecret\nmore\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	nothing := func(context.Context, string, ...string) ([]byte, error) { return nil, errors.New("not installed") }
	gitKnows := func(_ context.Context, in string, args ...string) ([]byte, error) {
		if args[0] != "git" || !strings.Contains(in, "host=git.example.com") {
			return nil, errors.New("no")
		}
		return []byte("protocol=https\nusername=me\npassword=gitsecret\n"), nil
	}
	ghKnows := func(_ context.Context, _ string, args ...string) ([]byte, error) {
		if strings.Join(args, " ") != "gh auth token --hostname github.com" {
			return nil, errors.New("no")
		}
		return []byte("ghsecret\n"), nil
	}
	const gh, ghes, forge = "https://github.com/a/b/issues/1", "https://git.example.com/a/b/issues/1", "https://git.example.com/a/b/issues/1"
	for _, c := range []struct {
		url, kind  string
		finder     Finder
		env        map[string]string
		want, user string // secret; empty: there is none
	}{
		{url: gh, kind: "github", env: map[string]string{"GITHUB_TOKEN": "one"}, want: "one"},
		{url: gh, kind: "github", env: map[string]string{"GITHUB_TOKEN": "one", "GH_TOKEN": "two"}, want: "two"},
		{url: gh, kind: "github", env: map[string]string{"GITHUB_TOKEN": "one"}, finder: Finder{File: file}, want: "filesecret", user: "bot"},
		{url: gh, kind: "github", finder: Finder{Run: ghKnows}, want: "ghsecret"},
		{url: ghes, kind: "github", env: map[string]string{"GITHUB_TOKEN": "one"}}, // not for this host
		{url: ghes, kind: "github", env: map[string]string{"GITHUB_TOKEN": "one", "GITHUB_SERVER_URL": "https://git.example.com"}, want: "one"},
		{url: ghes, kind: "github", env: map[string]string{"GH_ENTERPRISE_TOKEN": "entsecret"}, want: "entsecret"},
		{url: gh, kind: "github", env: map[string]string{"GH_ENTERPRISE_TOKEN": "ent"}},
		{url: forge, kind: "gitea", env: map[string]string{"GITEA_TOKEN": "tea"}, want: "tea"},
		{url: forge, kind: "gitea", finder: Finder{Run: gitKnows}, want: "gitsecret", user: "me"},
		{url: forge, kind: "gitea", env: map[string]string{"GITHUB_TOKEN": "one"}},
		{url: "https://acme.atlassian.net/browse/OPS-7", kind: "jira", env: map[string]string{"JIRA_API_TOKEN": "api", "JIRA_USER": "me@example.com"}, want: "api", user: "me@example.com"},
		{url: "https://redmine.example.com/issues/1", kind: "redmine", env: map[string]string{"REDMINE_API_KEY": " key\n"}, want: "key"},
	} {
		f := c.finder
		f.Env = func(name string) string { return c.env[name] }
		if f.Run == nil {
			f.Run = nothing
		}
		got, err := f.Find(t.Context(), placeAt(t, c.url, c.kind))
		if got.Secret != c.want || got.User != c.user || (err == nil) != (c.want != "") {
			t.Errorf("%s %v: %q %q %v", c.url, c.env, got.Secret, got.User, err)
		}
		if err != nil && !strings.Contains(err.(*UsageError).Hint(), "--token-file") {
			t.Errorf("%s: %v", c.url, err)
		}
		for _, format := range []string{"%v", "%+v", "%#v", "%s"} {
			if s := fmt.Sprintf(format, got); c.want != "" && strings.Contains(s, c.want) {
				t.Errorf("%s prints the credential: %s", format, s)
			}
		}
	}
}

// TestUnprintableCredential refuses what would break a header, and does not show
// it.
func TestUnprintableCredential(t *testing.T) {
	for _, secret := range []string{"two words", "line\nbreak", "hidden\x00", "ünicode"} {
		f := Finder{Env: func(name string) string { return map[string]string{"GITEA_TOKEN": secret}[name] }}
		_, err := f.Find(t.Context(), placeAt(t, "https://codeberg.org/a/b/issues/1", "gitea"))
		var u *UsageError
		if !errors.As(err, &u) || strings.Contains(err.Error()+u.Hint(), secret) {
			t.Errorf("%q: %v", secret, err)
		}
	}
}

// TestCredentialStays has a server that sends elsewhere, and a place elsewhere
// that must not be asked.
func TestCredentialStays(t *testing.T) {
	asked := 0
	elsewhere := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { asked++ }))
	defer elsewhere.Close()
	here := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/same":
			http.Redirect(w, r, "/there", http.StatusFound)
		case "/there":
			_, _ = w.Write([]byte(`{"got":"` + r.Header.Get("Authorization") + `"}`))
		default:
			http.Redirect(w, r, elsewhere.URL+r.URL.Path, http.StatusTemporaryRedirect)
		}
	}))
	defer here.Close()
	base, _ := url.Parse(here.URL)
	c := newClient(base)
	c.sign = func(r *http.Request) { r.Header.Set("Authorization", "secret") }
	var out struct{ Got string }
	if _, err := c.ask(t.Context(), request{path: "/same"}, &out); err != nil || out.Got != "secret" {
		t.Errorf("on the same host: %v %v", out, err)
	}
	for _, method := range []string{http.MethodGet, http.MethodPost, http.MethodPut, http.MethodDelete} {
		_, err := c.ask(t.Context(), request{path: "/away", method: method}, nil)
		if !errors.Is(err, errRedirect) || asked > 0 {
			t.Errorf("%s: %v, asked %d times", method, err, asked)
		}
	}
	if _, err := c.ask(t.Context(), request{path: elsewhere.URL + "/next"}, nil); !errors.Is(err, errRedirect) || asked > 0 {
		t.Errorf("a next page elsewhere: %v, asked %d times", err, asked)
	}
}

// TestRepeats counts how often each kind of request is sent to a server with
// trouble.
func TestRepeats(t *testing.T) {
	for _, c := range []struct {
		method, after string
		status, want  int
		once          bool
	}{
		{http.MethodGet, "", 500, 3, false}, {http.MethodPut, "", 502, 3, false}, {http.MethodPost, "", 500, 1, false}, {http.MethodPost, "", 502, 1, false},
		{http.MethodPost, "2", 429, 3, false}, {http.MethodPost, "2", 503, 3, false}, {http.MethodPost, "", 503, 1, false}, {http.MethodPost, "2", 429, 1, true},
		{http.MethodGet, "3600", 429, 1, false}, {http.MethodGet, "", 404, 1, false}, {http.MethodGet, "", 403, 1, false}, {http.MethodPut, "", 0, 1, true}, {http.MethodGet, "", 0, 3, false},
	} {
		n := 0
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			n++
			if c.status == 0 { // the line is cut
				panic(http.ErrAbortHandler)
			}
			if c.after != "" {
				w.Header().Set("Retry-After", c.after)
			}
			w.WriteHeader(c.status)
		}))
		base, _ := url.Parse(s.URL)
		cl := newClient(base)
		cl.http.Transport = &http.Transport{DisableKeepAlives: true}
		cl.wait = func(context.Context, time.Duration) error { return nil }
		_, err := cl.ask(t.Context(), request{path: "/x", method: c.method, once: c.once}, nil)
		s.Close()
		var h interface{ Hint() string }
		if n != c.want || err == nil || !errors.As(err, &h) || h.Hint() == "" {
			t.Errorf("%+v: %d times, %v", c, n, err)
		}
	}
}
