// Package report writes a heap's findings as one HTML file to attach to a
// ticket: no network, no external file, a Content-Security-Policy that allows
// exactly the style sheet and the script within, at most 2 MB.
//
// Fill a [Report] from the analyses and call [Write]. What is left empty has no
// section. Pictures are drawn by package render, one layout process each.
// Everything can be read with JavaScript off; the script adds sorting,
// filtering, and panning and zooming of pictures.
package report
