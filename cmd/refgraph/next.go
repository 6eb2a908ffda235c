package main

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/lang"
)

// advises reports whether an answer ends with the next commands: for people at a
// terminal, of a dump that can be read again, unless names are to stay hidden.
func (a *app) advises(path string) bool {
	return !a.quiet && !a.json && a.hide == nil && path != "-" && (a.terminal || isTerminal(a))
}

// next ends an answer about a dump with commands that make sense now: each is a
// command, the dump, and what else it takes. They work as they are printed.
func (a *app) next(path string, commands ...[]string) {
	if !a.advises(path) || len(commands) == 0 {
		return
	}
	fmt.Fprintln(a.out, "\nnext:")
	for _, c := range commands {
		words := append([]string{"refgraph", c[0], path}, c[1:]...)
		for i := range words {
			words[i] = shellWord(words[i])
		}
		fmt.Fprintln(a.out, commandIndent+strings.Join(append(words, a.common()...), " "))
	}
}

// common are the flags that the next command needs too.
func (a *app) common() (words []string) {
	if a.exe != "" {
		words = append(words, "--exe", shellWord(a.exe))
	}
	if a.dumpID != 0 {
		words = append(words, "--dump-id", strconv.Itoa(a.dumpID))
	}
	for _, f := range []struct {
		name string
		on   bool
	}{{"--no-cache", a.noCache}, {"--values", a.values}, {"--raw", a.raw}} {
		if f.on {
			words = append(words, f.name)
		}
	}
	return words
}

// shellWord writes a word so that a shell reads it as it is.
func shellWord(s string) string {
	plain := func(r rune) bool {
		return r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= '0' && r <= '9' || strings.ContainsRune("-_./:@%+,=", r)
	}
	if s != "" && strings.IndexFunc(s, func(r rune) bool { return !plain(r) }) < 0 {
		return s
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
}

// namedType is the first of some types that the program defines, or else whose name
// says what its objects are for; "" if there is none.
func namedType(d ask.Dump, names []string) string {
	l := lang.For(graph.Runtime(d.Runtime))
	if l.Main != nil {
		if i := slices.IndexFunc(names, l.Main); i >= 0 {
			return names[i]
		}
	}
	for _, name := range names {
		if l.Nameless != nil && l.Nameless.MatchString(name) || l.Generic != nil && l.Generic.MatchString(name) || l.Program != nil && l.Program.MatchString(name) {
			continue
		}
		return name
	}
	return ""
}

// why are commands that ask why the objects of a type are alive; none without one.
func why(name string) [][]string {
	if name == "" {
		return nil
	}
	return [][]string{{"paths", "--type", name}}
}

func nextOfTop(t *ask.TopAnswer) [][]string {
	names := make([]string, len(t.Types))
	for i := range t.Types {
		names[i] = t.Types[i].Name
	}
	return append([][]string{{"suspects"}}, why(namedType(t.Dump, names))...)
}

func nextOfSuspects(found *ask.SuspectsAnswer, number int, against string) [][]string {
	if len(found.Suspects) == 0 {
		return [][]string{{"top", "--by", "retained"}, {"dominators"}}
	}
	s := &found.Suspects[0]
	draw := []string{"suspects", "-n", strconv.Itoa(max(number, 1)), "-o", "suspect.svg"}
	report := []string{"report", "-o", "report.html"}
	if against != "" {
		draw, report = append(draw, "--against", against), append(report, "--against", against)
	}
	out := [][]string{draw}
	if s.Accumulation != nil {
		out = append(out, []string{"object", s.Accumulation.Object})
	}
	return append(out, report)
}

func nextOfPaths(found *ask.PathsAnswer, typ, object string) [][]string {
	target := []string{"--type", typ}
	if object != "" {
		target = []string{"--object", object}
	}
	out := [][]string{append([]string{"paths", "-o", "paths.svg"}, target...), append([]string{"backrefs"}, target...)}
	if len(found.Paths) > 0 {
		if steps := found.Paths[0].Steps; len(steps) > 0 {
			out = append(out, []string{"object", steps[len(steps)-1].Object})
		}
	}
	return out
}

func nextOfAround(inbound bool, typ, object string) [][]string {
	target := []string{"--type", typ}
	if object != "" {
		target = []string{"--object", object}
	}
	other := "backrefs"
	if inbound {
		other = "refs"
	}
	return [][]string{append([]string{"paths"}, target...), append([]string{other}, target...)}
}

func nextOfObject(o *ask.ObjectAnswer) [][]string {
	out := [][]string{{"paths", "--object", o.Object}, {"backrefs", "--object", o.Object}}
	if o.Dominator != "" {
		out = append(out, []string{"object", o.Dominator})
	}
	return out
}

func nextOfCycles(found *ask.CyclesAnswer) [][]string {
	if len(found.Cycles) == 0 {
		return [][]string{{"suspects"}}
	}
	out := [][]string{{"cycles", "-o", "cycle.svg", "--show", "1"}}
	if c := found.Cycles[0].Cycle; len(c) > 0 {
		out = append(out, why(c[0].Type)...)
	}
	return out
}

func nextOfDiff(d *ask.DiffAnswer, oldPath string, force bool) [][]string {
	if d.SitesOnly {
		return [][]string{{"sites", "--against", oldPath}}
	}
	var names []string
	for i := range d.Types {
		if r := &d.Types[i]; r.NewBytes > r.OldBytes {
			names = append(names, r.Name)
		}
	}
	if force { // the dumps are of two programs: other commands do not compare them
		return append(why(namedType(d.New, names)), []string{"suspects"})
	}
	return append(why(namedType(d.New, names)), []string{"suspects", "--against", oldPath}, []string{"report", "--against", oldPath, "-o", "report.html"})
}
