package ticket

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// gitea speaks to Gitea and Forgejo (https://docs.gitea.com/api/). Files belong
// to a comment, so the comment comes first.
//
// Its traps: a comment on an absent issue is a 500, so the issue is read first;
// one comment never tells its assets, only the list does.
type gitea struct {
	c  *client
	p  Place
	me string
}

func giteaKind() *Kind {
	return &Kind{
		Name: "gitea", Title: "Gitea", Tried: "Gitea 1.26.0",
		Host:  func(h string) bool { return h == "codeberg.org" || h == "gitea.com" },
		Parse: func(path string) (Place, string, bool, bool) { return parseOwnerName(path, "pulls") },
		Probe: "/api/v1/version",
		Confirm: func(a *answer) bool {
			var v struct{ Version string }
			return a.status == http.StatusOK && json.Unmarshal(a.body, &v) == nil && v.Version != ""
		},
		Labels: true,
		Keys:   []Key{{Secret: "GITEA_TOKEN"}, {Secret: "FORGEJO_TOKEN"}},
		Make: func(c *client, p Place, cred Credential, _ *Options) Tracker {
			c.sign = func(r *http.Request) {
				if cred.User != "" {
					r.SetBasicAuth(cred.User, cred.Secret)
					return
				}
				r.Header.Set("Authorization", "token "+cred.Secret)
			}
			c.advise = giteaAdvice
			return &gitea{c: c, p: p}
		},
	}
}

// parseOwnerName reads owner/name, owner/name/issues/7 and, where pulls is the
// tracker's word for it, owner/name/pulls/7. What comes before is a prefix.
func parseOwnerName(path, pulls string) (p Place, prefix string, sure, ok bool) {
	parts := strings.Split(path, "/")
	n := len(parts)
	switch {
	case n >= 4 && numeric(parts[n-1]) && (parts[n-2] == "issues" || parts[n-2] == pulls):
		p.Number, p.Merge = parts[n-1], parts[n-2] == pulls
		parts = parts[:n-2]
	case n >= 3 && parts[n-1] == "issues":
		parts = parts[:n-1]
	case n != 2 || reserved(parts[0]):
		return p, "", false, false
	}
	n = len(parts)
	p.Project = parts[n-2] + "/" + parts[n-1]
	return p, strings.Join(parts[:n-2], "/"), p.Merge && pulls != "pull", true
}

// reserved are first parts of paths that no tracker has projects below.
func reserved(part string) bool {
	return part == "issues" || part == "projects" || part == "browse"
}

func giteaAdvice(e *Error, _ http.Header) {
	w := strings.ToLower(e.Words)
	switch {
	case e.Status == http.StatusUnauthorized:
		e.Advice = "the token is wrong or has expired: make one under Settings, Applications, with the scopes write:issue, read:repository and read:user"
	case strings.Contains(w, "required scope"):
		e.Advice = "give the token the scopes write:issue, read:repository and read:user (Settings, Applications)"
	case strings.Contains(w, "locked"):
		e.Advice = "the issue is locked: unlock it, or take another issue"
	case e.Status == http.StatusLocked:
		e.Advice = "the repository is archived: nothing can be written there"
	case strings.Contains(w, "forbidden file extension"):
		e.Advice = "the server's [attachment] ALLOWED_TYPES does not list it"
	}
}

func (g *gitea) Traits() Traits { return Traits{CommentFirst: true} }
func (g *gitea) Markup() Markup { return GiteaMarkdown() }

func (g *gitea) URL() string {
	kind := "issues"
	if g.p.Merge {
		kind = "pulls"
	}
	return g.p.Base.JoinPath(g.p.Project, kind, g.p.Number).String()
}

func (g *gitea) repo(path string) string { return "/api/v1/repos/" + g.p.Project + path }

func (g *gitea) Check(ctx context.Context) error {
	var user struct{ Login string }
	if _, err := g.c.ask(ctx, request{doing: "checking the token", path: "/api/v1/user"}, &user); err != nil {
		return err
	}
	g.me = user.Login
	var repo struct{ Archived bool }
	if _, err := g.c.ask(ctx, request{doing: "reading the repository", path: g.repo("")}, &repo); err != nil {
		return err
	}
	if repo.Archived {
		return &Error{Tracker: g.c.tracker, Doing: "reading the repository", Words: g.p.Project + " is archived", Advice: "nothing can be written to an archived repository"}
	}
	if g.p.Number == "" {
		return nil
	}
	var issue struct {
		IsLocked bool `json:"is_locked"`
	}
	_, err := g.c.ask(ctx, request{doing: "reading the issue", path: g.repo("/issues/" + g.p.Number)}, &issue)
	return err
}

type giteaComment struct {
	ID      int64
	HTMLURL string `json:"html_url"`
	Body    string
	User    struct{ Login string }
	Assets  []struct {
		ID   int64
		Name string
		URL  string `json:"browser_download_url"`
	}
}

func (c *giteaComment) comment() Comment {
	return Comment{ID: strconv.FormatInt(c.ID, 10), URL: c.HTMLURL, Body: c.Body}
}

func (g *gitea) list(ctx context.Context) ([]giteaComment, error) {
	var all []giteaComment
	_, err := g.c.ask(ctx, request{doing: "reading the comments", path: g.repo("/issues/" + g.p.Number + "/comments")}, &all)
	return all, err
}

func (g *gitea) Own(ctx context.Context) ([]Comment, error) {
	all, err := g.list(ctx)
	var out []Comment
	for i := range all {
		if all[i].User.Login == g.me {
			out = append(out, all[i].comment())
		}
	}
	return out, err
}

