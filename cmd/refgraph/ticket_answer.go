package main

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"image/png"
	"math"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/ticket"
	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/view"
)

// What a ticket says of a dump. This file is all that knows both: it makes a
// ticket.Answer of what the analyses found.

// ticketQuestion is what was asked and found.
type ticketQuestion struct {
	answers []*ticket.Answer
	gone    []ticket.Marker // comments of the ticket that the dump has nothing of
	dump    ticket.Text     // its name and time
	close   func()
}

// ticketAsker makes answers from one heap.
type ticketAsker struct {
	a      *app
	s      *ask.Session
	older  *ask.Session // may be nil
	info   *ask.InfoAnswer
	path   string
	flags  ticketFlags
	facts  []ticket.Fact
	report []byte
}

// askTicket reads the dump and answers what the flags ask. known are the comments
// that the ticket has.
func askTicket(ctx context.Context, a *app, path string, f ticketFlags, known []ticket.Marker) (*ticketQuestion, error) {
	s, older, done, err := a.openBoth(ctx, path, f.against)
	if err != nil {
		return nil, err
	}
	t := &ticketAsker{a: a, s: s, older: older, path: path, flags: f}
	q := &ticketQuestion{close: done}
	if err := t.ask(ctx, q, known); err != nil {
		done()
		return nil, err
	}
	return q, nil
}

func (t *ticketAsker) ask(ctx context.Context, q *ticketQuestion, known []ticket.Marker) error {
	if err := t.common(ctx); err != nil {
		return err
	}
	q.dump = t.dump()
	if t.flags.typ != "" || t.flags.object != "" {
		return t.paths(ctx, q, known)
	}
	found, err := t.s.Suspects(ctx, ask.SuspectsQuestion{Older: t.older, Pictures: true})
	if err != nil {
		return err
	}
	list := found.Suspects
	has := func(fingerprint string) bool {
		return slices.ContainsFunc(known, func(m ticket.Marker) bool { return strings.HasPrefix(fingerprint, m.Fingerprint) })
	}
	for i := range list {
		if i >= t.flags.n && !has(list[i].Fingerprint) {
			continue
		}
		q.answers = append(q.answers, t.suspect(&list[i]))
	}
	for _, m := range known {
		still := slices.ContainsFunc(list, func(s ask.Suspect) bool { return strings.HasPrefix(s.Fingerprint, m.Fingerprint) })
		if !still && m.Question == "" {
			q.gone = append(q.gone, m)
		}
	}
	return nil
}

// paths answers why the objects of --type or --object are alive.
func (t *ticketAsker) paths(ctx context.Context, q *ticketQuestion, known []ticket.Marker) error {
	runtime := t.info.Runtime
	asked := digest("asked", runtime, t.flags.typ, t.flags.object)
	found, err := t.s.Paths(ctx, ask.PathsQuestion{Type: t.flags.typ, Object: t.flags.object, Number: -1, Nodes: t.flags.maxNodes, Raw: t.a.raw})
	if err != nil {
		var none *ask.Error
		for _, m := range known {
			if m.Question == asked && errors.As(err, &none) && !none.Usage {
				q.gone = append(q.gone, m)
			}
		}
		if len(q.gone) > 0 {
			return nil
		}
		return err
	}
	name, p := found.Target.Type, found.Picture
	fingerprint := digest("why", runtime, name, t.flags.object)
	if p.Alive == 0 {
		for _, m := range known {
			if m.Question == asked || m.Fingerprint == fingerprint {
				q.gone = append(q.gone, m)
				return nil
			}
		}
	}
	v := view.Paths(found)
	answer := t.answer(v, fingerprint)
	answer.Question = asked
	target := &v.Nodes[0]
	answer.Title = t.named(v.Title, name)
	answer.Objects, answer.Bytes = p.Alive, target.Retained
	answer.Verdict = t.verdict(found, v)
	answer.Held = t.holders(found.Holders)
	answer.Next = t.next(v)
	answer.Alt = "Reference graph: " + strings.TrimSuffix(t.a.name(altWords(v)), ".")
	q.answers = append(q.answers, answer)
	return nil
}

// digest is a fingerprint of a question, in 12 hex digits.
func digest(parts ...string) string {
	sum := sha256.Sum256([]byte(strings.Join(parts, "\x00")))
	return hex.EncodeToString(sum[:6])
}

// named is a sentence in which one part is a name.
func (t *ticketAsker) named(sentence, name string) ticket.Text {
	before, after, ok := strings.Cut(sentence, name)
	if !ok || name == "" {
		return ticket.Say(t.a.name(sentence))
	}
	return ticket.Say(before, ticket.Name(t.a.name(name)), after)
}

// verdict says how much, and who holds most.
func (t *ticketAsker) verdict(a *ask.PathsAnswer, v *view.View) []ticket.Text {
	n := &v.Nodes[0]
	out := ticket.Say(ticket.Bold(fmt.Sprintf("%s, %s of the reachable heap.", view.Bytes(n.Retained), view.Percent(view.Share(n.Retained, v.Total)))))
	switch {
	case a.Picture.Alive == 0:
		return []ticket.Text{ticket.Say(out, " No root reaches them: they wait for the collector.")}
	case v.Verdict == "":
		return []ticket.Text{ticket.Say(out, " Only pools hold them ("+lang.Pools+").")}
	}
	return []ticket.Text{t.cut(out, a.Cut, v.Verdict)}
}

