package hprof

// Tags of records.
const (
	tagString      = 0x01
	tagLoadClass   = 0x02
	tagUnloadClass = 0x03
	tagFrame       = 0x04
	tagTrace       = 0x05
	tagHeapDump    = 0x0c
	tagSegment     = 0x1c
	tagDumpEnd     = 0x2c
)

// Tags of what a heap dump consists of. Those from 0x89 on are Android's.
const (
	subJNIGlobal   = 0x01
	subJNILocal    = 0x02
	subJavaFrame   = 0x03
	subNativeStack = 0x04
	subStickyClass = 0x05
	subThreadBlock = 0x06
	subMonitor     = 0x07
	subThread      = 0x08
	subClass       = 0x20
	subInstance    = 0x21
	subObjects     = 0x22
	subPrimitives  = 0x23
	subInterned    = 0x89
	subFinalizing  = 0x8a
	subDebugger    = 0x8b
	subRefCleanup  = 0x8c
	subVMInternal  = 0x8d
	subJNIMonitor  = 0x8e
	subUnreachable = 0x90
	subNoData      = 0xc3
	subHeapInfo    = 0xfe
	subUnknown     = 0xff
)

// Types of values.
const (
	typeObject  = 2
	typeBoolean = 4
	typeChar    = 5
	typeFloat   = 6
	typeDouble  = 7
	typeByte    = 8
	typeShort   = 9
	typeInt     = 10
	typeLong    = 11
)

// primitive is what is known of a type of values.
type primitive struct {
	name string
	size int // bytes; 0 for no type, and for objects
}

var primitives = [typeLong + 1]primitive{
	typeBoolean: {"boolean", 1}, typeChar: {"char", 2}, typeFloat: {"float", 4}, typeDouble: {"double", 8},
	typeByte: {"byte", 1}, typeShort: {"short", 2}, typeInt: {"int", 4}, typeLong: {"long", 8},
}

// sizeOf is how many bytes a value of a type takes in the dump; 0 for no type.
func (size ids) sizeOf(typ byte) int {
	switch {
	case typ == typeObject:
		return int(size)
	case int(typ) < len(primitives):
		return primitives[typ].size
	}
	return 0
}

// nameOf is the name of a type of values; "" for no type, as damaged classes have.
func nameOf(typ byte) string {
	if int(typ) < len(primitives) {
		return primitives[typ].name
	}
	return ""
}
