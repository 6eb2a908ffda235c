package render_test

import (
	"context"
	"io"
	"testing"

	"github.com/refgraph/refgraph/render"
	"github.com/refgraph/refgraph/render/internal/sample"
)

// BenchmarkDraw draws a picture of 60 boxes, with the layout process.
func BenchmarkDraw(b *testing.B) {
	for _, f := range []render.Format{render.FormatSVG, render.FormatPNG, render.FormatText} {
		b.Run(string(f), func(b *testing.B) {
			v := sample.Service(60)
			for b.Loop() {
				if err := render.Write(context.Background(), io.Discard, f, v, nil); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
