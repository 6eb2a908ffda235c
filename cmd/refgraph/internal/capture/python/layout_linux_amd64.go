package python

import (
	"encoding/binary"

	"golang.org/x/sys/unix"
)

// The mapping that is made in the process: three pages of code, one of state, one
// for the floating-point registers, and then the Python sources.
const (
	pageSize  = 4096
	codeSize  = 3 * pageSize
	stateAt   = codeSize
	floatsAt  = stateAt + pageSize
	sourcesAt = floatsAt + pageSize
)

// magic is how a mapping that a killed refgraph has left is recognised.
var magic = []byte("\xccrefgraph-3 code")

// State: 8 bytes each, in the page of state.
const (
	sArmed        = iota * 8 // 1: the function may do its work, which it does once
	sDeadline                // time stamp after which the function does nothing: refgraph is gone
	sForked                  // what clone returned in the process: the child's id there, or -errno
	sServed                  // the function has done its work
	sStart                   // time stamp of its begin
	sPaused                  // ticks that the work took
	sReady                   // Py_IsInitialized
	sQueued                  // what Py_AddPendingCall returned, plus 1
	sBegun                   // an interlude was begun
	sDone                    // the last interlude is over
	sProblem                 // text of what went wrong in the fork, a C string: the type
	sProblemValue            // and the value
	sGIL                     // what PyGILState_Ensure returned
	sMask                    // signal mask of the thread
	sAllMask                 // all signals
	sPause                   // struct timespec: seconds
	sPauseNano               // and nanoseconds
	sFull                    // the sink holds a piece for refgraph
	sPiece                   // its address
	sPieceLen                // and length
	sResult                  // of the Python code: 1 fine, 2 failed
	sType                    // the exception that was set before
	sValue
	sTrace
	sGlobals
	sBuiltins
	sModules
	sSink
	sCode
	sValueOf
	sMethod // struct PyMethodDef: name, function, flags, text
	sMethodFunc
	sMethodFlags
	sMethodText
	sFrozen // functions of the module gc
	sFreeze
	sCollect
	sUnfreeze
	// Of the process's allocators, while our code has one of its own.
	sProbe   // a block of one byte
	sApart   // 1: they are replaced
	sSelf    // the thread for which they are
	sCount   // blocks made meanwhile
	sRecount // 1: the interpreter has to be told of them
	sSize    // of the blocks that the C library keeps for the thread
	sPass
	sLeft // how many more of them
	sKeep // 1: the program may still know them, the mapping stays

	sOld   = 512 // struct PyMemAllocatorEx of each domain
	sNew   = sOld + domains*allocatorSize
	sOurs  = sNew + domains*allocatorSize  // where our memory comes from
	sInner = sOurs + domains*allocatorSize // that of objects, below tracemalloc
	sNow   = sInner + allocatorSize
	sTexts = 1024 // names, each ended by 0
)

// Values of sFull.
const (
	fullPiece    = 1
	fullQuestion = 2 // which allocator our code may have
)

// layout says where everything is in the process.
type layout struct {
	base    uint64 // of the mapping
	size    uint64
	gadget  uint64 // syscall; ret in a library, 0 if there is none
	sources [3]uint64
	texts   map[string]uint64
	// addresses of code
	function, driver, sink, trap, room uint64
	thunks                             [domains]thunks
}

func (l *layout) state(offset uint64) uint64 { return l.base + stateAt + offset }

// texts that the code in the process needs, at state(sTexts).
var texts = []string{"builtins", "modules", "__builtins__", "_modules", "_sink", "<refgraph>", "refgraph is gone",
	"gc", "get_freeze_count", "freeze", "collect", "unfreeze"}

// newLayout lays the mapping out at an address.
func newLayout(base uint64, sources [3]string) *layout {
	l := &layout{base: base, texts: map[string]uint64{}}
	at := l.state(sTexts)
	for _, t := range texts {
		l.texts[t] = at
		at += uint64(len(t) + 1)
	}
	at = base + sourcesAt
	for i, s := range sources {
		l.sources[i] = at
		at += uint64(len(s) + 1)
	}
	l.size = (at - base + pageSize - 1) &^ (pageSize - 1)
	return l
}

// firstState is the page of state as it is before anything runs.
func (l *layout) firstState() []byte {
	page := make([]byte, pageSize)
	put := func(at, v uint64) { binary.LittleEndian.PutUint64(page[at:], v) }
	put(sAllMask, ^uint64(0))
	put(sPauseNano, 10e6)
	put(sMethod, l.texts["_sink"])
	put(sMethodFunc, l.sink)
	put(sMethodFlags, 8) // METH_O
	for t, at := range l.texts {
		copy(page[at-l.state(0):], t)
	}
	return page
}

// program makes the code of the mapping.
func (l *layout) program(in *interpreter, fork bool) []byte {
	c := &code{}
	c.raw(magic...)
	c.b = binary.LittleEndian.AppendUint64(c.b, l.size)
	begin := func() uint64 {
		for len(c.b)%16 != 0 {
			c.raw(0xcc)
		}
		return l.base + uint64(len(c.b))
	}
	l.trap = begin()
	c.raw(0x0f, 0x05, 0xcc, 0xcc) // syscall; int3
	l.sink = begin()
	l.emitSink(c, in, fork)
	if !fork && in.apart {
		for _, d := range []int{domainMem, domainObj} {
			l.thunks[d] = l.emitThunks(c, begin, d)
		}
	}
	l.driver = begin()
	l.emitDriver(c, in, fork)
	if fork {
		c.raw(0xcc)
	} else {
		c.raw(0xc3)
	}
	l.function = begin()
	l.emitFunction(c, fork)
	l.room = begin()
	return c.bytes()
}

