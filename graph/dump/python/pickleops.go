package python

import (
	"encoding/binary"
	"fmt"
)

func (u *unpickler) number(op byte) error {
	n := int64(1)
	switch op {
	case opBinInt:
		n = 4
	case opBinInt2:
		n = 2
	}
	p, err := u.bytes(n)
	if err != nil {
		return err
	}
	if op == opLong1 {
		if p[0] > 8 {
			return fmt.Errorf("a number of %d bytes", p[0])
		}
		if p, err = u.bytes(int64(p[0])); err != nil {
			return err
		}
	}
	var v int64
	for i := len(p) - 1; i >= 0; i-- {
		v = v<<8 | int64(p[i])
	}
	if k := len(p) * 8; (op == opBinInt || op == opLong1) && k > 0 && k < 64 && v>>(k-1) != 0 {
		v -= 1 << k
	}
	if v != v<<8>>8 {
		return fmt.Errorf("the number %d, which is too large", v)
	}
	return u.push(newValue(isInt, uint64(v)))
}

func (u *unpickler) text(op byte) error {
	n := int64(1)
	if op == opBinUnicode {
		n = 4
	}
	p, err := u.bytes(n)
	if err != nil {
		return err
	}
	size := int64(p[0])
	if op == opBinUnicode {
		size = int64(binary.LittleEndian.Uint32(p))
	}
	if p, err = u.bytes(size); err != nil {
		return err
	}
	id, ok := u.textIDs[string(p)]
	if !ok {
		id = len(u.texts)
		u.texts = append(u.texts, string(p))
		u.textIDs[u.texts[id]] = id
		if err := u.keep(100 + len(p)); err != nil {
			return err
		}
	}
	return u.push(newValue(isText, uint64(id)))
}

func (u *unpickler) tuple(op byte) error {
	n := -1
	if op != opTuple {
		n = int(op-opTuple1) + 1
	}
	items, err := u.cut(n)
	if err != nil {
		return err
	}
	if len(items) >= chunkCells {
		return fmt.Errorf("a tuple of %d values", len(items))
	}
	last := len(u.cells) - 1
	if last < 0 || len(u.cells[last])+len(items) > chunkCells {
		u.cells = append(u.cells, make([]value, 0, chunkCells))
		last++
	}
	first := last*chunkCells + len(u.cells[last])
	u.cells[last] = append(u.cells[last], items...)
	if err := u.keep(8 * len(items)); err != nil {
		return err
	}
	return u.push(newValue(isTuple, uint64(first)<<16|uint64(len(items))))
}

// items are the values in a tuple; ok is false for another value.
func (u *unpickler) items(v value) (list []value, ok bool) {
	if v.kind() != isTuple {
		return nil, false
	}
	first, n := v.index()>>16, v.index()&0xffff
	if n == 0 {
		return nil, true
	}
	return u.cells[first/chunkCells][first%chunkCells:][:n], true
}

func (u *unpickler) append(op byte) error {
	n := 1
	if op == opAppends {
		n = -1
	}
	items, err := u.cut(n)
	if err != nil {
		return err
	}
	i, ok := u.top(isList)
	if !ok {
		return fmt.Errorf("items for something that is no list")
	}
	u.lists[i] = append(u.lists[i], items...)
	return u.keep(8 * len(items))
}

func (u *unpickler) setItems(op byte) error {
	n := 2
	if op == opSetItems {
		n = -1
	}
	items, err := u.cut(n)
	if err != nil {
		return err
	}
	d, ok := u.top(isDict)
	if !ok || len(items)%2 != 0 {
		return fmt.Errorf("entries for something that is no dict")
	}
	for i := 0; i < len(items); i += 2 {
		if items[i].kind() != isText {
			return fmt.Errorf("an attribute whose name is no text")
		}
		u.dicts[d][u.texts[items[i].index()]] = items[i+1]
	}
	return u.keep(32 * len(items))
}

func (u *unpickler) get(op byte) error {
	n := int64(1)
	if op == opLongBinGet {
		n = 4
	}
	p, err := u.bytes(n)
	if err != nil {
		return err
	}
	i := int(p[0])
	if op == opLongBinGet {
		i = int(binary.LittleEndian.Uint32(p))
	}
	if i >= len(u.memo) {
		return fmt.Errorf("value %d was not remembered", i)
	}
	return u.push(u.memo[i])
}

func (u *unpickler) global() error {
	names, err := u.cut(2)
	if err != nil {
		return err
	}
	var text [2]string
	for i, v := range names {
		if v.kind() == isText {
			text[i] = u.texts[v.index()]
		}
	}
	if !classes[text] {
		return fmt.Errorf("class %.40q.%.40q is not one of a snapshot", text[0], text[1])
	}
	return u.push(newValue(isClass, uint64(names[1].index())))
}

func (u *unpickler) newObject() error {
	args, err := u.cut(2)
	if err != nil {
		return err
	}
	if t, ok := u.items(args[1]); args[0].kind() != isClass || !ok || len(t) != 0 {
		return fmt.Errorf("an object that is not made as a snapshot's are")
	}
	u.objects = append(u.objects, object{class: args[0]})
	return u.nested(isObject, len(u.objects))
}

func (u *unpickler) build() error {
	state, err := u.pop()
	if err != nil {
		return err
	}
	o, ok := u.top(isObject)
	if !ok || state.kind() != isDict {
		return fmt.Errorf("a state for something that is no object")
	}
	u.objects[o].state = state
	return nil
}

// attribute is an attribute of an object of a class; ok is false for another value.
func (u *unpickler) attribute(v value, class, name string) (value, bool) {
	if v.kind() != isObject {
		return 0, false
	}
	o := u.objects[v.index()]
	if u.texts[o.class.index()] != class || o.state.kind() != isDict {
		return 0, false
	}
	return u.dicts[o.state.index()][name], true
}
