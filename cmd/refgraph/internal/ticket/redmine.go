package ticket

import (
	"bytes"
	"context"
	"fmt"
	"net/http"
	"net/url"
	"strconv"
	"strings"
)

// redmine speaks to Redmine's REST API (https://www.redmine.org/projects/redmine/wiki/Rest_api).
//
// Its traps: a wrong key reads public issues as nobody, so the key is tried
// first; a note without the right to add notes is dropped with a 204, so it is
// read back; which markup it takes is told by nothing, so the user does.
type redmine struct {
	c      *client
	p      Place
	markup Markup
	me     int64
}

func redmineKind() *Kind {
	return &Kind{
		Name: "redmine", Title: "Redmine", Tried: "Redmine 5.0.4",
		Parse: func(path string) (p Place, prefix string, sure, ok bool) {
			parts := strings.Split(path, "/")
			n := len(parts)
			switch {
			case n >= 2 && parts[n-2] == "issues" && numeric(parts[n-1]):
				p.Number, prefix = parts[n-1], strings.Join(parts[:n-2], "/")
			case n >= 2 && parts[n-1] == "issues" && n >= 3 && parts[n-3] == "projects":
				p.Project, prefix = parts[n-2], strings.Join(parts[:n-3], "/")
			case n >= 2 && parts[n-2] == "projects":
				p.Project, prefix = parts[n-1], strings.Join(parts[:n-2], "/")
			default:
				return p, "", false, false
			}
			return p, prefix, false, true
		},
		Probe:   "/login",
		Confirm: func(a *answer) bool { return bytes.Contains(a.body, []byte(`content="Redmine"`)) },
		Types:   true,
		Keys:    []Key{{Secret: "REDMINE_API_KEY"}},
		Make: func(c *client, p Place, cred Credential, o *Options) Tracker {
			c.sign = func(r *http.Request) {
				if cred.User != "" {
					r.SetBasicAuth(cred.User, cred.Secret)
					return
				}
				r.Header.Set("X-Redmine-API-Key", cred.Secret)
			}
			c.advise = redmineAdvice
			r := &redmine{c: c, p: p, markup: Textile{}}
			if o.Markup != nil {
				r.markup = o.Markup
			}
			return r
		},
	}
}

func redmineAdvice(e *Error, _ http.Header) {
	switch {
	case e.Status == http.StatusUnauthorized:
		e.Advice = "the key is wrong: it is on the right of your Redmine account page (My account, API access key)"
	case e.Status == http.StatusForbidden:
		e.Advice = "the user of the key may not do this, or the REST API is off (Administration, Settings, API)"
	case strings.Contains(e.Words, "maximum allowed file size"):
		e.Advice = "a smaller picture (--max-nodes) fits; the limit is in Administration, Settings, Files"
	case strings.Contains(e.Words, "could not be saved"):
		e.Advice = "the upload was lost on the server: run it again"
	}
}

func (r *redmine) Traits() Traits { return Traits{} }
func (r *redmine) Markup() Markup { return r.markup }
func (r *redmine) URL() string    { return r.p.Base.JoinPath("issues", r.p.Number).String() }

func (r *redmine) Check(ctx context.Context) error {
	var user struct{ User struct{ ID int64 } }
	if _, err := r.c.ask(ctx, request{doing: "checking the key", path: "/users/current.json"}, &user); err != nil {
		return err
	}
	r.me = user.User.ID
	if r.p.Number == "" {
		_, err := r.c.ask(ctx, request{doing: "reading the project", path: "/projects/" + r.p.Project + ".json"}, nil)
		return err
	}
	_, err := r.read(ctx)
	return err
}

type redmineIssue struct {
	Issue struct {
		ID       int64
		Journals []struct {
			ID    int64
			User  struct{ ID int64 }
			Notes string
		}
		Attachments []struct {
			ID         int64
			Filename   string
			ContentURL string `json:"content_url"`
			Author     struct{ ID int64 }
		}
	}
}

func (r *redmine) read(ctx context.Context) (*redmineIssue, error) {
	var i redmineIssue
	_, err := r.c.ask(ctx, request{doing: "reading the issue", path: r.issue(), query: url.Values{"include": {"journals,attachments"}}}, &i)
	return &i, err
}

func (r *redmine) issue() string { return "/issues/" + r.p.Number + ".json" }

func (r *redmine) Own(ctx context.Context) ([]Comment, error) {
	i, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	return r.own(i), nil
}

func (r *redmine) own(i *redmineIssue) (out []Comment) {
	for k, j := range i.Issue.Journals {
		if j.User.ID == r.me && j.Notes != "" {
			out = append(out, Comment{ID: strconv.FormatInt(j.ID, 10), URL: fmt.Sprintf("%s#note-%d", r.URL(), k+1), Body: j.Notes})
		}
	}
	return out
}

// Limits knows nothing: Redmine tells no client what it takes, only what it does
// not, in the answer to an upload.
func (r *redmine) Limits(context.Context) (Limits, error) { return Limits{}, nil }

func (r *redmine) Attached(ctx context.Context, _ *Comment) ([]Attachment, error) {
	i, err := r.read(ctx)
	if err != nil {
		return nil, err
	}
	var out []Attachment
	for _, a := range i.Issue.Attachments {
		if a.Author.ID == r.me {
			out = append(out, Attachment{ID: strconv.FormatInt(a.ID, 10), Name: a.Filename, Ref: a.Filename, URL: a.ContentURL})
		}
	}
	return out, nil
}

func (r *redmine) Upload(ctx context.Context, _ *Comment, f *File) (Attachment, error) {
	var got struct{ Upload struct{ Token string } }
	_, err := r.c.ask(ctx, request{doing: "uploading " + f.Name, method: http.MethodPost, path: "/uploads.json",
		query: url.Values{"filename": {f.Name}}, contentType: "application/octet-stream", body: f.Data}, &got)
	return Attachment{Name: f.Name, Ref: f.Name, Token: got.Upload.Token}, err
}

