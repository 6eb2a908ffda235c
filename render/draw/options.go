package draw

import "github.com/refgraph/refgraph/render/view"

// Options tunes pictures; nil and the zero value are the defaults.
type Options struct {
	view.Options

	Scale    float64 // pixels for each point of a PNG; 0 is 2
	IDPrefix string  // put before the ids within an SVG, so that several fit in one page
	NoStyle  bool    // SVG without its style sheet, for a page that has [StyleSheet]

	// Child is a program that calls [ServeChild] first of all, usually the
	// running one (os.Executable): layouts are done in a process of it, which
	// can be ended. Without, they are done in this process, one at a time.
	Child string
}

func (o *Options) withDefaults() Options {
	var out Options
	if o != nil {
		out = *o
	}
	out.Options = out.Options.OrDefault()
	if !(out.Scale > 0) {
		out.Scale = 2
	}
	out.Scale = min(out.Scale, 16)
	return out
}

// words are the options of text; nil for none.
func (o *Options) words() *view.Options {
	if o == nil {
		return nil
	}
	return &o.Options
}

// Clean makes a string from a dump safe to print and redacts it as the options
// say; o may be nil.
func (o *Options) Clean(s string) string { return o.words().Clean(s) }