func (g *gitea) Limits(ctx context.Context) (Limits, error) {
	var s struct {
		Enabled bool
		Types   string `json:"allowed_types"`
		MaxSize int64  `json:"max_size"` // MB
	}
	if _, err := g.c.ask(ctx, request{doing: "asking what files are taken", path: "/api/v1/settings/attachment"}, &s); err != nil {
		return Limits{}, err
	}
	if !s.Enabled {
		return Limits{Takes: func(string) bool { return false }}, nil
	}
	l := Limits{Bytes: s.MaxSize << 20}
	if types := strings.FieldsFunc(s.Types, func(r rune) bool { return r == ',' || r == ' ' }); len(types) > 0 && !slices.Contains(types, "*/*") {
		l.Takes = func(ext string) bool {
			return slices.Contains(types, ext) || slices.Contains(types, typeOf(ext)) || strings.HasPrefix(typeOf(ext), "image/") && slices.Contains(types, "image/*")
		}
	}
	return l, nil
}

func (g *gitea) Attached(ctx context.Context, own *Comment) ([]Attachment, error) {
	all, err := g.list(ctx)
	var out []Attachment
	for _, c := range all {
		if own == nil || strconv.FormatInt(c.ID, 10) != own.ID {
			continue
		}
		for _, a := range c.Assets {
			out = append(out, Attachment{ID: own.ID + "/assets/" + strconv.FormatInt(a.ID, 10), Name: a.Name, Ref: a.URL, URL: a.URL})
		}
	}
	return out, err
}

func (g *gitea) Upload(ctx context.Context, own *Comment, f *File) (Attachment, error) {
	body, contentType, err := form("attachment", f)
	if err != nil {
		return Attachment{}, err
	}
	var a struct {
		ID  int64
		URL string `json:"browser_download_url"`
	}
	_, err = g.c.ask(ctx, request{doing: "uploading " + f.Name, method: http.MethodPost, path: g.repo("/issues/comments/" + own.ID + "/assets"),
		query: url.Values{"name": {f.Name}}, body: body, contentType: contentType}, &a)
	return Attachment{ID: fmt.Sprintf("%s/assets/%d", own.ID, a.ID), Name: f.Name, Ref: a.URL, URL: a.URL}, err
}

func (g *gitea) Comment(ctx context.Context, body string, _ []Attachment) (Comment, error) {
	var c giteaComment
	_, err := g.c.ask(ctx, request{doing: "adding the comment", method: http.MethodPost, path: g.repo("/issues/" + g.p.Number + "/comments"), json: map[string]string{"body": body}}, &c)
	return c.comment(), err
}

func (g *gitea) Edit(ctx context.Context, own *Comment, body string, _ []Attachment) error {
	_, err := g.c.ask(ctx, request{doing: "editing the comment", method: http.MethodPatch, path: g.repo("/issues/comments/" + own.ID), json: map[string]string{"body": body}}, nil)
	return err
}

func (g *gitea) Remove(ctx context.Context, a Attachment) error {
	_, err := g.c.ask(ctx, request{doing: "deleting " + a.Name, method: http.MethodDelete, path: g.repo("/issues/comments/" + a.ID)}, nil)
	return err
}

func (g *gitea) FindOpen(ctx context.Context, fingerprint string) (bool, error) {
	for page := 1; page <= mostPages; page++ {
		var got []struct {
			Number int64
			Body   string
		}
		if _, err := g.c.ask(ctx, request{doing: "looking for an open issue", path: g.repo("/issues"), query: url.Values{
			"state": {"open"}, "type": {"issues"}, "created_by": {g.me}, "limit": {"50"}, "page": {strconv.Itoa(page)}}}, &got); err != nil {
			return false, err
		}
		for _, i := range got {
			if m, ok := ParseMarker(i.Body); ok && m.Fingerprint == fingerprint {
				g.p.Number = strconv.FormatInt(i.Number, 10)
				return true, nil
			}
		}
		if len(got) < 50 {
			break
		}
	}
	return false, nil
}

// mostPages is how many pages of open issues are looked through.
const mostPages = 20

func (g *gitea) Open(ctx context.Context, n NewIssue) error {
	fields := map[string]any{"title": n.Title, "body": n.Body}
	ids, err := g.labels(ctx, n.Labels)
	if err != nil {
		return err
	}
	if len(ids) > 0 {
		fields["labels"] = ids
	}
	var got struct{ Number int64 }
	_, err = g.c.ask(ctx, request{doing: "opening an issue", method: http.MethodPost, path: g.repo("/issues"), json: fields}, &got)
	g.p.Number = strconv.FormatInt(got.Number, 10)
	return err
}

// labels finds the ids of labels by their names; all have to be there.
func (g *gitea) labels(ctx context.Context, names []string) (ids []int64, err error) {
	if len(names) == 0 {
		return nil, nil
	}
	var got []struct {
		ID   int64
		Name string
	}
	if _, err := g.c.ask(ctx, request{doing: "reading the labels", path: g.repo("/labels"), query: url.Values{"limit": {"50"}}}, &got); err != nil {
		return nil, err
	}
	for _, name := range names {
		k := slices.IndexFunc(got, func(l struct {
			ID   int64
			Name string
		}) bool {
			return l.Name == name
		})
		if k < 0 {
			return nil, &Error{Tracker: g.c.tracker, Doing: "opening an issue", Words: "no label " + clean(name, longest), Advice: "make the label in the repository first, or leave --label out"}
		}
		ids = append(ids, got[k].ID)
	}
	return ids, nil
}
