package view

import (
	"fmt"
	"regexp"
)

// Options tunes what is shown; nil and the zero value are the defaults.
type Options struct {
	MaxNodes int            // most boxes in a picture; 0 is [DefaultNodes], at most [MostNodes]
	Color    bool           // text: colours and bold for a terminal
	Redact   *regexp.Regexp // type and root names to hide where they match
	Focus    *regexp.Regexp // keep only ways through boxes or references whose names match
	Depth    int            // most steps from the targets that are shown singly; 0 is all
	Flow     Flow           // where arrows point; the zero value takes what reads best
}

// The node budgets: what a person takes in, and what a picture can hold at all.
const (
	DefaultNodes = 60
	MostNodes    = 300
)

// OrDefault fills in the defaults; o may be nil.
func (o *Options) OrDefault() Options {
	var out Options
	if o != nil {
		out = *o
	}
	if out.MaxNodes <= 0 {
		out.MaxNodes = DefaultNodes
	}
	out.MaxNodes = min(out.MaxNodes, MostNodes)
	return out
}

// Flow is the direction of a picture.
type Flow uint8

// The flows. Auto is down, or right for a View that asks for it, and turned if
// the picture would be too wide to read.
const (
	Auto Flow = iota
	Down
	Right
)

// Flows are the names of the flows.
func Flows() []string { return []string{"auto", "down", "right"} }

// ParseFlow reads a Flow by its name.
func ParseFlow(s string) (Flow, error) {
	for f, name := range Flows() {
		if s == name {
			return Flow(f), nil
		}
	}
	return Auto, fmt.Errorf("no direction %q: auto, down or right", s)
}
