# Runs first in the process, before the dumper, with _sink (takes bytes out of the
# process) and _modules (sys.modules) given. Nothing is imported by a finder, no
# file is opened: the program may have replaced, lost or forbidden all of that.
# It is for CPython 3.8 to 3.15, and leaves no module behind in sys.modules.
sys = _modules["sys"]


def _builtin(name):
    module = _modules.get(name)
    if type(module) is type(sys):
        return module
    imp = _modules["_imp"]

    class spec:
        pass

    spec = spec()
    spec.name, spec.origin, spec.parent, spec.loader = name, "built-in", "", None
    before = set(_modules)
    module = imp.create_builtin(spec)
    imp.exec_builtin(module)
    for added in set(_modules) - before:
        del _modules[added]
    return module


gc = _builtin("gc")
_enable = gc.enable if gc.isenabled() else None
gc.disable()
_thread = _builtin("_thread")
_tracemalloc = _builtin("_tracemalloc")
_weakref = _builtin("_weakref")
itertools = _builtin("itertools")
time = _builtin("time")
os = _modules.get("os")


def _column_of(code, values):
    """array, where that is not built in: a view of bytes."""
    values = list(values)
    view = memoryview(bytearray(len(values) * (8 if code in "Qq" else 4))).cast(code)
    for i, v in enumerate(values):
        view[i] = v
    return view


try:
    array = _builtin("array").array
except BaseException:
    array = _column_of
    if _in_child and not _modules["_imp"].lock_held():  # a library may be loaded there
        try:
            from array import array
        except BaseException:
            pass
del _builtin, _modules
