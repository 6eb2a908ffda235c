package heapsnapshot

import (
	"strings"
	"unicode"
)

// label names a reference: a string of the file with what it is, or one of the
// names below.
type label uint32

// What the string of a label is.
const (
	tagProperty label = iota
	tagContext        // a variable
	tagInternal
	tagFixed // no string: one of the names below
)

func stringLabel(str uint32, tag label) label { return label(str)<<2 | tag }

// The labels without a string.
const (
	labelNone      label = iota<<2 | tagFixed // from one part of a container to another
	labelElement                              // [3]
	labelKeyed                                // ["…"], of an object that is used as a map
	labelEntry                                // ["…"], of a Map with a string as key
	labelOther                                // […], of a Map with another key
	labelKey                                  // the key itself
	labelMember                               // of a Set
	labelHidden                               // hidden from programs
	labelVariable                             // of a scope that does not tell the names of its variables
	labelWeak                                 // a weak slot
	labelPair                                 // from a WeakMap's key to the value
	labelPairTable                            // from a WeakMap's table to the key or the value
)

var fixedNames = [...]string{
	labelNone >> 2: "", labelElement >> 2: "[…]", labelKeyed >> 2: `["…"]`, labelEntry >> 2: `["…"]`, labelOther >> 2: "[…]",
	labelKey >> 2: " (key)", labelMember >> 2: " (member)", labelHidden >> 2: " (hidden)", labelVariable >> 2: " · (variable)", labelWeak >> 2: " (weak slot)",
	labelPair >> 2: " (key of a WeakMap with the value)", labelPairTable >> 2: " (WeakMap entry)",
}

// name is how a person writes a reference with this label; elements and keys are
// hidden.
func (t *stringTable) name(l label) string {
	str := uint32(l >> 2)
	switch l & 3 {
	case tagProperty:
		if t.fields {
			return fieldName(t.get(str))
		}
		return propertyName(t.get(str))
	case tagContext:
		return " · " + t.get(str)
	case tagInternal:
		switch k := &t.known; str {
		case k.elements, k.properties, k.table, k.context, k.previous:
			return ""
		}
		return " (" + t.get(str) + ")"
	}
	if int(str) < len(fixedNames) {
		return fixedNames[str]
	}
	return ""
}

// propertyName writes a property: what is no identifier is a key, and hidden.
func propertyName(s string) string {
	if sym, ok := strings.CutPrefix(s, "<symbol"); ok {
		return ".Symbol(" + strings.Trim(sym, " >") + ")"
	}
	if bare, _ := strings.CutPrefix(s, "get "); identifier(bare) {
		return "." + s
	}
	if bare, _ := strings.CutPrefix(s, "set "); identifier(bare) {
		return "." + s
	}
	return `["…"]`
}

// fieldName writes a field, which may be one within others, or the place in a tuple.
func fieldName(s string) string {
	if strings.HasPrefix(s, "[") {
		return s
	}
	return "." + s
}

func identifier(s string) bool {
	for i, r := range s {
		if !(r == '_' || r == '$' || r == '#' && i == 0 || unicode.IsLetter(r) || i > 0 && unicode.IsDigit(r)) {
			return false
		}
	}
	return s != "" && s != "#"
}
