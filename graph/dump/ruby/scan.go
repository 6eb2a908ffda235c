package ruby

import (
	"bytes"
)

// field is what a key of a line is for.
type field uint8

const (
	fieldOther field = iota
	fieldAddress
	fieldType
	fieldClass
	fieldMemsize
	fieldName
	fieldSuperclass
	fieldSingleton
	fieldStruct
	fieldImemo
	fieldShape
	fieldID
	fieldParent
	fieldEdge
	fieldRoot
	fieldReferences
	fieldLength
	fieldSize
	fieldFile
	fieldLine
	fieldMethod
	fieldGeneration
	fieldValue
	fieldRealClass
)

// fields are the keys that the reader knows.
func fields() map[string]field {
	return map[string]field{
		"address": fieldAddress, "type": fieldType, "class": fieldClass, "memsize": fieldMemsize, "name": fieldName,
		"superclass": fieldSuperclass, "singleton": fieldSingleton, "struct": fieldStruct, "imemo_type": fieldImemo,
		"shape_id": fieldShape, "id": fieldID, "parent_id": fieldParent, "edge_name": fieldEdge, "root": fieldRoot,
		"references": fieldReferences, "length": fieldLength, "size": fieldSize, "file": fieldFile, "line": fieldLine,
		"method": fieldMethod, "generation": fieldGeneration, "value": fieldValue,
		"real_class_name": fieldRealClass,
	}
}

// scanner goes through the fields of lines. It belongs to one goroutine.
type scanner struct {
	known map[string]field
	line  []byte
	i     int
	bad   bool

	key   field
	value []byte // as it is written: a string with its quotes, an array with its brackets
}

// start takes a line; false if it is no object.
func (s *scanner) start(line []byte) bool {
	s.line, s.i, s.bad = line, 0, false
	s.space()
	if !s.take('{') {
		s.bad = true
		return false
	}
	return true
}

func (s *scanner) space() {
	for s.i < len(s.line) && (s.line[s.i] == ' ' || s.line[s.i] == '\t' || s.line[s.i] == '\r') {
		s.i++
	}
}

func (s *scanner) take(b byte) bool {
	if s.i < len(s.line) && s.line[s.i] == b {
		s.i++
		return true
	}
	return false
}

// next reads a key and its value; false at the end of the object, or if it is damaged
// (bad).
func (s *scanner) next() bool {
	s.space()
	if s.take('}') {
		return false
	}
	if s.take(',') {
		s.space()
	}
	key, ok := s.text()
	if !ok {
		s.bad = true
		return false
	}
	s.key = s.known[string(key[1:len(key)-1])]
	s.space()
	if !s.take(':') {
		s.bad = true
		return false
	}
	s.space()
	if s.value, ok = s.any(); !ok {
		s.bad = true
	}
	return ok
}

// text reads a string with its quotes.
func (s *scanner) text() ([]byte, bool) {
	from := s.i
	if !s.take('"') {
		return nil, false
	}
	for {
		k := bytes.IndexByte(s.line[s.i:], '"')
		if k < 0 {
			return nil, false
		}
		at := s.i + k
		s.i = at + 1
		slashes := 0
		for at-1-slashes > from && s.line[at-1-slashes] == '\\' {
			slashes++
		}
		if slashes%2 == 0 {
			return s.line[from:s.i], true
		}
	}
}

// any reads a value of any kind.
func (s *scanner) any() ([]byte, bool) {
	from := s.i
	if s.i >= len(s.line) {
		return nil, false
	}
	switch s.line[s.i] {
	case '"':
		return s.text()
	case '[', '{':
		return s.nested()
	}
	for s.i < len(s.line) && s.line[s.i] != ',' && s.line[s.i] != '}' && s.line[s.i] != ']' {
		s.i++
	}
	return bytes.TrimRight(s.line[from:s.i], " \t\r"), s.i > from
}

// nested reads an array or object.
func (s *scanner) nested() ([]byte, bool) {
	from, depth := s.i, 0
	for s.i < len(s.line) {
		switch s.line[s.i] {
		case '"':
			if _, ok := s.text(); !ok {
				return nil, false
			}
			continue
		case '[', '{':
			depth++
		case ']', '}':
			depth--
		}
		s.i++
		if depth == 0 {
			return s.line[from:s.i], true
		}
	}
	return nil, false
}

// address reads "0x7f…"; 0 if the value is none.
func address(v []byte) uint64 {
	if len(v) < 4 || v[0] != '"' || v[1] != '0' || v[2] != 'x' || len(v) > 20 {
		return 0
	}
	var a uint64
	for _, b := range v[3 : len(v)-1] {
		d := hexDigit(b)
		if d > 15 {
			return 0
		}
		a = a<<4 | uint64(d)
	}
	return a
}

func hexDigit(b byte) byte {
	switch {
	case b-'0' < 10:
		return b - '0'
	case b-'a' < 6:
		return b - 'a' + 10
	case b-'A' < 6:
		return b - 'A' + 10
	}
	return 255
}

// number reads a number that is not negative; 0 if the value is none.
func number(v []byte) uint64 {
	if len(v) > 18 {
		return 0
	}
	n := uint64(0)
	for _, b := range v {
		if b -= '0'; b > 9 {
			return 0
		}
		n = n*10 + uint64(b)
	}
	return n
}

// addresses calls do with each address of an array.
func addresses(v []byte, do func(addr uint64)) {
	for len(v) > 0 {
		i := bytes.IndexByte(v, '"')
		if i < 0 {
			return
		}
		v = v[i:]
		k := bytes.IndexByte(v[1:], '"')
		if k < 0 {
			return
		}
		if a := address(v[:k+2]); a != 0 {
			do(a)
		}
		v = v[k+2:]
	}
}
