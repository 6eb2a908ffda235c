// Package render draws a [View] as SVG, PNG, DOT, Mermaid, Markdown, text and
// JSON.
package render
