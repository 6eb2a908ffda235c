package graph

import "errors"

// NodeID numbers the objects of one graph, dense from 0, in address order where
// the format has addresses.
type NodeID uint32

// None is no object.
const None NodeID = 1<<32 - 1

// MaxNodes is the most objects a graph can hold.
const MaxNodes = 1<<32 - 2

// ErrTooManyObjects is returned for a dump with more than [MaxNodes] objects.
var ErrTooManyObjects = errors.New("more than 4,294,967,294 objects")

// TypeSource tells how the reader came to an object's type.
type TypeSource uint8

// From best to worst.
const (
	TypeExact     TypeSource = iota // the dump says so
	TypeInferred                    // follows from typed references to it
	TypeSizeClass                   // not known; the type's name describes its size only
)

func (s TypeSource) String() string {
	return [...]string{"exact", "inferred", "size class", "?"}[s&3]
}

// nodeFlags is the flag byte of a node.
type nodeFlags uint8

const (
	flagSource   nodeFlags = 3      // TypeSource
	flagInternal nodeFlags = 1 << 2 // a container's inside, folded in paths
	flagKinds    nodeFlags = 1 << 3 // the row has references that are not strong
	flagLeaf     nodeFlags = 1 << 4 // the row is empty
)
