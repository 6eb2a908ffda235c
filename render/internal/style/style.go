// Package style is what the looks of all drawn formats have in common: colours,
// fonts by name, sizes of text. It draws nothing.
package style

import "strings"

// Sizes of text in points.
const (
	TitleSize  = 20
	LineSize   = 12
	TypeSize   = 12.5
	AimSize    = 18 // the type of the target: read on a phone too
	BodySize   = 11
	TagSize    = 10.5
	SmallSize  = 10.5
	LabelSize  = 10.5
	LegendSize = 10.5
)

// The size in points of the bar that shows a share. It is as long as a card is
// wide within, and the same on every card, so that bars compare between cards.
const (
	BarLength = 150
	BarHeight = 6
)

// Font names one of the fonts of pictures.
type Font uint8

// The fonts.
const (
	Sans Font = iota
	Bold
	Mono
	NumFonts // how many there are
)

// Run is a piece of text in one style.
type Run struct {
	S     string
	Font  Font
	Size  float64 // points
	Paint Paint
}

// Text is a [Run] of a text.
func Text(s string, font Font, size float64, paint Paint) Run { return Run{s, font, size, paint} }

// Dash is the pattern of a line.
type Dash uint8

// The patterns.
const (
	Solid  Dash = iota
	Dashed      // the collector takes what nothing else holds
	Dotted      // conservative
)

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "'", "&#39;")

// Escape escapes text for XML and HTML, also within quoted attributes.
func Escape(s string) string { return xmlEscaper.Replace(s) }
