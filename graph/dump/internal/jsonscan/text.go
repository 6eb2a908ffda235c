package jsonscan

import (
	"bytes"
	"encoding/json"
	"slices"
	"strings"
	"unicode/utf8"
)

// Unquote decodes the inside of a JSON string, which may be cut.
func Unquote(text []byte) string {
	if bytes.IndexByte(text, '\\') < 0 {
		return valid(string(text))
	}
	for cut := range 12 { // a cut may be within an escape
		if cut > len(text) {
			break
		}
		var s string
		if json.Unmarshal(slices.Concat([]byte{'"'}, text[:len(text)-cut], []byte{'"'}), &s) == nil {
			return s
		}
	}
	return valid(string(text))
}

// valid makes the text of a file one that can be shown.
func valid(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	return strings.ToValidUTF8(s, "\ufffd")
}
