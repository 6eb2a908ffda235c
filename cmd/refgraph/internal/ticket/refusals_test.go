package ticket

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
)

// refusals are the answers that trackers are known to refuse with: status, a
// header, the body, then what of their own words and of our advice has to be said.
// Those of Gitea and Redmine were seen, the others are documented.
var refusals = []struct {
	kind, base   string
	status       int
	header, body string
	words, hint  string
}{
	{"github", "https://github.com", 401, "", `{"message":"Bad credentials"}`, "Bad credentials", "gh auth login"},
	{"github", "https://github.com", 403, "", `{"message":"Resource not accessible by integration"}`, "by integration", "issues: write"},
	{"github", "https://github.com", 403, "", `{"message":"Resource not accessible by personal access token"}`, "personal access token", "Read and write"},
	{"github", "https://github.com", 403, "X-RateLimit-Remaining: 0", `{"message":"API rate limit exceeded"}`, "limit exceeded", "used up"},
	{"github", "https://github.com", 403, "", `{"message":"You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}`, "secondary rate", "some minutes"},
	{"github", "https://github.com", 404, "", `{"message":"Not Found"}`, "Not Found", "private repository"},
	{"github", "https://github.com", 410, "", `{"message":"Issues are disabled for this repo"}`, "disabled", "switched off"},
	{"github", "https://github.com", 413, "", `{"message":"Payload Too Large"}`, "Payload Too Large", "--max-nodes"},
	{"github", "https://github.com", 422, "", `{"message":"Validation Failed","errors":[{"field":"content_type","message":"content_type is not included in the list of allowed content types"}]}`, "allowed content types", "its own words"},
	{"github", "https://github.com", 422, "", `{"message":"Validation Failed","errors":[{"resource":"Asset","field":"name","code":"invalid"}]}`, "name invalid", "its own words"},
	{"github", "https://github.com", 422, "", `{"message":"Validation Failed","errors":[]}`, "Validation Failed", "its own words"},
	{"github", "https://github.com", 422, "", `{}`, "422 Unprocessable Entity", "its own words"},
	{"github", "https://github.com", 429, "Retry-After: 120", `{"message":"Too Many Requests"}`, "429 Too Many Requests", "after 2m0s"},
	{"github", "https://github.com", 429, "", `{"message":"Too Many Requests"}`, "429 Too Many Requests", "some minutes"},
	{"github", "https://github.com", 500, "", ``, "500 Internal Server Error", "run it again later"},
	{"gitlab", "https://gitlab.com", 400, "", `too many files`, "too many files", "its own words"},
	{"gitlab", "https://gitlab.com", 401, "", `{"message":"401 Unauthorized"}`, "401 Unauthorized", "GITLAB_TOKEN"},
	{"gitlab", "https://gitlab.com", 403, "", `{"message":"403 Forbidden"}`, "403 Forbidden", "member of the project"},
	{"gitlab", "https://gitlab.com", 403, "", `{"error":"insufficient_scope","error_description":"The request requires higher privileges.","scope":"api"}`, "higher privileges", "scope api"},
	{"gitlab", "https://gitlab.com", 404, "", `{"message":"404 Project Not Found"}`, "Project Not Found", "private project"},
	{"gitlab", "https://gitlab.com", 413, "", `request entity too large`, "entity too large", "--max-nodes"},
	{"gitlab", "https://gitlab.com", 422, "", `Failed to process image`, "Failed to process image", "its own words"},
	{"gitlab", "https://gitlab.com", 429, "", `{"message":{"error":"This endpoint has been requested too many times. Try again later."}}`, "too many times", "some minutes"},
	{"gitlab", "https://gitlab.com", 429, "Retry-After: 600", `Retry later`, "Retry later", "after 10m0s"},
	{"gitea", "https://git.example.com", 401, "", `{"message":"invalid username, password or token","url":"http://H/api/swagger"}`, "invalid username", "write:issue"},
	{"gitea", "https://git.example.com", 403, "", `{"message":"token does not have at least one of required scope(s), required=[read:notification], token scope=write:issue"}`, "required scope", "read:repository"},
	{"gitea", "https://git.example.com", 403, "", ``, "403 Forbidden", "not the right"},
	{"gitea", "https://git.example.com", 403, "", `{"message":"user should have permission to edit comment"}`, "permission to edit", "not the right"},
	{"gitea", "https://git.example.com", 403, "", `{"message":"You cannot comment on a locked issue."}`, "locked issue", "unlock it"},
	{"gitea", "https://git.example.com", 404, "", `{"errors":null,"message":"not found"}`, "404 Not Found", "check the URL"},
	{"gitea", "https://git.example.com", 404, "", ``, "404 Not Found", "check the URL"},
	{"gitea", "https://git.example.com", 500, "", `{"message":"issue does not exist [id: 0, repo_id: 1, index: 999]"}`, "issue does not exist", "run it again later"},
	{"gitea", "https://git.example.com", 422, "", `{"message":"This file cannot be uploaded or modified due to a forbidden file extension or type."}`, "forbidden file extension", "ALLOWED_TYPES"},
	{"gitea", "https://git.example.com", 413, "", `{"message":"attachment exceeds limit 1048576"}`, "exceeds limit", "--max-nodes"},
	{"gitea", "https://git.example.com", 422, "", `{"message":"[Body]: Required"}`, "[Body]: Required", "its own words"},
	{"gitea", "https://git.example.com", 423, "", `{"message":"bot/orders is archived"}`, "is archived", "nothing can be written"},
	{"jira", "https://acme.atlassian.net", 401, "", `<html>Unauthorized</html>`, "401 Unauthorized", "JIRA_USER"},
	{"jira", "https://jira.example.com", 401, "", ``, "401 Unauthorized", "personal access token"},
	{"jira", "https://jira.example.com", 401, "X-Authentication-Denied-Reason: CAPTCHA_CHALLENGE", ``, "401 Unauthorized", "captcha"},
	{"jira", "https://jira.example.com", 403, "", `XSRF check failed`, "XSRF check failed", "X-Atlassian-Token"},
	{"jira", "https://jira.example.com", 403, "", `{"errorMessages":["No permission."],"errors":{}}`, "No permission.", "Add comments"},
	{"jira", "https://acme.atlassian.net", 404, "", `{"errorMessages":["Issue does not exist or you do not have permission to see it."],"errors":{}}`, "does not exist", "attachments that are switched off"},
	{"jira", "https://jira.example.com", 411, "", ``, "411 Length Required", "its own words"},
	{"jira", "https://acme.atlassian.net", 413, "", ``, "413", "--max-nodes"},
	{"jira", "https://acme.atlassian.net", 400, "", `{"errorMessages":[],"errors":{"comment":"too long"}}`, "comment: too long", "fields"},
	{"jira", "https://acme.atlassian.net", 429, "Retry-After: 61", ``, "429 Too Many Requests", "after 1m1s"},
	{"jira", "https://acme.atlassian.net", 503, "Retry-After: 5", ``, "503 Service Unavailable", "after 5s"},
	{"redmine", "https://redmine.example.com", 401, "", ``, "401 Unauthorized", "My account"},
	{"redmine", "https://redmine.example.com", 403, "", ``, "403 Forbidden", "REST API is off"},
	{"redmine", "https://redmine.example.com", 404, "", ``, "404 Not Found", "check the URL"},
	{"redmine", "https://redmine.example.com", 406, "", ``, "406 Not Acceptable", "proxy"},
	{"redmine", "https://redmine.example.com", 422, "", `{"errors":["This file cannot be uploaded because it exceeds the maximum allowed file size (5242880)"]}`, "5242880", "--max-nodes"},
	{"redmine", "https://redmine.example.com", 422, "", `{"errors":["1 file(s) could not be saved."]}`, "could not be saved", "run it again"},
	{"redmine", "https://redmine.example.com", 422, "", `{"errors":["Cost centre cannot be blank"]}`, "Cost centre", "its own words"},
}

