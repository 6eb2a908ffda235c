package draw

import (
	"context"
	"math"

	"github.com/refgraph/refgraph/render/draw/internal/engine"
	"github.com/refgraph/refgraph/render/view"
)

// draw makes the scene of a View: cleaned, trimmed to the budget, laid out.
// When the engine fails it tries again with cheaper settings, then with fewer
// nodes, and at last draws the text tree: a picture always comes out.
func draw(ctx context.Context, v *view.View, o *Options) (*scene, error) {
	return drawBy(ctx, o.engine(), v, o)
}

// ServeChild does the layout that a process was started for and ends it; in any
// other process it does nothing. The main function of a program that is named as
// [Options].Child calls it before anything else.
func ServeChild() { engine.Serve() }

// engine is where layouts are done.
func (o *Options) engine() layouter {
	if o.Child == "" {
		return engine.Here
	}
	return func(ctx context.Context, dot []byte) ([]byte, error) { return engine.Process(ctx, o.Child, dot) }
}

func drawBy(ctx context.Context, lay layouter, v *view.View, o *Options) (*scene, error) {
	v = view.Choose(v, &o.Options)
	var err error
	for _, try := range []struct {
		nodes int
		how   effort
	}{{o.MaxNodes, carefully}, {o.MaxNodes, cheaply}, {min(o.MaxNodes, 24), cheaply}} {
		p := newPlan(view.Trim(v, try.nodes))
		if err = p.place(ctx, lay, try.how); err == nil {
			if o.Flow == view.Auto {
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
