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
			a, err := cutOfMessages(t, p)
			if err != nil || len(a.Places) != 1 {
				t.Fatalf("%+v, %v", a, err)
			}
			if pl := a.Places[0]; pl.References != c.want {
				t.Errorf("%s with %d references, want %d", pl.Name, pl.References, c.want)
			}
		})
	}
}

// TestLiterals tells an Object in an Object from a list's nodes.
func TestLiterals(t *testing.T) {
	for _, c := range []struct{ picture, want string }{
		{"@app>A A=Object A.store>S S=Object S.users>U U=Object " + repeat(30, `U["a"]>M%d M%d=Message`), `app.store.users["…"]`},
		{"@app>A A=Object A.next>B B=Object B.next>C C=Object C.next>D D=Object " + repeat(30, `D["a"]>M%d M%d=Message`), `app.next["…"]`},
	} {
		p := graphtest.Parse(t, c.picture)
		p.Info().Runtime = graph.RuntimeJS
		a, err := cutOfMessages(t, p)
		if err != nil || len(a.Places) != 1 || a.Places[0].Name != c.want {
			t.Errorf("%+v, %v, want %s", a.Places, err, c.want)
		}
	}
}

// cutOfMessages finds what frees the objects of type Message.
func cutOfMessages(t *testing.T, p *graphtest.Picture) (*Answer, error) {
	t.Helper()
	var targets []graph.NodeID
	for n := range graph.NodeID(p.Len()) {
		if p.TypeName(n) == "Message" {
			targets = append(targets, n)
		}
	}
	pr := prepare(t, p.Graph, targets...)
	return pr.slice(t, nil).Cut(context.Background(), pr.dom)
}
