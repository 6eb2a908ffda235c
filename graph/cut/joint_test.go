package cut

import (
	"fmt"
	"strings"
)

// lruPicture is n sessions in a list and in a map of its nodes.
func lruPicture(n int) string {
	var b strings.Builder
	fmt.Fprintf(&b, `L=list.List! L>E0 L>E%d M=map[x]y! M>G G=groups! `, n-1)
	for i := range n {
		fmt.Fprintf(&b, `G["a"]>E%d E%d=list.Element/48! E%d>L E%d[0]>S%d S%d=main.Session/40 `, i, i, i, i, i, i)
		if i > 0 {
			fmt.Fprintf(&b, `E%d>E%d E%d>E%d `, i-1, i, i, i-1)
		}
	}
	return b.String()
}

// jointCases are entries that two containers hold: both must let go.
func jointCases() []drawn {
	linked := func(n int, node string) string {
		var b strings.Builder
		for i := 1; i < n; i++ {
			fmt.Fprintf(&b, `%s%d>%s%d %s%d>%s%d `, node, i-1, node, i, node, i, node, i-1)
		}
		return b.String()
	}
	return []drawn{{
		name:    "an LRU cache is a list and a map of its nodes",
		picture: `@main.cache>C C=main.Cache C.lru>L C.idx>M ` + lruPicture(40),
		targets: "main.Session", want: []string{"main.Cache.lru", `main.Cache.idx["…"]`},
		refs: map[string]int{"main.Cache.lru": 2, `main.Cache.idx["…"]`: 40},
	}, {
		name:    "an LRU cache of two globals",
		picture: `@main.lru>L @main.idx>M ` + lruPicture(40),
		targets: "main.Session", want: []string{"global main.lru", `global main.idx["…"]`},
	}, {
		name:    "an LRU cache in one field, which is cheaper to clear than list and map",
		picture: `@main.srv>V V=main.Server V.cache>C C=main.Cache C.lru>L C.idx>M ` + lruPicture(2),
		targets: "main.Session", want: []string{"main.Server.cache"},
	}, {
		name:    "an LRU cache whose nodes are no insides",
		picture: `@main.cache>C C=main.Cache C.lru>L C.idx>M ` + strings.NewReplacer("!", "", "L=list", "L=lru", "=list.Element", "=lru.Entry").Replace(lruPicture(40)),
		targets: "main.Session", want: []string{"main.Cache.lru", `main.Cache.idx["…"]`},
	}, {
		name:    "one session of an LRU cache",
		picture: `@main.cache>C C=main.Cache C.rest>R R=main.Rest/900000 C.lru>L C.idx>M ` + lruPicture(40),
		targets: "S7", want: []string{`main.Cache.lru[…] and main.Cache.idx["…"][…]`}, refs: map[string]int{`main.Cache.lru[…] and main.Cache.idx["…"][…]`: 1},
	}, {
		name:    "a node that is held beside its list leads to the others",
		picture: `@main.hub>C C=main.Hub C.cur>E3 C.events>L L=list.List! L>E0 L>E29 ` + repeat(30, `E%d=list.Element! E%d>L E%d[0]>S%d S%d=main.Session`) + linked(30, "E"),
		targets: "main.Session", want: []string{"main.Hub.cur", "main.Hub.events"},
	}, {
		name: "a map with a list through its entries is one container",
		picture: `@main.cache>C C=main.Cache C.m>H H=map[x]y H>E0 H>E29 H>T T=table! ` +
			repeat(30, `T>E%d E%d=entry! E%d["a"]>S%d S%d=main.Session`) + linked(30, "E"),
		targets: "main.Session", want: []string{`main.Cache.m["…"]`},
	}, {
		name:    "tuples that are in a dict and in a list",
		picture: `@main.d>D D=dict @main.l>L L=list ` + repeat(40, `D["a"]>T%d L[%d]>T%d T%d=tuple T%d[1]>S%d S%d=main.Session`),
		targets: "main.Session", want: []string{`global main.d["…"]`, "global main.l[…]"},
	}, {
		name: "tuples of a dict, few of which are in a list as well",
		picture: `@main.d>D D=dict @main.l>L L=list L[0]>T1 L[1]>T2 ` +
			repeat(3000, `D["a"]>T%d T%d=tuple T%d[1]>S%d S%d=main.Session`),
		targets: "main.Session", want: []string{`global main.d["…"]`}, stays: 2,
	}, {
		name:    "tuples of one dict",
		picture: `@main.d>D D=dict ` + repeat(40, `D["a"]>T%d T%d=tuple T%d[1]>S%d S%d=main.Session`),
		targets: "main.Session", want: []string{`global main.d["…"]`},
	}}
}
