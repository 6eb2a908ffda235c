package main

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime/debug"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/ask"
	"github.com/refgraph/refgraph/graph/dump"
	"github.com/refgraph/refgraph/render/view"
	"github.com/schollz/progressbar/v3"
	"golang.org/x/term"
)

func errDumpCount(n int) error {
	if n == 0 {
		return fmt.Errorf("which dump?")
	}
	return fmt.Errorf("one dump at a time, not %d", n)
}

// open opens a dump with the common flags, showing progress on a terminal, and
// prints its warnings.
func (a *app) open(ctx context.Context, path string) (*ask.Session, error) {
	a.endSoon(ctx)
	bar := a.progress()
	s, err := a.openWithin(ctx, path, bar)
	bar.clear()
	if err != nil {
		return nil, err
	}
	a.opened.add(s)
	if s.Dump().Objects > manyObjects {
		debug.SetGCPercent(5)
	}
	a.warn(s.Warnings())
	return s, nil
}

// openBoth opens a dump, and an older one of the same program unless its path is
// "". They are open until done is called.
func (a *app) openBoth(ctx context.Context, path, olderPath string) (s, older *ask.Session, done func(), err error) {
	if s, err = a.open(ctx, path); err != nil || olderPath == "" {
		return s, nil, func() { s.Close() }, err
	}
	if older, err = a.open(ctx, olderPath); err != nil {
		s.Close()
		return nil, nil, nil, err
	}
	return s, older, func() { older.Close(); s.Close() }, nil
}

// manyObjects is from where on the collector may run more often: the columns of
// a large graph have no pointers to scan, so a run costs next to nothing, and
// garbage as large as the graph costs memory.
const manyObjects = 1 << 20

// maxShown is how many warnings are printed; `info` prints all.
const maxShown = 5

func (a *app) warn(list []graph.Warning) {
	if a.quiet {
		return
	}
	for i, w := range list {
		if i == maxShown {
			fmt.Fprintf(a.err, "warning: and %d more; refgraph info lists them\n", len(list)-i)
			return
		}
		fmt.Fprintln(a.err, "warning: "+a.name(warningText(w)))
	}
}

func warningText(w graph.Warning) string {
	s := w.What
	if w.Offset >= 0 {
		s = fmt.Sprintf("offset %d: %s", w.Offset, s)
	}
	if w.Effect != "" {
		s += "; " + w.Effect
	}
	if w.Omitted > 0 {
		s += fmt.Sprintf(" (and %s more like this)", view.Count(w.Omitted))
	}
	return s
}

// bar shows progress on standard error, only on a terminal.
type bar struct {
	pb    *progressbar.ProgressBar
	stage string
	w     *os.File
}

func (a *app) progress() *bar {
	f, ok := fileOf(a.err)
	if !ok || a.quiet || !term.IsTerminal(int(f.Fd())) {
		return &bar{}
	}
	return &bar{w: f}
}

func (b *bar) show(p dump.Progress) {
	if b.w == nil {
		return
	}
	if b.pb == nil || b.stage != p.Stage {
		b.clear()
		b.stage = p.Stage
		b.pb = progressbar.NewOptions64(cmp.Or(p.Total, -1), progressbar.OptionSetWriter(b.w), progressbar.OptionSetDescription(p.Stage),
			progressbar.OptionShowBytes(true), progressbar.OptionFullWidth(), progressbar.OptionClearOnFinish())
	}
	_ = b.pb.Set64(p.Done) // a progress bar that cannot be drawn is no reason to stop
}

func (b *bar) clear() {
	if b.pb != nil {
		_ = b.pb.Clear()
		b.pb = nil
	}
}
