package ticket

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Post puts an answer on the ticket: a new comment, or the one of the same leak
// edited. If nothing changed, nothing is sent.
//
// Whatever it is interrupted by, it leaves a comment without a picture at most,
// which the next run mends, or files that the next run uses or removes.
func (d *Desk) Post(ctx context.Context, a *Answer) (*Outcome, error) {
	if m, ok := ParseMarker(Marker{Fingerprint: first12(a.Fingerprint)}.String()); !ok || !strings.HasPrefix(a.Fingerprint, m.Fingerprint) {
		return nil, fmt.Errorf("%q is no fingerprint: the next run would not find the comment", a.Fingerprint)
	}
	p := &posting{Desk: d, answer: a, traits: d.tracker.Traits()}
	p.own, p.before = d.find(a.Fingerprint, "")
	p.plan = plan{answer: a, limits: d.limits, markup: d.tracker.Markup(), opts: &d.opts, none: p.traits.NoFiles}
	if err := p.plan.make(ctx); err != nil {
		return nil, err
	}
	out, err := p.post(ctx)
	if err != nil && (!p.writing || refusal(err)) {
		p.undo(ctx)
	}
	if err != nil {
		return nil, err
	}
	return out, nil
}

// refusal reports whether an error says that nothing was done. Without an answer
// the server may have done it all, and the comment may show the new files.
func refusal(err error) bool {
	var e *Error
	return errors.As(err, &e) && e.Err == nil && (e.Status == 0 || e.Status >= 400 && e.Status < 500)
}

// posting is the state of one Post.
type posting struct {
	*Desk
	answer *Answer
	traits Traits
	own    *Comment // ours on the same leak, or nil
	before *Marker  // of it
	plan   plan
	have   []Attachment // of ours, from before
	made   []Attachment // uploaded now and referred to by nothing yet
	// writing tells that the comment which refers to them was sent.
	writing bool
}

func (p *posting) post(ctx context.Context) (*Outcome, error) {
	out := &Outcome{Fingerprint: first12(p.answer.Fingerprint), Done: Created, Before: p.before}
	d := p.draft()
	d.shown = p.plan.shown()
	d.marker.Content = d.digest()
	if p.own != nil {
		out.Done, out.Comment = Updated, p.own.URL
		if p.before.Content == d.marker.Content && !p.before.Gone {
			out.Done = Unchanged
			return out, p.leftovers(ctx)
		}
	}
	if p.own == nil && p.traits.CommentFirst && len(p.plan.items) > 0 {
		if err := p.sayFirst(ctx, *d); err != nil {
			return nil, err
		}
	}
	attached, err := p.upload(ctx)
	if err != nil {
		return nil, err
	}
	d.shown = p.plan.shown()
	body := d.compose()
	p.writing = true
	if err := p.write(ctx, body, attached, out); err != nil {
		p.learn(attached)
		return nil, err
	}
	p.made = nil
	out.Files, out.LeftOut = attached, d.shown.leftOut
	if w := d.shown.noPicture; w != "" {
		out.LeftOut = append([]string{"picture: " + w}, out.LeftOut...)
	}
	p.tidy(ctx, body)
	return out, nil
}

// leftovers removes what an interrupted run could not.
func (p *posting) leftovers(ctx context.Context) (err error) {
	if p.have, err = p.tracker.Attached(ctx, p.own); err == nil {
		p.tidy(ctx, p.own.Body)
	}
	return err
}

// draft is the comment without files.
func (p *posting) draft() *draft {
	now := Measure{p.opts.Now, p.answer.Objects, p.answer.Bytes}
	m := Marker{Fingerprint: first12(p.answer.Fingerprint), Question: p.answer.Question, Picture: p.plan.hash, Run: 1, First: now, Last: now}
	if b := p.before; b != nil {
		m.Run = b.Run + 1
		if b.Content == "" {
			m.Run = b.Run // it was not finished: this is the same run
		}
		if !b.First.When.IsZero() {
			m.First = b.First
		}
	}
	return &draft{answer: p.answer, markup: p.tracker.Markup(), tool: p.opts.Tool, marker: m, before: p.before, now: p.opts.Now}
}

// sayFirst adds the comment without files, marked as not finished.
func (p *posting) sayFirst(ctx context.Context, d draft) error {
	d.shown = shown{}
	d.marker.Picture, d.marker.Content = "", ""
	c, err := p.tracker.Comment(ctx, d.compose(), nil)
	if err != nil {
		return err
	}
	p.own = &c
	return nil
}

// upload sends the files that the tracker does not have.
func (p *posting) upload(ctx context.Context) (attached []Attachment, err error) {
	if len(p.plan.items) == 0 {
		return nil, nil
	}
	if p.have, err = p.tracker.Attached(ctx, p.own); err != nil {
		return nil, err
	}
	for i := 0; i < len(p.plan.items); {
		err := p.send(ctx, &p.plan.items[i])
		if err == nil {
			i++
			continue
		}
		if err := p.plan.refused(ctx, i, err); err != nil {
			return nil, err // not a matter of this file
		}
	}
	for _, it := range p.plan.items {
		attached = append(attached, *it.at)
	}
	return attached, nil
}

// send uploads one file, unless it is there already.
func (p *posting) send(ctx context.Context, it *item) error {
	for i := range p.have {
		if p.have[i].Name == it.Name {
			it.at = &p.have[i]
			return nil
		}
	}
	a, err := p.tracker.Upload(ctx, p.own, &it.File)
	if err != nil {
		return err
	}
	it.at = &a
	p.made = append(p.made, a)
	return nil
}

// write adds the comment, or edits ours.
func (p *posting) write(ctx context.Context, body string, attached []Attachment, out *Outcome) error {
	if p.own != nil {
		out.Comment = p.own.URL
		err := p.tracker.Edit(ctx, p.own, body, attached)
		if !errors.Is(err, ErrNotEditable) {
			return err
		}
		for i := range attached {
			attached[i].Token = "" // the try has attached them
		}
		out.Done = Created
	}
	c, err := p.tracker.Comment(ctx, body, attached)
	out.Comment = c.URL
	return err
}

// learn takes over what became known of uploads when they were attached.
func (p *posting) learn(attached []Attachment) {
	for i := range p.made {
		for _, a := range attached {
			if a.Name == p.made[i].Name {
				p.made[i] = a
			}
		}
	}
}

// tidyTime is how long removing may take after an interruption.
const tidyTime = 10 * time.Second

// undo takes back what was uploaded and is referred to by nothing. It is not
// interrupted by what interrupted the run.
func (p *posting) undo(ctx context.Context) {
	if len(p.made) == 0 {
		return
	}
	ctx, cancel := context.WithTimeout(context.WithoutCancel(ctx), tidyTime)
	defer cancel()
	for _, a := range p.made {
		_ = p.tracker.Remove(ctx, a) // the next run uses it or removes it
	}
}

// tidy removes our files of the same leak that the comment does not show.
func (p *posting) tidy(ctx context.Context, body string) {
	for _, a := range p.have {
		if strings.HasPrefix(a.Name, prefix(p.answer)) && !strings.Contains(body, a.Ref) {
			_ = p.tracker.Remove(ctx, a) // best effort: a right that one may not have
		}
	}
}
