package ticket

import (
	"context"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
)

// house is a tracker in memory, in which the n-th call fails: before it did
// anything, or after it did all. It keeps files as its kind does: those of Gitea
// belong to a comment, those of Jira to the issue, those of Redmine to nothing until
// a change of the issue names them, those of GitHub are there for ever.
type house struct {
	kind     string
	fail     int  // the call that fails; 0 is none
	late     bool // it fails after it did what it should
	stop     func()
	calls    int
	comments []Comment
	files    []Attachment // on the issue or the comment
	loose    int          // uploads that nothing refers to, and nobody can remove
	next     int
}

var errCut = &Error{Tracker: "House", Doing: "answering", Err: io.ErrUnexpectedEOF}

// call counts a call and says whether it fails before it did anything.
func (h *house) call(ctx context.Context) (err error, after error) {
	if ctx.Err() != nil {
		return ctx.Err(), nil
	}
	h.calls++
	if h.calls != h.fail {
		return nil, nil
	}
	if h.stop != nil {
		h.stop() // Ctrl-C
	}
	if h.late {
		return nil, errCut
	}
	return errCut, nil
}

func (h *house) Check(ctx context.Context) error {
	err, after := h.call(ctx)
	return errors.Join(err, after)
}

func (h *house) Own(ctx context.Context) ([]Comment, error) {
	err, after := h.call(ctx)
	return slices.Clone(h.comments), errors.Join(err, after)
}

func (h *house) Limits(ctx context.Context) (Limits, error) {
	err, after := h.call(ctx)
	return Limits{}, errors.Join(err, after)
}

func (h *house) Attached(ctx context.Context, own *Comment) ([]Attachment, error) {
	err, after := h.call(ctx)
	if h.kind == "github" && own != nil {
		g := &github{}
		a, _ := g.Attached(ctx, h.find(own.ID))
		return a, errors.Join(err, after)
	}
	return slices.Clone(h.files), errors.Join(err, after)
}

func (h *house) find(id string) *Comment {
	for i := range h.comments {
		if h.comments[i].ID == id {
			return &h.comments[i]
		}
	}
	return nil
}

func (h *house) Upload(ctx context.Context, own *Comment, f *File) (Attachment, error) {
	err, after := h.call(ctx)
	if err != nil {
		return Attachment{}, err
	}
	h.next++
	a := Attachment{ID: strconv.Itoa(h.next), Name: f.Name, Ref: f.Name}
	switch h.kind {
	case "redmine":
		a.Token, a.ID = a.ID, ""
	case "github":
		a.Ref = fmt.Sprintf("https://github.com/user-attachments/assets/%d", h.next)
		a.ID = ""
		h.loose++
	default:
		h.files = append(h.files, a)
	}
	return a, after
}

func (h *house) attach(files []Attachment) {
	for i := range files {
		if files[i].Token != "" {
			files[i].ID = files[i].Token
			a := files[i]
			a.Token = ""
			h.files = append(h.files, a)
		}
	}
}

func (h *house) Comment(ctx context.Context, body string, files []Attachment) (Comment, error) {
	err, after := h.call(ctx)
	if err != nil {
		return Comment{}, err
	}
	h.attach(files)
	h.next++
	c := Comment{ID: strconv.Itoa(h.next), URL: "https://house/" + strconv.Itoa(h.next), Body: body}
	h.comments = append(h.comments, c)
	return c, after
}

func (h *house) Edit(ctx context.Context, own *Comment, body string, files []Attachment) error {
	err, after := h.call(ctx)
	if err != nil {
		return err
	}
	h.attach(files)
	h.find(own.ID).Body = body
	return after
}

func (h *house) Remove(ctx context.Context, a Attachment) error {
	err, after := h.call(ctx)
	if err == nil {
		h.files = slices.DeleteFunc(h.files, func(f Attachment) bool { return f.ID == a.ID })
	}
	return errors.Join(err, after)
}

func (h *house) FindOpen(context.Context, string) (bool, error) { return false, nil }
func (h *house) Open(context.Context, NewIssue) error           { return nil }
func (h *house) URL() string                                    { return "https://house/" }

