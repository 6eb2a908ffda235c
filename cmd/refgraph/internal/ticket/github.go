package ticket

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"
)

// github speaks to GitHub (https://docs.github.com/en/rest/issues/comments). Its
// upload for pictures is the one that its own client uses: it takes no tokens of
// Actions and Apps, Enterprise Server does not have it, and what was uploaded
// cannot be deleted. So it is used once a picture, after all else is known to
// work; where it is not to be had, a diagram in the comment stands for the
// picture, or a file on a branch (githubbranch.go).
type github struct {
	c       *client
	p       Place
	uploads string // host; empty where there is none
	branch  string
	why     string // no files can be uploaded
	me      string // empty of a token of Actions, which has no user
	repoID  int64
}

func githubKind() *Kind {
	return &Kind{
		Name: "github", Title: "GitHub", Tried: "nothing but exchanges from its documentation",
		Host:  func(h string) bool { return h == "github.com" || strings.HasSuffix(h, ".ghe.com") },
		Parse: func(path string) (Place, string, bool, bool) { return parseOwnerName(path, "pull") },
		Probe: "/api/v3/meta",
		Confirm: func(a *answer) bool {
			return a.header.Get("X-GitHub-Enterprise-Version") != "" || bytes.Contains(a.body, []byte("verifiable_password_authentication"))
		},
		Labels: true,
		Keys: []Key{
			{Secret: "GH_TOKEN", For: githubHost}, {Secret: "GITHUB_TOKEN", For: githubHost},
			{Secret: "GH_ENTERPRISE_TOKEN", For: githubServer}, {Secret: "GITHUB_ENTERPRISE_TOKEN", For: githubServer},
		},
		Helper: func(host string) []string { return []string{"gh", "auth", "token", "--hostname", host} },
		Make:   newGitHub,
	}
}

// githubHost is what GITHUB_TOKEN is for: github.com, its tenants, and the server
// that a workflow runs on.
func githubHost(host string, env func(string) string) bool {
	if host == "github.com" || strings.HasSuffix(host, ".ghe.com") {
		return true
	}
	u, err := url.Parse(env("GITHUB_SERVER_URL"))
	return err == nil && u.Hostname() == host
}

func githubServer(host string, _ func(string) string) bool {
	return host != "github.com" && !strings.HasSuffix(host, ".ghe.com")
}

func newGitHub(c *client, p Place, cred Credential, o *Options) Tracker {
	g := &github{c: c, p: p, branch: o.Branch}
	host := p.Base.Host
	switch {
	case githubServer(p.Base.Hostname(), nil):
		c.base = p.Base.JoinPath("api", "v3")
		g.why = "GitHub Enterprise Server takes no uploads from programs"
	default:
		c.base = &url.URL{Scheme: "https", Host: "api." + host}
		g.uploads = "uploads." + host
	}
	if kind, _, ok := strings.Cut(cred.Secret, "_"); ok && slices.Contains([]string{"ghs", "ghu", "ghr"}, kind) {
		g.why = "GitHub takes no uploads with a token of Actions or of an App"
	}
	c.sign = func(r *http.Request) {
		r.Header.Set("Authorization", "Bearer "+cred.Secret)
		r.Header.Set("Accept", "application/vnd.github+json")
		r.Header.Set("X-GitHub-Api-Version", "2022-11-28")
	}
	c.advise = githubAdvice
	return g
}

func githubAdvice(e *Error, h http.Header) {
	switch {
	case h.Get("X-RateLimit-Remaining") == "0":
		e.Advice = "the limit of requests is used up"
		if n, err := strconv.ParseInt(h.Get("X-RateLimit-Reset"), 10, 64); err == nil {
			e.Advice += " until " + time.Unix(n, 0).UTC().Format("15:04 UTC")
		}
	case strings.Contains(e.Words, "rate limit") && h.Get("Retry-After") == "":
		e.Advice = "GitHub wants fewer requests: try again in some minutes"
	case strings.Contains(e.Words, "by integration"):
		e.Advice = "give the job the right: permissions: issues: write (and pull-requests: write for pull requests)"
	case strings.Contains(e.Words, "personal access token"):
		e.Advice = "give the token Issues: Read and write for this repository"
	case e.Status == http.StatusGone:
		e.Advice = "issues are switched off in this repository"
	case e.Status == http.StatusUnauthorized:
		e.Advice = "the token is wrong or has expired: gh auth login, or make one at github.com/settings/tokens"
	case e.Status == http.StatusNotFound:
		e.Advice = "check the URL; GitHub says this too of a private repository that the token may not see"
	}
}

