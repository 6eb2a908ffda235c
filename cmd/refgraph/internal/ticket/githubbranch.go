package ticket

import (
	"context"
	"encoding/base64"
	"net/http"
	"net/url"
	"regexp"
	"slices"
)

// Pictures on a branch of the repository, for a GitHub that takes no uploads. The
// user names the branch (--pictures-branch): nothing is committed unasked. It has
// no history in common with the others.

// commit puts a file on the branch, which it makes if it is not there.
func (g *github) commit(ctx context.Context, f *File) (Attachment, error) {
	_, err := g.c.ask(ctx, request{doing: "looking for the branch " + g.branch, path: g.repo("/git/ref/heads/" + url.PathEscape(g.branch))}, nil)
	if status(err) == http.StatusNotFound {
		err = g.makeBranch(ctx)
	}
	if err != nil {
		return Attachment{}, err
	}
	var got struct {
		Content struct {
			SHA     string
			HTMLURL string `json:"html_url"`
		}
	}
	_, err = g.c.ask(ctx, request{doing: "committing " + f.Name, method: http.MethodPut, path: g.repo("/contents/" + f.Name), json: map[string]string{
		"message": f.Name, "branch": g.branch, "content": base64.StdEncoding.EncodeToString(f.Data)}, once: true}, &got)
	if status(err) == http.StatusUnprocessableEntity { // it is there already: names are digests
		return g.committed(ctx, f.Name)
	}
	return Attachment{ID: got.Content.SHA, Name: f.Name, Ref: got.Content.HTMLURL + "?raw=true", URL: got.Content.HTMLURL}, err
}

// makeBranch starts the branch with a commit of its own.
func (g *github) makeBranch(ctx context.Context) error {
	var tree, commit struct{ SHA string }
	steps := []struct {
		path string
		json map[string]any
		out  any
	}{
		{"/git/trees", map[string]any{"tree": []map[string]string{{"path": "README.md", "mode": "100644", "type": "blob",
			"content": "Pictures that refgraph shows in issues.\n"}}}, &tree},
		{"/git/commits", nil, &commit},
		{"/git/refs", nil, nil},
	}
	for i, s := range steps {
		switch i {
		case 1:
			s.json = map[string]any{"message": "pictures for issues", "tree": tree.SHA, "parents": []string{}}
		case 2:
			s.json = map[string]any{"ref": "refs/heads/" + g.branch, "sha": commit.SHA}
		}
		if _, err := g.c.ask(ctx, request{doing: "making the branch " + g.branch, method: http.MethodPost, path: g.repo(s.path), json: s.json}, s.out); err != nil {
			return err
		}
	}
	return nil
}

// committed is a file that is on the branch.
func (g *github) committed(ctx context.Context, name string) (Attachment, error) {
	var got struct {
		SHA     string
		HTMLURL string `json:"html_url"`
	}
	_, err := g.c.ask(ctx, request{doing: "reading " + name, path: g.repo("/contents/" + name), query: url.Values{"ref": {g.branch}}}, &got)
	return Attachment{ID: got.SHA, Name: name, Ref: got.HTMLURL + "?raw=true", URL: got.HTMLURL}, err
}

var branchFile = regexp.MustCompile(`https://[^\s"()]+/(refgraph-[0-9a-f]{8}-[0-9a-f]{8}\.(?:png|svg))\?raw=true`)

// onBranch are the files that our comment shows.
func (g *github) onBranch(own *Comment) (out []Attachment) {
	for _, m := range branchFile.FindAllStringSubmatch(own.Body, -1) {
		if slices.ContainsFunc(out, func(a Attachment) bool { return a.Ref == m[0] }) {
			continue // shown and linked
		}
		out = append(out, Attachment{ID: "?", Name: m[1], Ref: m[0], URL: m[0]})
	}
	return out
}

// uncommit deletes a file from the branch.
func (g *github) uncommit(ctx context.Context, a Attachment) error {
	if a.ID == "?" {
		var err error
		if a, err = g.committed(ctx, a.Name); err != nil {
			return err
		}
	}
	_, err := g.c.ask(ctx, request{doing: "deleting " + a.Name, method: http.MethodDelete, path: g.repo("/contents/" + a.Name), json: map[string]string{
		"message": "no longer shown: " + a.Name, "branch": g.branch, "sha": a.ID}}, nil)
	return err
}
