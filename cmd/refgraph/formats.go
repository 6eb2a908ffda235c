package main

import (
	"fmt"

	"github.com/refgraph/refgraph/graph/dump"
	"github.com/spf13/cobra"
)

// formatsJSON is the contract of `formats --json`.
type formatsJSON struct {
	Formats []formatJSON `json:"formats"`
}

type formatJSON struct {
	Name    string `json:"name"`
	Title   string `json:"title"`
	Capture string `json:"capture"`
}

func newFormats(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "formats",
		Short: "Which heap dumps can be read, and how to take one",
		Long:  `formats lists the kinds of heap dumps that refgraph reads, and for each how to take one.`,
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.json {
				out := formatsJSON{Formats: []formatJSON{}}
				for _, f := range dump.Formats() {
					out.Formats = append(out.Formats, formatJSON{f.Name, f.Title, f.Capture})
				}
				return a.writeJSON(a.out, out)
			}
			for _, f := range dump.Formats() {
				fmt.Fprintf(a.out, "%-14s %s\n%15s%s\n", f.Name, f.Title, "", f.Capture)
			}
			fmt.Fprintln(a.out, "all also compressed with gzip or zstd")
			return nil
		},
	}
}