// cut says what to cut, if that is proven: what a ticket tells people to cut has to
// be.
func (t *ticketAsker) cut(size ticket.Text, c *ask.Cut, verdict string) ticket.Text {
	if c != nil && len(c.Places) > 0 && !c.Verified && !c.Many {
		return ticket.Say(size, " What to cut is not proven for this heap.")
	}
	if verdict == "" {
		return size
	}
	return ticket.Say(size, " ", t.a.name(view.UpperFirst(verdict)), ".")
}

// root names a root, or equal roots: global `main.cache`.
func (t *ticketAsker) root(h *ask.Holder) ticket.Text {
	words := t.a.name(h.Root.Name)
	if h.Roots > 1 {
		return kindAndName(view.Count(h.Roots)+" ", words)
	}
	return kindAndName("", words)
}

func kindAndName(before, sentence string) ticket.Text {
	kind, name, ok := strings.Cut(sentence, " ")
	if !ok {
		return ticket.Say(before, ticket.Name(sentence))
	}
	if number, rest, ok := strings.Cut(name, " "); ok && strings.Trim(number, "0123456789") == "" {
		kind, name = kind+" "+number, rest // goroutine 18
	}
	return ticket.Say(before, kind+" ", ticket.Name(name))
}

func (t *ticketAsker) holders(list []ask.Holder) (out ticket.Holders) {
	out.Exact = true
	for i := range list {
		h := &list[i]
		out.Rows = append(out.Rows, ticket.Holder{Who: t.root(h), Reaches: h.Reaches, Sole: h.Sole})
	}
	return out
}

// next says what to do, from what is in the picture.
func (t *ticketAsker) next(v *view.View) (steps []ticket.Text) {
	for _, e := range v.Edges {
		from := &v.Nodes[e.From]
		if v.Nodes[e.To].Kind != view.TargetNode || from.Kind != view.ObjectNode || from.Count != 1 || e.Count < 2 || e.From == e.To {
			continue
		}
		place := ticket.Name(t.a.name(from.Head + e.Label))
		var used, room int
		switch n, _ := fmt.Sscanf(from.Note, "buffer %d of %d", &used, &room); {
		case n == 2 && used == room:
			steps = append(steps, ticket.Say("Find out why nobody drains ", ticket.Name(t.a.name(from.Head)), ": its buffer is full."))
		case strings.HasSuffix(e.Label, "[…]") || strings.HasSuffix(e.Label, `["…"]`):
			steps = append(steps, ticket.Say("Find what adds to ", place, " and never deletes; give it a bound or an expiry."))
		}
	}
	for _, n := range v.Nodes {
		threads := lang.For(graph.Runtime(t.info.Runtime)).Thread + "s"
		if n.Kind == view.RootNode && strings.HasPrefix(n.Head, threads) && n.Count > 1 {
			steps = append(steps, ticket.Say("Let the "+view.Count(n.Count)+" "+threads+" end that stand in ", ticket.Name(t.a.name(n.Name)), "."))
		}
	}
	return append(steps[:min(2, len(steps))], diffStep())
}

func diffStep() ticket.Text {
	return ticket.Say("Take a second dump after some minutes and run ", ticket.Name("refgraph diff OLD NEW"), ": what grows is the leak.")
}

// suspect answers what one suspect is.
func (t *ticketAsker) suspect(s *ask.Suspect) *ticket.Answer {
	v := view.Suspect(s)
	answer := t.answer(v, s.Fingerprint)
	answer.Title = ticket.Say(t.a.name(view.UpperFirst(s.Reason)))
	answer.Objects, answer.Bytes = cmp.Or(s.Elements, s.Count), s.RetainedBytes
	size := ticket.Bold(fmt.Sprintf("%s, %s of the reachable heap.", view.Bytes(s.RetainedBytes), view.Percent(s.Share)))
	answer.Verdict = []ticket.Text{t.cut(ticket.Say(size), s.Cut, view.SuspectVerdict(s))}
	answer.Held = t.holders(s.Holders)
	answer.Next = []ticket.Text{ticket.Say("The usual fix: ", t.a.name(s.Hint), "."), diffStep()}
	if known := view.KnownLeak(s); known != "" {
		answer.Next = append([]ticket.Text{ticket.Say(view.UpperFirst(known))}, answer.Next...)
	}
	answer.Alt = "Reference graph: " + t.a.name(altWords(v))
	return answer
}

