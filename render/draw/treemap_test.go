package draw

import (
	"bytes"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/render/view"
)

func TestSquarifyKeepsAreas(t *testing.T) {
	r := rand.New(rand.NewPCG(1, 2))
	for range 50 {
		var blocks []view.Block
		total := uint64(0)
		for range r.IntN(40) + 1 {
			n := r.Uint64N(1 << 20)
			blocks = append(blocks, view.Block{Retained: n})
			total += n
		}
		sortBlocks(blocks)
		area := rect{10, 20, 410, 320}
		rects := squarify(blocks, area, total)
		for i, q := range rects {
			want := float64(blocks[i].Retained) / float64(total) * 400 * 300
			if got := (q.x1 - q.x0) * (q.y1 - q.y0); math.Abs(got-want) > 1e-3*400*300 {
				t.Fatalf("block %d has area %g, want %g", i, got, want)
			}
			if want > 1 && (q.x0 < 9.99 || q.y0 < 19.99 || q.x1 > 410.01 || q.y1 > 320.01) {
				t.Fatalf("block %d is outside: %+v", i, q)
			}
			for j := range i {
				if want > 1 && q.grown(-0.001).meets(rects[j].grown(-0.001)) {
					t.Fatalf("blocks %d and %d overlap: %+v %+v", i, j, q, rects[j])
				}
			}
		}
	}
}

func sortBlocks(b []view.Block) {
	for i := range b {
		for j := i; j > 0 && b[j].Retained > b[j-1].Retained; j-- {
			b[j], b[j-1] = b[j-1], b[j]
		}
	}
}

func TestTreemapSVG(t *testing.T) {
	m := &Treemap{Title: "what <dominates>", Total: 1000, Blocks: []view.Block{
		{Name: "*main.Cache", Retained: 700, Count: 1, Children: []view.Block{{Name: "</svg><script>", Retained: 400}, {Name: "small", Retained: 1}}},
		{Name: "huge", Retained: 1 << 60}, {Name: "zero"},
	}}
	var b bytes.Buffer
	if err := TreemapSVG(&b, m, nil); err != nil {
		t.Fatal(err)
	}
	if _, err := svgTexts(bytes.NewReader(b.Bytes())); err != nil {
		t.Fatal(err)
	}
	if strings.Contains(b.String(), "<script") || !strings.Contains(b.String(), "huge") {
		t.Error(b.String())
	}
}
