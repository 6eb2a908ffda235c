package delvetest

import (
	"reflect"
	"slices"

	"github.com/go-delve/delve/pkg/dwarf/godwarf"

	"github.com/refgraph/refgraph/graph"
)

// Verdict is what comes of comparing a claim with the object at its address.
type Verdict uint8

const (
	Equal      Verdict = iota // the object is what the claim says, from its start
	Contained                 // the object has it inside
	Converted                 // so but for a name: Go converts pointers to types alike
	Untyped                   // the object's name tells its size only
	Shared                    // of the small values that share a block, it is another one
	Unknown                   // DWARF has no type of the object's name
	Outside                   // no object: a global variable, a stack, memory of the runtime
	Impossible                // not what the allocator made the object for
	Missing                   // no object either, but it is among the objects
	Wrong
	verdicts
)

func (v Verdict) String() string {
	return [verdicts]string{"equal", "contained", "converted", "untyped", "shared block", "unknown name", "outside the heap", "impossible", "missing", "wrong"}[v]
}

// Judge compares claims with the types of a graph.
type Judge struct {
	g      *graph.Graph
	names  *names
	stacks [][2]uint64
	shapes map[graph.TypeID]known
}

type known struct {
	shape
	ok bool
}

// NewJudge makes a judge for the graph of the core that is open in Delve.
func (d *Delve) NewJudge(g *graph.Graph) (*Judge, error) {
	n, err := newNames(d.target.BinInfo())
	if err != nil {
		return nil, err
	}
	stacks, err := d.Stacks()
	return &Judge{g, n, stacks, map[graph.TypeID]known{}}, err
}

// tinyBlock is the size of the blocks that small values without pointers share.
const tinyBlock = 16

// Check compares a claim with the object that contains its address.
func (j *Judge) Check(c *Claim) (Verdict, graph.NodeID) {
	n, delta, ok := j.g.Containing(c.Addr)
	switch {
	case !ok:
		return j.outside(c.Addr), n
	case j.g.TypeSource(n) == graph.TypeSizeClass:
		return Untyped, n
	}
	k, seen := j.shapes[j.g.Type(n)]
	if !seen {
		k.shape, k.ok = j.names.shape(j.g.TypeName(n))
		j.shapes[j.g.Type(n)] = k
	}
	switch {
	case !k.ok:
		return Unknown, n
	case int64(delta)+c.extent() > int64(j.g.Size(n)):
		return Impossible, n // of a dead variable, or DWARF is mistaken
	case delta == 0 && k.equals(c):
		return Equal, n
	case k.holds(c, int64(delta)):
		return Contained, n
	case c.Form == Value && k.at(int64(delta), func(t godwarf.Type) bool { return alike(t, c.Type) }):
		return Converted, n
	case j.g.Size(n) == tinyBlock && j.g.Leaf(n) && k.small():
		return Shared, n
	case c.Local && j.g.TypeSource(n) == graph.TypeExact:
		return Impossible, n // the allocator knows better
	}
	return Wrong, n
}

// outside tells an address that is elsewhere from one that should have an object.
func (j *Judge) outside(addr uint64) Verdict {
	if j.g.Len() == 0 || addr < j.g.Address(0) || addr > j.g.Address(graph.NodeID(j.g.Len()-1)) {
		return Outside
	}
	for _, s := range j.stacks {
		if s[0] <= addr && addr < s[1] {
			return Outside
		}
	}
	return Missing
}

// small reports whether values of the shape can share a block.
func (s *shape) small() bool {
	return s.form == Text || slices.ContainsFunc(s.types, func(t godwarf.Type) bool { return t.Size() < tinyBlock })
}

// equals reports whether the claim is of all of an object of this shape.
func (s *shape) equals(c *Claim) bool {
	if s.form != c.Form {
		return false
	}
	switch c.Form {
	case Text:
		return true
	case Closure:
		return shortFunc(c.Func) == s.name
	}
	for _, t := range s.types {
		if sameContainer(c.Form, t, c.Type) {
			return true
		}
	}
	return false
}

// sameContainer compares types: of maps and channels, what they hold.
func sameContainer(f Form, a, b godwarf.Type) bool {
	switch f {
	case Map, Directory, Table, Groups:
		x, ok := godwarf.ResolveTypedef(a).(*godwarf.MapType)
		y, ok2 := godwarf.ResolveTypedef(b).(*godwarf.MapType)
		return ok && ok2 && same(x.KeyType, y.KeyType) && same(x.ElemType, y.ElemType)
	case Channel, Buffer:
		x, ok := godwarf.ResolveTypedef(a).(*godwarf.ChanType)
		y, ok2 := godwarf.ResolveTypedef(b).(*godwarf.ChanType)
		return ok && ok2 && same(x.ElemType, y.ElemType)
	}
	return same(a, b)
}

