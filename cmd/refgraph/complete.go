package main

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/histogram"
	"github.com/refgraph/refgraph/graph/lang"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// completes says which values a flag of a command has, for shells; nothing if it
// has no such flag.
func completes(c *cobra.Command, flag string, values func(args []string, start string) []string) {
	if c.Flags().Lookup(flag) == nil {
		return
	}
	// The error is of flags that do not exist.
	_ = c.RegisterFlagCompletionFunc(flag, func(_ *cobra.Command, args []string, start string) ([]string, cobra.ShellCompDirective) {
		return values(args, start), cobra.ShellCompDirectiveNoFileComp
	})
}

// addCompletions completes the flags whose values are known: orders, directions,
// and the types of the dump that is named before.
func addCompletions(a *app, c *cobra.Command) {
	fixed := func(values ...string) func([]string, string) []string {
		return func([]string, string) []string { return values }
	}
	switch c.Name() {
	case "top":
		completes(c, "by", fixed(string(histogram.ByCount), string(histogram.ByShallow), string(histogram.ByRetained)))
	case "sites":
		completes(c, "by", fixed("lineno", "filename", "traceback"))
	}
	completes(c, "cut", func(args []string, start string) []string {
		if len(args) == 0 {
			return nil
		}
		typ, _ := c.Flags().GetString("type")
		object, _ := c.Flags().GetString("object")
		return a.placesOf(args[len(args)-1], ask.PathsQuestion{Type: typ, Object: object, Raw: a.raw}, start)
	})
	completes(c, "direction", fixed(view.Flows()...))
	for _, flag := range []string{"type", "filter", "highlight"} {
		completes(c, flag, func(args []string, start string) []string {
			if len(args) == 0 {
				return nil
			}
			return a.typesOf(args[len(args)-1], start)
		})
	}
}

// placesOf are the places on the ways to the objects that the flags of a command
// name, that begin with a text.
func (a *app) placesOf(path string, q ask.PathsQuestion, start string) (names []string) {
	a.quickly(path, func(ctx context.Context, s *ask.Session) {
		list, _ := s.CutPlaces(ctx, q) // a shell has no use for the error
		for _, name := range list {
			if len(names) < mostCompleted && strings.HasPrefix(name, start) {
				names = append(names, name)
			}
		}
	})
	return names
}

// typesOf are the types of a dump that begin with a text, or whose unqualified name
// does, largest first; none if that takes too long or cannot be told.
func (a *app) typesOf(path, start string) (names []string) {
	a.quickly(path, func(ctx context.Context, s *ask.Session) {
		t, err := s.Top(ctx, ask.TopQuestion{})
		if err != nil {
			return
		}
		for i := 0; i < len(t.Types) && len(names) < mostCompleted; i++ {
			name := t.Types[i].Name
			if short := lang.Unqualified(name); strings.HasPrefix(name, start) {
				names = append(names, name)
			} else if strings.HasPrefix(short, start) && !slices.Contains(names, short) {
				names = append(names, short)
			}
		}
	})
	return names
}

const (
	completionTime = 5 * time.Second // a person waits for it
	mostCompleted  = 200
)

// quickly asks a dump without a word, for no longer than a person waits who has
// pressed a key. A dump that cannot be opened is asked nothing.
func (a *app) quickly(path string, do func(context.Context, *ask.Session)) {
	ctx, stop := context.WithTimeout(context.Background(), completionTime)
	defer stop()
	quiet := *a
	quiet.quiet = true
	s, err := quiet.open(ctx, path)
	if err != nil {
		return
	}
	defer s.Close()
	do(ctx, s)
}