func (h *house) Markup() Markup {
	switch h.kind {
	case "redmine":
		return Textile{}
	case "jira":
		return JiraWiki{}
	}
	return GitHubMarkdown()
}

func (h *house) Traits() Traits { return Traits{CommentFirst: h.kind == "github" || h.kind == "gitea"} }

// visit is one run.
func (h *house) visit(ctx context.Context, a *Answer, hour int) (*Outcome, error) {
	d := &Desk{Place: Place{Number: "1"}, tracker: h, opts: Options{Tool: "refgraph 1", Now: time.Date(2026, 11, 24, hour, 0, 0, 0, time.UTC)}}
	if err := d.look(ctx); err != nil {
		return nil, err
	}
	return d.Post(ctx, a)
}

// TestInterrupted cuts the line at every call of a first and of a second run,
// before and after the call did its work, by an error and by Ctrl-C. What the
// next run finds it mends: one comment that shows the picture, and no file that
// nobody shows.
func TestInterrupted(t *testing.T) {
	for _, kind := range []string{"github", "gitea", "jira", "redmine"} {
		for _, second := range []bool{false, true} {
			for _, late := range []bool{false, true} {
				for _, ctrlC := range []bool{false, true} {
					for n := 1; interrupted(t, kind, second, late, ctrlC, n); n++ {
						if n > 30 {
							t.Fatal("it never ends")
						}
					}
				}
			}
		}
	}
}

// interrupted cuts the line at call n, and reports whether there was one.
func interrupted(t *testing.T, kind string, second, late, ctrlC bool, n int) bool {
	t.Helper()
	what := fmt.Sprintf("%s, second %v, late %v, Ctrl-C %v, call %d", kind, second, late, ctrlC, n)
	h := &house{kind: kind}
	a := sampleAnswer()
	if second {
		if _, err := h.visit(t.Context(), a, 1); err != nil {
			t.Fatalf("%s: %v", what, err)
		}
		a.Objects, a.Picture, a.Verdict = 400, fakePicture{"two", 1000}, []Text{Say(Bold("2 KiB, 4 %."))}
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	h.calls, h.fail, h.late = 0, n, late
	if ctrlC {
		h.stop = cancel
	}
	_, err := h.visit(ctx, a, 2)
	reached := h.calls >= n
	if kind != "github" && err != nil && len(h.files) > 0 && !h.mendable() {
		t.Errorf("%s: %d files are left that no comment shows: %v", what, len(h.files), h.files)
	}
	h.fail, h.stop = 0, nil
	loose := h.loose
	if _, err := h.visit(t.Context(), a, 3); err != nil {
		t.Fatalf("%s: the next run: %v", what, err)
	}
	h.whole(t, what, late)
	if kind == "github" && loose > 4 {
		t.Errorf("%s: %d uploads", what, loose)
	}
	return reached
}

// mendable tells that each file is shown by a comment, is on a comment that is not
// finished, or could not be removed, since the line was cut then.
func (h *house) mendable() bool { return h.kind == "gitea" || h.fail != 0 }

// whole checks what the run after the interrupted one leaves.
func (h *house) whole(t *testing.T, what string, late bool) {
	t.Helper()
	mostComments := 1
	if len(h.comments) != mostComments {
		t.Errorf("%s: %d comments:\n%+v", what, len(h.comments), h.comments)
		return
	}
	m, ok := ParseMarker(h.comments[0].Body)
	if !ok || m.Content == "" || m.Picture == "" || m.Gone {
		t.Errorf("%s: the comment is not finished: %+v", what, m)
	}
	for _, f := range h.files {
		if !strings.Contains(h.comments[0].Body, f.Name) {
			t.Errorf("%s: %s is shown by no comment", what, f.Name)
		}
	}
	if n := len(h.files); h.kind != "github" && n != 2 {
		t.Errorf("%s: %d files: %v", what, n, h.files)
	}
	if shown := regexp.MustCompile(`/user-attachments/assets/\d+`).FindAllString(h.comments[0].Body, -1); h.kind == "github" && (len(shown) != 3 || shown[0] == shown[1] || shown[1] != shown[2]) {
		t.Errorf("%s: the comment does not show its pictures", what)
	}
}
