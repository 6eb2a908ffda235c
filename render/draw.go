package render

import (
	"context"
)

// draw makes the scene of a View: cleaned, trimmed to the budget, laid out.
// When the engine fails it tries again with cheaper settings, then with fewer
// nodes, and at last draws the text tree: a picture always comes out.
func draw(ctx context.Context, v *View, o *Options) (*scene, error) {
	v = cleanView(v, o.Redact)
	var err error
	for _, try := range []struct {
		nodes int
		how   effort
	}{{o.MaxNodes, carefully}, {o.MaxNodes, cheaply}, {min(o.MaxNodes, 24), cheaply}} {
		p := newPlan(Trim(v, try.nodes))
		if err = p.place(ctx, try.how); err == nil {
			return p.compose(), nil
		}
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
	}
	return textScene(v, o, err), nil
}
