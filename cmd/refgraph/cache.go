package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// cache is where graphs that were read are kept; nil with --no-cache, or on a
// system without a folder for caches.
func (a *app) cache() *dump.Cache {
	if a.noCache || a.kept != nil {
		return a.kept
	}
	dir, err := os.UserCacheDir()
	if err != nil {
		return nil
	}
	return &dump.Cache{Dir: filepath.Join(dir, "refgraph", "index"), Warn: func(err error) {
		if !a.quiet {
			fmt.Fprintf(a.err, "warning: cache: %v\n", err)
		}
	}}
}

// cacheJSON is the answer of `cache --json`.
type cacheJSON struct {
	Folder string          `json:"folder"`
	Bytes  int64           `json:"bytes"`
	Dumps  []cacheDumpJSON `json:"dumps"`
	Files  []cacheFileJSON `json:"files"`
}

type cacheDumpJSON struct {
	Name  string    `json:"name"`
	Bytes int64     `json:"bytes"`
	Files int       `json:"files"`
	Used  time.Time `json:"used"`
}

type cacheFileJSON struct {
	Name  string    `json:"name"`
	Bytes int64     `json:"bytes"`
	Used  time.Time `json:"used"`
}

func newCache(a *app) *cobra.Command {
	c := &cobra.Command{
		Use:   "cache [clear]",
		Short: "What is kept of dumps that were read, and how to clear it",
		Long: `refgraph keeps the graphs of dumps of 16 MiB and more in the user's cache folder,
with dominators and retaining paths once they were computed, so that a known dump
opens at once. Its files are checked in full when they are opened, and made again
if the dump, the executable or refgraph has changed. They hold names and no
values. At most 16 GiB are kept; what was not used longest goes first.

--no-cache, on every command, neither uses nor fills it.`,
		Args: func(_ *cobra.Command, args []string) error {
			if len(args) == 0 || len(args) == 1 && args[0] == "clear" {
				return nil
			}
			return usageError{hintError{fmt.Errorf("cache %s: not a thing to do", args[0]), "refgraph cache lists, refgraph cache clear clears"}}
		},
		RunE: func(_ *cobra.Command, args []string) error { return runCache(a, len(args) == 1) },
	}
	return c
}

func runCache(a *app, clear bool) error {
	c := a.cache()
	if c == nil {
		return fmt.Errorf("there is no folder for caches")
	}
	if clear {
		bytes, err := c.Clear()
		if err == nil && !a.quiet {
			fmt.Fprintf(a.out, "cleared %s\n", view.Bytes(uint64(bytes)))
		}
		return err
	}
	list, err := c.List()
	if err != nil {
		return err
	}
	dumps, err := c.Dumps()
	if err != nil {
		return err
	}
	out := cacheJSON{Folder: c.Dir, Dumps: []cacheDumpJSON{}, Files: []cacheFileJSON{}}
	for _, d := range dumps {
		out.Dumps = append(out.Dumps, cacheDumpJSON{d.Name, d.Size, d.Files, d.Used})
	}
	for _, e := range list {
		out.Bytes += e.Size
		out.Files = append(out.Files, cacheFileJSON{e.Name, e.Size, e.Used})
	}
	if a.json {
		return a.writeJSON(a.out, out)
	}
	for _, d := range out.Dumps {
		fmt.Fprintf(a.out, "%10s  %s  %s\n", view.Bytes(uint64(d.Bytes)), d.Used.Format(time.DateTime), d.Name)
	}
	fmt.Fprintf(a.out, "%10s  in %s\n", view.Bytes(uint64(out.Bytes)), c.Dir)
	return nil
}
