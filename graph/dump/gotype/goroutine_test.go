package gotype

import (
	"testing"

	"github.com/refgraph/refgraph/graph"
)

// TestStarted has the function of a go statement for its wrapper.
func TestStarted(t *testing.T) {
	b := graph.NewBuilder(graph.Info{Name: "x", Format: "x", Runtime: graph.RuntimeGo}, graph.NoLabels)
	p := NewPlaces(nil, b, 0)
	for _, c := range []struct {
		entry  string
		frames []string // the newest first
		want   string
	}{
		{"main.(*Server).Serve.gowrap3", []string{"bufio.(*Reader).Peek", "main.(*conn).serve", "main.(*Server).Serve.gowrap3"}, "main.(*conn).serve"},
		{"main.(*Server).Serve.gowrap3", []string{"main.(*Server).Serve.gowrap3"}, "main.(*Server).Serve.gowrap3"},
		{"main.(*Server).Serve.gowrap3", nil, "main.(*Server).Serve.gowrap3"},
		{"main.work", []string{"bufio.(*Reader).Peek", "main.work"}, "main.work"},
		{"", []string{"main.work"}, ""},
	} {
		var frames []*Place
		for i, f := range c.frames {
			frames = append(frames, p.At(uint64(i), f))
		}
		if got := b.Graph().String(p.Thread(Goroutine{ID: 7}, c.entry, frames).Entry); got != c.want {
			t.Errorf("%s with frames %q was started by %q, want %q", c.entry, c.frames, got, c.want)
		}
	}
}