func (g *github) Traits() Traits {
	t := Traits{CommentFirst: true}
	if g.branch == "" {
		t.NoFiles = g.why
	}
	return t
}

func (g *github) Markup() Markup { return GitHubMarkdown() }

func (g *github) URL() string {
	kind := "issues"
	if g.p.Merge {
		kind = "pull"
	}
	return g.p.Base.JoinPath(g.p.Project, kind, g.p.Number).String()
}

func (g *github) repo(path string) string { return "/repos/" + g.p.Project + path }

func (g *github) Check(ctx context.Context) error {
	var user struct{ Login string }
	_, err := g.c.ask(ctx, request{doing: "checking the token", path: "/user"}, &user)
	if err != nil && status(err) != http.StatusForbidden { // a token of Actions is nobody
		return err
	}
	g.me = user.Login
	var repo struct {
		ID          int64
		Archived    bool
		Permissions struct{ Push bool }
	}
	if _, err := g.c.ask(ctx, request{doing: "reading the repository", path: g.repo("")}, &repo); err != nil {
		return err
	}
	if repo.Archived {
		return &Error{Tracker: g.c.tracker, Doing: "reading the repository", Words: g.p.Project + " is archived", Advice: "nothing can be written to an archived repository"}
	}
	g.repoID = repo.ID
	if g.why == "" && !repo.Permissions.Push {
		g.why = "GitHub takes uploads only from those with write access to the repository"
	}
	if g.p.Number == "" {
		return nil
	}
	var issue struct{ Locked bool }
	if _, err := g.c.ask(ctx, request{doing: "reading the issue", path: g.repo("/issues/" + g.p.Number)}, &issue); err != nil {
		return err
	}
	if issue.Locked && !repo.Permissions.Push {
		return &Error{Tracker: g.c.tracker, Doing: "reading the issue", Words: "the conversation is locked", Advice: "only those with write access may comment: unlock it, or take another issue"}
	}
	return nil
}

type githubComment struct {
	ID      int64
	HTMLURL string `json:"html_url"`
	Body    string
	User    struct{ Login, Type string }
}

func (c *githubComment) comment() Comment {
	return Comment{ID: strconv.FormatInt(c.ID, 10), URL: c.HTMLURL, Body: c.Body}
}

func (g *github) Own(ctx context.Context) (out []Comment, err error) {
	err = g.pages(ctx, "reading the comments", g.repo("/issues/"+g.p.Number+"/comments"), nil, func(page []byte) error {
		var all []githubComment
		if err := json.Unmarshal(page, &all); err != nil {
			return err
		}
		for i := range all {
			u := all[i].User
			if g.me != "" && u.Login == g.me || g.me == "" && u.Type == "Bot" {
				out = append(out, all[i].comment())
			}
		}
		return nil
	})
	return out, err
}

var nextPage = regexp.MustCompile(`<([^<>]+)>;\s*rel="next"`)

// pages reads a list to its end.
func (g *github) pages(ctx context.Context, doing, path string, query url.Values, each func([]byte) error) error {
	if query == nil {
		query = url.Values{}
	}
	query.Set("per_page", "100")
	r := request{doing: doing, path: path, query: query}
	for range mostPages {
		var raw json.RawMessage
		a, err := g.c.ask(ctx, r, &raw)
		if err == nil {
			err = each(raw)
		}
		if err != nil {
			return err
		}
		next := nextPage.FindStringSubmatch(a.header.Get("Link"))
		if next == nil {
			break
		}
		r.path, r.query = next[1], nil
	}
	return nil
}

// Limits are those that GitHub's own client knows.
func (g *github) Limits(context.Context) (Limits, error) { return g.limits(), nil }

func (g *github) limits() Limits {
	return Limits{Bytes: 10 << 20, Takes: func(ext string) bool { return ext == ".png" || ext == ".svg" }}
}

