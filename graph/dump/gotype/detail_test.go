package gotype

import (
	"encoding/binary"
	"fmt"
	"reflect"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// TestDetail checks names and values of references.
func TestDetail(t *testing.T) {
	e, _ := openVariant(t, "plain")
	var h heap
	text := h.add(16)
	h.objects[text].set[0] = binary.LittleEndian.Uint64([]byte("user-one"))
	s := h.add(208, 0, text, 22, text)
	h.objects[s].set[1] = 8 // len(User)
	group := h.add(208, 1, text, 3, s)
	h.objects[group].set[0] = 0x8080808080808011 // one full slot
	h.objects[group].set[2] = 8
	m := h.add(48, 2, group)
	h.objects[m].set[0] = 1
	h.build(t, e, true)
	h.global(t, e, "main.sessions", 0, m)
	h.run(t, 1)
	names := func(n int, values bool) (out []string) {
		for i := range h.objects[n].refs {
			out = append(out, h.ty.RefName(graph.NodeID(n), i, values))
		}
		return out
	}
	for _, c := range []struct{ got, want any }{
		{names(s, false), []string{".User", ".Base.Keys"}},
		{names(group, false), []string{" key", `["…"]`}},
		{names(group, true), []string{" key", `["user-one"]`}},
		{names(m, true), []string{""}},
		{h.ty.Describe(graph.NodeID(m), false), "len 1"},
		{h.ty.Describe(graph.NodeID(text), false), ""},
	} {
		if !reflect.DeepEqual(c.got, c.want) {
			t.Errorf("got %q, want %q", c.got, c.want)
		}
	}
	for _, values := range []bool{false, true} {
		fields, total := h.ty.Fields(graph.NodeID(m), values, 10)
		key := map[bool]string{false: `["…"]`, true: `["user-one"]`}[values]
		if total != 1 || len(fields) != 1 || fields[0].Name != key || fields[0].Type != "*main.Session" || fields[0].Node != graph.NodeID(s) {
			t.Errorf("entries: %+v", fields)
		}
		fields, total = h.ty.Fields(graph.NodeID(s), values, 3)
		value := map[bool]string{false: "", true: `"user-one"`}[values]
		if total != 17 || len(fields) != 3 || fields[0].Name != ".User" || fields[0].Value != value || fields[0].Node != graph.NodeID(text) {
			t.Errorf("%d fields: %+v", total, fields)
		}
		if all := fmt.Sprint(fields); !values && strings.Contains(all, "user-one") {
			t.Errorf("secrets in %s", all)
		}
	}
}

// A map's array of groups is as large as the allocator makes it; what is behind the
// groups is no entry.
func TestMapEntriesBehind(t *testing.T) {
	e, _ := openVariant(t, "plain")
	var h heap
	text := h.add(16)
	s := h.add(208, 0, text)
	group := h.add(1024, 1, text, 3, s) // 4 groups of 200 bytes, and room for one more
	for g, ctrl := range []uint64{0x8080808080808011, 0x8080808080808080, 0x80808080808080fe, 0x8080808080808080} {
		h.objects[group].set[g*25] = ctrl
	}
	m := h.add(48, 2, group)
	h.objects[m].set[0] = 1
	h.build(t, e, true)
	h.global(t, e, "main.sessions", 0, m)
	h.run(t, 1)
	if fields, total := h.ty.Fields(graph.NodeID(m), false, 10); total != 1 || len(fields) != 1 {
		t.Errorf("%d entries: %+v", total, fields)
	}
	for _, c := range [][3]uint64{{0, 200, 0}, {199, 200, 0}, {200, 200, 1}, {1024, 200, 4}, {1600, 200, 8}, {8192, 200, 32}, {10, 0, 0}} {
		if got := groupsIn(c[0], c[1]); got != c[2] {
			t.Errorf("%d groups of %d bytes in %d, want %d", got, c[1], c[0], c[2])
		}
	}
}
