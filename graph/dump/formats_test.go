package dump

import (
	"errors"
	"fmt"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// A format whose Match was too hopeful leaves the file to the next one; other
// errors are the file's.
func TestHopefulMatch(t *testing.T) {
	format := func(name string, matches bool) Format {
		return Format{Name: name, Match: func([]byte) bool { return matches }}
	}
	found, err := recognise("x", nil, []Format{format("a", true), format("b", false), format("c", true), format("d", true)})
	if err != nil || len(found) != 3 {
		t.Fatalf("%d formats, %v", len(found), err)
	}
	damaged := errors.New("damaged")
	for name, c := range map[string]struct {
		says map[string]error
		want string
		err  error
	}{
		"first":   {nil, "a", nil},
		"second":  {map[string]error{"a": fmt.Errorf("a: %w", source.ErrNotMine)}, "c", nil},
		"damaged": {map[string]error{"a": source.ErrNotMine, "c": damaged}, "c", damaged},
		"none":    {map[string]error{"a": source.ErrNotMine, "c": source.ErrNotMine, "d": source.ErrNotMine}, "", source.ErrNotMine},
	} {
		f, _, err := firstOf(found, func(f *Format) (*graph.Graph, error) { return nil, c.says[f.Name] })
		got := ""
		if f != nil {
			got = f.Name
		}
		if got != c.want || !errors.Is(err, c.err) {
			t.Errorf("%s: format %q, %v; want %q, %v", name, got, err, c.want, c.err)
		}
	}
	var unknown *UnknownFormatError
	if _, err := recognise("x", nil, []Format{format("b", false)}); !errors.As(err, &unknown) || len(unknown.Know) != 1 {
		t.Errorf("%v", err)
	}
}
