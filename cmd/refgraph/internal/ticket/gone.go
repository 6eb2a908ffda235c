package ticket

import (
	"context"
	"strings"
)

// Resolve says on the ticket that a leak is no longer there: on top of our
// comment, which stays as it was below, and as a comment of its own, since an edit
// is told to nobody. dump is what it was looked for in. The second time nothing is
// sent.
func (d *Desk) Resolve(ctx context.Context, fingerprint, question string, dump Text) (*Outcome, error) {
	own, before := d.find(fingerprint, question)
	if own == nil {
		return nil, nil
	}
	out := &Outcome{Fingerprint: before.Fingerprint, Done: WasGone, Comment: own.URL, Before: before}
	if before.Gone {
		out.Done = Unchanged
		return out, nil
	}
	m := d.tracker.Markup()
	marker := *before
	marker.Gone = true
	gone := m.Inline(Say(Bold("Gone"), ": not in ", dump, ", looked for "+day(d.opts.Now)+"."))
	note := d.note(gone, before)
	if _, ok := d.noted(note); !ok {
		if _, err := d.tracker.Comment(ctx, note, nil); err != nil {
			return nil, err
		}
	}
	body := gone + "\n\n" + remark(own.Body, marker)
	err := d.tracker.Edit(ctx, own, body, nil)
	if err == ErrNotEditable {
		err = nil // the note says it
	}
	return out, err
}

// note is the comment that tells that a leak is gone. Its marker is no leak's
// own: it is never edited.
func (d *Desk) note(gone string, before *Marker) string {
	m := d.tracker.Markup()
	what := m.Inline(Say("This ends what the comment of "+day(before.First.When)+" on this ticket reports: ", count(before.Last.Objects)+" objects, "+size(before.Last.Bytes)+"."))
	line := "refgraph:gone " + before.Fingerprint + " run=" + count(before.Run)
	hidden, shown := m.Hidden(line)
	if shown {
		return gone + " " + what + " · " + hidden
	}
	return gone + " " + what + "\n\n" + hidden
}

// noted finds the note of a run that was interrupted after it.
func (d *Desk) noted(note string) (Comment, bool) {
	at := strings.Index(note, "refgraph:gone ")
	line, _, _ := strings.Cut(note[at:], " -->")
	line, _, _ = strings.Cut(line, "{color}")
	for _, c := range d.own {
		if strings.Contains(c.Body, strings.TrimSpace(line)) {
			return c, true
		}
	}
	return Comment{}, false
}

// remark replaces the marker of a comment.
func remark(body string, m Marker) string {
	all := markerLine.FindAllStringIndex(body, -1)
	at := all[len(all)-1]
	return body[:at[0]] + m.String() + body[at[1]:]
}
