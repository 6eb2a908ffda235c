package main

import (
	"fmt"
	"io"
	"regexp"
	"strings"

	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// app is what all commands share: where output goes and the common flags.
type app struct {
	out, err  io.Writer
	terminal  bool           // answers are for a person, whatever standard output is; of tests
	self      string         // this program, for layouts in a process of their own; "" in tests
	exit      func(code int) // ends the process at once; nil in tests
	exe       string
	dumpID    int
	values    bool
	raw       bool
	refcounts bool
	json      bool
	quiet     bool
	noCache   bool
	budget    budget
	opened    *openDumps
	kept      *dump.Cache // another than the user's; for tests
	redact    string
	hide      *regexp.Regexp // compiled redact
}

// name makes a name from a dump fit to print: nothing that a terminal would
// act on, and nothing that --redact-types hides.
func (a *app) name(s string) string {
	s = view.Clean(s)
	if a.hide != nil {
		s = a.hide.ReplaceAllLiteralString(s, "‹redacted›")
	}
	return s
}

func newRoot(a *app) *cobra.Command {
	root := &cobra.Command{
		Use:   "refgraph <command> DUMP [flags]",
		Short: "Which references keep these objects alive? Reads a heap dump and draws the answer.",
		Long: `refgraph reads a heap dump, builds the object reference graph, finds the retaining
paths from suspect types back to the GC roots, and draws them as a picture that
explains itself in an incident ticket.

  refgraph demo                                                 see it work
  refgraph top   leak.heapdump --exe ./server                   which types take the memory
  refgraph paths leak.heapdump --exe ./server --type server.Session -o leak.svg

` + budgetText + `

` + exitCodes,
		SilenceErrors: true,
		SilenceUsage:  true,
	}
	f := root.PersistentFlags()
	f.StringVar(&a.exe, "exe", "", "executable that wrote a Go dump or core, for types and names")
	f.IntVar(&a.dumpID, "dump-id", 0, "which heap dump of a JVM's file that has several, from 1 (default the first)")
	f.BoolVar(&a.values, "values", false, "show heap contents: strings, map keys, numbers (dumps hold secrets)")
	f.BoolVar(&a.refcounts, "refcounts", false, "show the refcounts of objects (Python)")
	f.BoolVar(&a.raw, "raw", false, "show containers' insides instead of folding them into one step")
	f.BoolVar(&a.json, "json", false, "print JSON")
	f.StringVar(&a.redact, "redact-types", "", "hide what matches this regular expression in the names of types, fields and roots")
	f.BoolVar(&a.noCache, "no-cache", false, "read the dump even if it is known, and keep nothing of it (see refgraph cache)")
	a.opened = &openDumps{}
	a.budget.add(f)
	f.BoolVarP(&a.quiet, "quiet", "q", false, "no progress and no warnings on standard error")
	root.PersistentPreRunE = func(*cobra.Command, []string) error {
		if a.redact == "" {
			return nil
		}
		re, err := regexp.Compile(a.redact)
		if err != nil {
			return usageError{fmt.Errorf("--redact-types: %w", err)}
		}
		a.hide = re
		return nil
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		return usageError{hintError{err, "see " + c.CommandPath() + " --help"}}
	})
	addProfile(root)
	root.AddCommand(
		newInfo(a), newTop(a), newPaths(a), newObject(a), newSites(a), newCapture(a),
		newSuspects(a), newDominators(a), newCycles(a), newDiff(a), newBackrefs(a), newRefs(a),
		newFormats(a), newVersion(a), newDemo(a), newReport(a), newTicket(a), newCache(a),
	)
	addExamples(root, examples())
	for _, c := range root.Commands() {
		addCompletions(a, c)
		c.Long = strings.TrimSpace(c.Long) + "\n\n" + exitCodes
	}
	return root
}

// oneDump is the argument check of commands that read one dump.
func oneDump(c *cobra.Command, args []string) error {
	if len(args) == 1 {
		return nil
	}
	return usageError{hintError{errDumpCount(len(args)), c.CommandPath() + " DUMP [flags]"}}
}
