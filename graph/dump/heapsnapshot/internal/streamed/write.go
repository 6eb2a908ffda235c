package streamed

import (
	"bufio"
	"encoding/binary"
	"io"
	"strconv"
)

// nodeFields is how many numbers a node has in the form that is written.
const nodeFields = 7

// write writes the snapshot. What a file does not have to its end is left out, and the
// reader of the snapshot says so.
func (j *joiner) write(to io.Writer) error {
	w := &writer{Writer: bufio.NewWriterSize(to, 1<<16)}
	w.Write(j.head)
	w.WriteString(",\"nodes\":[")
	err := j.nodes.each(j, "joining nodes", func(i int64, v *[fields]uint64) error {
		if v[1] > 1<<32-1 {
			return j.nodes.errorf(i, "node %d has the name %d", i, v[1])
		}
		w.numbers(v[0], v[1], v[2], v[3], uint64(j.degree[i]), 0, 0)
		return w.err
	})
	if err != nil {
		return err
	}
	w.WriteString("],\"edges\":[")
	w.more = false
	for i, e := range j.order {
		if i%batch == 0 {
			if err := j.src.Report(j.ctx, "joining edges", int64(i), int64(len(j.order))); err != nil {
				return err
			}
		}
		var v [fields]uint64
		if err := j.edges.record(int64(e), &v); err != nil {
			return err
		}
		w.numbers(v[0], v[1], v[3]*nodeFields)
		if w.err != nil {
			return w.err
		}
	}
	w.WriteString("],\"strings\":[")
	w.more = false
	whole, err := j.writeStrings(w)
	if err != nil {
		return err
	}
	if whole {
		w.WriteString("]}")
	}
	return w.Flush()
}

// writeStrings writes the strings; false if the file ends within one.
func (j *joiner) writeStrings(w *writer) (whole bool, err error) {
	src := j.strings
	for off := int64(0); off < src.Size; {
		if from, _ := src.Hole(off); off >= from || src.Size-off < 8 {
			return false, nil
		}
		p, err := src.Slice(off, 8)
		if err != nil {
			return false, err
		}
		n := binary.LittleEndian.Uint64(p)
		if off += 8; n > uint64(src.Size-off) {
			return false, nil
		}
		w.comma()
		w.WriteByte('"')
		for end := off + int64(n); off < end; {
			if err := j.src.Report(j.ctx, "joining strings", off, src.Size); err != nil {
				return false, err
			}
			p, err := src.Slice(off, int(min(1<<20, end-off)))
			if err != nil {
				return false, err
			}
			w.text(p)
			src.Release(off, int64(len(p)))
			off += int64(len(p))
		}
		w.WriteByte('"')
		if w.err != nil {
			return false, w.err
		}
	}
	return true, nil
}

// writer writes JSON.
type writer struct {
	*bufio.Writer
	more bool // a value is there already
	num  []byte
	err  error // of the numbers and texts
}

func (w *writer) comma() {
	if w.more {
		w.WriteByte(',')
	}
	w.more = true
}

// numbers writes a record.
func (w *writer) numbers(list ...uint64) {
	w.comma()
	w.num = w.num[:0]
	for i, v := range list {
		if i > 0 {
			w.num = append(w.num, ',')
		}
		w.num = strconv.AppendUint(w.num, v, 10)
	}
	_, w.err = w.Write(append(w.num, '\n'))
}

// text writes the inside of a string; it may be any bytes.
func (w *writer) text(p []byte) {
	start := 0
	for i, b := range p {
		if b >= ' ' && b != '"' && b != '\\' {
			continue
		}
		w.Write(p[start:i])
		start = i + 1
		if b < ' ' {
			w.WriteString("\\u00")
			w.WriteByte("0123456789abcdef"[b>>4])
			w.WriteByte("0123456789abcdef"[b&15])
		} else {
			w.WriteByte('\\')
			w.WriteByte(b)
		}
	}
	_, w.err = w.Write(p[start:])
}
