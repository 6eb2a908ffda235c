package ruby

import (
	"bytes"
	"context"
	"sort"
	"sync"
	"sync/atomic"

	"github.com/refgraph/refgraph/graph"
	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// Match reports whether a file starts as a dump does: a line of JSON with a type, and
// a root, an address or a shape.
func Match(head []byte) bool {
	line, _, _ := bytes.Cut(bytes.TrimLeft(head, " \t\r\n\ufeff"), []byte{'\n'})
	if !bytes.HasPrefix(line, []byte("{")) || !bytes.Contains(line, []byte(`"type":`)) {
		return false
	}
	for _, key := range []string{`"root":`, `"address":`, `"shape_id":`, `"edge_name":`} {
		if bytes.Contains(line, []byte(key)) {
			return true
		}
	}
	return false
}

// chunkLen is how much of the file is read at a time, in bytes.
const chunkLen = 1 << 20

// maxLine is the longest line that is read, in bytes: a large string has its text in it.
const maxLine = 1 << 30

// lines calls do for chunks of the file, several at once, with the whole lines that
// start in the chunk and their place in the file.
func lines(ctx context.Context, src *source.Source, stage string, do func(chunk int, off int64, line []byte) error) error {
	chunks := int((src.Size + chunkLen - 1) / chunkLen)
	return graph.Parallel(ctx, chunks, src.Options.Workers, func(c int) error {
		lo := int64(c) * chunkLen
		hi := min(src.Size, lo+chunkLen)
		if err := src.Report(ctx, stage, lo, src.Size); err != nil {
			return err
		}
		if from, to := src.Hole(lo); from <= lo && hi <= to && from < to {
			return nil
		}
		from := max(0, lo-1) // the line break before the chunk tells where the first line starts
		p, err := src.Slice(from, int(hi-from))
		if err != nil {
			return err
		}
		i := 0
		if c > 0 {
			k := bytes.IndexByte(p, '\n')
			if k < 0 {
				return nil // within one long line
			}
			i = k + 1
		}
		for i < len(p) {
			k := bytes.IndexByte(p[i:], '\n')
			at := from + int64(i)
			if k < 0 {
				line, err := lineAt(src, at)
				if err != nil {
					return err
				}
				return do(c, at, line)
			}
			if err := do(c, at, p[i:i+k]); err != nil {
				return err
			}
			i += k + 1
		}
		src.Release(lo, hi-lo)
		return nil
	})
}

// lineAt reads the line that starts at a place in the file, without its end.
func lineAt(src *source.Source, at int64) ([]byte, error) {
	end, _ := src.Hole(at)
	for size := int64(4096); ; size *= 8 {
		size = min(size, end-at, maxLine)
		p, err := src.Slice(at, int(size))
		if err != nil {
			return nil, err
		}
		if k := bytes.IndexByte(p, '\n'); k >= 0 {
			return p[:k], nil
		}
		if at+size == end {
			return p, nil
		}
		if size == maxLine {
			return nil, src.Errorf(at, "a line of more than %d bytes", maxLine)
		}
	}
}

// kind is the type of an object as Ruby's memory has it.
type kind uint8

const (
	kindOther kind = iota
	kindObject
	kindClass
	kindModule
	kindIClass
	kindString
	kindArray
	kindHash
	kindStruct
	kindData
	kindImemo
	kindRoot
	kindShape
	kindRegexp
	kindSymbol
	kindFloat
	kindBignum
	kindFile
	kindMatch
	kindRational
	kindComplex
)

func kinds() map[string]kind {
	return map[string]kind{
		"OBJECT": kindObject, "CLASS": kindClass, "MODULE": kindModule, "ICLASS": kindIClass, "STRING": kindString, "ARRAY": kindArray,
		"HASH": kindHash, "STRUCT": kindStruct, "DATA": kindData, "IMEMO": kindImemo, "ROOT": kindRoot, "SHAPE": kindShape,
		"REGEXP": kindRegexp, "SYMBOL": kindSymbol, "FLOAT": kindFloat, "BIGNUM": kindBignum, "FILE": kindFile, "MATCH": kindMatch,
		"RATIONAL": kindRational, "COMPLEX": kindComplex,
	}
}

// classNames are the classes of what has its type's own, for objects whose class the
// dump does not have.
var classNames = map[kind]string{
	kindString: "String", kindArray: "Array", kindHash: "Hash", kindRegexp: "Regexp", kindSymbol: "Symbol", kindFloat: "Float",
	kindBignum: "Integer", kindFile: "File", kindMatch: "MatchData", kindRational: "Rational", kindComplex: "Complex",
	kindObject: "Object", kindStruct: "Struct",
}

// object is what the first pass knows of a line.
type object struct {
	addr, class uint64
	size        uint64
	off         int64
	sub         uint32 // struct of a DATA, kind of an IMEMO: see texts
	generation  uint32 // with 1 added; 0 if it is not known
	kind        kind
}

// class is a CLASS, MODULE or ICLASS line.
type class struct {
	name      string
	super     uint64
	singleton bool
}

// root is a ROOT line.
type root struct {
	name  string
	addrs []uint64
}

// shape is a SHAPE line: objects of it have the variables of the parents, and this.
type shape struct {
	parent uint64
	edge   string
}

// part is what one chunk of the file has.
type part struct {
	objects []object
	bad     int   // lines that are damaged
	badAt   int64 // and where the first is
}

// file is what is known of a dump after the first pass.
type file struct {
	src     *source.Source
	parts   []part
	mu      sync.Mutex
	classes map[uint64]class
	roots   []rootAt
	shapes  map[uint64]shape
	texts   map[string]uint32
	words   []string
	traced  atomic.Bool // there are allocation sites
}

// rootAt is a root with its place, to keep their order.
type rootAt struct {
	off int64
	root
}

func (f *file) sortRoots() {
	sort.Slice(f.roots, func(i, k int) bool { return f.roots[i].off < f.roots[k].off })
}
