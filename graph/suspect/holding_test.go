package suspect

import (
	"fmt"
	"slices"
	"strings"
	"testing"
)

// Three stores with the same elements, one of them a tenth of the heap by itself,
// are told once.
func TestOneOfSeveralHolders(t *testing.T) {
	var p picture
	ballast(&p)
	for k, n := range []int{9000, 7000, 7000} {
		p.add("@main.app%d>ap%d ap%d=main.App%d/8 ap%d.store>st%d st%d=main.Store/64 st%d.m>sm%d sm%d=[]*main.Msg/72000!", k, k, k, k, k, k, k, k, k, k)
		for i := range n {
			p.add("sm%d[%d]>m%d_%d m%d_%d=main.Msg/1000", k, i, k, i, k, i)
		}
	}
	list := findAll(t, heap(t, &p))
	if len(list) != 1 || list[0].Elements != 23_000 || list[0].Count != 3 || !strings.HasSuffix(list[0].Reason, "held by global main.app0 and 2 more") {
		t.Errorf("want one suspect of 3 stores:\n%s", show(list))
	}
}

// The constants of many modules are in containers of the same types, and no leak;
// two caches that are dicts are two leaks; a graph is no list.
func TestGenericContainers(t *testing.T) {
	p := picture{python: true}
	ballast(&p)
	table := func(module string, n int, elem string, size int) {
		p.add("@module_%s>m%s m%s=module/64 m%s.TABLE>d%s d%s=dict/4096", module, module, module, module, module, module)
		for i := range n {
			p.add("d%s[%d]>e%s_%d e%s_%d=%s/%d", module, i, module, i, module, i, elem, size)
		}
	}
	for i := range 40 {
		table(fmt.Sprintf("lexer%d", i), 300, "str", 120)
	}
	if list := findAll(t, heap(t, &p)); len(list) > 0 {
		t.Errorf("constants are suspect:\n%s", show(list))
	}
	table("cache", 4000, "app.Session", 600)
	table("other", 3000, "app.Session", 600)
	for i := range 3000 {
		for j := range 5 {
			p.add("@module_graph>adj adj=dict/8192 adj[%d]>n%d n%d=dict/232 n%d[%d]>n%d", i, i, i, i, j, (i*7+j*131+1)%3000)
		}
	}
	list := findAll(t, heap(t, &p))
	var got []string
	for _, s := range list {
		got = append(got, fmt.Sprint(s.Detector, " ", s.Count, " ", s.Elements, " ", s.ElementType))
	}
	want := []string{"collection 1 4000 app.Session", "collection 1 3000 app.Session", "collection 1 3000 dict"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q\n%s", got, want, show(list))
	}
}