var (
	githubPicture = regexp.MustCompile(`<img src="(https://[^"]+/user-attachments/assets/[^"]+)"`)
	githubSVG     = regexp.MustCompile(`\[picture as SVG\]\((https://[^)]+/user-attachments/assets/[^)]+)\)`)
)

// Attached reads from our comment what it shows: GitHub lists no uploads, and
// their addresses have no names.
func (g *github) Attached(_ context.Context, own *Comment) (out []Attachment, err error) {
	if own == nil {
		return nil, nil
	}
	if g.branch != "" && g.why != "" {
		return g.onBranch(own), nil
	}
	m, ok := ParseMarker(own.Body)
	if !ok || m.Picture == "" {
		return nil, nil
	}
	for ext, where := range map[string]*regexp.Regexp{".png": githubPicture, ".svg": githubSVG} {
		if found := where.FindStringSubmatch(own.Body); found != nil {
			out = append(out, Attachment{Name: stem(m.Fingerprint) + m.Picture + ext, Ref: found[1], URL: found[1]})
		}
	}
	return out, nil
}

func (g *github) Upload(ctx context.Context, _ *Comment, f *File) (Attachment, error) {
	if g.why != "" {
		return g.commit(ctx, f)
	}
	var got struct{ URL string }
	_, err := g.c.ask(ctx, request{
		doing: "uploading " + f.Name, method: http.MethodPost, path: "/user-attachments/assets", host: g.uploads,
		query: url.Values{"name": {f.Name}, "content_type": {f.Type}, "repository_id": {strconv.FormatInt(g.repoID, 10)}},
		body:  f.Data, contentType: "application/octet-stream", once: true, accept: http.StatusCreated,
	}, &got)
	switch {
	case status(err) == http.StatusNotFound:
		return Attachment{}, &NoFilesError{"GitHub takes uploads only from those with write access to the repository"}
	case err == nil && got.URL == "":
		err = &Error{Tracker: g.c.tracker, Doing: "uploading " + f.Name, Status: http.StatusCreated, Words: "the answer has no address of the file", Advice: "run it again; if it stays so, --pictures-branch does without this upload"}
	}
	return Attachment{Name: f.Name, Ref: got.URL, URL: got.URL}, err
}

func (g *github) Comment(ctx context.Context, body string, _ []Attachment) (Comment, error) {
	var c githubComment
	_, err := g.c.ask(ctx, request{doing: "adding the comment", method: http.MethodPost, path: g.repo("/issues/" + g.p.Number + "/comments"), json: map[string]string{"body": body}}, &c)
	return c.comment(), err
}

func (g *github) Edit(ctx context.Context, own *Comment, body string, _ []Attachment) error {
	_, err := g.c.ask(ctx, request{doing: "editing the comment", method: http.MethodPatch, path: g.repo("/issues/comments/" + own.ID), json: map[string]string{"body": body}}, nil)
	return err
}

// Remove removes what is on a branch; an upload cannot be deleted.
func (g *github) Remove(ctx context.Context, a Attachment) error {
	if a.ID == "" {
		return nil
	}
	return g.uncommit(ctx, a)
}

func (g *github) FindOpen(ctx context.Context, fingerprint string) (found bool, err error) {
	query := url.Values{"state": {"open"}}
	if g.me != "" {
		query.Set("creator", g.me)
	}
	err = g.pages(ctx, "looking for an open issue", g.repo("/issues"), query, func(page []byte) error {
		var all []struct {
			Number int64
			Body   string
		}
		if err := json.Unmarshal(page, &all); err != nil {
			return err
		}
		for _, i := range all {
			if m, ok := ParseMarker(i.Body); ok && m.Fingerprint == fingerprint && !found {
				g.p.Number, found = strconv.FormatInt(i.Number, 10), true
			}
		}
		return nil
	})
	return found, err
}

func (g *github) Open(ctx context.Context, n NewIssue) error {
	fields := map[string]any{"title": n.Title, "body": n.Body}
	if len(n.Labels) > 0 {
		fields["labels"] = n.Labels
	}
	var got struct{ Number int64 }
	_, err := g.c.ask(ctx, request{doing: "opening an issue", method: http.MethodPost, path: g.repo("/issues"), json: fields}, &got)
	g.p.Number = fmt.Sprint(got.Number)
	return err
}
