package cut

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/graphtest"
)

// repeat writes a picture's words n times, with the number for each %d.
func repeat(n int, words string) string {
	var b strings.Builder
	for i := range n {
		b.WriteString(strings.ReplaceAll(words, "%d", fmt.Sprint(i)) + " ")
	}
	return b.String()
}

// drawn is a case drawn as references.
type drawn struct {
	name    string
	picture string
	targets string   // a type, or objects' names
	want    []string // places, in any order
	stays   int
	refs    map[string]int // references of a place
}

// TestAnswers has, for each rule of the costs, the program that got a silly
// answer without it.
func TestAnswers(t *testing.T) {
	for _, c := range slices.Concat(ruleCases(), shapeCases(), jointCases()) {
		t.Run(c.name, func(t *testing.T) {
			p := graphtest.Parse(t, c.picture)
			var targets []graph.NodeID
			for n := range graph.NodeID(p.Len()) {
				if p.TypeName(n) == c.targets || slices.Contains(strings.Fields(c.targets), p.Name(n)) {
					targets = append(targets, n)
				}
			}
			pr := prepare(t, p.Graph, targets...)
			a, err := pr.slice(t, nil).Cut(context.Background(), pr.dom)
			if err != nil {
				t.Fatal(err)
			}
			var got []string
			for _, pl := range a.Places {
				got = append(got, pl.Name)
				if n, ok := c.refs[pl.Name]; ok && n != pl.References {
					t.Errorf("%s: %d references, not %d", pl.Name, pl.References, n)
				}
			}
			slices.Sort(got)
			slices.Sort(c.want)
			if !slices.Equal(got, c.want) || a.Stays != c.stays {
				t.Errorf("cut %q, %d stay; want %q, %d", got, a.Stays, c.want, c.stays)
			}
			if len(c.want) > 0 && (!a.Verified || !a.LeastCost) {
				t.Errorf("%+v", a)
			}
		})
	}
}

func ruleCases() []drawn {
	return []drawn{{
		name: "the program's root is no place to cut",
		picture: `@main.hub>H H=main.Hub H.a>A A=[]x H.b>B B=[]y H.rest>R R=big/90000 ` +
			repeat(200, `A[%d]>S%d S%d=main.Session/10 B[%d]>T%d T%d=main.Session/10`),
		targets: "main.Session", want: []string{"main.Hub.a[…]", "main.Hub.b[…]"},
	}, {
		name: "the runtime's list of goroutines lets go by itself",
		picture: `@runtime.allgs>L L=[]*runtime.g ` +
			repeat(9, `L[%d]>g%d g%d=runtime.g g%d.param>S%d S%d=main.Request`) + `@main.cache>C C=[]x ` + repeat(9, `C[%d]>S%d`),
		targets: "main.Request", want: []string{"global main.cache[…]"},
	}, {
		name: "two holders at equal distance",
		picture: `@main.hub>H H=main.Hub H.last>S0 H.open>A A=[]x H.rest>R R=big/90000 ` +
			repeat(99, `A[%d]>S%d S%d=main.Session/10`),
		targets: "main.Session", want: []string{"main.Hub.last", "main.Hub.open[…]"},
	}, {
		name: "the last one of hundreds may stay",
		picture: `@main.hub>H H=main.Hub H.last>S0 H.open>A A=[]x H.rest>R R=big/90000 ` +
			repeat(300, `A[%d]>S%d S%d=main.Session/10`),
		targets: "main.Session", want: []string{"main.Hub.open[…]"}, stays: 1,
	}, {
		name: "a large one may not",
		picture: `@main.hub>H H=main.Hub H.last>S0 H.open>A A=[]x H.rest>R R=big/90000 ` +
			repeat(300, `A[%d]>S%d S%d=main.Session/10`) + `S0=main.Session/900`,
		targets: "main.Session", want: []string{"main.Hub.last", "main.Hub.open[…]"},
	}, {
		name:    "where one holds many, not where many hold one",
		picture: `@main.cart>C C=main.Cart C.Items>A A=[]x ` + repeat(100, `A[%d]>L%d L%d=main.LineItem L%d.Blob>B%d B%d=[]byte/1000`),
		targets: "[]byte", want: []string{"main.Cart.Items[…]"},
	}, {
		name:    "one small object of a large collection",
		picture: `@main.head>H H=main.Head H.series>M M=map[x]y ` + repeat(300, `M[%d]>S%d S%d=main.series/500`),
		targets: "S7", want: []string{"main.Head.series[…]"}, refs: map[string]int{"main.Head.series[…]": 1},
	}, {
		name: "entries that lead to the target by detours are another place",
		picture: `@main.open>M M=map[x]y M["a"]>S S=main.Session ` +
			repeat(50, `M["a"]>T%d T%d=main.Session/5000 T%d.user>U%d U%d=main.User U%d.last>S`),
		targets: "S", want: []string{`global main.open["…"]`, "main.User.last"}, refs: map[string]int{`global main.open["…"]`: 1},
	}, {
		name: "containers are known by what holds them",
		picture: `@main.srv>V V=main.Server V.sessions>M M=sync.Map M.dirty>D D=map[x]y V.names>N N=sync.Map N.dirty>F F=map[x]y ` +
			repeat(60, `D["a"]>E%d E%d=sync.entry E%d.value>S%d S%d=main.Session F["a"]>X%d X%d=sync.entry X%d.value>Y%d Y%d=string`),
		targets: "main.Session", want: []string{`main.Server.sessions.dirty["…"]`},
	}, {
		name:    "names come from roots that mean something",
		picture: `@residue/native>D D=dict @main.app>O O=module O.SESSIONS>D ` + repeat(40, `D["a"]>S%d S%d=fl.Session`),
		targets: "fl.Session", want: []string{`global main.app.SESSIONS["…"]`},
	}, {
		name: "names come from the program where a library holds the same",
		picture: `@main.app>A A=lib.App A.first>F F=func() F.seen>D D=map[x]y A.next>X X=lib.Next X.next>B B=main.Audit B.seen>D ` +
			repeat(40, `D["a"]>S%d S%d=lib.User`),
		targets: "lib.User", want: []string{`main.Audit.seen["…"]`},
	}, {
		name:    "a tree is one collection",
		picture: `@main.tree>N0 ` + treePicture(63),
		targets: "main.Item", want: []string{"global main.tree"},
	}, {
		name: "few small ones may stay",
		picture: `@main.m>M M=map[x]y ` + repeat(1000, `M["a"]>S%d S%d=[]byte/9000`) +
			`@main.a>A A=[]byte @main.b>B B=[]byte @main.c>C C=[]byte`,
		targets: "[]byte", want: []string{`global main.m["…"]`}, stays: 3,
	}}
}

