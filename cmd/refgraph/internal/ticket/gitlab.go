package ticket

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// gitlab speaks to GitLab (https://docs.gitlab.com/api/notes/). Uploads belong to
// the project and are rarely ours to delete, so the comment comes first.
//
// Its traps: a line of our own that begins with a slash would be a command; the
// message of an error can be an object; a size that is too large is told as text.
type gitlab struct {
	c  *client
	p  Place
	me string
}

func gitlabKind() *Kind {
	return &Kind{
		Name: "gitlab", Title: "GitLab", Tried: "nothing but exchanges from its documentation",
		Host:  func(h string) bool { return h == "gitlab.com" },
		Parse: parseGitLab,
		Probe: "/api/v4/version",
		Confirm: func(a *answer) bool {
			var v struct{ Message, Version string }
			return a.header.Get("X-Gitlab-Meta") != "" || json.Unmarshal(a.body, &v) == nil && (v.Message == "401 Unauthorized" || v.Version != "") && a.header.Get("X-Runtime") != ""
		},
		Labels: true,
		Keys:   []Key{{Secret: "GITLAB_TOKEN"}},
		Helper: func(host string) []string { return []string{"glab", "config", "get", "token", "--host", host} },
		Make: func(c *client, p Place, cred Credential, _ *Options) Tracker {
			c.sign = func(r *http.Request) {
				if cred.From == "GITLAB_TOKEN" || cred.User == "" && !strings.HasPrefix(cred.From, "glab") {
					r.Header.Set("PRIVATE-TOKEN", cred.Secret)
					return
				}
				r.Header.Set("Authorization", "Bearer "+cred.Secret)
			}
			c.advise = gitlabAdvice
			return &gitlab{c: c, p: p}
		},
	}
}

// parseGitLab reads group/sub/project/-/issues/7, …/-/merge_requests/7 and a
// project alone. Only the first two are GitLab's for sure.
func parseGitLab(path string) (p Place, prefix string, sure, ok bool) {
	project, rest, found := strings.Cut(path, "/-/")
	if !found { // as it was before version 16
		if i := strings.LastIndex(path, "/issues"); i >= 0 {
			project, rest = path[:i], path[i+1:]
		}
	}
	if parts := strings.Split(rest, "/"); rest != "" {
		switch {
		case len(parts) >= 2 && numeric(parts[1]) && (parts[0] == "issues" || parts[0] == "work_items"):
			p.Number = parts[1]
		case len(parts) >= 2 && numeric(parts[1]) && parts[0] == "merge_requests":
			p.Number, p.Merge = parts[1], true
		case rest != "issues":
			return p, "", false, false
		}
	}
	if first, _, nested := strings.Cut(project, "/"); !nested || reserved(first) {
		return p, "", false, false
	}
	p.Project, _ = url.PathUnescape(project)
	return p, "", found, true
}

func gitlabAdvice(e *Error, _ http.Header) {
	w := strings.ToLower(e.Words)
	switch {
	case strings.Contains(w, "insufficient_scope"):
		e.Advice = "the token needs the scope api (Preferences, Access tokens)"
	case e.Status == http.StatusUnauthorized:
		e.Advice = "the token is wrong or has expired; a job's own CI_JOB_TOKEN may not comment: make a project access token with the scope api and give it to the job as GITLAB_TOKEN"
	case e.Status == http.StatusForbidden:
		e.Advice = "the token's user may not comment here: it must be a member of the project, and the discussion must not be locked"
	case e.Status == http.StatusNotFound:
		e.Advice = "check the URL; GitLab says this too of a private project that the token may not see"
	}
}

func (g *gitlab) Traits() Traits { return Traits{CommentFirst: true} }
func (g *gitlab) Markup() Markup { return GitLabMarkdown() }

func (g *gitlab) kind() string {
	if g.p.Merge {
		return "merge_requests"
	}
	return "issues"
}

func (g *gitlab) URL() string {
	return g.p.Base.JoinPath(g.p.Project, "-", g.kind(), g.p.Number).String()
}

func (g *gitlab) project(path string) string {
	return "/api/v4/projects/" + url.PathEscape(g.p.Project) + path
}

func (g *gitlab) issue(path string) string {
	return g.project("/" + g.kind() + "/" + g.p.Number + path)
}

func (g *gitlab) Check(ctx context.Context) error {
	var user struct{ Username string }
	whoami := request{doing: "checking the token", path: "/api/v4/user"}
	_, err := g.c.ask(ctx, whoami, &user)
	for status(err) == http.StatusNotFound && g.descend() {
		_, err = g.c.ask(ctx, whoami, &user)
	}
	if err != nil {
		return err
	}
	g.me = user.Username
	var project struct{ Archived bool }
	if _, err := g.c.ask(ctx, request{doing: "reading the project", path: g.project("")}, &project); err != nil {
		return err
	}
	if project.Archived {
		return &Error{Tracker: g.c.tracker, Doing: "reading the project", Words: g.p.Project + " is archived", Advice: "nothing can be written to an archived project"}
	}
	if g.p.Number == "" {
		return nil
	}
	_, err = g.c.ask(ctx, request{doing: "reading the issue", path: g.issue("")}, nil)
	return err
}

