package gocore

import (
	_ "embed"
	"fmt"
	"reflect"
	"strconv"
	"strings"

	"github.com/refgraph/refgraph/graph/dump/gotype"
)

// field is where a field is within its struct, in bytes.
type field struct {
	off  uint64
	size int
}

// layout is where the runtime of one Go version keeps what is read here. Each
// field of this struct is filled from the field of the runtime that its tag
// names; the tag "at" is for those every version has, "maybe" for the others,
// which stay zero (no field that is read is at offset 0 and optional). The tag
// "size" is for the size of a type.
type layout struct {
	HeapAllspans field `at:"runtime.mheap.allspans"`
	HeapSweepgen field `at:"runtime.mheap.sweepgen"`

	SpanSize      uint64 `size:"runtime.mspan"`
	SpanStart     field  `at:"runtime.mspan.startAddr"`
	SpanPages     field  `at:"runtime.mspan.npages"`
	SpanFree      field  `at:"runtime.mspan.freeindex"`
	SpanElems     field  `at:"runtime.mspan.nelems"`
	SpanAllocBits field  `at:"runtime.mspan.allocBits"`
	SpanMarkBits  field  `at:"runtime.mspan.gcmarkBits"`
	SpanSweepgen  field  `at:"runtime.mspan.sweepgen"`
	SpanCount     field  `at:"runtime.mspan.allocCount"`
	SpanClass     field  `at:"runtime.mspan.spanclass"`
	SpanState     field  `at:"runtime.mspan.state"`
	SpanUserArena field  `at:"runtime.mspan.isUserArenaChunk"`
	SpanElemSize  field  `at:"runtime.mspan.elemsize"`
	SpanSpecials  field  `at:"runtime.mspan.specials"`
	SpanType      field  `at:"runtime.mspan.largeType"`

	SpecialNext   field `at:"runtime.special.next"`
	SpecialOffset field `at:"runtime.special.offset"`
	SpecialKind   field `at:"runtime.special.kind"`
	FinalizerFn   field `at:"runtime.specialfinalizer.fn"`
	FinalizerOT   field `at:"runtime.specialfinalizer.ot"`
	WeakHandle    field `at:"runtime.specialWeakHandle.handle"`
	CleanupFn     field `maybe:"runtime.specialCleanup.fn"`
	Cleanup       field `maybe:"runtime.specialCleanup.cleanup"`

	FinBlockAll   field  `at:"runtime.finBlock.alllink|runtime.finblock.alllink"`
	FinBlockCount field  `at:"runtime.finBlock.cnt|runtime.finblock.cnt"`
	FinBlockFirst field  `at:"runtime.finBlock.fin|runtime.finblock.fin"`
	QueuedSize    uint64 `size:"runtime.finalizer"`
	QueuedFn      field  `at:"runtime.finalizer.fn"`
	QueuedOT      field  `at:"runtime.finalizer.ot"`
	QueuedArg     field  `at:"runtime.finalizer.arg"`
	QueueAll      field  `maybe:"runtime.cleanupQueue.all"`
	CleanBlockAll field  `maybe:"runtime.cleanupBlock.cleanupBlockHeader.alllink"`
	CleanBlockN   field  `maybe:"runtime.cleanupBlock.cleanupBlockHeader.n"`
	CleanBlockFns field  `maybe:"runtime.cleanupBlock.cleanups"`
	CleanupFnSize uint64 `sizemaybe:"runtime.cleanupFn"`

	GStack      field `at:"runtime.g.stack"`
	GPanic      field `at:"runtime.g._panic"`
	GDefer      field `at:"runtime.g._defer"`
	GM          field `at:"runtime.g.m"`
	GSchedSP    field `at:"runtime.g.sched.sp"`
	GSchedPC    field `at:"runtime.g.sched.pc"`
	GSchedLR    field `at:"runtime.g.sched.lr"`
	GSchedCtxt  field `at:"runtime.g.sched.ctxt"`
	GSyscallSP  field `at:"runtime.g.syscallsp"`
	GSyscallPC  field `at:"runtime.g.syscallpc"`
	GStatus     field `at:"runtime.g.atomicstatus"`
	GID         field `at:"runtime.g.goid"`
	GStartPC    field `at:"runtime.g.startpc"`
	GWaitReason field `at:"runtime.g.waitreason"`
	GWaitSince  field `at:"runtime.g.waitsince"`

	MG0      field `at:"runtime.m.g0"`
	MSignalG field `at:"runtime.m.gsignal"`
	MProcID  field `at:"runtime.m.procid"`
	MCurG    field `at:"runtime.m.curg"`
	MNext    field `at:"runtime.m.alllink"`
	MVdsoSP  field `at:"runtime.m.vdsoSP"`
	MVdsoPC  field `at:"runtime.m.vdsoPC"`

	DeferHeap field `at:"runtime._defer.heap"`
	DeferFn   field `at:"runtime._defer.fn"`
	DeferLink field `at:"runtime._defer.link"`

	ModText     field `at:"runtime.moduledata.text"`
	ModData     field `at:"runtime.moduledata.data"`
	ModDataEnd  field `at:"runtime.moduledata.edata"`
	ModBSS      field `at:"runtime.moduledata.bss"`
	ModBSSEnd   field `at:"runtime.moduledata.ebss"`
	ModRodata   field `at:"runtime.moduledata.rodata"`
	ModTypes    field `at:"runtime.moduledata.types"`
	ModTypesEnd field `at:"runtime.moduledata.etypes"`
	ModPath     field `at:"runtime.moduledata.pluginpath"`
	ModDataMask field `at:"runtime.moduledata.gcdatamask"`
	ModBSSMask  field `at:"runtime.moduledata.gcbssmask"`
	ModNext     field `at:"runtime.moduledata.next"`
}

