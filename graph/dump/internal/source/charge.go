package source

import (
	"fmt"
	"unsafe"
)

// Tables beside the objects (types, roots, names, goroutines, sites) may take
// tableFloor and tableShare times the size of the dump (without holes). Go keeps up to four times
// that in memory: lists grow by copying, and garbage is collected when there is as
// much as is alive. So all of it stays within 300 MB and six times the dump; real
// dumps need a tenth.
const (
	tableFloor = 52 << 20
	tableShare = 1.25
)

// Charge counts n bytes that a reader is going to keep for entries of tables, and
// is a *LimitError when they are more than a dump of this size may have: a record
// of three bytes can stand for a hundred. Objects and references are not charged;
// [graph.Builder] bounds them. Safe for concurrent use.
func (s *Source) Charge(n int) error {
	limit := int64(tableFloor + tableShare*float64(s.Data))
	if s.tables.Add(int64(n)) <= limit {
		return nil
	}
	return s.tooMany(fmt.Sprintf("lists of types, roots and names would take more than %s", gib(4*limit)))
}

// objectsFloor is how many objects any dump may have.
const objectsFloor = 4 << 20

// CheckObjects is a *LimitError for more objects than a dump of this size can have,
// in formats in which a few words of the dump stand for any number of them.
func (s *Source) CheckObjects(n int) error {
	if int64(n) <= objectsFloor+s.Data/4 {
		return nil
	}
	return s.tooMany(fmt.Sprintf("tables speak of %d objects", n))
}

func (s *Source) tooMany(what string) error {
	return &LimitError{File: s.Name, What: fmt.Sprintf("its %s, which no dump of %s needs", what, gib(s.Data)),
		Help: "it is damaged, or made to exhaust the memory of who reads it: take the dump again"}
}

// ChargeFor is Charge for n entries of a type, with text bytes of strings.
func ChargeFor[T any](s *Source, n, text int) error {
	var entry T
	return s.Charge(n*int(unsafe.Sizeof(entry)) + text)
}
