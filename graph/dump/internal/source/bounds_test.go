package source

import (
	"errors"
	"io"
	"strings"
	"testing"
)

// TestSliceBounds asks for bytes at and behind the end of a dump, mapped and not.
func TestSliceBounds(t *testing.T) {
	const text = "0123456789"
	for name, s := range map[string]*Source{
		"mapped": FromBytes("x", []byte(text), Options{}), "read": New("x", strings.NewReader(text), int64(len(text)), Options{}),
	} {
		for _, c := range []struct {
			off  int64
			n    int
			want string // "-" for an error
		}{{0, 10, text}, {7, 3, "789"}, {10, 0, ""}, {7, 4, "-"}, {1, 10, "-"}, {11, 0, "-"}, {-1, 2, "-"}, {2, -1, "-"}, {1 << 62, 1 << 62, "-"}} {
			got, err := s.Slice(c.off, c.n)
			if c.want == "-" {
				if !errors.Is(err, io.ErrUnexpectedEOF) {
					t.Errorf("%s: %d bytes at %d: %q, %v", name, c.n, c.off, got, err)
				}
			} else if err != nil || string(got) != c.want {
				t.Errorf("%s: %d bytes at %d: %q, %v; want %q", name, c.n, c.off, got, err, c.want)
			}
		}
	}
}

// TestReadAtBounds reads at the end of bytes in memory.
func TestReadAtBounds(t *testing.T) {
	b := bytesAt("0123")
	for _, c := range []struct {
		off  int64
		want string
		err  error
	}{{0, "01", nil}, {2, "23", nil}, {3, "3", io.EOF}, {4, "", io.EOF}, {5, "", io.EOF}, {-1, "", io.EOF}} {
		p := make([]byte, 2)
		n, err := b.ReadAt(p, c.off)
		if string(p[:n]) != c.want || err != c.err {
			t.Errorf("2 bytes at %d: %q, %v; want %q, %v", c.off, p[:n], err, c.want, c.err)
		}
	}
}
