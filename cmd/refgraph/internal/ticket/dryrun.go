package ticket

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// DryRun writes into a folder what Post would send: the comment as the tracker
// would get it, and its files. No server is asked for anything.
func DryRun(ctx context.Context, p Place, o Options, a *Answer, dir string) (written []string, err error) {
	t := p.Kind.Make(newClient(p.Base), p, Credential{}, &o)
	d := &Desk{Place: p, tracker: t, opts: o}
	if l, fixed := t.(interface{ limits() Limits }); fixed {
		d.limits = l.limits()
	}
	post := &posting{Desk: d, answer: a, traits: t.Traits()}
	post.plan = plan{answer: a, limits: d.limits, markup: t.Markup(), opts: &d.opts, none: post.traits.NoFiles}
	if err := post.plan.make(ctx); err != nil {
		return nil, err
	}
	text := post.draft()
	text.shown = post.plan.shown()
	text.marker.Content = text.digest()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		return nil, err
	}
	write := func(name string, data []byte) error {
		file := filepath.Join(dir, name)
		written = append(written, file)
		return os.WriteFile(file, data, 0o644)
	}
	if err := write(strings.TrimSuffix(stem(a.Fingerprint), "-")+t.Markup().Ext(), []byte(text.compose())); err != nil {
		return nil, err
	}
	for _, it := range post.plan.items {
		if err := write(it.Name, it.Data); err != nil {
			return nil, err
		}
	}
	return written, nil
}

// Summary is the comment for a page that shows Markdown and takes no files, such
// as a workflow's summary on GitHub: the diagram stands for the picture.
func Summary(a *Answer, tool string, now time.Time, where string) string {
	d := &draft{answer: a, markup: GitHubMarkdown(), tool: tool, now: now, marker: Marker{Fingerprint: first12(a.Fingerprint), Run: 1}}
	d.shown.noPicture = "a summary shows none; it is on the ticket"
	if where == "" {
		d.shown.noPicture = "a summary shows none"
	}
	return d.compose()
}
