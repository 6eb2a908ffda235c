package draw

import (
	"bytes"
	"context"
	"fmt"
	"html"
	"io"
	"os"
	"path/filepath"
	"strings"

	"github.com/refgraph/refgraph/render/internal/style"
	"github.com/refgraph/refgraph/render/view"
)

// Format is an output format, named like its file extension without the dot.
type Format string

// The formats.
const (
	FormatSVG      Format = "svg"
	FormatPNG      Format = "png"
	FormatDOT      Format = "dot"
	FormatMermaid  Format = "mmd"
	FormatMarkdown Format = "md"
	FormatHTML     Format = "html"
	FormatJSON     Format = "json"
	FormatText     Format = "txt"
)

// writers draw a View in each format.
var writers = map[Format]func(context.Context, io.Writer, *view.View, *Options) error{
	FormatSVG:      SVG,
	FormatPNG:      PNG,
	FormatHTML:     HTML,
	FormatDOT:      plain(view.DOT),
	FormatMermaid:  plain(view.Mermaid),
	FormatMarkdown: plain(view.Markdown),
	FormatJSON:     plain(view.JSON),
	FormatText:     plain(view.Text),
}

func plain(f func(io.Writer, *view.View, *view.Options) error) func(context.Context, io.Writer, *view.View, *Options) error {
	return func(_ context.Context, w io.Writer, v *view.View, o *Options) error { return f(w, v, o.words()) }
}

// UnknownFormatError is returned for a file extension that names no format.
type UnknownFormatError struct{ Ext string }

func (e *UnknownFormatError) Error() string {
	ext := e.Ext
	if ext == "" {
		ext = "a name without extension"
	}
	return fmt.Sprintf("cannot tell the picture's format from %s", ext)
}

// Hint says what to do about the error.
func (e *UnknownFormatError) Hint() string {
	return "end the name in .svg .png .dot .mmd .md .html .json or .txt"
}

// FormatOf picks the format by the file's extension: .svg .png .dot (.gv) .mmd
// .md .html .json .txt; text for "-". The error is an [UnknownFormatError].
func FormatOf(path string) (Format, error) {
	if path == "-" || path == "" {
		return FormatText, nil
	}
	ext := strings.ToLower(filepath.Ext(path))
	f := Format(strings.TrimPrefix(ext, "."))
	switch f {
	case "gv":
		f = FormatDOT
	case "mermaid":
		f = FormatMermaid
	case "markdown":
		f = FormatMarkdown
	case "htm":
		f = FormatHTML
	}
	if _, ok := writers[f]; !ok || ext == "" {
		return "", &UnknownFormatError{Ext: ext}
	}
	return f, nil
}

// Write draws v in the format.
func Write(ctx context.Context, w io.Writer, f Format, v *view.View, opts *Options) error {
	draw, ok := writers[f]
	if !ok {
		return &UnknownFormatError{Ext: string(f)}
	}
	return draw(ctx, w, v, opts)
}

// File draws v into the file, in the format of its extension; the file is
// whole or not there at all. See [FormatOf].
func File(ctx context.Context, path string, v *view.View, opts *Options) error {
	f, err := FormatOf(path)
	if err != nil {
		return err
	}
	if path == "-" {
		return Write(ctx, os.Stdout, f, v, opts)
	}
	var b bytes.Buffer
	if err := Write(ctx, &b, f, v, opts); err != nil {
		return err
	}
	return WriteFile(path, b.Bytes(), 0o666)
}

// HTML writes a page with the picture and, for those who cannot see it, the
// text tree.
func HTML(ctx context.Context, w io.Writer, v *view.View, opts *Options) error {
	o := opts.withDefaults()
	o.Color = false
	var svg, text bytes.Buffer
	if err := SVG(ctx, &svg, v, &o); err != nil {
		return err
	}
	if err := view.Text(&text, v, &o.Options); err != nil {
		return err
	}
	_, err := fmt.Fprintf(w, `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<meta name="viewport" content="width=device-width,initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>%s</title>
<style>body{margin:0;font-family:Arial,"Liberation Sans",Helvetica,sans-serif}svg{max-width:100%%;height:auto;display:block}
summary{padding:8px 22px}pre{margin:0;padding:0 22px 22px;overflow-x:auto}</style></head><body>
%s<details><summary>The same as text</summary>
<pre>%s</pre></details>
</body></html>
`, style.Escape(o.Clean(v.Title)), svg.String(), html.EscapeString(text.String()))
	return err
}
