package main

import (
	"fmt"

	"github.com/refgraph/refgraph/graph/dump"
	"github.com/spf13/cobra"
)

func newFormats(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "formats",
		Short: "Which heap dumps can be read, and how to take one",
		Args:  cobra.NoArgs,
		RunE: func(*cobra.Command, []string) error {
			if a.json {
				type format struct {
					Name    string `json:"name"`
					Title   string `json:"title"`
					Capture string `json:"capture"`
				}
				list := []format{}
				for _, f := range dump.Formats() {
					list = append(list, format{f.Name, f.Title, f.Capture})
				}
				return a.writeJSON(a.out, map[string]any{"formats": list})
			}
			for _, f := range dump.Formats() {
				fmt.Fprintf(a.out, "%-14s %s\n%15s%s\n", f.Name, f.Title, "", f.Capture)
			}
			fmt.Fprintln(a.out, "all also compressed with gzip or zstd")
			return nil
		},
	}
}
