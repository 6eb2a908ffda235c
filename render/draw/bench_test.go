package draw_test

import (
	"context"
	"io"
	"testing"

	"github.com/refgraph/refgraph/render/draw"
	"github.com/refgraph/refgraph/render/internal/sample"
)

// BenchmarkDraw draws a picture of 60 boxes, with the layout process.
func BenchmarkDraw(b *testing.B) {
	for _, f := range []draw.Format{draw.FormatSVG, draw.FormatPNG, draw.FormatText} {
		b.Run(string(f), func(b *testing.B) {
			v := sample.Service(60)
			for b.Loop() {
				if err := draw.Write(context.Background(), io.Discard, f, v, inChild(nil)); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
