package ticket

import (
	"cmp"
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
)

// jira speaks to Jira Cloud and Data Center by version 2 of their API, which
// takes wiki markup
// (https://developer.atlassian.com/cloud/jira/platform/rest/v2/api-group-issue-comments/).
//
// Its traps: a picture has to be there before a comment names it; one name for
// two attachments is ambiguous, so names are digests; Cloud deletes a picture
// that an edit no longer names; an absent issue and one that may not be seen look
// the same.
type jira struct {
	c     *client
	p     Place
	cloud bool
	me    string
}

func jiraKind() *Kind {
	return &Kind{
		Name: "jira", Title: "Jira", Tried: "nothing but exchanges from its documentation",
		Host:  jiraCloud,
		Parse: parseJira,
		Probe: "/rest/api/2/serverInfo",
		Confirm: func(a *answer) bool {
			var v struct {
				Version string `json:"version"`
				Number  []int  `json:"versionNumbers"`
			}
			return json.Unmarshal(a.body, &v) == nil && v.Version != "" && len(v.Number) > 0
		},
		Labels: true, Types: true,
		Keys: []Key{{Secret: "JIRA_API_TOKEN", User: "JIRA_USER"}},
		Make: func(c *client, p Place, cred Credential, _ *Options) Tracker {
			c.sign = func(r *http.Request) {
				r.Header.Set("X-Atlassian-Token", "no-check")
				if cred.User != "" {
					r.SetBasicAuth(cred.User, cred.Secret)
					return
				}
				r.Header.Set("Authorization", "Bearer "+cred.Secret)
			}
			j := &jira{c: c, p: p, cloud: jiraCloud(p.Base.Hostname())}
			c.advise = j.advise
			return j
		},
	}
}

func jiraCloud(host string) bool {
	return strings.HasSuffix(host, ".atlassian.net") || strings.HasSuffix(host, ".jira.com")
}

var (
	jiraIssue   = regexp.MustCompile(`^(.*/)?(?:browse|issues)/([A-Z][A-Z0-9_]+)(-[0-9]+)$`)
	jiraProject = regexp.MustCompile(`^(.*?/)??(?:projects|browse)/([A-Z][A-Z0-9_]+)(?:/.*)?$`)
	// jiraApp is what stands before a project in Cloud, and projects before an issue.
	jiraApp = regexp.MustCompile(`(^|/)(jira/[a-z]+/)?(c/)?(projects/[A-Z][A-Z0-9_]+/)?$`)
)

func parseJira(path string) (p Place, prefix string, sure, ok bool) {
	m := jiraIssue.FindStringSubmatch(path)
	if m != nil {
		p.Project, p.Number = m[2], m[2]+m[3]
	} else if m = jiraProject.FindStringSubmatch(path); m != nil {
		p.Project = m[2]
	} else {
		return p, "", false, false
	}
	return p, strings.Trim(jiraApp.ReplaceAllString(m[1], ""), "/"), p.Number != "", true
}

func (j *jira) advise(e *Error, h http.Header) {
	switch {
	case h.Get("X-Authentication-Denied-Reason") != "":
		e.Advice = "Jira wants a captcha solved: log in once with a browser as that user"
	case e.Status == http.StatusUnauthorized && j.cloud:
		e.Advice = "Jira Cloud wants JIRA_USER (the e-mail address) and JIRA_API_TOKEN (id.atlassian.com, Security, API tokens)"
	case e.Status == http.StatusUnauthorized:
		e.Advice = "the token is wrong or has expired: on Data Center JIRA_API_TOKEN is a personal access token, without JIRA_USER"
	case strings.Contains(e.Words, "XSRF"):
		e.Advice = "a proxy takes the header X-Atlassian-Token away: ask who runs it"
	case e.Status == http.StatusForbidden:
		e.Advice = "the user may not do this here: Add comments, Create attachments and Edit own comments are needed"
	case e.Status == http.StatusNotFound:
		e.Advice = "check the URL; Jira says this too of an issue that the user may not see, and of attachments that are switched off"
	case e.Status == http.StatusBadRequest && strings.Contains(e.Words, "issuetype"):
		e.Advice = "the project has no issue type of that name: say one of its own with --issue-type"
	case e.Status == http.StatusBadRequest:
		e.Advice = "Jira's fields are the project's own: it may ask for more than a comment"
	}
}

