// Package dumptest is the conformance suite that every reader of a dump format
// runs on its real dumps.
//
//	func TestConformance(t *testing.T) {
//		dumptest.Run(t, "testdata/small.dump", goheap.Read, source.Options{})
//	}
//
// It checks what the analyses rely on: a graph that is whole, equal from read
// to read, safe for concurrent readers, and a reader that stops when it is told
// to and answers damage with a typed error or a warning.
package dumptest

import (
	"context"
	"errors"
	"fmt"
	"hash/fnv"
	"io"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
	"github.com/refgraph/refgraph/graph/lang"
)

// Read is a format's reader.
type Read func(ctx context.Context, src *source.Source) (*graph.Graph, error)

// Run runs the whole suite on one real dump, which may be compressed and should
// be small: it is read some hundred times.
func Run(t *testing.T, path string, read Read, opts source.Options) {
	data := load(t, path)
	open := func(b []byte) *source.Source { return source.FromBytes("dump", b, opts) }
	g, err := read(t.Context(), open(data))
	if err != nil {
		t.Fatal(err)
	}
	t.Run("whole", func(t *testing.T) { whole(t, g) })
	t.Run("structured", func(t *testing.T) { structured(t, g) })
	t.Run("spoken", func(t *testing.T) { spoken(t, g) })
	t.Run("folded", func(t *testing.T) { folded(t, g) })
	t.Run("named", func(t *testing.T) { named(t, g) })
	t.Run("secret", func(t *testing.T) { secret(t, g) })
	t.Run("deterministic", func(t *testing.T) {
		again, err := read(t.Context(), open(data))
		if err != nil {
			t.Fatal(err)
		}
		if a, b := Fingerprint(g), Fingerprint(again); a != b {
			t.Errorf("two reads differ: %x and %x", a, b)
		}
	})
	t.Run("concurrent", func(t *testing.T) {
		var wg sync.WaitGroup
		for range 4 {
			wg.Go(func() { named(t, g) })
		}
		wg.Wait()
	})
	t.Run("cancelled", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		if _, err := read(ctx, open(data)); !errors.Is(err, context.Canceled) {
			t.Errorf("got %v, want context.Canceled", err)
		}
	})
	t.Run("truncated", func(t *testing.T) { truncated(t, data, read, open) })
	t.Run("flipped", func(t *testing.T) { flipped(t, data, read, open) })
	t.Run("cut", func(t *testing.T) { RunCut(t, path, read, opts) })
	t.Run("unmapped", func(t *testing.T) {
		src := source.New("dump", strings.NewReader(string(data)), int64(len(data)), opts)
		again, err := read(t.Context(), src)
		if err != nil {
			t.Fatal(err)
		}
		if Fingerprint(g) != Fingerprint(again) {
			t.Error("reading without a memory map gives another graph")
		}
	})
}