// layoutTable has the layouts of stripped programs, which do not have their
// own in DWARF. `go test -run LayoutTable -update` writes it.
//
//go:embed layouts.txt
var layoutTable string

// UnknownRuntimeError is a Go version whose runtime's layout is not known.
type UnknownRuntimeError struct {
	Version string
	Arch    string
	What    string
}

func (e *UnknownRuntimeError) Error() string {
	return fmt.Sprintf("the layout of the runtime of %s for %s is not known: %s", e.Version, e.Arch, e.What)
}

// Hint says what to do.
func (e *UnknownRuntimeError) Hint() string {
	return "give an executable with debug information (not linked with -s or -w) as --exe, or use a newer refgraph"
}

// findLayout takes the layout from the executable's DWARF, or from the table if
// there is none.
func findLayout(exe *gotype.Exe) (*layout, error) {
	lookup := dwarfFields(exe)
	if exe.NamedType("runtime.mspan") == nil {
		fields, err := tableFields(exe.GoVersion, exe.Arch)
		if err != nil {
			return nil, err
		}
		lookup = func(path string) (field, bool) { f, ok := fields[path]; return f, ok }
	}
	l := new(layout)
	if err := l.fill(lookup); err != nil {
		return nil, &UnknownRuntimeError{exe.GoVersion, exe.Arch, err.Error()}
	}
	return l, nil
}

// fill sets all fields by their tags. lookup finds "package.type.field", and
// the size of "package.type".
func (l *layout) fill(lookup func(path string) (field, bool)) error {
	v := reflect.ValueOf(l).Elem()
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		must := tag.Get("at") + tag.Get("size")
		f, ok := firstField(lookup, must+tag.Get("maybe")+tag.Get("sizemaybe"))
		if !ok && must != "" {
			return fmt.Errorf("it has no %s", must)
		}
		if to, isField := v.Field(i).Addr().Interface().(*field); isField {
			*to = f
		} else {
			v.Field(i).SetUint(uint64(f.size))
		}
	}
	return nil
}

// firstField looks up alternatives, separated by |.
func firstField(lookup func(string) (field, bool), paths string) (field, bool) {
	for path := range strings.SplitSeq(paths, "|") {
		if f, ok := lookup(path); ok {
			return f, true
		}
	}
	return field{}, false
}

// layoutPaths lists what fill looks up.
func layoutPaths() (paths []string) {
	t := reflect.TypeFor[layout]()
	for i := range t.NumField() {
		tag := t.Field(i).Tag
		all := tag.Get("at") + tag.Get("size") + tag.Get("maybe") + tag.Get("sizemaybe")
		paths = append(paths, strings.Split(all, "|")...)
	}
	return paths
}

// dwarfFields looks fields up in the executable's own types.
func dwarfFields(exe *gotype.Exe) func(path string) (field, bool) {
	return func(path string) (field, bool) {
		names := strings.Split(path, ".")
		t := exe.NamedType(names[0] + "." + names[1])
		if t == nil {
			return field{}, false
		}
		off := uint64(0)
		for _, name := range names[2:] {
			f, ok := t.Field(name)
			if !ok {
				return field{}, false
			}
			off, t = off+f.Offset, f.Type
		}
		return field{off, int(t.Size)}, true
	}
}

// tableFields returns the table's fields for a version such as "go1.26.8".
func tableFields(version, goarch string) (map[string]field, error) {
	head := majorVersion(version) + " " + goarch
	fields := map[string]field{}
	in := false
	for line := range strings.Lines(layoutTable) {
		switch part := strings.Fields(line); len(part) {
		case 2:
			in = part[0]+" "+part[1] == head
		case 3:
			if in {
				off, _ := strconv.ParseUint(part[1], 10, 64)
				size, _ := strconv.Atoi(part[2])
				fields[part[0]] = field{off, size}
			}
		}
	}
	if len(fields) == 0 {
		return nil, &UnknownRuntimeError{version, goarch, "the executable is stripped, and the built-in table does not have this version"}
	}
	return fields, nil
}

// majorVersion cuts "go1.26.8 X:nogreenteagc" to "go1.26".
func majorVersion(version string) string {
	version, _, _ = strings.Cut(version, " ")
	parts := strings.SplitN(version, ".", 3)
	if len(parts) < 2 {
		return version
	}
	minor := parts[1]
	if i := strings.IndexFunc(minor, func(r rune) bool { return r < '0' || r > '9' }); i >= 0 {
		minor = minor[:i] // go1.27rc1
	}
	return parts[0] + "." + minor
}
