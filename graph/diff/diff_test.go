package diff

import (
	"errors"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dominator"
	"github.com/refgraph/refgraph/graph/graphtest"
	"github.com/refgraph/refgraph/graph/suspect"
)

func tree(t testing.TB, g *graph.Graph) *dominator.Tree {
	t.Helper()
	tr, err := dominator.Compute(t.Context(), g)
	if err != nil {
		t.Fatal(err)
	}
	return tr
}

func picture(t testing.TB, s string) *dominator.Tree { return tree(t, graphtest.Parse(t, s).Graph) }

const (
	before = `root>c c>s1 c>t1 s1>u1  c=main.Cache/100 s1=main.Session/50 u1=main.User/7 t1=main.Temp/30 dead=main.Session/50`
	after  = `root>c c>s1 c>s2 c>s3 s1>u1 s2>u2 s3>u3  c=main.Cache/100 s1=main.Session/50 u1=main.User/7
		s2=main.Session/50 u2=main.User/7 s3=main.Session/60 u3=main.User/7`
)

func TestCompare(t *testing.T) {
	r, err := Compare(t.Context(), picture(t, before), picture(t, after))
	if err != nil {
		t.Fatal(err)
	}
	var got strings.Builder
	for _, row := range append(r.Types, r.Total) {
		fmt.Fprintf(&got, "%s %v %v\n", row.Name, row.Old, row.New)
	}
	want := `main.Session {1 50 57} {3 160 181}
main.User {1 7 7} {3 21 21}
main.Cache {1 100 187} {1 100 281}
main.Temp {1 30 30} {0 0 0}
all objects {4 187 187} {7 281 281}
`
	if got.String() != want {
		t.Errorf("got\n%swant\n%s", got.String(), want)
	}
}

// Growing one way and back is the negative, and a dump has not grown since
// itself.
func TestCompareIsSymmetric(t *testing.T) {
	for seed := range uint64(1000) {
		a := tree(t, graphtest.Random(rand.New(rand.NewPCG(seed, 4))))
		b := tree(t, graphtest.Random(rand.New(rand.NewPCG(seed, 5))))
		ab, err := Compare(t.Context(), a, b)
		if err != nil {
			t.Fatal(err)
		}
		ba, err := Compare(t.Context(), b, a)
		if err != nil {
			t.Fatal(err)
		}
		back := map[string]Row{}
		for _, r := range ba.Types {
			back[r.Name] = r
		}
		var sum Row
		for _, r := range ab.Types {
			if back[r.Name].Old != r.New || back[r.Name].New != r.Old {
				t.Fatalf("seed %d: %v and back %v", seed, r, back[r.Name])
			}
			sum.add(r)
		}
		if sum.New.Count != ab.Total.New.Count || sum.Old.Bytes != ab.Total.Old.Bytes {
			t.Fatalf("seed %d: types sum to %v, not %v", seed, sum, ab.Total)
		}
		for _, r := range mustCompare(t, a, a).Types {
			if r.Old != r.New {
				t.Fatalf("seed %d: %v grew since itself", seed, r)
			}
		}
	}
}

func mustCompare(t *testing.T, a, b *dominator.Tree) *Report {
	t.Helper()
	r, err := Compare(t.Context(), a, b)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func TestAdded(t *testing.T) {
	old, now := picture(t, before), picture(t, after)
	added, ok, err := Added(t.Context(), old, now)
	if err != nil || !ok {
		t.Fatal(ok, err)
	}
	// Numbers are the addresses here: c, s1, s2/t1, s3/u1, u1/dead, u2, u3.
	var got []string
	for n := range added.All() {
		got = append(got, now.Graph().TypeName(n))
	}
	if s := strings.Join(got, " "); s != "main.Session main.Session main.User main.User main.User" {
		t.Errorf("added %s", s)
	}
	if _, ok, _ := Added(t.Context(), old, picture(t, `root>a=1 root>a a=X root>b`)); ok {
		t.Error("the dumps are of two programs, and that was not noticed")
	}
}

func TestGrow(t *testing.T) {
	root, err := Grow(t.Context(), picture(t, before), picture(t, after), 60)
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	var down func(g *Growth, indent string)
	down = func(g *Growth, indent string) {
		n, _, retained := g.Grown()
		fmt.Fprintf(&b, "%s%s %+d %+d\n", indent, g.Name, n, retained)
		for _, c := range g.Children {
			down(c, indent+" ")
		}
	}
	down(root, "")
	want := `roots +0 +94
 main.Cache +0 +94
  main.Session +2 +124
   main.User +2 +14
`
	if b.String() != want {
		t.Errorf("got\n%swant\n%s", b.String(), want)
	}
}

func TestFailOn(t *testing.T) {
	r := mustCompare(t, picture(t, before), picture(t, after))
	r.AddSuspects(nil, []suspect.Suspect{{Fingerprint: "abc123", ElementType: "main.Session", Elements: 3, Retained: 181}})
	r.AddSites(map[string]Amount{"main.go:12": {Count: 1}}, map[string]Amount{"main.go:12": {Count: 5, Bytes: 50}})
	for cond, want := range map[string]bool{
		"type=main.Session,grows>1":                     true,
		"type=main.Session,grows>2":                     false,
		"type=main.Session,grows>=2":                    true,
		"type=Session,count=3":                          true,
		"type=main.*,grows>4":                           false,
		"type=main.*,grows>=3":                          true,
		"type=Temp,grows<0":                             true,
		"type=main.Session, grows_bytes>100, grows>1":   true,
		"type=main.Session,grows_bytes>110":             false,
		"type=main.Session,grows_retained>0.1KiB":       true,
		"type=main.Session,grows>150%":                  true,
		"type=main.Session,grows>200%":                  false,
		"grows_bytes>50%":                               true,
		"bytes<1MiB":                                    true,
		"retained>281":                                  false,
		"suspect=*,count>0":                             true,
		"suspect=abc123,retained<=181":                  true,
		"suspect=main.Session,grows>0":                  true,
		"site=main.go:12,grows=4":                       true,
		"type=*,count>6":                                true,
		"type=main.Map[string,main.Session],count>1":    false,
		"type=main.Session,count>2,grows>1,bytes<=160B": true,
	} {
		c, err := Parse(cond)
		if err != nil {
			t.Error(err)
			continue
		}
		if got, what, _ := c.Check(r); got != want {
			t.Errorf("%s is %v (%s)", cond, got, what)
		}
	}
	c, _ := Parse("type=main.Sesion,grows>1")
	if _, _, matched := c.Check(r); matched != 0 {
		t.Error("a misspelt type matches")
	}
	for _, bad := range []string{"", "type=main.Session", "type=,grows>1", "grows", "grows>x", "grows>", "type>3,grows>1",
		"type=a,suspect=b,grows>1", "count>10%", "size>3", "grows>NaN", "grows>1,,grows>2"} {
		var pe *ParseError
		if _, err := Parse(bad); !errors.As(err, &pe) {
			t.Errorf("%q: %v", bad, err)
		}
	}
}

func FuzzParse(f *testing.F) {
	for _, s := range []string{"type=main.Session,grows>1000", "suspect=*,count>0", "grows_bytes>20%", "type=M[a,b],bytes<=1.5GiB"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		c, err := Parse(s)
		var pe *ParseError
		if err != nil && !errors.As(err, &pe) {
			t.Fatalf("%v", err)
		}
		if err == nil {
			c.Check(&Report{Types: []Row{{Name: s}}})
		}
	})
}