// descend takes the first part of the project's path for one of the server's: a
// GitLab below a path of its host looks like one with a group more.
func (g *gitlab) descend() bool {
	first, rest, _ := strings.Cut(g.p.Project, "/")
	if !strings.Contains(rest, "/") {
		return false
	}
	g.p.Base, g.p.Project = g.p.Base.JoinPath(first), rest
	g.c.base = g.p.Base
	return true
}

type gitlabNote struct {
	ID     int64
	Body   string
	System bool
	Author struct{ Username string }
}

func (g *gitlab) comment(n *gitlabNote) Comment {
	return Comment{ID: strconv.FormatInt(n.ID, 10), URL: fmt.Sprintf("%s#note_%d", g.URL(), n.ID), Body: n.Body}
}

func (g *gitlab) Own(ctx context.Context) (out []Comment, err error) {
	page := "1"
	for range mostPages {
		var all []gitlabNote
		a, err := g.c.ask(ctx, request{doing: "reading the comments", path: g.issue("/notes"), query: url.Values{
			"sort": {"asc"}, "order_by": {"created_at"}, "per_page": {"100"}, "page": {page}}}, &all)
		if err != nil {
			return nil, err
		}
		for i := range all {
			if all[i].Author.Username == g.me && !all[i].System {
				out = append(out, g.comment(&all[i]))
			}
		}
		if page = a.header.Get("X-Next-Page"); !numeric(page) {
			break
		}
	}
	return out, nil
}

// Limits knows nothing: only an administrator may ask for max_attachment_size.
func (g *gitlab) Limits(context.Context) (Limits, error) { return Limits{}, nil }

var gitlabUpload = regexp.MustCompile(`/uploads/([0-9a-f]{32})/(refgraph-[0-9a-f]{8}-[0-9a-f]{8}\.[a-z]+(?:\.gz)?)`)

// Attached reads from our comment what it shows: GitLab lists uploads for
// maintainers only.
func (g *gitlab) Attached(_ context.Context, own *Comment) (out []Attachment, err error) {
	if own == nil {
		return nil, nil
	}
	for _, m := range gitlabUpload.FindAllStringSubmatch(own.Body, -1) {
		out = append(out, Attachment{ID: m[1] + "/" + m[2], Name: m[2], Ref: m[0], URL: g.p.Base.JoinPath(g.p.Project, m[0]).String()})
	}
	return out, nil
}

func (g *gitlab) Upload(ctx context.Context, _ *Comment, f *File) (Attachment, error) {
	body, contentType, err := form("file", f)
	if err != nil {
		return Attachment{}, err
	}
	var got struct{ URL string }
	if _, err = g.c.ask(ctx, request{doing: "uploading " + f.Name, method: http.MethodPost, path: g.project("/uploads"), body: body, contentType: contentType}, &got); err != nil {
		return Attachment{}, err
	}
	return Attachment{ID: strings.TrimPrefix(got.URL, "/uploads/"), Name: f.Name, Ref: got.URL, URL: g.p.Base.JoinPath(g.p.Project, got.URL).String()}, nil
}

func (g *gitlab) Comment(ctx context.Context, body string, _ []Attachment) (Comment, error) {
	var n gitlabNote
	_, err := g.c.ask(ctx, request{doing: "adding the comment", method: http.MethodPost, path: g.issue("/notes"), json: map[string]string{"body": body}, accept: http.StatusCreated}, &n)
	return g.comment(&n), err
}

func (g *gitlab) Edit(ctx context.Context, own *Comment, body string, _ []Attachment) error {
	_, err := g.c.ask(ctx, request{doing: "editing the comment", method: http.MethodPut, path: g.issue("/notes/" + own.ID), json: map[string]string{"body": body}}, nil)
	return err
}

// Remove deletes an upload, which a maintainer's token may.
func (g *gitlab) Remove(ctx context.Context, a Attachment) error {
	_, err := g.c.ask(ctx, request{doing: "deleting " + a.Name, method: http.MethodDelete, path: g.project("/uploads/" + a.ID)}, nil)
	return err
}

func (g *gitlab) FindOpen(ctx context.Context, fingerprint string) (bool, error) {
	var got []struct {
		IID         int64
		Description string
	}
	_, err := g.c.ask(ctx, request{doing: "looking for an open issue", path: g.project("/issues"), query: url.Values{
		"state": {"opened"}, "search": {fingerprint}, "in": {"description"}, "per_page": {"100"}}}, &got)
	for _, i := range got {
		if m, ok := ParseMarker(i.Description); ok && m.Fingerprint == fingerprint {
			g.p.Number, g.p.Merge = strconv.FormatInt(i.IID, 10), false
			return true, nil
		}
	}
	return false, err
}

func (g *gitlab) Open(ctx context.Context, n NewIssue) error {
	fields := map[string]string{"title": n.Title, "description": n.Body}
	if len(n.Labels) > 0 {
		fields["labels"] = strings.Join(n.Labels, ",")
	}
	var got struct{ IID int64 }
	_, err := g.c.ask(ctx, request{doing: "opening an issue", method: http.MethodPost, path: g.project("/issues"), json: fields}, &got)
	g.p.Number = strconv.FormatInt(got.IID, 10)
	return err
}
