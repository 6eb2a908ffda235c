package view

// Block is an object, or a group of objects, of a map of the heap; its area is what
// it retains. Children are what it dominates directly.
type Block struct {
	ID       string
	Name     string // a type
	Note     string // the address, or how many objects
	Retained uint64 // bytes
	Count    int    // objects
	Children []Block
}
