package python

// emitDriver compiles and runs the Python sources in a namespace of their own,
// with nothing but functions of CPython's stable interface. It puts back whatever
// exception was set before, and lets go of everything.
func (l *layout) emitDriver(c *code, in *interpreter, fork bool) {
	call := func(name string, args ...arg) { c.call(in.addr[name], args...) }
	keep := func(offset uint64) { // the result, which must not be 0
		c.store(l.state(offset))
		c.testRAX()
		c.jump(ifZero, "failed")
	}
	text := func(s string) arg { return is(l.texts[s]) }
	slot := func(offset uint64) arg { return at(l.state(offset)) }
	c.raw(0x48, 0x83, 0xec, 8) // sub rsp,8
	call("PyErr_Fetch", is(l.state(sType)), is(l.state(sValue)), is(l.state(sTrace)))
	if !fork {
		l.emitApart(c, in)
	}
	call("PyDict_New")
	keep(sGlobals)
	call("PyImport_AddModule", text("builtins"))
	keep(sBuiltins)
	call("PyModule_GetDict", slot(sBuiltins))
	keep(sBuiltins)
	call("PySys_GetObject", text("modules"))
	keep(sModules)
	call("PyCFunction_NewEx", is(l.state(sMethod)), is(0), is(0))
	keep(sSink)
	for name, offset := range map[string]uint64{"__builtins__": sBuiltins, "_modules": sModules, "_sink": sSink} {
		call("PyDict_SetItemString", slot(sGlobals), text(name), slot(offset))
		c.testEAX()
		c.jump(ifNot, "failed")
	}
	for _, source := range l.sources[:2] {
		call("Py_CompileString", is(source), text("<refgraph>"), is(257))
		keep(sCode)
		call("PyEval_EvalCode", slot(sCode), slot(sGlobals), slot(sGlobals))
		keep(sValueOf)
		for _, offset := range []uint64{sCode, sValueOf} {
			call("Py_DecRef", slot(offset))
			c.storeTo(l.state(offset), 0)
		}
	}
	c.storeTo(l.state(sResult), 1)
	c.jump(always, "end")
	c.label("failed")
	if fork { // nothing has to be freed there
		call("PyErr_Fetch", is(l.state(sCode)), is(l.state(sValueOf)), is(l.state(sModules)))
		for i, offset := range []uint64{sCode, sValueOf} {
			c.load(l.state(offset))
			c.testRAX()
			c.jump(ifZero, "untold")
			call("PyObject_Str", slot(offset))
			keepText := []uint64{sProblem, sProblemValue}[i]
			for _, next := range []string{"PyUnicode_AsUTF8String", "PyBytes_AsString"} {
				c.testRAX()
				c.jump(ifZero, "untold")
				c.move(rdi)
				c.set(rax, in.addr[next])
				c.raw(0xff, 0xd0)
			}
			c.store(l.state(keepText))
		}
		c.label("untold")
	}
	call("PyErr_Clear")
	c.storeTo(l.state(sResult), 2)
	c.label("end")
	if !fork {
		l.emitTidy(c, in)
		l.emitTogether(c, in)
		if trim := in.function("malloc_trim"); trim != 0 { // what was freed goes back to the kernel
			c.call(trim, is(0))
		}
	}
	call("PyErr_Restore", slot(sType), slot(sValue), slot(sTrace))
	c.raw(0x48, 0x83, 0xc4, 8) // add rsp,8
}

// emitTidy frees what the driver made: the process goes on. The last source puts
// the collector back to work and has it take our cycles.
func (l *layout) emitTidy(c *code, in *interpreter) {
	slot := func(offset uint64) arg { return at(l.state(offset)) }
	drop := func() {
		for _, offset := range []uint64{sCode, sValueOf} {
			c.call(in.addr["Py_DecRef"], slot(offset))
			c.storeTo(l.state(offset), 0)
		}
	}
	drop()
	c.load(l.state(sGlobals))
	c.testRAX()
	c.jump(ifZero, "nothing")
	l.emitFindCollector(c, in)
	c.call(in.addr["Py_CompileString"], is(l.sources[2]), is(l.texts["<refgraph>"]), is(257))
	c.store(l.state(sCode))
	c.testRAX()
	c.jump(ifZero, "unfinished")
	c.call(in.addr["PyEval_EvalCode"], slot(sCode), slot(sGlobals), slot(sGlobals))
	c.store(l.state(sValueOf))
	c.label("unfinished")
	c.call(in.addr["PyErr_Clear"])
	drop()
	c.call(in.addr["PyDict_Clear"], slot(sGlobals))
	c.call(in.addr["Py_DecRef"], slot(sGlobals))
	c.label("nothing")
	c.call(in.addr["Py_DecRef"], slot(sSink))
	c.call(in.addr["PyType_ClearCache"]) // it holds names of ours
	l.emitCollect(c, in)
}
