package gotype

import (
	"slices"
	"testing"
)

// TestContainers holds how the insides of containers that are written in Go are
// written: what leads from one part to another has no name.
func TestContainers(t *testing.T) {
	e, _ := openVariant(t, "plain")
	for name, want := range map[string][]string{
		"container/list.List":                            {"", ""}, // root.next, root.prev; the list itself is in root.list
		"container/list.Element":                         {"", "", "", "[…]", "[…]"},
		"container/ring.Ring":                            {"", "", "[…]", "[…]"},
		"internal/sync.entry[interface {},interface {}]": {"", " key", " key", `["…"]`, `["…"]`},
		"sync.Map": {"", "", ""},
	} {
		typ := e.NamedType(name)
		if typ == nil {
			t.Errorf("%s is not known", name)
			continue
		}
		var got []string
		for w := range typ.PtrBytes / 8 {
			if typ.Slot(w).Kind != SlotNone {
				got = append(got, typ.SlotLabel(w))
			}
		}
		if len(got) < len(want) || !slices.Equal(got[:len(want)], want) {
			t.Errorf("%s has %q, want %q", name, got, want)
		}
		if !typ.Folded() {
			t.Errorf("%s is not folded", name)
		}
	}
	if e.NamedType("main.Session").Folded() {
		t.Error("a type of the program is folded")
	}
}
