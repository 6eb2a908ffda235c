package heapsnapshot

import (
	"fmt"
	"strings"
	"testing"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// BenchmarkScan reads an array of edges of real lengths on one core.
func BenchmarkScan(b *testing.B) {
	var text strings.Builder
	for i := range 1 << 20 {
		fmt.Fprintf(&text, "%d,%d,%d\n,", i%7, i%40000, i*7)
	}
	data := []byte(strings.TrimRight(text.String(), ",\n"))
	n := &numbers{src: source.FromBytes("bench", data, source.Options{}), end: int64(len(data))}
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		rec := n.from(0, 3)
		rec.last = n.end
		count := 0
		for rec.next() {
			count++
		}
		if rec.err != nil || count != 1<<20 {
			b.Fatal(count, rec.err)
		}
	}
}
