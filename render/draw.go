package render

import (
	"context"
	"math"

	"github.com/refgraph/refgraph/render/internal/engine"
)

// draw makes the scene of a View: cleaned, trimmed to the budget, laid out.
// When the engine fails it tries again with cheaper settings, then with fewer
// nodes, and at last draws the text tree: a picture always comes out.
func draw(ctx context.Context, v *View, o *Options) (*scene, error) {
	return drawBy(ctx, engine.Layout, v, o)
}

func drawBy(ctx context.Context, lay layouter, v *View, o *Options) (*scene, error) {
	v = choose(v, o)
	var err error
	for _, try := range []struct {
		nodes int
		how   effort
	}{{o.MaxNodes, carefully}, {o.MaxNodes, cheaply}, {min(o.MaxNodes, 24), cheaply}} {
		p := newPlan(Trim(v, try.nodes))
		if err = p.place(ctx, lay, try.how); err == nil {
			if o.Flow == Auto {
				p = p.turned(ctx, lay, try.how)
			}
			return p.compose(), nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return textScene(v, o, err), nil
}

// tooWide is the width in points past which a picture shrinks beyond reading
// where tickets are shown.
const tooWide = 1500

// turned returns the better of the plan and the same plan in the other
// direction, if the plan is too wide to read.
func (p *plan) turned(ctx context.Context, lay layouter, how effort) *plan {
	if p.w <= tooWide {
		return p
	}
	v := *p.view
	v.Sideways = !v.Sideways
	q := newPlan(&v)
	if q.place(ctx, lay, how) != nil || q.awkward() >= p.awkward() {
		return p
	}
	return q
}

// awkward measures how far the plan is from fitting a page; people scroll down
// more gladly than across.
func (p *plan) awkward() float64 { return math.Max(p.w/1000, p.h/1600) }
