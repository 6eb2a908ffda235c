package lang

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph"
)

// ID writes an object's address or id as people of its runtime know it:
// 0xc000012340, @382711 in V8, #12 where the dump has none; "" for None.
func (w *Words) ID(n graph.NodeID) string {
	switch {
	case n == graph.None:
		return ""
	case !w.g.Addressed():
		return fmt.Sprintf("#%d", n)
	case w.FormatID != nil:
		return w.FormatID(w.g.Address(n))
	}
	return fmt.Sprintf("0x%x", w.g.Address(n))
}

// IDError is a text that is no id of the dump's objects.
type IDError struct {
	Text string
	Like string // what ids look like here
}

func (e *IDError) Error() string { return fmt.Sprintf("%s: not %s", e.Text, e.Like) }

// ParseID reads what ID writes, and the same without its mark; the number is
// for graph.Containing. Its errors are *IDError.
func (w *Words) ParseID(text string) (uint64, error) {
	switch {
	case !w.g.Addressed():
		id, err := strconv.ParseUint(strings.TrimPrefix(text, "#"), 10, 32)
		if err != nil {
			return 0, &IDError{text, "an object's number, such as #12"}
		}
		return id, nil
	case w.Language.ParseID != nil:
		id, ok := w.Language.ParseID(text)
		if !ok {
			return 0, &IDError{text, "an object's id, such as " + w.FormatID(382711)}
		}
		return id, nil
	}
	id, err := strconv.ParseUint(strings.TrimPrefix(strings.ToLower(text), "0x"), 16, 64)
	if err != nil {
		return 0, &IDError{text, "a hexadecimal address"}
	}
	return id, nil
}

// Within reports whether a number inside an object names it: addresses do, ids do
// not.
func (w *Words) Within() bool { return w.g.Addressed() && w.Language.ParseID == nil }

// Help says where ids are from, for the hint of an error.
func (w *Words) Help() string {
	switch {
	case !w.g.Addressed():
		return "the dump has no addresses: numbers are those of refgraph's output"
	case w.IDHelp != "":
		return w.IDHelp
	}
	return "addresses are those of refgraph's output; the object may be gone"
}