// uploads are the files that belong to no issue yet, for the next change of it.
func uploads(files []Attachment) []map[string]string {
	var out []map[string]string
	for _, f := range files {
		if f.Token != "" {
			out = append(out, map[string]string{"token": f.Token, "filename": f.Name, "content_type": typeOf(f.Name), "description": "refgraph"})
		}
	}
	return out
}

func (r *redmine) change(ctx context.Context, doing string, fields map[string]any) error {
	_, err := r.c.ask(ctx, request{doing: doing, method: http.MethodPut, path: r.issue(), json: map[string]any{"issue": fields}, once: true}, nil)
	return err
}

func (r *redmine) Comment(ctx context.Context, body string, files []Attachment) (Comment, error) {
	fields := map[string]any{"notes": body}
	if u := uploads(files); u != nil {
		fields["uploads"] = u
	}
	if err := r.change(ctx, "adding the comment", fields); err != nil {
		return Comment{}, err
	}
	i, err := r.read(ctx)
	if err != nil {
		return Comment{}, err
	}
	i.fill(files)
	own := r.own(i)
	for k := len(own) - 1; k >= 0; k-- {
		if sameText(own[k].Body, body) {
			return own[k], nil
		}
	}
	return Comment{}, &Error{Tracker: r.c.tracker, Doing: "adding the comment", Words: "Redmine says yes, but the comment is not there",
		Advice: "it drops what a user may not write: give the key's user a role with the right “Add notes” in this project"}
}

// sameText compares texts that a server may have given other line ends.
func sameText(a, b string) bool {
	plain := func(s string) string { return strings.TrimSpace(strings.ReplaceAll(s, "\r\n", "\n")) }
	return plain(a) == plain(b)
}

// fill adds to new attachments what is known once they belong to the issue.
func (i *redmineIssue) fill(files []Attachment) {
	for _, a := range i.Issue.Attachments {
		for k := range files {
			if f := &files[k]; f.Token != "" && f.Name == a.Filename {
				f.ID, f.URL = strconv.FormatInt(a.ID, 10), a.ContentURL
			}
		}
	}
}

func (r *redmine) Edit(ctx context.Context, own *Comment, body string, files []Attachment) error {
	if u := uploads(files); u != nil {
		if err := r.change(ctx, "attaching the files", map[string]any{"uploads": u}); err != nil {
			return err
		}
		i, err := r.read(ctx)
		if err != nil {
			return err
		}
		i.fill(files)
	}
	_, err := r.c.ask(ctx, request{doing: "editing the comment", method: http.MethodPut, path: "/journals/" + own.ID + ".json",
		json: map[string]any{"journal": map[string]string{"notes": body}}}, nil)
	if status(err) == http.StatusForbidden {
		return ErrNotEditable
	}
	return err
}

func (r *redmine) Remove(ctx context.Context, a Attachment) error {
	if a.ID == "" {
		return nil // belongs to nothing: Redmine forgets it within a day
	}
	_, err := r.c.ask(ctx, request{doing: "deleting " + a.Name, method: http.MethodDelete, path: "/attachments/" + a.ID + ".json"}, nil)
	return err
}

func (r *redmine) FindOpen(ctx context.Context, fingerprint string) (bool, error) {
	for page := range mostPages {
		var got struct {
			Issues []struct {
				ID          int64
				Description string
			}
			Total int `json:"total_count"`
		}
		if _, err := r.c.ask(ctx, request{doing: "looking for an open issue", path: "/issues.json", query: url.Values{
			"project_id": {r.p.Project}, "status_id": {"open"}, "author_id": {"me"}, "limit": {"100"}, "offset": {strconv.Itoa(page * 100)}, "sort": {"id:desc"}}}, &got); err != nil {
			return false, err
		}
		for _, i := range got.Issues {
			if m, ok := ParseMarker(i.Description); ok && m.Fingerprint == fingerprint {
				r.p.Number = strconv.FormatInt(i.ID, 10)
				return true, nil
			}
		}
		if len(got.Issues) == 0 || (page+1)*100 >= got.Total {
			break
		}
	}
	return false, nil
}

// kind finds the id of what Redmine calls a tracker: "Bug".
func (r *redmine) kind(ctx context.Context, name string) (int64, error) {
	var got struct {
		Trackers []struct {
			ID   int64
			Name string
		}
	}
	if _, err := r.c.ask(ctx, request{doing: "reading the trackers", path: "/trackers.json"}, &got); err != nil {
		return 0, err
	}
	var names []string
	for _, t := range got.Trackers {
		if strings.EqualFold(t.Name, name) {
			return t.ID, nil
		}
		names = append(names, clean(t.Name, longest))
	}
	return 0, &Error{Tracker: r.c.tracker, Doing: "opening an issue", Words: "no tracker " + clean(name, longest), Advice: "--issue-type is one of " + strings.Join(names, ", ")}
}

// Open opens an issue.
func (r *redmine) Open(ctx context.Context, n NewIssue) error {
	fields := map[string]any{"project_id": r.p.Project, "subject": n.Title, "description": n.Body}
	if n.Type != "" {
		id, err := r.kind(ctx, n.Type)
		if err != nil {
			return err
		}
		fields["tracker_id"] = id
	}
	var got struct{ Issue struct{ ID int64 } }
	_, err := r.c.ask(ctx, request{doing: "opening an issue", method: http.MethodPost, path: "/issues.json", json: map[string]any{"issue": fields}}, &got)
	r.p.Number = strconv.FormatInt(got.Issue.ID, 10)
	return err
}
