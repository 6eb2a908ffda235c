// Package draw draws a [view.View] as SVG, PNG and HTML, and writes a View into a
// file in the format of its extension. It is the only package that links
// Graphviz.
//
// [File] draws into a file; [SVG], [PNG] and [HTML] write one format. All go the
// same way:
//
//  1. The View is cleaned, chosen and trimmed to the budget of boxes by package
//     view, as for the formats of text.
//  2. Each box is measured with the embedded fonts. Graphviz is told sizes only
//     and returns positions: in a child process if [Options].Child names a
//     program for it, otherwise in this one.
//  3. Boxes, lines, labels, title and legend become shapes at fixed places, one
//     scene, which is written as SVG or painted as PNG: the two cannot differ.
//  4. The SVG is parsed again to see that no text was lost. If the engine fails,
//     cheaper settings, fewer boxes and at last the text tree stand in.
//
// The same View gives the same bytes. A program that links this package pays
// about 25 ms at start for the engine (half a second the first time, until its
// native code is in the user's cache folder).
package draw
