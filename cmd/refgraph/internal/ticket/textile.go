package ticket

import (
	"fmt"
	"regexp"
	"strings"
)

// Textile is Redmine's default. A name stands in <code> as it is: Redmine
// escapes what is in there and interprets none of it.
type Textile struct{}

// Name implements Markup.
func (Textile) Name() string { return "textile" }

// Ext implements Markup.
func (Textile) Ext() string { return ".textile" }

// Most implements Markup.
func (Textile) Most() int { return 60_000 }

// Sized implements Markup.
func (Textile) Sized() bool { return true }

// Inline implements Markup.
func (t Textile) Inline(text Text) string {
	return inline(text, textileCode, starred)
}

// openTag finds what would open or close an element that Redmine takes out of a
// text, in letters of either case, before it escapes the rest.
var openTag = regexp.MustCompile(`(?i)<(/|code|pre|!--)`)

// split puts a space into each tag of a text, so that it is none.
func split(text string) string { return openTag.ReplaceAllString(text, "< $1") }

func textileCode(name string) string {
	name = split(cut(name))
	if strings.Trim(name, " ") == "" {
		name = "(blank)"
	}
	return "<code>" + name + "</code>"
}

// Heading implements Markup.
func (t Textile) Heading(text Text) string { return "h3. " + t.Inline(text) }

// Table implements Markup.
func (t Textile) Table(head [2]string, rows [][2]Text) string {
	var b strings.Builder
	fmt.Fprintf(&b, "|_. %s |_. %s |", head[0], head[1])
	for _, r := range rows {
		fmt.Fprintf(&b, "\n| %s |>. %s |", t.Inline(r[0]), t.Inline(r[1]))
	}
	return b.String()
}

// Steps implements Markup.
func (t Textile) Steps(list []Text) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = "# " + t.Inline(s)
	}
	return strings.Join(out, "\n")
}

// Picture implements Markup.
func (Textile) Picture(src, alt string, width int) string {
	return fmt.Sprintf("!{width:%dpx}%s(%s)!", width, src, bracketed(clean(alt, 600)))
}

// Vector implements Markup.
func (Textile) Vector(string, string, string, int) (string, bool) { return "", false }

// Folded implements Markup.
func (Textile) Folded(label, text string) string {
	return "{{collapse(" + label + ")\n<pre>\n" + split(lines(text)) + "\n</pre>\n}}"
}

// Facts implements Markup.
func (t Textile) Facts(label string, list []Fact) string {
	var b strings.Builder
	fmt.Fprintf(&b, "{{collapse(%s)\n", label)
	for _, f := range list {
		fmt.Fprintf(&b, "|_. %s | %s |\n", f.Name, t.Inline(f.Value))
	}
	return b.String() + "}}"
}

// Link implements Markup: an attachment is linked by its own name.
func (Textile) Link(_, src string) string { return `attachment:"` + src + `"` }

// Hidden implements Markup.
func (Textile) Hidden(marker string) (string, bool) { return "<!-- " + marker + " -->", false }

// Diagram implements Markup.
func (Textile) Diagram(string) (string, bool) { return "", false }
