package gotype

import (
	"reflect"
	"slices"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/lang"
)

func TestPackageOf(t *testing.T) {
	e := &Exe{Main: "example.com/app"}
	for full, want := range map[string]struct {
		pkg  string
		rank uint8
	}{
		"main.f":                               {"main", graph.RankUser},
		"net/http.(*conn).serve":               {"net/http", graph.RankLibrary},
		"example.com/app/x.T[a.b/c.D]":         {"example.com/app/x", graph.RankUser},
		"example.com/apple.T":                  {"example.com/apple", graph.RankLibrary},
		"gopkg.in/yaml%2ev3.(*parser).parse":   {"gopkg.in/yaml.v3", graph.RankLibrary},
		"runtime.allgs":                        {"runtime", graph.RankRuntime},
		"internal/sync.(*HashTrieMap[...]).ro": {"internal/sync", graph.RankRuntime},
		"runtime/debug.f":                      {"runtime/debug", graph.RankRuntime},
	} {
		if pkg := packageOf(full); pkg != want.pkg || e.RankOf(pkg) != want.rank {
			t.Errorf("%s: package %q, rank %d; want %q, %d", full, pkg, e.RankOf(pkg), want.pkg, want.rank)
		}
	}
}

func TestSplitShapes(t *testing.T) {
	real := &info{t: &Type{FullName: "map[string]int32", Part: PartGroups, Size: 16}}
	shape := &info{shape: true, t: &Type{FullName: "go.shape.map[string]int32", Part: PartGroups, Size: 16}}
	header := &info{shape: true, t: &Type{FullName: "go.shape.map[string]int32", Part: PartMap, Size: 48}}
	rest, shapes := splitShapes([]*info{shape, real, header})
	if len(rest) != 2 || rest[0] != real || rest[1] != header || len(shapes) != 1 || shapes[shape] != real {
		t.Errorf("%d types of their own, shapes %v", len(rest), shapes)
	}
}

func TestDisplayNames(t *testing.T) {
	named := func(name, full string, part Part) *info {
		return &info{t: &Type{Name: name, FullName: full, Part: part}}
	}
	got, _ := displayNames(nil, []*info{
		named("[]map.group[string]a.T", "[]map.group[string]x/a.T", PartArray), named("map.group[int]bool", "map.group[int]bool", PartNone),
		named("[]map.group[int]bool", "[]map.group[int]bool", PartArray), named("map[int]bool (groups)", "map[int]bool (groups)", PartGroups), named("a.T", "x/a.T", PartNone), named("a.T", "y/a.T", PartNone),
	})
	want := []string{"map[string]x/a.T (groups)", "map[int]bool (group)", "[]map.group[int]bool", "map[int]bool (groups)", "x/a.T", "y/a.T"}
	if !slices.Equal(got, want) {
		t.Errorf("got %q, want %q", got, want)
	}
}

// A type is spelled in one way whatever other types the heap has: what counts are
// all types of the executable, here inner.Twin of two packages.
func TestOneSpelling(t *testing.T) {
	e, _ := openVariant(t, "plain")
	of := func(names ...string) (out []string) {
		var list []*info
		for _, full := range names {
			list = append(list, &info{t: &Type{Name: lang.GoName(full), FullName: full, Kind: reflect.Struct}})
		}
		out, _ = displayNames(e, list)
		return out
	}
	for _, c := range []struct{ full, want []string }{
		{[]string{"example.com/truth/inner.Twin"}, []string{"example.com/truth/inner.Twin"}},
		{[]string{"map[int]*example.com/truth/other/inner.Twin"}, []string{"map[int]*example.com/truth/other/inner.Twin"}},
		{[]string{"example.com/truth/inner.Base", "net/url.Twin"}, []string{"inner.Base", "url.Twin"}},
	} {
		if got := of(c.full...); !slices.Equal(got, c.want) {
			t.Errorf("%q: %q, want %q", c.full, got, c.want)
		}
	}
}

// Types of one name that are described twice are one; those that differ are not.
func TestAlike(t *testing.T) {
	a := &info{t: &Type{Name: "a.T", FullName: "x/a.T", Size: 8, Kind: reflect.Int}}
	again := &info{t: &Type{Name: "a.T", FullName: "x/a.T", Size: 8, Kind: reflect.Int, Addr: 16}}
	other := &info{t: &Type{Name: "a.T", FullName: "x/a.T", Size: 16, Kind: reflect.Struct}}
	names, same := displayNames(nil, []*info{a, again, other})
	if !slices.Equal(same, []int{0, 0, 2}) || names[2] != "a.T (2)" {
		t.Errorf("%q, the same as %d", names, same)
	}
}
