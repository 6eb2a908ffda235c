package ticket

import (
	"errors"
	"net/http"
	"net/http/httptest"
	"testing"
)

func TestRecogniseByURL(t *testing.T) {
	for url, want := range map[string]struct{ kind, base, project, number string }{
		"https://github.com/acme/orders/issues/41":                           {"github", "https://github.com", "acme/orders", "41"},
		"https://github.com/acme/orders/pull/7":                              {"github", "https://github.com", "acme/orders", "7"},
		"https://github.com/acme/orders/":                                    {"github", "https://github.com", "acme/orders", ""},
		"https://acme.ghe.com/acme/orders/issues/41#issuecomment-1":          {"github", "https://acme.ghe.com", "acme/orders", "41"},
		"https://gitlab.com/acme/back/orders/-/issues/3":                     {"gitlab", "https://gitlab.com", "acme/back/orders", "3"},
		"https://git.example.com/acme/orders/-/merge_requests/3/diffs":       {"gitlab", "https://git.example.com", "acme/orders", "3"},
		"https://gitlab.com/acme/orders/-/work_items/3":                      {"gitlab", "https://gitlab.com", "acme/orders", "3"},
		"https://gitlab.com/acme/orders":                                     {"gitlab", "https://gitlab.com", "acme/orders", ""},
		"https://codeberg.org/forgejo/forgejo/issues/9":                      {"gitea", "https://codeberg.org", "forgejo/forgejo", "9"},
		"https://git.example.com/sub/acme/orders/pulls/2":                    {"gitea", "https://git.example.com/sub", "acme/orders", "2"},
		"https://acme.atlassian.net/browse/OPS-7?focusedCommentId=1":         {"jira", "https://acme.atlassian.net", "OPS", "OPS-7"},
		"https://jira.example.com/jira/browse/OPS-7":                         {"jira", "https://jira.example.com/jira", "OPS", "OPS-7"},
		"https://jira.example.com/projects/OPS/issues/OPS-12":                {"jira", "https://jira.example.com", "OPS", "OPS-12"},
		"https://acme.atlassian.net/jira/software/c/projects/OPS/boards/1":   {"jira", "https://acme.atlassian.net", "OPS", ""},
		"https://acme.atlassian.net/jira/software/projects/OPS/issues/OPS-3": {"jira", "https://acme.atlassian.net", "OPS", "OPS-3"},
	} {
		p, err := Recognise(t.Context(), url, "", true)
		if err != nil {
			t.Errorf("%s: %v", url, err)
			continue
		}
		if p.Kind.Name != want.kind || p.Base.String() != want.base || p.Project != want.project || p.Number != want.number {
			t.Errorf("%s: %s %s %s %s, want %v", url, p.Kind.Name, p.Base, p.Project, p.Number, want)
		}
	}
}

func TestRecogniseRefuses(t *testing.T) {
	for url, tracker := range map[string]string{
		"http://git.example.com/a/b/issues/1":          "", // a credential in the clear
		"https://me:secret@github.com/a/b/issues/1":    "",
		"ftp://github.com/a/b/issues/1":                "",
		"github.com/a/b/issues/1":                      "",
		"https://github.com/":                          "",
		"https://github.com/a/b/wiki/x":                "",
		"https://github.com/a/b/issues/1 ":             "trac",
		"https://git.example.com/a/b/issues/1":         "", // not told, and not asked
		"https://git.example.com/a/b/-/pipelines/1":    "",
		"https://acme.atlassian.net/wiki/spaces/OPS/x": "",
	} {
		_, err := Recognise(t.Context(), url, tracker, true)
		var u *UsageError
		if !errors.As(err, &u) || u.Hint() == "" {
			t.Errorf("%s: %v", url, err)
		}
	}
}

// TestRecogniseByAsking probes servers of which the URL tells nothing; none of
// them may see a credential.
func TestRecogniseByAsking(t *testing.T) {
	for kind, answers := range map[string]map[string]string{
		"github":  {"/api/v3/meta": `{"verifiable_password_authentication":true}`},
		"gitlab":  {"/api/v4/version": `{"message":"401 Unauthorized"}`},
		"gitea":   {"/api/v1/version": `{"version":"development"}`},
		"redmine": {"/acme/orders/login": `<meta name="description" content="Redmine" />`},
		"":        {"/": "hello"},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.Header.Get("Authorization")+r.Header.Get("Private-Token")+r.Header.Get("X-Redmine-Api-Key") != "" {
				t.Errorf("%s got a credential", r.URL)
			}
			body, ok := answers[r.URL.Path]
			if kind == "gitlab" {
				w.Header().Set("X-Gitlab-Meta", `{"version":"1"}`)
			}
			if !ok {
				w.WriteHeader(http.StatusNotFound)
			}
			_, _ = w.Write([]byte(body))
		}))
		p, err := Recognise(t.Context(), s.URL+"/acme/orders/issues/4", "", false)
		if kind == "" {
			var u *UsageError
			if !errors.As(err, &u) {
				t.Errorf("an unknown server: %v", err)
			}
		} else if err != nil || p.Kind.Name != kind {
			t.Errorf("%s: %v %v", kind, p.Kind, err)
		}
		s.Close()
	}
	p, err := Recognise(t.Context(), "http://127.0.0.1:1/acme/orders/issues/4", "gitea", false)
	if err != nil || p.Kind.Name != "gitea" {
		t.Errorf("--tracker asks nobody: %v", err)
	}
	if _, err := Recognise(t.Context(), "http://127.0.0.1:1/acme/orders/issues/4", "", false); err == nil {
		t.Error("no server, no error")
	}
}
