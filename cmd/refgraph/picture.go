package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"

	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
	"golang.org/x/term"
)

// pictureFlags are the flags of every command that draws.
type pictureFlags struct {
	output    string
	maxNodes  int
	scale     float64
	focus     string
	direction string
	depth     int // of commands whose analysis has none

	looking *regexp.Regexp // compiled focus
	flow    view.Flow      // parsed direction
}

func (f *pictureFlags) add(c *cobra.Command) {
	c.Flags().StringVarP(&f.output, "output", "o", "", "file to draw to: .svg .png .dot .mmd .md .html .json .txt; - for standard output")
	c.Flags().IntVar(&f.maxNodes, "max-nodes", view.DefaultNodes, fmt.Sprintf("most boxes in a picture, at most %d; up to %d are fewer where they would be too small to read", view.MostNodes, view.DefaultNodes))
	c.Flags().Float64Var(&f.scale, "scale", 2, "pixels for each point of a PNG")
	c.Flags().StringVar(&f.focus, "focus", "", "keep only the ways through boxes or references whose names match this regular expression")
	c.Flags().StringVar(&f.direction, "direction", "auto", "where arrows point: down, right, or auto for what reads best")
}

// check refuses an output whose format is not known, or that cannot be written,
// before the dump is read.
func (f *pictureFlags) check() error {
	_, err := draw.FormatOf(f.output)
	if err == nil {
		f.flow, err = view.ParseFlow(f.direction)
	}
	if err == nil && f.focus != "" {
		f.looking, err = regexp.Compile(f.focus)
	}
	if err != nil {
		return usageError{err}
	}
	return writable(f.output)
}

// json reports whether the answer is to be JSON of the command's contract.
func (f *pictureFlags) json(a *app) bool {
	return a.json || strings.EqualFold(filepath.Ext(f.output), ".json")
}

// drawn reports whether the answer is to be a picture in a file.
func (f *pictureFlags) drawn(a *app) bool {
	return f.output != "" && f.output != "-" && !f.json(a)
}

// writeJSON writes to the output file, or to standard output without one.
func (f *pictureFlags) writeJSON(a *app, v any) error {
	return a.writeJSONFile(f.output, v)
}

// write draws a view to the output file, or as text to standard output.
func (f *pictureFlags) write(ctx context.Context, a *app, v *view.View) error {
	opts := view.Options{MaxNodes: f.maxNodes, Redact: a.hide, Focus: f.looking, Depth: f.depth, Flow: f.flow}
	if f.output == "" || f.output == "-" {
		opts.Color = isTerminal(a) && os.Getenv("NO_COLOR") == ""
		return view.Text(a.out, v, &opts)
	}
	format, err := draw.FormatOf(f.output)
	if err != nil {
		return err
	}
	var b bytes.Buffer
	if err := draw.Write(ctx, &b, format, v, &draw.Options{Options: opts, Scale: f.scale, Child: a.self}); err != nil {
		return err
	}
	if err := a.writeFile(f.output, b.Bytes()); err != nil {
		return err
	}
	a.wrote(f.output)
	return nil
}

// wrote says which file holds the answer.
func (a *app) wrote(file string) {
	if !a.quiet {
		fmt.Fprintf(a.err, "wrote %s\n", file)
	}
}

func isTerminal(a *app) bool {
	f, ok := fileOf(a.out)
	return ok && term.IsTerminal(int(f.Fd()))
}
