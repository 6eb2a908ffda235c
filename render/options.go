package render

import "regexp"

// Options tunes the outputs; nil and the zero value are the defaults.
type Options struct {
	MaxNodes int            // most boxes in a picture; 0 is [DefaultNodes], at most [MostNodes]
	Scale    float64        // pixels for each point of a PNG; 0 is 2
	Color    bool           // text: colours and bold for a terminal
	Redact   *regexp.Regexp // type and root names to hide where they match
	IDPrefix string         // put before the ids within an SVG, so that several fit in one page
	NoStyle  bool           // SVG without its style sheet, for a page that has [StyleSheet]
}

// The node budgets: what a person takes in, and what a picture can hold at all.
const (
	DefaultNodes = 60
	MostNodes    = 300
)

func (o *Options) orDefault() Options {
	var out Options
	if o != nil {
		out = *o
	}
	if out.MaxNodes <= 0 {
		out.MaxNodes = DefaultNodes
	}
	out.MaxNodes = min(out.MaxNodes, MostNodes)
	if !(out.Scale > 0) {
		out.Scale = 2
	}
	out.Scale = min(out.Scale, 16)
	return out
}
