package draw

import (
	"context"

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
		f := fitter{ctx: ctx, lay: lay, how: try.how, v: v, o: o}
		var p *plan
		if p, err = f.fitted(try.nodes); err == nil {
			return p.compose(), nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return textScene(v, o, err), nil
}