func (j *jira) Traits() Traits { return Traits{} }
func (j *jira) Markup() Markup { return JiraWiki{} }
func (j *jira) URL() string    { return j.p.Base.JoinPath("browse", j.p.Number).String() }

const jiraAPI = "/rest/api/2"

func (j *jira) issue(path string) string { return jiraAPI + "/issue/" + j.p.Number + path }

// jiraUser is an account: Cloud has ids, Data Center has keys and names.
type jiraUser struct {
	AccountID string `json:"accountId"`
	Key       string
	Name      string
}

func (u jiraUser) id() string { return cmp.Or(u.AccountID, u.Key, u.Name) }

func (j *jira) Check(ctx context.Context) error {
	var me jiraUser
	if _, err := j.c.ask(ctx, request{doing: "checking the token", path: jiraAPI + "/myself"}, &me); err != nil {
		return err
	}
	j.me = me.id()
	if j.p.Number == "" {
		_, err := j.c.ask(ctx, request{doing: "reading the project", path: jiraAPI + "/project/" + j.p.Project}, nil)
		return err
	}
	if _, err := j.c.ask(ctx, request{doing: "reading the issue", path: j.issue(""), query: url.Values{"fields": {"status"}}}, nil); err != nil {
		return err
	}
	return j.rights(ctx)
}

// rights asks whether we may comment.
func (j *jira) rights(ctx context.Context) error {
	var got struct {
		Permissions map[string]struct {
			Have bool `json:"havePermission"`
		}
	}
	_, err := j.c.ask(ctx, request{doing: "asking what we may do", path: jiraAPI + "/mypermissions", query: url.Values{
		"issueKey": {j.p.Number}, "permissions": {"ADD_COMMENTS,CREATE_ATTACHMENTS"}}}, &got)
	if err != nil {
		return err
	}
	for _, name := range []string{"ADD_COMMENTS", "CREATE_ATTACHMENTS"} {
		if r, told := got.Permissions[name]; told && !r.Have {
			return &Error{Tracker: j.c.tracker, Doing: "asking what we may do", Words: "the user has not the permission " + name, Advice: "a project administrator gives it (Project settings, Permissions)"}
		}
	}
	return nil
}

type jiraComment struct {
	ID     string
	Body   string
	Author jiraUser
}

func (j *jira) comment(c *jiraComment) Comment {
	return Comment{ID: c.ID, URL: j.URL() + "?focusedCommentId=" + c.ID, Body: c.Body}
}

func (j *jira) Own(ctx context.Context) (out []Comment, err error) {
	for at := 0; at < 100*mostPages; {
		var got struct {
			Total    int
			Comments []jiraComment
		}
		if _, err := j.c.ask(ctx, request{doing: "reading the comments", path: j.issue("/comment"), query: url.Values{
			"orderBy": {"created"}, "maxResults": {"100"}, "startAt": {strconv.Itoa(at)}}}, &got); err != nil {
			return nil, err
		}
		for i := range got.Comments {
			if got.Comments[i].Author.id() == j.me {
				out = append(out, j.comment(&got.Comments[i]))
			}
		}
		if at += len(got.Comments); len(got.Comments) == 0 || at >= got.Total {
			break
		}
	}
	return out, nil
}

func (j *jira) Limits(ctx context.Context) (Limits, error) {
	var got struct {
		Enabled bool
		Limit   int64 `json:"uploadLimit"`
	}
	if _, err := j.c.ask(ctx, request{doing: "asking what files are taken", path: jiraAPI + "/attachment/meta"}, &got); err != nil {
		return Limits{}, err
	}
	if !got.Enabled {
		return Limits{Takes: func(string) bool { return false }}, nil
	}
	return Limits{Bytes: got.Limit}, nil
}

type jiraAttachment struct {
	ID, Filename, Content string
	Author                jiraUser
}

