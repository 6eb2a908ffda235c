package ticket

import (
	"encoding/json"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/yuin/goldmark"
	"github.com/yuin/goldmark/ast"
	"github.com/yuin/goldmark/extension"
	"github.com/yuin/goldmark/text"
)

// hostile are names that mention people, close issues, run macros, break out of
// their place or turn the text round: a JSON string a line.
func hostile(t testing.TB) (names []string) {
	t.Helper()
	data, err := os.ReadFile("testdata/hostile.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		var name string
		if err := json.Unmarshal([]byte(line), &name); err != nil {
			t.Fatalf("%s: %v", line, err)
		}
		names = append(names, name)
	}
	return append(names, strings.Repeat("x", 500), strings.Repeat("`", 200))
}

// kinds lists the node kinds of a Markdown document, without its texts.
func kinds(source string) (doc ast.Node, list []string) {
	md := goldmark.New(goldmark.WithExtensions(extension.GFM))
	doc = md.Parser().Parse(text.NewReader([]byte(source)))
	_ = ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if k := n.Kind().String(); in && k != "Text" && k != "Document" && k != "TextBlock" {
			list = append(list, k)
		}
		return ast.WalkContinue, nil
	})
	return doc, list
}

func codeSpans(doc ast.Node, source string) (out []string) {
	_ = ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if c, ok := n.(*ast.CodeSpan); ok && in {
			var b strings.Builder
			for t := c.FirstChild(); t != nil; t = t.NextSibling() {
				switch t := t.(type) {
				case *ast.Text:
					b.Write(t.Segment.Value([]byte(source)))
				case *ast.String:
					b.Write(t.Value)
				}
			}
			out = append(out, b.String())
		}
		return ast.WalkContinue, nil
	})
	return out
}

// checkMarkdown reads a name back from each place where one can stand, by a real
// Markdown parser: it has to be one code span and nothing else.
func checkMarkdown(t *testing.T, m markdown, name string) {
	t.Helper()
	shown := cut(name)
	if strings.Trim(shown, " ") == "" {
		shown = "(blank)"
	}
	for place, source := range map[string]string{
		"Paragraph CodeSpan":              m.Inline(Say("See ", Name(name), " here.")),
		"Heading CodeSpan":                m.Heading(Say("Why 300 ", Name(name), " are alive")),
		"List ListItem CodeSpan ListItem": m.Steps([]Text{Say("See ", Name(name), "."), Say("Then go on.")}),
	} {
		doc, list := kinds(source)
		if got := strings.Join(list, " "); got != place {
			t.Fatalf("%q as %s is %s:\n%s", name, place, got, source)
		}
		if spans := codeSpans(doc, source); len(spans) != 1 || spans[0] != shown {
			t.Fatalf("%q in %s reads %q", shown, place, spans)
		}
	}
	row := m.Table([2]string{"Held by", "Objects"}, [][2]Text{{Say(Name(name), " holds"), Say("7")}})
	doc, list := kinds(row)
	if got := strings.Join(list, " "); got != "Table TableHeader TableCell TableCell TableRow TableCell CodeSpan TableCell" {
		t.Fatalf("%q in a table is %s:\n%s", name, got, row)
	}
	want := strings.ReplaceAll(shown, `\|`, `\¦`)
	if m.noBar {
		want = strings.ReplaceAll(shown, "|", "¦")
	}
	if spans := codeSpans(doc, row); len(spans) != 1 || strings.ReplaceAll(spans[0], `\|`, "|") != want {
		t.Fatalf("%q in a table reads %q", shown, spans)
	}
}

// harmful is what a sentence of ours must not have outside code.
var harmful = regexp.MustCompile("[@#!~$&*_`<>\\[\\]{}|\\\\^=\"/]|::|--")

// checkWords reads a sentence with a name in it that nobody marked as one.
func checkWords(t *testing.T, m markdown, sentence string) {
	t.Helper()
	source := m.Inline(Say("See ", sentence))
	doc, list := kinds(source)
	for _, k := range list {
		if k != "Paragraph" && k != "CodeSpan" {
			t.Fatalf("%q has a %s:\n%s", sentence, k, source)
		}
	}
	_ = ast.Walk(doc, func(n ast.Node, in bool) (ast.WalkStatus, error) {
		if _, code := n.(*ast.CodeSpan); code {
			return ast.WalkSkipChildren, nil
		}
		if x, ok := n.(*ast.Text); ok && in {
			if bad := harmful.Find(x.Segment.Value([]byte(source))); bad != nil {
				t.Fatalf("%q leaves %q in the text:\n%s", sentence, bad, source)
			}
		}
		return ast.WalkContinue, nil
	})
}

