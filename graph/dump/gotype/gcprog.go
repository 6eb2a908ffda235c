package gotype

// maxMaskBits bounds what a short program can expand to: 2 GiB of variables.
const maxMaskBits = 1 << 28

// runGCProg expands the pointer mask of size bytes of variables: one bit a
// word. The program is instructions as in runtime/mbitmap.go: literal bits or
// repetitions of what was written. A damaged program gives what it says until
// there. The mask can be shorter than size: the rest is zeros.
func runGCProg(prog []byte, size uint64) []byte {
	words := min(size/8, maxMaskBits)
	var m bitWriter
	next := func() (b byte) {
		if len(prog) > 0 {
			b, prog = prog[0], prog[1:]
		}
		return b
	}
	varint := func() (v uint64) {
		for shift := 0; shift < 63; shift += 7 {
			b := next()
			v |= uint64(b&0x7f) << shift
			if b&0x80 == 0 {
				break
			}
		}
		return v
	}
	for m.n < words {
		inst := next()
		n := uint64(inst & 0x7f)
		if inst&0x80 == 0 {
			if n == 0 {
				break
			}
			for ; n > 0; n -= min(n, 8) {
				m.literal(next(), min(n, 8), words)
			}
			continue
		}
		if n == 0 {
			n = varint()
		}
		if !m.repeat(n, varint(), words) {
			break
		}
	}
	return m.b
}

// bitWriter is bits written so far, lowest first.
type bitWriter struct {
	b []byte
	n uint64
}

func (m *bitWriter) put(bit byte) {
	if m.n&7 == 0 {
		m.b = append(m.b, 0)
	}
	m.b[m.n>>3] |= bit << (m.n & 7)
	m.n++
}

func (m *bitWriter) literal(b byte, n, limit uint64) {
	for i := uint64(0); i < n && m.n < limit; i++ {
		m.put(b >> i & 1)
	}
}

// repeat repeats the last n bits c times; false if there are not as many.
func (m *bitWriter) repeat(n, c, limit uint64) bool {
	if n == 0 || n > m.n {
		return false
	}
	if c > limit/n {
		c = limit/n + 1
	}
	for i, src := uint64(0), m.n-n; i < n*c && m.n < limit; i++ {
		m.put(m.b[(src+i)>>3] >> ((src + i) & 7) & 1)
	}
	return true
}
