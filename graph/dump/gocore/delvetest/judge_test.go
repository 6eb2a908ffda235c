package delvetest

import "testing"

// TestNonsense tells the judge that objects are of each other's types: it must
// not agree, or its agreement elsewhere means nothing.
func TestNonsense(t *testing.T) {
	dir := program{source: "gosample", args: []string{"-truth", "sample.txt"}}.core(t)
	b := openBoth(t, dir+"/core", dir+"/prog")
	var claims []Claim
	if err := b.Walk(b.onStack(), func(c Claim) (follow, more bool) {
		if v, _ := b.Check(&c); v == Equal {
			claims = append(claims, c)
		}
		return true, true
	}); err != nil {
		t.Fatal(err)
	}
	came := map[Verdict]int{}
	told := 0
	for i, c := range claims {
		other := claims[(i+len(claims)/2)%len(claims)]
		if c.Form == other.Form && (c.Type == nil || c.Type.Common().Name == other.Type.Common().Name) {
			continue
		}
		told++
		c.Form, c.Type, c.Func, c.Count = other.Form, other.Type, other.Func, other.Count
		v, _ := b.Check(&c)
		came[v]++
	}
	t.Log(told, came)
	if told < 1000 || came[Equal] > 0 || (came[Wrong]+came[Impossible])*100 < told*95 {
		t.Errorf("%d of %d claims are seen to be wrong, %d said to be right", came[Wrong], told, came[Equal])
	}
}

func TestNames(t *testing.T) {
	for _, c := range []struct {
		read        func(string) string
		name, wants string
	}{
		{short, "map[string]*github.com/nats-io/nats-server/v2/server.client", "map[string]*server.client"},
		{short, "gopkg.in/yaml%2ev3.Node", "yaml.v3.Node"},
		{short, "main.pair[int,*go/token.File]", "main.pair[int,*token.File]"},
		{short, "struct { sync.f func() interface {}; sync.once sync.Once }", "struct { f func() any; once sync.Once }"},
		{canonical, "map[byte]*[]byte (header)", "map[uint8]*[]uint8 (header)"},
		{canonical, "x.byte", "x.byte"},
		{canonical, "sudog<chan *go/token.File>", "runtime.sudog"},
		{shortFunc, "internal/poll.init.OnceValue[go.shape.bool].func4", "poll.init.OnceValue[...].func4"},
		{shortFunc, "net/http.(*conn).serve.func1", "http.(*conn).serve.func1"},
	} {
		if got := c.read(c.name); got != c.wants {
			t.Errorf("%s is %s, want %s", c.name, got, c.wants)
		}
	}
	if elem, n, ok := arrayName("[8]*main.T"); elem != "*main.T" || n != 8 || !ok {
		t.Errorf("[8]*main.T is %d of %s", n, elem)
	}
	if _, _, ok := arrayName("[]main.T"); ok {
		t.Error("[]main.T is an array")
	}
}
