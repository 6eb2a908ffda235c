// Package glyphs has fonts for characters that the fonts of pictures lack:
// Chinese, Japanese, Korean and Arabic, so that a PNG can show names in them on a
// machine without fonts, and the same everywhere.
//
// cjk.ttf is a part of Droid Sans Fallback (Apache License 2.0): the characters of
// GB 2312, JIS X 0208, KS X 1001 and the first level of Big5. arabic.ttf is a part
// of DejaVu Sans (the Bitstream Vera licence): Arabic letters and their joined
// forms. Neither has hints or layout tables; [Visual] joins and orders instead.
// make.sh makes them.
package glyphs

import (
	_ "embed"
	"sync"

	"github.com/golang/freetype/truetype"
	"github.com/klauspost/compress/zstd"
)

//go:embed cjk.ttf.zst
var cjk []byte

//go:embed arabic.ttf.zst
var arabic []byte

// Font is a fallback font that has the character, or nil. The first call for one
// costs some milliseconds and 4 MB: the fonts are unpacked.
func Font(r rune) *truetype.Font {
	if r < 0x600 {
		return nil
	}
	for _, f := range fonts() {
		if f.Index(r) != 0 {
			return f
		}
	}
	return nil
}

var fonts = sync.OnceValue(func() (out [2]*truetype.Font) {
	d, err := zstd.NewReader(nil, zstd.WithDecoderConcurrency(1))
	if err != nil {
		panic("unpacking fonts: " + err.Error())
	}
	defer d.Close()
	for i, packed := range [][]byte{arabic, cjk} {
		data, err := d.DecodeAll(packed, nil)
		if err == nil {
			out[i], err = truetype.Parse(data)
		}
		if err != nil {
			panic("embedded font: " + err.Error()) // cannot fail on input
		}
	}
	return out
})
