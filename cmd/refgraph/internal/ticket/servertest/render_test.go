package servertest

import (
	"encoding/base64"
	"encoding/json"
	"fmt"
	"html"
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/ticket"
)

// hostile are the names that the escaping is tested with.
func hostile(t *testing.T) (names []string) {
	t.Helper()
	data, err := os.ReadFile("../testdata/hostile.jsonl")
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range strings.Split(strings.TrimSpace(string(data)), "\n") {
		var name string
		if err := json.Unmarshal([]byte(line), &name); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

// render has Redmine make HTML of texts, as on the page of an issue.
func (r *redmine) render(texts []string) (out []string) {
	r.t.Helper()
	data, _ := json.Marshal(texts)
	answer := r.ruby(fmt.Sprintf(`JSON.parse(Base64.decode64('%s')).map { |t| ApplicationController.helpers.textilizable(t, object: Issue.first, only_path: true).to_s }.to_json`, base64.StdEncoding.EncodeToString(data)))
	if err := json.Unmarshal([]byte(answer), &out); err != nil || len(out) != len(texts) {
		r.t.Fatalf("%v: %.300s", err, answer)
	}
	return out
}

var (
	tags   = regexp.MustCompile(`<[^>]*>`)
	spaces = regexp.MustCompile(`\s+`)
)

// shape is a page's elements without its words.
func shape(page string) string { return strings.Join(tags.FindAllString(page, -1), "") }

// words is what a page says.
func words(page string) string {
	return strings.TrimSpace(spaces.ReplaceAllString(html.UnescapeString(tags.ReplaceAllString(page, "")), " "))
}

// names renders hostile names in each place of a comment: every one has to give
// the same elements as a plain name.
func (r *redmine) names(format string) {
	t := r.t
	m, err := ticket.MarkupNamed(format)
	if err != nil {
		t.Fatal(err)
	}
	places := map[string]func(string) string{
		"sentence": func(n string) string { return m.Inline(ticket.Say("See ", ticket.Name(n), " here.")) },
		"heading":  func(n string) string { return m.Heading(ticket.Say("Why 300 ", ticket.Name(n), " are alive")) },
		"steps": func(n string) string {
			return m.Steps([]ticket.Text{ticket.Say("See ", ticket.Name(n), "."), ticket.Say("Go on.")})
		},
		"table": func(n string) string {
			return m.Table([2]string{"Held by", "Objects"}, [][2]ticket.Text{{ticket.Say("global ", ticket.Name(n)), ticket.Say("7")}})
		},
		"facts": func(n string) string {
			return m.Facts("Dump and tool", []ticket.Fact{{Name: "Dump", Value: ticket.Say(ticket.Name(n), ", taken today")}}) + "\n\nThe end."
		},
		"text": func(n string) string {
			return m.Folded("The same as text", "┬ root\n"+n+"\n╰→ "+n) + "\n\nThe end."
		},
	}
	list := hostile(t)
	for place, put := range places {
		texts := []string{put("plain")}
		for _, n := range list {
			texts = append(texts, put(n))
		}
		pages := r.render(texts)
		want := shape(collapseIDs.ReplaceAllString(pages[0], ""))
		for i, page := range pages[1:] {
			if got := shape(collapseIDs.ReplaceAllString(page, "")); got != want {
				t.Errorf("%s, %s: %q is\n%s\nof\n%s", format, place, list[i], page, texts[i+1])
			}
		}
	}
	r.sentences(format, m, list)
}

// collapseIDs are what differs from one folded block to the next, and the anchors of
// headings.
var collapseIDs = regexp.MustCompile(`collapse-[0-9a-f-]+|#?Why-300[^"]*`)

// sentences renders names that nobody marked: only code and paragraphs may come
// of them, and no word may be lost.
func (r *redmine) sentences(format string, m ticket.Markup, list []string) {
	var texts []string
	for _, n := range list {
		texts = append(texts, m.Inline(ticket.Say("See ", n)))
	}
	for i, page := range r.render(texts) {
		if rest := regexp.MustCompile(`</?(p|code)>`).ReplaceAllString(page, ""); tags.MatchString(rest) {
			r.t.Errorf("%s: the sentence with %q is\n%s\nof\n%s", format, list[i], page, texts[i])
		}
		if got := words(page); !strings.HasPrefix(got, "See") {
			r.t.Errorf("%s: the sentence with %q reads %q", format, list[i], got)
		}
	}
}
