package cut

import (
	"context"
	"fmt"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
)

// TestDoubled counts the references of an array that V8's dumps have twice, at the
// array and at the inside of it, once; those of a map, which has them inside only, too.
func TestDoubled(t *testing.T) {
	for _, c := range []struct {
		name, at string
		runtime  graph.Runtime
		want     int
	}{
		{"array", "both", graph.RuntimeJS, 30}, {"map", "inside", graph.RuntimeJS, 30}, {"another runtime", "both", graph.RuntimeGo, 60},
	} {
		t.Run(c.name, func(t *testing.T) {
			var b strings.Builder
			b.WriteString("@app.log>L L=Log/16 L>I I=elements/240!")
			for i := range 30 {
				fmt.Fprintf(&b, " I[%d]>M%d M%d=Message/64", i, i, i)
				if c.at == "both" {
					fmt.Fprintf(&b, " L[%d]>M%d", i, i)
				}
			}
			p := graphtest.Parse(t, b.String())
			p.Info().Runtime = c.runtime
			var targets []graph.NodeID
			for n := range graph.NodeID(p.Len()) {
				if p.TypeName(n) == "Message" {
					targets = append(targets, n)
				}
			}
			pr := prepare(t, p.Graph, targets...)
			a, err := pr.slice(t, nil).Cut(context.Background(), pr.dom)
			if err != nil || len(a.Places) != 1 {
				t.Fatalf("%+v, %v", a, err)
			}
			if pl := a.Places[0]; pl.References != c.want {
				t.Errorf("%s with %d references, want %d", pl.Name, pl.References, c.want)
			}
		})
	}
}
