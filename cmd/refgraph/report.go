package main

import (
	"bytes"
	"context"
	"path/filepath"
	"strings"
	"time"

	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/report"
	"github.com/refgraph/refgraph/render/view"
	"github.com/spf13/cobra"
)

// reportFlags are the flags of report.
type reportFlags struct {
	output, against string
	types           []string
}

func newReport(a *app) *cobra.Command {
	var f reportFlags
	c := &cobra.Command{
		Use:   "report DUMP [-o report.html]",
		Short: "One self-contained HTML file for a ticket",
		Long: `report puts what the other commands say into one HTML file: what the dump is, the
leak suspects with their pictures, the histogram, a map of the dominator tree,
what grew since an older dump, warnings, and how each figure was computed. The
file needs no network and no scripts, and holds no heap contents unless --values
is given.`,
		Args: oneDump,
		RunE: func(c *cobra.Command, args []string) error { return runReport(c.Context(), a, args[0], f) },
	}
	c.Flags().StringVarP(&f.output, "output", "o", "report.html", "file to write, - for standard output")
	c.Flags().StringVar(&f.against, "against", "", "an older dump of the same program: says what grew")
	c.Flags().StringArrayVar(&f.types, "type", nil, "add a picture of why objects of this type are alive (repeatable)")
	return c
}

func runReport(ctx context.Context, a *app, path string, f reportFlags) error {
	if err := isPage(f.output); err != nil {
		return err
	}
	if err := writable(f.output); err != nil {
		return err
	}
	s, older, done, err := a.openBoth(ctx, path, f.against)
	if err != nil {
		return err
	}
	defer done()
	page, err := makeReport(ctx, a, s, older, f)
	if err != nil {
		return err
	}
	if f.output == "-" {
		_, err := a.out.Write(page)
		return err
	}
	if err := a.writeFile(f.output, page); err != nil {
		return err
	}
	a.wrote(f.output)
	a.next(path, []string{"suspects"})
	return nil
}

// isPage refuses names of files that a report is not.
func isPage(path string) error {
	switch ext := strings.ToLower(filepath.Ext(path)); ext {
	case "", ".html", ".htm":
		return nil
	default:
		return &ask.Error{What: "a report is an HTML page, not a " + ext + " file", Usage: true,
			Do: "end the name in .html; a browser prints it to PDF, and refgraph suspects -o picture.png draws one suspect"}
	}
}

// makeReport is the report as a page.
func makeReport(ctx context.Context, a *app, s, older *ask.Session, f reportFlags) ([]byte, error) {
	found, err := s.Report(ctx, ask.ReportQuestion{Older: older, Types: f.types, Raw: a.raw})
	if err != nil {
		return nil, err
	}
	r := report.Of(found)
	r.Made, r.Tool = time.Now(), "refgraph "+version()
	var b bytes.Buffer
	err = report.Write(ctx, &b, r, &draw.Options{Options: view.Options{Redact: a.hide}, Child: a.self})
	return b.Bytes(), err
}