// altWords says a picture in words: each root's way to the target.
func altWords(v *view.View) string {
	var parts []string
	for i := range v.Nodes {
		if v.Nodes[i].Kind != view.RootNode || len(parts) == 5 {
			continue
		}
		words := strings.TrimSpace(v.Nodes[i].Head + " " + v.Nodes[i].Name)
		seen := map[int]bool{i: true}
		for at := i; ; {
			k := slices.IndexFunc(v.Edges, func(e view.Edge) bool { return e.From == at && !seen[e.To] && !v.Nodes[e.To].Held })
			if k < 0 {
				break
			}
			at = v.Edges[k].To
			seen[at] = true
			words += " holds " + v.Nodes[at].Head
			if c := v.Nodes[at].Count; c > 1 {
				words += " (" + view.Count(c) + " objects)"
			}
		}
		parts = append(parts, words)
	}
	return strings.Join(parts, "; ")
}

// answer is what all answers have.
func (t *ticketAsker) answer(v *view.View, fingerprint string) *ticket.Answer {
	opts := &view.Options{MaxNodes: t.flags.maxNodes, Redact: t.a.hide}
	var text, diagram bytes.Buffer
	_ = view.Text(&text, v, opts) // to memory
	_ = view.Mermaid(&diagram, v, opts)
	return &ticket.Answer{Fingerprint: fingerprint, Picture: &ticketPicture{t.a, v}, Tree: text.String(), Mermaid: diagram.String(), Facts: t.facts, Report: t.report}
}

// common finds the facts of the dump and makes the report.
func (t *ticketAsker) common(ctx context.Context) error {
	i, err := t.s.Info(ctx, ask.InfoQuestion{})
	if err != nil {
		return err
	}
	t.info = i
	fact := func(name string, parts ...any) {
		t.facts = append(t.facts, ticket.Fact{Name: name, Value: ticket.Say(parts...)})
	}
	fact("Dump", t.dump())
	runtime := strings.TrimSpace(i.Runtime + " " + i.RuntimeVersion)
	for _, f := range i.Facts {
		switch f.Name {
		case "GOOS", "GOARCH", "threads", lang.For(graph.Runtime(i.Runtime)).Thread + "s":
			runtime += ", " + f.Name + " " + f.Value
		case "process", "pid", "host", "command", "executable", "container", "pod":
			fact(view.UpperFirst(f.Name), ticket.Name(t.a.name(f.Value)))
		}
	}
	fact("Runtime", t.a.name(runtime))
	fact("Heap", fmt.Sprintf("%s objects, %s, %s of the bytes typed", view.Count(i.ReachableObjects), view.Bytes(i.ReachableBytes), view.Percent(view.Share(i.TypedBytes, i.ReachableBytes))))
	if t.a.values {
		fact("Values", "shown: this comment and its files hold heap contents")
	} else {
		fact("Values", "hidden, no heap contents in this comment or its files")
	}
	fact("Command", ticket.Name(t.a.name(t.command())))
	if t.flags.report {
		var types []string
		if t.flags.typ != "" {
			types = []string{t.flags.typ}
		}
		t.report, err = makeReport(ctx, t.a, t.s, t.older, reportFlags{against: t.flags.against, types: types})
	}
	return err
}

// dump names the dump and when it was taken.
func (t *ticketAsker) dump() ticket.Text {
	out := ticket.Say(ticket.Name(t.a.name(t.s.Dump().Name)))
	if taken, err := time.Parse(time.RFC3339, t.info.Taken); err == nil {
		out = ticket.Say(out, ", taken "+taken.UTC().Format("2006-01-02 15:04 UTC"))
	}
	return out
}

// command is what shows the same picture on the reader's own machine.
func (t *ticketAsker) command() string {
	parts := []string{"refgraph", "suspects", filepath.Base(t.path)}
	if t.flags.typ != "" || t.flags.object != "" {
		parts[1] = "paths"
	}
	for _, f := range []struct{ flag, value string }{{"--exe", base(t.a.exe)}, {"--type", t.flags.typ}, {"--object", t.flags.object}, {"--against", base(t.flags.against)}} {
		if f.value != "" {
			parts = append(parts, f.flag, f.value)
		}
	}
	return strings.Join(parts, " ")
}

func base(path string) string {
	if path == "" {
		return ""
	}
	return filepath.Base(path)
}

// ticketPicture draws a view.
type ticketPicture struct {
	a *app
	v *view.View
}

func (p *ticketPicture) options(scale float64, boxes int) *draw.Options {
	return &draw.Options{Options: view.Options{MaxNodes: boxes, Redact: p.a.hide}, Scale: scale, Child: p.a.self}
}

// PNG implements ticket.Picture.
func (p *ticketPicture) PNG(ctx context.Context, scale float64, boxes int) (data []byte, width int, err error) {
	var b bytes.Buffer
	if err := draw.PNG(ctx, &b, p.v, p.options(scale, boxes)); err != nil {
		return nil, 0, err
	}
	c, err := png.DecodeConfig(bytes.NewReader(b.Bytes()))
	return b.Bytes(), int(math.Round(float64(c.Width) / scale)), err
}

// SVG implements ticket.Picture.
func (p *ticketPicture) SVG(ctx context.Context) ([]byte, error) {
	var b bytes.Buffer
	err := draw.SVG(ctx, &b, p.v, p.options(0, 0))
	return b.Bytes(), err
}
