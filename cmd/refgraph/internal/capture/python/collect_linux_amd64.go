package python

// collector are the functions of the module gc that are called at the end.
var collector = []struct {
	name string
	slot uint64
}{{"get_freeze_count", sFrozen}, {"freeze", sFreeze}, {"collect", sCollect}, {"unfreeze", sUnfreeze}}

// emitFindCollector finds them, before our names are gone.
func (l *layout) emitFindCollector(c *code, in *interpreter) {
	c.call(in.addr["PyDict_GetItemString"], at(l.state(sGlobals)), is(l.texts["gc"]))
	c.store(l.state(sModules))
	c.testRAX()
	c.jump(ifZero, "no collector")
	for _, f := range collector {
		c.call(in.addr["PyObject_GetAttrString"], at(l.state(sModules)), is(l.texts[f.name]))
		c.store(l.state(f.slot))
	}
	c.label("no collector")
}

// emitCollect empties the interpreter's lists of free objects, which hold some
// thousand of ours: a full collection does that. So that it has nothing else to do
// and finalizes nothing, all objects are set aside meanwhile, unless the program has
// some aside itself. None of these functions runs a signal's handler in between.
func (l *layout) emitCollect(c *code, in *interpreter) {
	for _, f := range collector {
		c.load(l.state(f.slot))
		c.testRAX()
		c.jump(ifZero, "not collected")
	}
	call := func(slot uint64) { c.call(in.addr["PyObject_CallObject"], at(l.state(slot)), is(0)) }
	call(sFrozen)
	c.store(l.state(sValueOf))
	c.call(in.addr["PyObject_IsTrue"], at(l.state(sValueOf)))
	c.testEAX()
	c.jump(ifNot, "not collected")
	for _, slot := range []uint64{sFreeze, sCollect, sUnfreeze} {
		call(slot)
		c.store(l.state(sCode))
		c.call(in.addr["Py_DecRef"], at(l.state(sCode)))
	}
	c.label("not collected")
	c.storeTo(l.state(sCode), 0)
	c.call(in.addr["PyErr_Clear"])
	for _, slot := range []uint64{sValueOf, sFrozen, sFreeze, sCollect, sUnfreeze} {
		c.call(in.addr["Py_DecRef"], at(l.state(slot)))
		c.storeTo(l.state(slot), 0)
	}
}
