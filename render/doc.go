// Package render draws a [View] as SVG, PNG, DOT, Mermaid, Markdown, HTML, text
// and JSON.
//
// A View is a picture's content: boxes and references that an analysis has
// already chosen and merged; [PathView] and its siblings make one. [File] draws
// it into a file, in the format of the extension; [SVG], [PNG], [Text] and the
// others write one format.
//
// All formats go the same way:
//
//  1. Strings are cleaned: valid UTF-8, no control or bidirectional characters,
//     capped, redacted. A dump can hold any bytes.
//  2. [Options].Focus and Depth choose, [Trim] keeps to the budget of boxes: it
//     shortens chains, folds siblings and collapses the rest into boxes that say
//     how many and how much, and never cuts silently.
//  3. Pictures: each box is measured with the embedded fonts. Graphviz, in a
//     child process, is told sizes only and returns positions.
//  4. Boxes, lines, labels, title and legend become shapes at fixed places, one
//     scene, which is written as SVG or painted as PNG: the two cannot differ.
//  5. The SVG is parsed again to see that no text was lost. If the engine fails,
//     cheaper settings, fewer boxes and at last the text tree stand in.
//
// The same View gives the same bytes. A program that links this package pays
// about 25 ms at start for the engine (half a second the first time, until its
// native code is in the user's cache folder).
package render
