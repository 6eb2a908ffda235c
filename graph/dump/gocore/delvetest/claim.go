package delvetest

import (
	"fmt"
	"strings"

	"github.com/go-delve/delve/pkg/dwarf/godwarf"
)

// Form is what kind of thing an object is, or is claimed to be.
type Form uint8

const (
	Value     Form = iota // a value of a type
	Elements              // backing array of a slice
	Text                  // contents of a string
	Map                   // header of a map
	Directory             // directory of a map's tables
	Table                 // table of a map
	Groups                // groups of a map's slots
	Channel               // header of a channel
	Buffer                // buffer of a channel
	Closure               // function value with what it captures
	forms
)

func (f Form) String() string {
	return [forms]string{"value", "array of a slice", "text of a string", "map", "map directory", "map table", "map groups",
		"channel", "channel buffer", "closure"}[f]
}

// Claim is what Delve says lies at an address.
type Claim struct {
	Addr uint64
	Form Form
	// Type is that of the value, of one element, or of the map or channel; nil
	// for text and closures.
	Type  godwarf.Type
	Func  string // of closures: the function's full name
	Count int64  // elements, bytes of text, tables or groups
	Path  *Path  // how Delve came there
	Local bool   // a local variable says so, which the compiler may have put where another is by now
}

func (c *Claim) String() string {
	name := c.Func
	if c.Type != nil {
		name = c.Type.Common().Name
	}
	return strings.TrimSpace(fmt.Sprintf("%s %s", c.Form, name))
}

// extent is how many bytes the claim is about; 0 for what has no length in it.
func (c *Claim) extent() int64 {
	switch c.Form {
	case Value:
		return c.Type.Size()
	case Elements:
		return c.Count * c.Type.Size()
	case Text:
		return c.Count
	case Buffer:
		return c.Count * elemOf(c.Type).Size()
	case Directory:
		return c.Count * 8
	case Map, Table, Groups:
		if p := mapPartsOf(c.Type); p != nil {
			return map[Form]int64{Map: p.header.Size(), Table: p.table.Size(), Groups: c.Count * p.group.Size()}[c.Form]
		}
	}
	return 0
}

// Path is how Delve came to a value: a chain from the value back to a variable.
type Path struct {
	from *Path
	step string
}

func (p *Path) String() string {
	if p == nil {
		return ""
	}
	return p.from.String() + p.step
}