func (a *jiraAttachment) attachment() Attachment {
	return Attachment{ID: a.ID, Name: a.Filename, Ref: a.Filename, URL: a.Content}
}

func (j *jira) Attached(ctx context.Context, _ *Comment) (out []Attachment, err error) {
	var got struct {
		Fields struct{ Attachment []jiraAttachment }
	}
	_, err = j.c.ask(ctx, request{doing: "reading the attachments", path: j.issue(""), query: url.Values{"fields": {"attachment"}}}, &got)
	for i := range got.Fields.Attachment {
		if a := &got.Fields.Attachment[i]; a.Author.id() == j.me {
			out = append(out, a.attachment())
		}
	}
	return out, err
}

func (j *jira) Upload(ctx context.Context, _ *Comment, f *File) (Attachment, error) {
	body, contentType, err := form("file", f)
	if err != nil {
		return Attachment{}, err
	}
	var got []jiraAttachment
	if _, err = j.c.ask(ctx, request{doing: "uploading " + f.Name, method: http.MethodPost, path: j.issue("/attachments"), body: body, contentType: contentType}, &got); err != nil {
		return Attachment{}, err
	}
	if len(got) != 1 {
		return Attachment{}, &Error{Tracker: j.c.tracker, Doing: "uploading " + f.Name, Words: "Jira does not say what became of the file", Advice: "run it again: what is there is found"}
	}
	return got[0].attachment(), nil
}

func (j *jira) Comment(ctx context.Context, body string, _ []Attachment) (Comment, error) {
	var c jiraComment
	_, err := j.c.ask(ctx, request{doing: "adding the comment", method: http.MethodPost, path: j.issue("/comment"), json: map[string]string{"body": body}}, &c)
	return j.comment(&c), err
}

func (j *jira) Edit(ctx context.Context, own *Comment, body string, _ []Attachment) error {
	r := request{doing: "editing the comment", method: http.MethodPut, path: j.issue("/comment/" + own.ID), json: map[string]string{"body": body},
		query: url.Values{"notifyUsers": {"false"}}}
	_, err := j.c.ask(ctx, r, nil)
	if status(err) == http.StatusForbidden { // to be silent is a right of its own
		r.query = nil
		_, err = j.c.ask(ctx, r, nil)
	}
	if status(err) == http.StatusForbidden {
		return ErrNotEditable
	}
	return err
}

func (j *jira) Remove(ctx context.Context, a Attachment) error {
	_, err := j.c.ask(ctx, request{doing: "deleting " + a.Name, method: http.MethodDelete, path: jiraAPI + "/attachment/" + a.ID}, nil)
	return err
}

// label marks an issue of a leak: Jira finds labels exactly.
func jiraLabel(fingerprint string) string { return "refgraph-" + fingerprint }

func (j *jira) FindOpen(ctx context.Context, fingerprint string) (bool, error) {
	path := jiraAPI + "/search"
	if j.cloud {
		path = "/rest/api/3/search/jql"
	}
	var got struct{ Issues []struct{ Key string } }
	_, err := j.c.ask(ctx, request{doing: "looking for an open issue", path: path, query: url.Values{
		"jql": {`project = "` + j.p.Project + `" AND labels = "` + jiraLabel(fingerprint) + `" AND statusCategory != Done`}, "fields": {"status"}, "maxResults": {"1"}}}, &got)
	if err != nil || len(got.Issues) == 0 {
		return false, err
	}
	j.p.Number = got.Issues[0].Key
	return true, nil
}

func (j *jira) Open(ctx context.Context, n NewIssue) error {
	var got struct{ Key string }
	_, err := j.c.ask(ctx, request{doing: "opening an issue", method: http.MethodPost, path: jiraAPI + "/issue", json: map[string]any{"fields": map[string]any{
		"project": map[string]string{"key": j.p.Project}, "issuetype": map[string]string{"name": cmp.Or(n.Type, "Bug")},
		"summary": n.Title, "description": n.Body, "labels": append([]string{jiraLabel(n.Fingerprint)}, n.Labels...),
	}}}, &got)
	j.p.Number = got.Key
	return err
}
