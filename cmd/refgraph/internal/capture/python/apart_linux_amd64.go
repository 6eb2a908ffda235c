package python

// thunks are the functions that stand in for one domain's.
type thunks struct{ malloc, calloc, realloc uint64 }

// emitThunks makes them. They leave the stack as it is, so that nothing of the
// process ever returns into the mapping.
func (l *layout) emitThunks(c *code, begin func() uint64, domain int) (t thunks) {
	old := l.state(sOld + uint64(domain)*allocatorSize)
	ours := l.state(sOurs + uint64(domain)*allocatorSize)
	goOn := func(a uint64, field uint64) { // with the allocator at a
		c.load(a)
		c.move(rdi)
		c.load(a + field)
		c.raw(0xff, 0xe0) // jmp rax
	}
	count := func() {
		c.set(r11, l.state(sCount))
		c.raw(0x49, 0xff, 0x03) // inc qword [r11]
	}
	for i, at := range []*uint64{&t.malloc, &t.calloc, &t.realloc} {
		*at = begin()
		other := string(rune('a'+domain)) + string(rune('0'+i))
		field := uint64(i+1) * 8
		c.raw(0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0) // mov rax,fs:[0]: which thread
		c.set(r11, l.state(sSelf))
		c.raw(0x49, 0x3b, 0x03) // cmp rax,[r11]
		c.jump(ifNot, other)
		if i == 2 { // what is there already stays where it is from
			c.raw(0x48, 0x85, 0xf6) // test rsi,rsi
			c.jump(ifNot, other)
			c.raw(0x48, 0x89, 0xd6) // mov rsi,rdx
			count()
			goOn(ours, 8)
		} else {
			count()
			goOn(ours, field)
		}
		c.label(other)
		goOn(old, field)
	}
	return t
}

// emitApart asks refgraph whether the allocators can be replaced, and does so.
func (l *layout) emitApart(c *code, in *interpreter) {
	if !in.apart {
		return
	}
	for d := range uint64(domains) {
		c.call(in.addr["PyMem_GetAllocator"], is(d), is(l.state(sOld+d*allocatorSize)))
	}
	c.call(in.addr["PyObject_Malloc"], is(1))
	c.store(l.state(sProbe))
	c.storeTo(l.state(sFull), fullQuestion)
	c.label("asking")
	c.raw(0xf3, 0x90) // pause
	c.load(l.state(sFull))
	c.testRAX()
	c.jump(ifZero, "answered")
	c.timeToRAX()
	c.move(rcx)
	c.load(l.state(sDeadline))
	c.compareRAX(rcx)
	c.jump(ifBelow, "answered")
	c.jump(always, "asking")
	c.label("answered")
	c.call(in.addr["PyObject_Free"], at(l.state(sProbe)))
	c.load(l.state(sApart))
	c.testRAX()
	c.jump(ifZero, "not apart")
	c.raw(0x64, 0x48, 0x8b, 0x04, 0x25, 0, 0, 0, 0) // mov rax,fs:[0]
	c.store(l.state(sSelf))
	for _, d := range []uint64{domainMem, domainObj} {
		c.call(in.addr["PyMem_SetAllocator"], is(d), is(l.state(sNew+d*allocatorSize)))
	}
	c.label("not apart")
}

// emitTogether puts the allocators back. If the program has replaced them in the
// meantime it may have kept ours: then they stay, and do nothing but what the old ones do.
func (l *layout) emitTogether(c *code, in *interpreter) {
	if !in.apart {
		return
	}
	c.load(l.state(sApart))
	c.testRAX()
	c.jump(ifZero, "together")
	c.storeTo(l.state(sSelf), 0)
	for _, d := range []uint64{domainMem, domainObj} {
		changed := "changed " + string(rune('0'+d))
		c.call(in.addr["PyMem_GetAllocator"], is(d), is(l.state(sNow)))
		c.load(l.state(sNow + 8))
		c.move(rcx)
		c.load(l.state(sNew + d*allocatorSize + 8))
		c.compareRAX(rcx)
		c.jump(ifNot, changed)
		c.call(in.addr["PyMem_SetAllocator"], is(d), is(l.state(sOld+d*allocatorSize)))
		c.jump(always, changed+" not")
		c.label(changed)
		c.storeTo(l.state(sKeep), 1)
		c.label(changed + " not")
	}
	c.load(l.state(sRecount))
	c.testRAX()
	c.jump(ifZero, "together")
	l.emitRecount(c)
	l.emitRelease(c, in)
	c.label("together")
}

