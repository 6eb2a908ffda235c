package main

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/testdata/goheap"
	"github.com/spf13/cobra"
)

// answered runs a command as if standard output were a terminal.
func answered(t *testing.T, args ...string) (text string, code int) {
	t.Helper()
	var out, errs bytes.Buffer
	code = (&app{out: &out, err: &errs, terminal: true}).run(t.Context(), args)
	return out.String() + errs.String(), code
}

// nextOf are the commands at the end of an answer, as a shell reads them.
func nextOf(t *testing.T, text string) (commands [][]string) {
	t.Helper()
	_, after, ok := strings.Cut(text, "\nnext:\n")
	if !ok {
		t.Fatalf("no next commands in\n%s", text)
	}
	for line := range strings.Lines(after) {
		if words, ok := strings.CutPrefix(strings.TrimSuffix(line, "\n"), commandIndent+"refgraph "); ok {
			commands = append(commands, shellWords(words))
		}
	}
	return commands
}

// shellWords splits a command line at spaces that are not quoted.
func shellWords(line string) (words []string) {
	var word strings.Builder
	quoted := false
	for i := 0; i < len(line); i++ {
		switch c := line[i]; {
		case c == '\'':
			quoted = !quoted
		case c == '\\' && !quoted:
			i++
			word.WriteByte(line[i])
		case c == ' ' && !quoted:
			words = append(words, word.String())
			word.Reset()
		default:
			word.WriteByte(c)
		}
	}
	return append(words, word.String())
}

// Every answer ends with commands that work as they are, of every runtime.
func TestNext(t *testing.T) {
	dir := t.TempDir()
	leak, exe, err := goheap.Leak(dir)
	if err != nil {
		t.Fatal(err)
	}
	abs := func(path string) string {
		path, err := filepath.Abs("../../testdata/" + path)
		if err != nil {
			t.Fatal(err)
		}
		return path
	}
	python, weak, js, jvm, ruby, traces := abs("python/small.pydump.gz"), abs("gallery/weak.pydump.gz"), abs("heapsnapshot/node24.heapsnapshot.gz"), abs("hprof/small17.hprof.zst"), abs("ruby/ruby31.jsonl.gz"), abs("python/tracemalloc.pickle")
	odd := filepath.Join(dir, "it's a dump.heapdump")
	if err := os.Link(leak, odd); err != nil {
		t.Fatal(err)
	}
	t.Chdir(dir) // where pictures go
	t.Setenv("XDG_CACHE_HOME", dir)
	done := map[string]bool{}
	for _, args := range [][]string{
		{"info", odd, "--exe", exe}, {"top", leak, "--exe", exe}, {"suspects", leak, "--exe", exe}, {"paths", leak, "--exe", exe, "--type", "map[*"},
		{"dominators", leak, "--exe", exe}, {"cycles", leak, "--exe", exe}, {"backrefs", leak, "--exe", exe, "--type", "main.Cache"},
		{"refs", leak, "--exe", exe, "--type", "main.Cache"}, {"report", leak, "--exe", exe}, {"diff", leak, leak, "--exe", exe},
		{"top", python}, {"suspects", python}, {"paths", python, "--type", "Session"}, {"diff", python, weak, "--force"}, {"suspects", weak, "--against", weak},
		{"sites", traces}, {"diff", traces, traces},
		{"suspects", js}, {"top", jvm}, {"cycles", ruby},
	} {
		text, code := answered(t, args...)
		if code != exitOK {
			t.Fatalf("refgraph %s: exit %d\n%s", strings.Join(args, " "), code, text)
		}
		for _, next := range nextOf(t, text) {
			line := strings.Join(next, " ")
			if done[line] {
				continue
			}
			done[line] = true
			if text, code := answered(t, next...); code != exitOK {
				t.Errorf("after refgraph %s\nrefgraph %s: exit %d\n%s", strings.Join(args, " "), line, code, text)
			}
		}
	}
	if len(done) < 30 {
		t.Errorf("only %d commands", len(done))
	}
	for _, args := range [][]string{{"top", python, "-q"}, {"top", python, "--json"}, {"top", python, "--redact-types", "Session"}} {
		if text, _ := answered(t, args...); strings.Contains(text, "next:") {
			t.Errorf("%v: next commands in\n%s", args, text)
		}
	}
	if text := mustRefgraph(t, "top", python); strings.Contains(text, "next:") {
		t.Errorf("next commands in a pipe:\n%s", text)
	}
}

// Every command says what it does and has an example that it can read.
func TestHelp(t *testing.T) {
	var walk func(c *cobra.Command)
	walk = func(c *cobra.Command) {
		for _, below := range c.Commands() {
			walk(below)
		}
		if c.Name() == "completion" || c.Name() == "help" || c.HasParent() && c.Parent().Name() == "completion" {
			return // cobra's own
		}
		if long := strings.TrimSpace(strings.TrimSuffix(c.Long, exitCodes)); len(long) < 40 || c.Short == "" {
			t.Errorf("%s says %q, and %q in short", c.CommandPath(), long, c.Short)
		}
		if !c.HasParent() {
			return
		}
		lines := strings.Split(c.Example, "\n")
		for _, line := range lines {
			_, line, ok := strings.Cut(line, "refgraph ")
			line, _, _ = strings.Cut(line, " > ")
			words := shellWords(line)
			root := newRoot(&app{})
			found, rest, err := root.Find(words)
			if !ok || err != nil || !strings.HasPrefix(found.CommandPath(), c.CommandPath()) {
				t.Errorf("%s: example %q: %v", c.CommandPath(), line, err)
				continue
			}
			if err := found.ParseFlags(rest); err != nil {
				t.Errorf("%s: example %q: %v", c.CommandPath(), line, err)
			}
		}
	}
	walk(newRoot(&app{}))
}

// Shells complete orders, directions, and the types of the dump.
func TestCompletion(t *testing.T) {
	const python = "../../testdata/python/small.pydump.gz"
	for _, c := range []struct{ line, want, not string }{
		{"top|x|--by|", "retained\n", "lineno"},
		{"sites|x|--by|", "traceback\n", "retained"},
		{"paths|x|--direction|", "down\n", ""},
		{"paths|" + python + "|--type|Se", "Session\n", "dict"},
		{"paths|" + python + "|--type|__main__.", "__main__.User\n", "dict"},
		{"backrefs|" + python + "|--filter|di", "dict\n", "list"},
		{"paths|" + python + "|--type|Session|--cut|", "module __main__.SESSIONS[\"…\"]\n", "dict\n"},
		{"paths|" + python + "|--type|Session|--cut|module __main__.se", "module __main__.session\n", "SESSIONS"},
		{"paths|" + python + "|--type|Nobody|--cut|", ":4\n", "Session"},
		{"paths|missing|--type|Se", ":4\n", "Session"},
	} {
		var out, errs bytes.Buffer
		(&app{out: &out, err: &errs}).run(t.Context(), append([]string{"__complete"}, strings.Split(c.line, "|")...))
		if got := out.String(); !strings.Contains(got, c.want) || c.not != "" && strings.Contains(got, c.not) {
			t.Errorf("%s: %q, want %q", c.line, got, c.want)
		}
	}
}