func load(t *testing.T, path string) []byte {
	t.Helper()
	src, err := source.Open(path, source.Options{})
	if err != nil {
		t.Fatal(err)
	}
	src, err = source.Plain(t.Context(), src, func([]byte) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	defer src.Close()
	data, err := io.ReadAll(src.Reader(0))
	if err != nil {
		t.Fatal(err)
	}
	return data
}

// whole checks the columns: every id is in its range, addresses rise and find
// their objects, roots are named and sorted.
func whole(t *testing.T, g *graph.Graph) {
	if g.Len() == 0 || g.Refs() == 0 || len(g.Roots()) == 0 {
		t.Fatalf("%d objects, %d references, %d roots", g.Len(), g.Refs(), len(g.Roots()))
	}
	if g.Info().Format == "" || g.Info().Runtime == "" {
		t.Errorf("the graph does not say what it is: %+v", *g.Info())
	}
	var refs int64
	last := uint64(0)
	for n := range graph.NodeID(g.Len()) {
		if int(g.Type(n)) >= g.Types().Len() || g.TypeName(n) == "" {
			t.Fatalf("object %d has no type", n)
		}
		addr := g.Address(n)
		if n > 0 && addr <= last {
			t.Fatalf("object %d is at 0x%x, the one before at 0x%x", n, addr, last)
		}
		last = addr
		if back, ok := g.Find(addr); !ok || back != n {
			t.Fatalf("0x%x is object %d, want %d", addr, back, n)
		}
		for _, to := range g.Row(n) {
			if int(to) >= g.Len() {
				t.Fatalf("object %d refers to object %d of %d", n, to, g.Len())
			}
		}
		refs += int64(len(g.Row(n)))
	}
	if refs != g.Refs() {
		t.Errorf("the rows have %d references, the graph says %d", refs, g.Refs())
	}
	words := lang.Of(g)
	for i, r := range g.Roots() {
		if words.Root(&r).String() == "" || words.Group(&r).String() == "" {
			t.Fatalf("root %d has no name or group: %+v", i, r)
		}
		if r.Thread != 0 && g.Thread(r.Thread) == nil {
			t.Fatalf("root %d is of thread %d of %d", i, r.Thread, len(g.Threads()))
		}
		if i > 0 && r.Rank < g.Roots()[i-1].Rank {
			t.Fatalf("root %d is out of order", i)
		}
	}
}

// named asks for the name of every reference and the fields of every object,
// which must agree with the rows.
func named(t *testing.T, g *graph.Graph) {
	for n := range graph.NodeID(g.Len()) {
		for i := range g.Row(n) {
			if i > 100 {
				break
			}
			_ = g.Detail().RefName(n, i, true)
		}
		_ = g.Detail().Describe(n, true)
		fields, total := g.Detail().Fields(n, true, 10)
		if len(fields) > 10 || total < len(fields) {
			t.Fatalf("object %d: %d fields of %d, at most 10 were asked for", n, len(fields), total)
		}
		for _, f := range fields {
			if f.Node != graph.None && int(f.Node) >= g.Len() {
				t.Fatalf("object %d: field %s refers to object %d", n, f.Name, f.Node)
			}
		}
	}
}

// secret checks that fields show no values unless they are asked for.
func secret(t *testing.T, g *graph.Graph) {
	for n := range graph.NodeID(g.Len()) {
		fields, _ := g.Detail().Fields(n, false, 100)
		for _, f := range fields {
			if f.Value != "" {
				t.Fatalf("field %s of %s shows %q without being asked", f.Name, g.TypeName(n), f.Value)
			}
		}
	}
}

// truncated reads the dump cut at many places.
func truncated(t *testing.T, data []byte, read Read, open func([]byte) *source.Source) {
	whole, err := read(t.Context(), open(data))
	if err != nil {
		t.Fatal(err)
	}
	rng := rand.New(rand.NewPCG(1, 1))
	cuts := []int{0, 1, 7, 16, 100, len(data) - 1, len(data) - 2}
	for range 150 {
		cuts = append(cuts, rng.IntN(len(data)))
	}
	for _, cut := range cuts {
		if cut < 0 || cut >= len(data) {
			continue
		}
		g, err := read(t.Context(), open(data[:cut]))
		if err != nil {
			if !typed(err) {
				t.Fatalf("cut at %d: untyped error %T %v", cut, err, err)
			}
			continue
		}
		if g.Len() > whole.Len() {
			t.Fatalf("cut at %d: more objects than in the whole dump", cut)
		}
		if len(g.Warnings()) == 0 {
			t.Fatalf("cut at %d of %d: neither an error nor a warning", cut, len(data))
		}
	}
}

// flipped reads the dump with bits turned over: no panic, and typed errors.
func flipped(t *testing.T, data []byte, read Read, open func([]byte) *source.Source) {
	rng := rand.New(rand.NewPCG(2, 2))
	for i := range 150 {
		bad := slices.Clone(data)
		for range 1 + rng.IntN(3) {
			bad[rng.IntN(len(bad))] ^= 1 << rng.IntN(8)
		}
		if i < 50 { // the header decides most
			bad[rng.IntN(min(len(bad), 512))] ^= 1 << rng.IntN(8)
		}
		g, err := read(t.Context(), open(bad))
		if err != nil && !typed(err) {
			t.Fatalf("round %d: untyped error %T %v", i, err, err)
		}
		if err == nil && i%10 == 0 {
			named(t, g)
		}
	}
}

// typed reports whether a reader's error is of a kind that callers can tell.
func typed(err error) bool {
	var syntax *source.SyntaxError
	var mismatch *source.MismatchError
	return errors.As(err, &syntax) || errors.As(err, &mismatch) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, source.ErrNotMine) || errors.Is(err, graph.ErrTooManyObjects)
}

// Fingerprint is a hash of all columns, rows, names and roots of a graph.
func Fingerprint(g *graph.Graph) uint64 {
	h := fnv.New64a()
	for n := range graph.NodeID(g.Len()) {
		fmt.Fprintln(h, g.Address(n), g.TypeName(n), g.TypeSource(n), g.Size(n), g.Internal(n), g.Row(n))
		for i := range g.Row(n) {
			fmt.Fprint(h, g.RefKind(n, i), g.Label(n, i), " ")
		}
	}
	for t := range graph.TypeID(g.Types().Len()) {
		fmt.Fprintln(h, g.Types().About(t))
	}
	words := lang.Of(g)
	for _, r := range g.Roots() {
		fmt.Fprintln(h, r.Node, words.Root(&r), words.Key(&r), words.Note(&r), g.String(r.File), r.Line, g.String(r.Ref), r.Kind, r.Rank, r.Via, r.Transient)
	}
	return h.Sum64()
}
