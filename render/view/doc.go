// Package view makes a [View] of what an analysis found, and writes it as text,
// JSON, DOT, Mermaid and Markdown.
//
// A View is a picture's content: boxes and references, already chosen and
// merged. [PathView] and its siblings make one; package draw makes a picture of
// it. Every format shows the same: strings are cleaned (valid UTF-8, no control
// or bidirectional characters, capped, redacted; a dump can hold any bytes),
// [Options].Focus and Depth choose, and [Trim] keeps to the budget of boxes: it
// shortens chains, folds siblings and collapses the rest into boxes that say how
// many and how much, and never cuts silently.
package view