// emitRecount corrects sys.getallocatedblocks, which has counted what was freed and
// not what was made: it makes that many objects of a size that comes from the raw
// allocator, and gives them back there.
func (l *layout) emitRecount(c *code) {
	obj, raw := l.state(sInner), l.state(sOurs+domainObj*allocatorSize)
	c.label("recount")
	c.load(l.state(sCount))
	c.testRAX()
	c.jump(ifZero, "counted")
	c.raw(0x48, 0xff, 0xc8) // dec rax
	c.store(l.state(sCount))
	c.load(obj)
	c.move(rdi)
	c.set(rsi, smallest)
	c.load(obj + 8)
	c.raw(0xff, 0xd0) // call rax
	c.testRAX()
	c.jump(ifZero, "counted")
	c.move(rsi)
	c.load(raw)
	c.move(rdi)
	c.load(raw + 32)
	c.raw(0xff, 0xd0)
	c.jump(always, "recount")
	c.label("counted")
}

// The C library keeps some blocks of each small size for the thread that freed them
// last. Ours lie all over what was our memory, and each keeps a page of it.
const (
	firstKept, stepKept, lastKept = 24, 16, 1032
	perSize                       = 16 // as many as it keeps, at most
)

// emitRelease takes those blocks, and gives them back larger than those that are kept.
func (l *layout) emitRelease(c *code, in *interpreter) {
	raw := l.state(sOurs + domainObj*allocatorSize)
	if trim := in.function("malloc_trim"); trim != 0 { // and joins what lies side by side
		c.call(trim, is(0))
	}
	c.storeTo(l.state(sPass), 5)
	c.label("pass")
	c.storeTo(l.state(sSize), firstKept)
	c.label("size")
	c.raw(0x4d, 0x31, 0xe4) // xor r12,r12
	c.storeTo(l.state(sLeft), perSize)
	c.label("make")
	c.args([]register{rdi, rsi}, []arg{at(raw), at(l.state(sSize))})
	c.load(raw + 8)
	c.raw(0xff, 0xd0) // call rax
	c.testRAX()
	c.jump(ifZero, "free")
	c.raw(0x4c, 0x89, 0x20, 0x49, 0x89, 0xc4) // mov [rax],r12; mov r12,rax
	c.load(l.state(sLeft))
	c.raw(0x48, 0xff, 0xc8) // dec rax
	c.store(l.state(sLeft))
	c.jump(ifNot, "make")
	c.label("free")
	c.raw(0x4d, 0x85, 0xe4) // test r12,r12
	c.jump(ifZero, "freed")
	c.raw(0x4c, 0x89, 0xe6, 0x4d, 0x8b, 0x24, 0x24) // mov rsi,r12; mov r12,[r12]
	c.raw(0x48, 0x89, 0xf3)                         // mov rbx,rsi
	c.args([]register{rdi, rdx}, []arg{at(raw), is(lastKept + stepKept)})
	c.load(raw + 24)
	c.raw(0xff, 0xd0)
	c.testRAX()
	c.raw(0x48, 0x0f, 0x45, 0xd8, 0x48, 0x89, 0xde) // cmovnz rbx,rax; mov rsi,rbx
	c.load(raw)
	c.move(rdi)
	c.load(raw + 32)
	c.raw(0xff, 0xd0)
	c.jump(always, "free")
	c.label("freed")
	c.load(l.state(sSize))
	c.raw(0x48, 0x83, 0xc0, stepKept) // add rax,step
	c.store(l.state(sSize))
	c.set(rcx, lastKept+1)
	c.compareRAX(rcx)
	c.jump(ifBelow, "size")
	c.load(l.state(sPass))
	c.raw(0x48, 0xff, 0xc8) // dec rax
	c.store(l.state(sPass))
	c.jump(ifNot, "pass")
}

// smallest is the size from which on pymalloc takes memory from the raw allocator.
const smallest = 513