// emitFunction is what the interpreter calls with its lock held, as a pending call
// or in a thread that waits: once, and only while refgraph lives, it forks, or runs
// the driver. It leaves nothing to be undone from outside. Its argument is 0 in a
// pending call, which returns into the interpreter; what was called from within the
// mapping must not remove that.
func (l *layout) emitFunction(c *code, fork bool) {
	c.raw(0x53, 0x41, 0x54, 0x48, 0x83, 0xec, 8) // push rbx; push r12; sub rsp,8
	c.raw(0x49, 0x89, 0xfc)                      // mov r12,rdi
	c.timeToRAX()
	c.raw(0x48, 0x89, 0xc3) // mov rbx,rax
	c.store(l.state(sStart))
	c.load(l.state(sDeadline))
	c.compareRAX(rbx)
	c.jump(ifBelow, "late")
	c.set(rcx, l.state(sArmed))
	c.set(rax, 0)
	c.raw(0x48, 0x87, 0x01) // xchg [rcx],rax
	c.testRAX()
	c.jump(ifZero, "out")
	c.syscall(unix.SYS_RT_SIGPROCMASK, is(unix.SIG_SETMASK), is(l.state(sAllMask)), is(l.state(sMask)), is(8))
	if fork {
		// No signal at its end, so that the program's own waiting does not see it.
		c.syscall(unix.SYS_CLONE, is(0), is(0), is(0), is(0), is(0))
		c.testRAX()
		c.jump(ifZero, "child")
		c.store(l.state(sForked))
	} else {
		c.raw(0xe8) // call the driver
		c.b = binary.LittleEndian.AppendUint32(c.b, uint32(l.driver-l.base-uint64(len(c.b))-4))
	}
	c.syscall(unix.SYS_RT_SIGPROCMASK, is(unix.SIG_SETMASK), is(l.state(sMask)), is(0), is(8))
	c.timeToRAX()
	c.move(rcx)
	c.load(l.state(sStart))
	c.raw(0x48, 0x29, 0xc1, 0x48, 0x89, 0xc8) // sub rcx,rax; mov rax,rcx
	c.store(l.state(sPaused))
	c.storeTo(l.state(sServed), 1)
	c.label("out")
	c.raw(0x31, 0xc0, 0x48, 0x83, 0xc4, 8, 0x41, 0x5c, 0x5b, 0xc3) // xor eax,eax; add rsp,8; pop r12; pop rbx; ret
	c.label("late")
	if l.gadget == 0 {
		c.jump(always, "out")
	} else {
		c.raw(0x4d, 0x85, 0xe4) // test r12,r12
		c.jump(ifNot, "out")
		// refgraph is gone: remove this mapping, and return 0 from there
		c.raw(0x48, 0x83, 0xc4, 8, 0x41, 0x5c, 0x5b)
		c.set(rdi, l.base)
		c.set(rsi, l.size)
		c.set(rax, unix.SYS_MUNMAP)
		c.jumpTo(l.gadget)
	}
	if fork {
		c.label("child")
		c.set(rbx, 500)
		c.label("again") // for five seconds, unless refgraph takes over
		c.syscall(unix.SYS_NANOSLEEP, is(l.state(sPause)), is(0))
		c.raw(0x48, 0xff, 0xcb) // dec rbx
		c.jump(ifNot, "again")
		c.syscall(unix.SYS_EXIT_GROUP, is(0))
	}
}

// emitSink is the function of Python's that hands bytes to refgraph. In the child
// it traps into refgraph, which traces it; in the process itself it waits until
// refgraph has read the piece, and gives up when refgraph is gone.
func (l *layout) emitSink(c *code, in *interpreter, fork bool) {
	c.raw(0x53, 0x48, 0x89, 0xf3) // push rbx; mov rbx,rsi
	c.raw(0x48, 0x89, 0xdf)       // mov rdi,rbx
	c.call(in.addr["PyBytes_AsString"])
	c.store(l.state(sPiece))
	c.raw(0x48, 0x89, 0xdf)
	c.call(in.addr["PyBytes_Size"])
	c.store(l.state(sPieceLen))
	c.storeTo(l.state(sFull), fullPiece)
	if fork {
		c.raw(0xcc)
	} else {
		c.label("wait")
		c.raw(0xf3, 0x90) // pause
		c.load(l.state(sFull))
		c.testRAX()
		c.jump(ifZero, "taken")
		c.timeToRAX()
		c.raw(0x48, 0x89, 0xc1) // mov rcx,rax
		c.load(l.state(sDeadline))
		c.compareRAX(rcx)
		c.jump(ifBelow, "gone")
		c.jump(always, "wait")
		c.label("gone")
		c.call(in.addr["PyErr_SetString"], at(in.addr["PyExc_RuntimeError"]), is(l.texts["refgraph is gone"]))
		c.raw(0x31, 0xc0, 0x5b, 0xc3) // xor eax,eax; pop rbx; ret
		c.label("taken")
	}
	c.raw(0x48, 0x89, 0xdf)
	c.call(in.addr["Py_IncRef"])
	c.raw(0x48, 0x89, 0xd8, 0x5b, 0xc3) // mov rax,rbx; pop rbx; ret: the bytes themselves
}