// checkTree puts a name into the text of a whole comment: the blocks stay what
// they are.
func checkTree(t *testing.T, name string) {
	t.Helper()
	for _, m := range []Markup{GitHubMarkdown(), GitLabMarkdown(), GiteaMarkdown(), CommonMark()} {
		blocks := func(name string) string {
			d := sampleDraft(m, name)
			_, list := kinds(d.compose())
			return strings.Join(list, " ")
		}
		if got, want := blocks(name), blocks("x"); got != want {
			t.Fatalf("%s: %q makes\n%s\nof\n%s", m.Name(), name, got, want)
		}
	}
}

// sampleDraft is a comment with a name in all of its places.
func sampleDraft(m Markup, name string) *draft {
	n := Name(name)
	a := &Answer{
		Fingerprint: "1a2b3c4d5e6f", Title: Say("Why 300 ", n, " are alive"), Verdict: []Text{Say(Bold("1 KiB, 2 %."), " Held by ", n, ".")},
		Held: Holders{Rows: []Holder{{Say("global ", n), 190, 0}, {Say(n), 110, 0}}}, Next: []Text{Say("Find what adds to ", n, "."), Say("Then go on.")},
		Alt: "Reference graph: " + name + " holds all", Objects: 300, Bytes: 1024, Tree: "┬ GC root · " + name + "\n" + name + "\n╰→ " + name,
		Mermaid: "flowchart TB\n  n0(\"x\")", Facts: []Fact{{"Dump", Say(n, ", taken today")}, {"Command", Say(n)}},
	}
	d := &draft{answer: a, markup: m, tool: "refgraph 1", marker: Marker{Fingerprint: a.Fingerprint, Run: 1}}
	d.shown = shown{picture: &Attachment{Name: "p.png", Ref: "p.png"}, svg: &Attachment{Name: "p.svg", Ref: "p.svg"}, width: 688}
	return d
}

// checkTextile looks for what ends the element that a name stands in.
func checkTextile(t *testing.T, name string) {
	t.Helper()
	got := Textile{}.Inline(Say("See ", Name(name), " here."))
	inner, ok := strings.CutPrefix(got, "See <code>")
	inner, ok2 := strings.CutSuffix(inner, "</code> here.")
	if !ok || !ok2 || strings.ContainsAny(inner, "\n\r") || strings.Contains(strings.ToLower(inner), "</") || textileTag.MatchString(inner) {
		t.Fatalf("%q becomes %q", name, got)
	}
	block := Textile{}.Folded("The same as text", name+"\n"+name)
	body := strings.TrimSuffix(strings.TrimPrefix(block, "{{collapse(The same as text)\n<pre>\n"), "\n</pre>\n}}")
	if strings.Contains(strings.ToLower(body), "</pre") || regexp.MustCompile(`(?m)^\s*}}`).MatchString(body) || len(body) == len(block) {
		t.Fatalf("%q in a block becomes\n%s", name, block)
	}
	plain := Textile{}.Inline(Say("See ", name))
	outside := regexp.MustCompile(`<code>.*?</code>`).ReplaceAllString(plain, "")
	if bad := harmful.FindString(outside); bad != "" {
		t.Fatalf("%q leaves %q in %q", name, bad, plain)
	}
}

var textileTag = regexp.MustCompile(`(?i)<(code|pre|!--)`)

// checkJira looks for what Jira would interpret and is not escaped.
func checkJira(t *testing.T, name string) {
	t.Helper()
	got := JiraWiki{}.Inline(Say("See ", Name(name), " here."))
	inner, ok := strings.CutPrefix(got, "See {{")
	inner, ok2 := strings.CutSuffix(inner, "}} here.")
	if !ok || !ok2 || strings.ContainsAny(inner, "\n\r") {
		t.Fatalf("%q becomes %q", name, got)
	}
	free := regexp.MustCompile(`\\[^\\]|&amp;|&\\#92;|&#92;`).ReplaceAllString(inner, "")
	if bad := regexp.MustCompile(`[^\p{L}\p{N}\p{M}\p{P}\p{S}\p{Z}]|[{}\[\]*_+^~?!|@#\\&<>"'()/:=-]`).FindString(free); bad != "" && bad[0] < 0x80 {
		t.Fatalf("%q leaves %q: %q", name, bad, got)
	}
	block := JiraWiki{}.Folded("The same as text", name+"\n"+name)
	if strings.Count(strings.ToLower(block), "{noformat") != 2 {
		t.Fatalf("%q in a block becomes\n%s", name, block)
	}
}

func checkAll(t *testing.T, name string) {
	t.Helper()
	for _, m := range []Markup{GitHubMarkdown(), GitLabMarkdown(), GiteaMarkdown(), CommonMark(), OldMarkdown()} {
		checkMarkdown(t, m.(markdown), name)
		checkWords(t, m.(markdown), name)
	}
	checkTree(t, name)
	checkTextile(t, name)
	checkJira(t, name)
}

func TestHostileNames(t *testing.T) {
	for _, name := range hostile(t) {
		checkAll(t, name)
		checkAll(t, name+" "+name)
	}
}

func FuzzEscaping(f *testing.F) {
	for _, name := range hostile(f) {
		f.Add(name)
	}
	f.Fuzz(checkAll)
}