// treePicture is a binary tree of nodes that hold items.
func treePicture(n int) string {
	var b strings.Builder
	for i := range n {
		fmt.Fprintf(&b, "N%d=main.node N%d.val>S%d S%d=main.Item ", i, i, i, i)
		if i > 0 {
			fmt.Fprintf(&b, "N%d.%s>N%d ", (i-1)/2, []string{"left", "right"}[i%2], i)
		}
	}
	return b.String()
}

func shapeCases() []drawn {
	return []drawn{{
		name:    "a map that two objects share",
		picture: `@main.a>A A=main.A A.m>M @main.b>B B=main.B B.m>M M=map[x]y! ` + repeat(30, `M["a"]>S%d S%d=main.S`),
		targets: "main.S", want: []string{`main.A.m["…"]`},
	}, {
		name:    "a target that is a container's inside",
		picture: `@main.a>A A=main.A A.m>M M=map[x]y M.groups>G G=group!`,
		targets: "group", want: []string{"main.A.m.groups"},
	}, {
		name:    "a list of targets",
		picture: `@main.l>L L=main.List L.head>S0 L.tail>S29 S29=main.S ` + repeat(29, `S%d=main.S S%d.next>T%d T%d=x`),
		targets: "main.S", want: []string{"global main.l"},
	}, {
		name:    "a ring of targets",
		picture: `@main.r>A A=main.S A.next>B B=main.S B.next>C C=main.S C.next>A`,
		targets: "main.S", want: []string{"global main.r"},
	}, {
		name:    "only a pool holds it",
		picture: `@main.a>P P=main.P P.x>S:pooled S=main.S`,
		targets: "main.S",
	}, {
		name:    "only a weak reference holds it",
		picture: `@main.a>P P=main.P P.x>S:weak S=main.S`,
		targets: "main.S",
	}, {
		name:    "a root directly at the target",
		picture: `@main.a>S S=main.S`,
		targets: "main.S", want: []string{"global main.a"},
	}, {
		name:    "a goroutine with two variables ends once",
		picture: `@stack/7/main.w/s>S S=main.S @stack/7/main.w/t>T T=main.S`,
		targets: "main.S", want: []string{"goroutine main.w"},
	}, {
		name: "goroutines of one function end together, others do not",
		picture: `@stack/1/main.main/s>Z Z=main.Srv Z.m>M M=map[x]y ` + repeat(40, `@stack/2%d/main.watch/s>S%d S%d=main.Stream S%d.t>T%d T%d=main.Transport M["a"]>S%d`) +
			repeat(40, `@stack/3%d/main.watch/s>X%d X%d=other`),
		targets: "main.Stream", want: []string{"goroutines main.watch", `main.Srv.m["…"]`},
	}, {
		name:    "one stream of many goroutines' ends with one goroutine",
		picture: `@stack/1/main.main/s>Z Z=main.Srv ` + repeat(40, `@stack/2%d/main.watch/s>S%d S%d=main.Stream S%d.t>T%d T%d=main.Transport`),
		targets: "S7", want: []string{"goroutine main.watch"}, refs: map[string]int{"goroutine main.watch": 1},
	}, {
		name: "the goroutine that is the server does not end",
		picture: `@stack/5/main.serve/s>Z @stack/6/main.accept/s>Z Z=main.Srv Z.a>A A=map[x]y Z.b>B B=map[x]y Z.c>C C=map[x]y Z.d>D D=map[x]y ` +
			repeat(400, `S%d=main.S A["a"]>S%d B["a"]>S%d C["a"]>S%d D["a"]>S%d`) + repeat(100, `@stack/7%d/main.wait/s>Z @stack/7%d/main.wait/t>S%d`),
		targets: "main.S", want: []string{`main.Srv.a["…"]`, `main.Srv.b["…"]`, `main.Srv.c["…"]`, `main.Srv.d["…"]`, "goroutines main.wait"},
	}, {
		name:    "both of two maps",
		picture: `@main.s>Z Z=main.Stripe Z.series>A A=map[x]y! Z.hashes>B B=map[x]y! ` + repeat(100, `A["a"]>S%d B["a"]>S%d S%d=main.S`),
		targets: "main.S", want: []string{`main.Stripe.series["…"]`, `main.Stripe.hashes["…"]`},
	}}
}
