package ticket

import (
	"context"
	"net/http"
	"strings"
	"time"
)

// Options of a [Desk].
type Options struct {
	Tool   string    // "refgraph 0.9": who writes
	Markup Markup    // where the tracker does not tell; nil is the usual one
	Now    time.Time // of this run
	// Branch is where pictures go on a GitHub that takes no uploads; empty is a
	// diagram in the comment instead.
	Branch string
	// Boxes is the most boxes of a picture; 0 is as many as are good.
	Boxes int
	// Scale is how many pixels a point of the picture has; 0 is 2.
	Scale float64

	transport http.RoundTripper                          // nil is Go's
	wait      func(context.Context, time.Duration) error // between tries; nil waits
}

// Desk is a ticket that comments are put on.
type Desk struct {
	Place   Place
	tracker Tracker
	opts    Options
	limits  Limits
	own     []Comment
}

// Outcome is what was done for one answer.
type Outcome struct {
	Fingerprint string
	Done        string // created, updated, unchanged, gone, not there
	Comment     string // URL
	Files       []Attachment
	LeftOut     []string // in words
	Before      *Marker
}

// What an Outcome says was done.
const (
	Created   = "created"
	Updated   = "updated"
	Unchanged = "unchanged"
	WasGone   = "gone"
)

// Open recognises nothing and finds no credential: it takes both, checks them
// and reads what we wrote before. Nothing is written.
func Open(ctx context.Context, p Place, cred Credential, o Options) (*Desk, error) {
	c := newClient(p.Base)
	c.tracker = p.Kind.Title
	if o.transport != nil {
		c.http.Transport = o.transport
	}
	if o.wait != nil {
		c.wait = o.wait
	}
	d := &Desk{Place: p, opts: o}
	d.tracker = p.Kind.Make(c, p, cred, &d.opts)
	return d, d.look(ctx)
}

func (d *Desk) look(ctx context.Context) error {
	if err := d.tracker.Check(ctx); err != nil {
		return err
	}
	if d.Place.Number == "" {
		return nil
	}
	return d.read(ctx)
}

func (d *Desk) read(ctx context.Context) (err error) {
	if d.own, err = d.tracker.Own(ctx); err != nil {
		return err
	}
	d.limits, err = d.tracker.Limits(ctx)
	return err
}

// URL is where the issue is read.
func (d *Desk) URL() string { return d.tracker.URL() }

// Known are the markers of our comments on the issue, the oldest first.
func (d *Desk) Known() []Marker {
	var out []Marker
	for _, c := range d.own {
		if m, ok := ParseMarker(c.Body); ok {
			out = append(out, m)
		}
	}
	return out
}

// find returns our comment on a leak; question matches too, if it is not empty.
func (d *Desk) find(fingerprint, question string) (*Comment, *Marker) {
	for i := range d.own {
		m, ok := ParseMarker(d.own[i].Body)
		if ok && (m.Fingerprint == first12(fingerprint) || question != "" && m.Question == question) {
			return &d.own[i], &m
		}
	}
	return nil, nil
}

func first12(fingerprint string) string { return fingerprint[:min(12, len(fingerprint))] }

// NewOne opens an issue in the project, or finds the open one of the same leak. Of
// n title, labels and type count; without a title the answer's is taken.
func (d *Desk) NewOne(ctx context.Context, a *Answer, n NewIssue) (opened bool, err error) {
	fp := first12(a.Fingerprint)
	found, err := d.tracker.FindOpen(ctx, fp)
	if err != nil {
		return false, err
	}
	if !found {
		if n.Title == "" {
			n.Title = clean(a.Title.String(), longest)
		}
		m := d.tracker.Markup()
		n.Fingerprint, n.Body = fp, issueBody(a, m, d.opts.Tool, Marker{Fingerprint: fp, Run: 1})
		if err := d.tracker.Open(ctx, n); err != nil {
			return false, err
		}
	}
	return !found, d.read(ctx)
}

func issueBody(a *Answer, m Markup, tool string, marker Marker) string {
	var blocks []string
	for _, t := range a.Verdict {
		blocks = append(blocks, m.Inline(t))
	}
	blocks = append(blocks, m.Inline(Say("The picture and what to do are in the comment below.")))
	hidden, shown := m.Hidden(marker.String())
	foot := m.Inline(Say(tool))
	if shown {
		return strings.Join(append(blocks, foot+" · "+hidden), "\n\n")
	}
	return strings.Join(append(blocks, foot, hidden), "\n\n")
}