func same(a, b godwarf.Type) bool {
	return a == b || a.Size() == b.Size() && canonical(a.Common().Name) == canonical(b.Common().Name)
}

// holds reports whether what is claimed is inside an object of this shape, at
// an offset in bytes.
func (s *shape) holds(c *Claim, off int64) bool {
	is := func(t godwarf.Type) bool { return same(t, c.Type) }
	switch c.Form {
	case Text:
		return s.form == Text || s.at(off, oneByte) && s.at(off+c.Count-1, oneByte)
	case Elements:
		return s.form == Text && oneByte(c.Type) || s.at(off, is) && s.at(off+(c.Count-1)*c.Type.Size(), is)
	case Value:
		if f, ok := implementations[c.Type.Common().Name]; ok && off == 0 && s.form == f {
			return true
		}
		if real, ok := views[c.Type.Common().Name]; ok && off == 0 && s.at(0, func(t godwarf.Type) bool { return t.Common().Name == real }) {
			return true
		}
		return s.form == Text && oneByte(c.Type) || s.at(off, is)
	case Buffer: // without pointers in the elements it is behind the header
		return s.form == Channel && s.at(off, func(t godwarf.Type) bool { return same(t, elemOf(c.Type)) })
	}
	return false
}

// alike reports whether two types have one underlying type, so that the program
// can have converted a pointer to the one to a pointer to the other.
func alike(a, b godwarf.Type) bool {
	a, b = godwarf.ResolveTypedef(a), godwarf.ResolveTypedef(b)
	x, ok := a.(*godwarf.StructType)
	y, ok2 := b.(*godwarf.StructType)
	if ok && ok2 {
		return len(x.Field) > 0 && slices.EqualFunc(x.Field, y.Field, func(f, g *godwarf.StructField) bool {
			return f.Name == g.Name && f.ByteOffset == g.ByteOffset && same(f.Type, g.Type)
		})
	}
	kind := a.Common().ReflectKind
	basic := kind >= reflect.Bool && kind <= reflect.Complex128 || kind == reflect.String
	return basic && kind == b.Common().ReflectKind
}

func oneByte(t godwarf.Type) bool {
	switch godwarf.ResolveTypedef(t).(type) {
	case *godwarf.UintType, *godwarf.IntType, *godwarf.UcharType, *godwarf.CharType:
		return t.Size() == 1
	}
	return false
}

func elemOf(channel godwarf.Type) godwarf.Type {
	return godwarf.ResolveTypedef(channel).(*godwarf.ChanType).ElemType
}

// at reports whether an object of this shape has a value at an offset whose type
// is as wanted.
func (s *shape) at(off int64, is func(godwarf.Type) bool) bool {
	for _, t := range s.types {
		if s.typeAt(t, off, is) {
			return true
		}
	}
	return false
}

func (s *shape) typeAt(t godwarf.Type, off int64, is func(godwarf.Type) bool) bool {
	switch s.form {
	case Elements:
		return tiled(t, off, is)
	case Buffer:
		return tiled(elemOf(t), off, is)
	case Channel:
		header := pointedTo(godwarf.ResolveTypedef(t).(*godwarf.ChanType).TypedefType.Type)
		if header == nil || off < header.Size() {
			return header != nil && has(header, off, is)
		}
		return tiled(elemOf(t), off-header.Size(), is)
	case Map, Table, Groups:
		p := mapPartsOf(t)
		if p == nil {
			return false
		}
		switch s.form {
		case Map:
			return has(p.header, off, is)
		case Table:
			return has(p.table, off, is)
		}
		return tiled(p.group, off, is)
	}
	return has(t, off, is)
}

// tiled is has for as many values of type t as fit.
func tiled(t godwarf.Type, off int64, is func(godwarf.Type) bool) bool {
	return t.Size() > 0 && has(t, off%t.Size(), is)
}

// has reports whether a value of type t has one at an offset whose type is as
// wanted: itself, a field, an element.
func has(t godwarf.Type, off int64, is func(godwarf.Type) bool) bool {
	if off < 0 || off >= t.Size() {
		return false
	}
	if off == 0 && is(t) {
		return true
	}
	switch u := godwarf.ResolveTypedef(t).(type) {
	case *godwarf.StructType:
		for _, f := range u.Field {
			if off >= f.ByteOffset && has(f.Type, off-f.ByteOffset, is) {
				return true
			}
		}
	case *godwarf.ArrayType:
		return u.Type.Size() > 0 && has(u.Type, off%u.Type.Size(), is)
	}
	return false
}
