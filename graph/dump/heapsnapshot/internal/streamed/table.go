package streamed

import (
	"encoding/binary"
	"slices"

	"github.com/refgraph/refgraph/graph/dump/internal/source"
)

// fields is the most numbers of a record that are read: type, name, id and size of a
// node; type, name or index, from and to of an edge.
const fields = 4

// What a record has behind its type, in bytes: of a node name, id, size, trace node and
// the byte that says whether it is detached; of an edge its three numbers.
const nodeRest, edgeRest = 4*8 + 1, 3 * 8

// table is a file of records.
type table struct {
	src   *source.Source
	rest  int
	typ   int   // width of the type, in bytes
	count int64 // whole records
}

// widths are those that a type may have, in bytes: Julia's first, then what it may
// become.
var widths = []int{1, 4, 8, 2}

// measure finds the width of records: the one that makes the declared number of them, or
// in a file that is not whole the first that ok finds right.
func (t *table) measure(declared uint64, ok func() bool) error {
	size := t.src.Size
	at := slices.IndexFunc(widths, func(w int) bool {
		return uint64(size)/uint64(w+t.rest) == declared && size%int64(w+t.rest) == 0
	})
	if at < 0 {
		at = slices.IndexFunc(widths, func(w int) bool {
			t.set(w)
			return ok()
		})
	}
	if at < 0 {
		return t.src.Errorf(0, "%d bytes are not the %d records that the description tells", size, declared)
	}
	t.set(widths[at])
	return nil
}

func (t *table) set(width int) { t.typ, t.count = width, t.src.Size/int64(width+t.rest) }

// record reads a record; there must be one.
func (t *table) record(i int64, v *[fields]uint64) error {
	p, err := t.src.Slice(i*int64(t.typ+t.rest), t.typ+t.rest)
	if err == nil {
		t.decode(p, v)
	}
	return err
}

func (t *table) decode(p []byte, v *[fields]uint64) {
	v[0] = 0
	for i := t.typ - 1; i >= 0; i-- {
		v[0] = v[0]<<8 | uint64(p[i])
	}
	for f := range fields - 1 {
		v[f+1] = binary.LittleEndian.Uint64(p[t.typ+8*f:])
	}
}

// batch is how many records are read at a time.
const batch = 1 << 15

// each calls do for all records in turn.
func (t *table) each(j *joiner, stage string, do func(i int64, v *[fields]uint64) error) error {
	width := int64(t.typ + t.rest)
	var v [fields]uint64
	for i := int64(0); i < t.count; i += batch {
		if err := j.src.Report(j.ctx, stage, i, t.count); err != nil {
			return err
		}
		n := min(batch, t.count-i)
		p, err := t.src.Slice(i*width, int(n*width))
		if err != nil {
			return err
		}
		for k := range n {
			t.decode(p[k*width:], &v)
			if err := do(i+k, &v); err != nil {
				return err
			}
		}
		t.src.Release(i*width, n*width)
	}
	return nil
}

// errorf is an error at a record.
func (t *table) errorf(i int64, format string, args ...any) error {
	return t.src.Errorf(i*int64(t.typ+t.rest), format, args...)
}
