package python

import (
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"github.com/refgraph/refgraph/cmd/refgraph/internal/capture"
)

// interpreter is the CPython in a process.
type interpreter struct {
	version [2]int // 3, 13
	python  *image
	all     []*image
	addr    map[string]uint64 // of the functions and variables in needed, and in allocating
	apart   bool              // all of allocating are there
}

// needed are the names of CPython that the code in the process uses. All belong to
// the interface that stays the same from 3.2 on.
var needed = []string{
	"Py_IsInitialized", "Py_AddPendingCall", "PyGILState_Ensure", "PyGILState_Release", "PyGILState_Check",
	"PyErr_Fetch", "PyErr_Restore", "PyErr_Clear", "PyErr_SetString", "PyExc_RuntimeError",
	"Py_CompileString", "PyEval_EvalCode", "PyImport_AddModule", "PyModule_GetDict", "PySys_GetObject",
	"PyDict_New", "PyDict_SetItemString", "PyDict_Clear", "PyCFunction_NewEx",
	"PyBytes_AsString", "PyBytes_Size", "Py_IncRef", "Py_DecRef", "PyType_ClearCache", "PyObject_Str", "PyUnicode_AsUTF8String",
	"PyDict_GetItemString", "PyObject_GetAttrString", "PyObject_CallObject", "PyObject_IsTrue",
}

// allocating are names that are not in that interface, and not needed.
var allocating = []string{"PyMem_GetAllocator", "PyMem_SetAllocator", "PyObject_Malloc", "PyObject_Free"}

const adviceImport = "a program that runs on CPython 3.8 or later can also dump itself: refgraph capture python --print-dumper"

// findInterpreter reads from a process's memory which Python runs in it. Others
// than CPython 3.8 and later are refused, before anything of the process is touched.
func findInterpreter(p *capture.Process, mem memory, regions []region) (*interpreter, error) {
	all := images(mem, regions, exePath(p))
	for _, im := range all {
		if other := otherImplementation(im); other != "" {
			return nil, &capture.Refusal{Why: fmt.Sprintf("process %d runs on %s, not on CPython", p.PID, other), Advice: "only CPython keeps its heap in a way that can be dumped"}
		}
	}
	for _, im := range all {
		if !im.has("Py_AddPendingCall") {
			continue
		}
		in := &interpreter{python: im, all: all, addr: map[string]uint64{}}
		if err := in.identify(p); err != nil {
			return nil, err
		}
		for _, name := range needed {
			at := im.lookup(name)
			if len(at) == 0 {
				return nil, &capture.Refusal{Why: fmt.Sprintf("the Python of process %d has no function %s", p.PID, name), Advice: adviceImport}
			}
			in.addr[name] = at[0]
		}
		in.apart = true
		for _, name := range allocating {
			at := im.lookup(name)
			if len(at) == 0 {
				in.apart = false
				break
			}
			in.addr[name] = at[0]
		}
		return in, nil
	}
	return nil, &capture.Refusal{Why: fmt.Sprintf("process %d (%s) is not CPython, or its symbols are stripped", p.PID, p.Name), Advice: "pgrep -a python lists the Python processes; " + adviceImport}
}

// holdsCode reports whether an address is in the code of any image.
func (in *interpreter) holdsCode(at uint64) bool {
	return slices.ContainsFunc(in.all, func(im *image) bool { return im.holdsCode(at) })
}

// function is the address of a function of any image, 0 if there is none.
func (in *interpreter) function(name string) uint64 {
	for _, im := range in.all {
		if at := im.lookup(name); len(at) > 0 {
			return at[0]
		}
	}
	return 0
}

// otherImplementation names the Python that is no CPython, or "".
func otherImplementation(im *image) string {
	name := filepath.Base(im.path)
	switch {
	case im.has("pypy_main_startup"), im.has("pypy_setup_home"), im.has("rpython_startup_code"), strings.HasPrefix(name, "libpypy"):
		return "PyPy"
	case strings.HasPrefix(name, "libpythonvm"), strings.HasPrefix(name, "graalpy"):
		return "GraalPy"
	}
	return ""
}

// minors are names that came with a minor version, the latest first.
var minors = []struct {
	name  string
	minor int
}{{"Py_NewRef", 10}, {"PyObject_CallNoArgs", 9}, {"PyConfig_InitPythonConfig", 8}}

func (in *interpreter) identify(p *capture.Process) error {
	refuse := func(what string) error {
		return &capture.Refusal{Why: fmt.Sprintf("process %d runs on %s; dumps can be taken of CPython 3.8 and later", p.PID, what), Advice: "run the program on a newer Python"}
	}
	if at := in.python.lookup("Py_Version"); len(at) > 0 { // from 3.11 on
		v, err := in.python.mem.uint64(at[0])
		if err != nil {
			return err
		}
		in.version = [2]int{int(v >> 24 & 255), int(v >> 16 & 255)}
	} else {
		for _, m := range minors {
			if in.python.has(m.name) {
				in.version = [2]int{3, m.minor}
				break
			}
		}
	}
	switch {
	case in.version == [2]int{} && in.python.has("PyString_FromString"):
		return refuse("Python 2")
	case in.version == [2]int{}:
		return refuse("a Python older than 3.8")
	case in.version[0] != 3:
		return refuse(fmt.Sprintf("an unknown Python %d.%d", in.version[0], in.version[1]))
	case in.python.has("_Py_MergeZeroLocalRefcount"):
		return &capture.Refusal{Why: fmt.Sprintf("process %d runs on a free-threaded CPython %d.%d, which no dump can be taken of yet", p.PID, in.version[0], in.version[1]),
			Advice: "run the program on the ordinary build"}
	}
	return nil
}
