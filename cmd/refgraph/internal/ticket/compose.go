package ticket

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"time"
	"unicode/utf8"
)

// draft is all that a comment is written from.
type draft struct {
	answer *Answer
	markup Markup
	tool   string // refgraph 0.9
	marker Marker
	before *Marker // of the comment that this one replaces
	now    time.Time
	shown  shown
}

// shown are the files of a comment.
type shown struct {
	picture, svg, report *Attachment // nil: there is none
	width                int         // of the picture, in points
	noPicture            string      // why there is none, in words
	leftOut              []string    // what else was not attached and why, in words
}

// compose writes the comment, at most as long as the tracker takes: the tree is
// shortened first, the verdict never.
func (d *draft) compose() string {
	body := d.body(d.answer.Tree)
	if over := utf8.RuneCountInString(body) - d.markup.Most(); over > 0 {
		body = d.body(shorten(d.answer.Tree, over))
	}
	return body
}

// shorten drops the last lines of a text, and as many more as the word about
// them takes.
func shorten(text string, over int) string {
	lines := strings.Split(text, "\n")
	n := len(lines)
	for over > -60 && n > 0 {
		n--
		over -= utf8.RuneCountInString(lines[n]) + 1
	}
	return strings.Join(append(lines[:n:n], fmt.Sprintf("… %s more lines, see the picture or the report", count(len(lines)-n))), "\n")
}

func (d *draft) body(tree string) string {
	a, m := d.answer, d.markup
	blocks := []string{m.Heading(a.Title)}
	for _, t := range a.Verdict {
		blocks = append(blocks, m.Inline(t))
	}
	if t := d.growth(); t != nil {
		blocks = append(blocks, m.Inline(t))
	}
	if len(a.Held.Rows) > 0 {
		blocks = append(blocks, d.holders())
	}
	if len(a.Next) > 0 {
		blocks = append(blocks, m.Inline(Say(Bold("Next"))), m.Steps(a.Next[:min(3, len(a.Next))]))
	}
	blocks = append(blocks, d.picture()...)
	if tree != "" {
		blocks = append(blocks, m.Folded("The same as text", tree))
	}
	if len(a.Facts) > 0 {
		blocks = append(blocks, m.Facts("Dump and tool", a.Facts))
	}
	return strings.Join(append(blocks, d.footer()), "\n\n") + "\n"
}

// mostHolders is how many rows the table has.
const mostHolders = 5

func (d *draft) holders() string {
	h := d.answer.Held
	head := [2]string{"Held by, on the shortest path", "Objects"}
	if h.Exact {
		head = [2]string{"Held by", "Objects (by it alone)"}
	}
	var rows [][2]Text
	for i, r := range h.Rows {
		if i == mostHolders {
			rows = append(rows, [2]Text{Say(fmt.Sprintf("and %s more", count(len(h.Rows)-i))), Say("")})
			break
		}
		n := count(r.Reaches)
		if h.Exact {
			n += " (" + count(r.Sole) + ")"
		}
		rows = append(rows, [2]Text{r.Who, Say(n)})
	}
	return d.markup.Table(head, rows)
}

// picture is the picture, or what stands for it.
func (d *draft) picture() (blocks []string) {
	if d.shown.picture != nil {
		blocks = append(blocks, d.markup.Picture(d.shown.picture.Ref, d.answer.Alt, d.shown.width))
		if svg := d.shown.svg; svg != nil && strings.HasSuffix(svg.Name, ".svg") {
			if sharp, ok := d.markup.Vector("The picture, sharp at any size", svg.Ref, d.answer.Alt, d.shown.width); ok {
				blocks = append(blocks, sharp)
			}
		}
		return blocks
	}
	if d.shown.noPicture == "" {
		return nil
	}
	if d.answer.Mermaid != "" {
		if diagram, ok := d.markup.Diagram(d.answer.Mermaid); ok {
			blocks = append(blocks, diagram)
		}
	}
	return append(blocks, d.markup.Inline(Say("No picture: "+d.shown.noPicture+".")))
}

// growth says what changed since the first run.
func (d *draft) growth() Text {
	if d.before == nil || d.before.First.When.IsZero() {
		return nil
	}
	first, now := d.before.First, Measure{Objects: d.answer.Objects, Bytes: d.answer.Bytes}
	var out Text
	if d.before.Gone {
		out = Say(Bold("It is back:"), " the dump before this one did not have it. ")
	}
	if first.Objects == now.Objects && first.Bytes == now.Bytes {
		if d.marker.Run > 2 || out != nil {
			return Say(out, "As large as in the first run, ", day(first.When), ".")
		}
		return out
	}
	out = Say(out, Bold("Since the first run"), ", ", day(first.When), ": ")
	if first.Objects != now.Objects {
		out = Say(out, count(first.Objects)+" → "+count(now.Objects)+" objects, ")
	}
	return Say(out, size(first.Bytes)+" → "+size(now.Bytes), change(first.Bytes, now.Bytes), ".")
}

func change(old, now uint64) string {
	if old == 0 || old == now {
		return ""
	}
	p := (float64(now)/float64(old) - 1) * 100
	switch {
	case p > -10 && p < 10:
		return fmt.Sprintf(" (%+.1f %%)", p)
	case p >= 1000:
		return fmt.Sprintf(" (%.0f times as much)", float64(now)/float64(old))
	}
	return fmt.Sprintf(" (%+.0f %%)", p)
}

func day(t time.Time) string { return t.UTC().Format("2006-01-02 15:04 UTC") }

// footer is the last lines: files, version, when and how often, the marker.
func (d *draft) footer() string {
	var parts []string
	if d.shown.svg != nil {
		parts = append(parts, d.markup.Link("picture as SVG", d.shown.svg.Ref))
	}
	if d.shown.report != nil {
		label := "full report, HTML"
		if strings.HasSuffix(d.shown.report.Name, ".gz") {
			label += ", gzipped"
		}
		parts = append(parts, d.markup.Link(label, d.shown.report.Ref))
	}
	for _, s := range d.shown.leftOut {
		parts = append(parts, d.markup.Inline(Say(s)))
	}
	parts = append(parts, d.markup.Inline(Say(d.tool)))
	if !d.now.IsZero() {
		parts = append(parts, d.markup.Inline(Say("updated "+day(d.now)+", run "+count(d.marker.Run))))
	}
	hidden, shown := d.markup.Hidden(d.marker.String())
	if shown {
		return strings.Join(append(parts, hidden), " · ")
	}
	return strings.Join(parts, " · ") + "\n\n" + hidden
}

// digest says what the comment says, whenever and however often it is said.
func (d *draft) digest() string {
	same := *d
	same.marker, same.before, same.now = Marker{Fingerprint: d.marker.Fingerprint}, nil, time.Time{}
	return short([]byte(same.compose()))
}

// short is a digest in eight hex digits.
func short(data ...[]byte) string {
	h := sha256.New()
	for _, d := range data {
		h.Write(d)
	}
	return hex.EncodeToString(h.Sum(nil)[:4])
}
