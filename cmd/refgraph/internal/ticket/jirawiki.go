package ticket

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"
)

// JiraWiki is the wiki markup that both Jira Cloud (version 2 of its API) and
// Data Center take. It has no comments and nothing that folds.
type JiraWiki struct{}

// Name implements Markup.
func (JiraWiki) Name() string { return "jira" }

// Ext implements Markup.
func (JiraWiki) Ext() string { return ".jira.txt" }

// Most implements Markup.
func (JiraWiki) Most() int { return 30_000 }

// Sized implements Markup.
func (JiraWiki) Sized() bool { return true }

// Inline implements Markup.
func (j JiraWiki) Inline(text Text) string {
	return inline(text, jiraCode, starred)
}

// jiraCode is monospaced text. Markup goes on within {{ }}, so all that is not a
// letter, a digit or plain punctuation is escaped.
func jiraCode(name string) string {
	name = cut(name)
	if strings.Trim(name, " ") == "" {
		name = "(blank)"
	}
	return "{{" + jiraEscape(name) + "}}"
}

func jiraEscape(s string) string {
	var b strings.Builder
	for _, r := range s {
		switch {
		case r == '\\': // an escaped backslash would be a line break
			b.WriteString("&#92;")
		case r == '&':
			b.WriteString("&amp;")
		case r > unicode.MaxASCII, unicode.IsLetter(r), unicode.IsDigit(r), strings.ContainsRune(" .,;%", r):
			b.WriteRune(r)
		default:
			b.WriteByte('\\')
			b.WriteRune(r)
		}
	}
	return b.String()
}

// Heading implements Markup.
func (j JiraWiki) Heading(text Text) string { return "h3. " + j.Inline(text) }

// Table implements Markup.
func (j JiraWiki) Table(head [2]string, rows [][2]Text) string {
	var b strings.Builder
	fmt.Fprintf(&b, "||%s||%s||", head[0], head[1])
	for _, r := range rows {
		fmt.Fprintf(&b, "\n|%s|%s|", j.Inline(r[0]), j.Inline(r[1]))
	}
	return b.String()
}

// Steps implements Markup.
func (j JiraWiki) Steps(list []Text) string {
	out := make([]string, len(list))
	for i, s := range list {
		out[i] = "# " + j.Inline(s)
	}
	return strings.Join(out, "\n")
}

// Picture implements Markup. Jira shows no alternative text.
func (JiraWiki) Picture(src, _ string, width int) string {
	return fmt.Sprintf("!%s|width=%d!", src, width)
}

// Vector implements Markup.
func (JiraWiki) Vector(string, string, string, int) (string, bool) { return "", false }

// noFormat finds what would end an open block.
var noFormat = regexp.MustCompile(`(?i)\{(noformat)`)

// jiraLines is the most lines of an open block.
const jiraLines = 40

// Folded implements Markup: nothing folds, so a long text is cut.
func (JiraWiki) Folded(label, text string) string {
	text = noFormat.ReplaceAllString(lines(text), "{ $1")
	list := strings.Split(text, "\n")
	if left := len(list) - jiraLines; left > 0 {
		list = append(list[:jiraLines], fmt.Sprintf("… %d more lines", left))
	}
	return "{noformat:title=" + label + "}\n" + strings.Join(list, "\n") + "\n{noformat}"
}

// Facts implements Markup.
func (j JiraWiki) Facts(_ string, list []Fact) string {
	out := make([]string, len(list))
	for i, f := range list {
		out[i] = fmt.Sprintf("||%s|%s|", f.Name, j.Inline(f.Value))
	}
	return strings.Join(out, "\n")
}

// Link implements Markup.
func (JiraWiki) Link(_, src string) string { return "[^" + src + "]" }

// Hidden implements Markup: Jira hides nothing, so the line is small and grey.
func (JiraWiki) Hidden(marker string) (string, bool) {
	return "{color:#97a0af}" + marker + "{color}", true
}

// Diagram implements Markup.
func (JiraWiki) Diagram(string) (string, bool) { return "", false }