// TestRefusals wants each refusal told in the tracker's own words with something to do.
func TestRefusals(t *testing.T) {
	for _, row := range refusals {
		err := refuse(t, row.kind, row.base, row.status, row.header, row.body)
		if got := err.Error(); !strings.Contains(got, row.words) || !strings.Contains(got, ", adding the comment: ") {
			t.Errorf("%s %d %s: %q does not say %q", row.kind, row.status, row.body, got, row.words)
		}
		if got := err.Hint(); !strings.Contains(got, row.hint) {
			t.Errorf("%s %d %s: the hint is %q, without %q", row.kind, row.status, row.body, got, row.hint)
		}
	}
}

func refuse(t *testing.T, kind, base string, status int, header, body string) *Error {
	t.Helper()
	for _, k := range Kinds() {
		if k.Name != kind {
			continue
		}
		u, err := url.Parse(base)
		if err != nil {
			t.Fatal(err)
		}
		c := newClient(u)
		c.tracker = k.Title
		k.Make(c, Place{Kind: k, Base: u, Project: "acme/orders", Number: "1"}, Credential{Secret: "x"}, &Options{})
		a := &answer{status: status, header: http.Header{}, body: []byte(body)}
		if name, value, ok := strings.Cut(header, ": "); ok {
			a.header.Set(name, value)
		}
		return c.refused(request{doing: "adding the comment"}, a).(*Error)
	}
	t.Fatalf("no tracker %s", kind)
	return nil
}
