"""Dump the heap of this CPython process for refgraph.

    import refgraph_dump
    refgraph_dump.dump("heap.pydump.gz")                 # now
    refgraph_dump.install(signal.SIGUSR2, "/var/tmp")    # on a signal, later

CPython 3.8 to 3.14, standard library only. By default the work is done in a
forked child: the program pauses for the fork only, and its own heap is not
touched. Without fork (Windows, or fork=False) the dump is taken in the process,
which blocks the calling thread meanwhile.

What a dump holds: every object that the collector tracks and all that those
refer to, with type, size, refcount and named references; the roots (modules,
local variables of all threads); allocation sites if tracemalloc runs. It holds
no values (texts, numbers, dict keys) unless values=True. The file's format is
described in FORMAT.md beside this file in refgraph's source.

No code of the program runs: no __getattribute__, __class__, __repr__, __eq__,
__hash__, __sizeof__ and no property is called. Only slots, instance attributes
and members of C structures are read.
"""

if "_sink" not in globals():  # refgraph capture python runs this in a process, and gives it what it needs
    import sys
    if getattr(getattr(sys, "implementation", None), "name", "") != "cpython" or sys.version_info < (3, 8):
        raise ImportError("refgraph_dump: only the heap of CPython 3.8 and later can be dumped, this is %s %d.%d" % (
            getattr(getattr(sys, "implementation", None), "name", "Python"), sys.version_info[0], sys.version_info[1]))
    import _signal
    import _thread
    import _tracemalloc
    import _weakref
    import gc
    import itertools
    import os
    import time
    import warnings
    import zlib
    from array import array

__all__ = ["dump", "install", "DumpError"]

FORMAT = 2
_MAGIC = b"refgraph python heap\n"
_CHUNK = 4096         # objects in a batch, at most
_PIECE = 1 << 16      # references handled at once, about
_SEEN = 600000        # untracked objects remembered as written: bounds the memory
_SHAPES = 16          # namings of a row that are tried on a whole chunk
_VALUE = 200          # characters kept of a value
_LONG = 24            # from how many characters or bytes on equal texts are told

_HEAPTYPE, _GC = 1 << 9, 1 << 14
_LIST, _TUPLE, _DICT, _TYPE = 1 << 25, 1 << 26, 1 << 29, 1 << 31
_PY = sys.version_info[:2]
_INLINE = _PY >= (3, 11)   # instances may hold their attributes without a dict
_MISSING = object()

# Reading a type this way does not run its metaclass.
_type_flags = type.__dict__["__flags__"].__get__
_type_raw_mro = type.__dict__["__mro__"].__get__
_type_raw_dict = type.__dict__["__dict__"].__get__
_type_qualname = type.__dict__["__qualname__"].__get__
_type_module = type.__dict__["__module__"].__get__


def _type_mro(t):
    return _type_raw_mro(t) or (t,)  # a type written in C may never have been made ready


def _type_dict(t):
    return _type_raw_dict(t) or {}


_getattribute = object.__getattribute__
accumulate, chain, filterfalse, repeat = itertools.accumulate, itertools.chain, itertools.filterfalse, itertools.repeat


def _kinds():
    """The types that the module types has, which need not be loaded."""
    def function():
        return coroutine

    def generator():
        yield

    async def coroutine():
        pass

    async def asyncgen():
        yield

    suspended = coroutine()
    suspended.close()  # else it complains that it was never awaited
    try:
        raise Exception
    except Exception as e:
        held = type(e.__traceback__), type(e.__traceback__.tb_frame)
    return (*held, *map(type, (function.__code__, function.__closure__[0], sys, generator(), suspended, asyncgen(),
                               len, str.join, type(function).__globals__, type(function).__code__, function)))


(_Traceback, _Frame, _Code, _Cell, _Module, _Generator, _Coroutine, _AsyncGenerator,
 _Builtin, _Method, _Member, _GetSet, _Function) = _kinds()
_Local = _thread._local
_ATOMS = (str, bytes, int, float, complex, bool, type(None), bytearray, range)

# Computed attributes of C types that only return what the object holds.
_SAFE_GETSETS = (
    (BaseException, ("args", "__traceback__", "__context__", "__cause__")),
    (_Function, ("__code__", "__defaults__", "__kwdefaults__", "__name__", "__qualname__")),
    (_Frame, ("f_back", "f_code", "f_builtins", "f_globals", "f_trace")),
    (_Cell, ("cell_contents",)),
    (_Traceback, ("tb_next", "tb_frame")),
    (_Generator, ("gi_frame", "gi_code", "gi_yieldfrom", "__name__", "__qualname__")),
    (_Coroutine, ("cr_frame", "cr_code", "cr_await", "cr_origin", "__name__", "__qualname__")),
    (_AsyncGenerator, ("ag_frame", "ag_code", "ag_await", "__name__", "__qualname__")),
    (_Builtin, ("__self__",)),
)
# The same of extension modules: the attributes are members of their structures.
_SAFE_ATTRIBUTES = {
    "_asyncio": ("_coro", "_loop", "_callbacks", "_exception", "_result", "_fut_waiter", "_source_traceback"),
    "pandas._libs.internals": ("values", "_mgr_locs", "refs", "blocks", "axes"),
    "pandas._libs.arrays": ("_ndarray", "_dtype"),
}


class DumpError(Exception):
    """The dump could not be taken. The program is as it was before."""


def dump(path, values=False, fork=None, wait=True, report=None):
    """Write the heap to path, gzipped if the name ends in .gz.

    values: also write texts, numbers and dict keys; heaps hold secrets.
    fork:   dump in a forked child (the default where that works).
    wait:   wait for the child; otherwise return after the fork, and what goes
            wrong later is written to standard error.
    report: a file that gets "ok" or what went wrong, at the end.

    The file appears under its name when it is complete, or not at all. Raises
    DumpError, or OSError if the file cannot be created.
    """
    path = os.path.abspath(os.fspath(path))
    part = "%s.part-%d" % (path, os.getpid())
    fd = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC | getattr(os, "O_BINARY", 0), 0o600)
    try:
        others = _subinterpreters()
        if others and fork:
            raise DumpError("a process with subinterpreters cannot be forked: its child hangs or aborts")
        if hasattr(os, "fork") and not others if fork is None else fork:
            return _dump_forked(fd, part, path, values, wait, report)
        _write_heap(fd, path, values, _before(), False, others, _held())
        os.fsync(fd)
        os.close(fd)
        fd = -1
        os.replace(part, path)
    except BaseException:
        _discard(fd, part)
        raise
    _tell(report, "ok")
    return path


def install(signum, directory, values=False):
    """Dump into the directory each time the process gets the signal.

    The handler forks and returns; the file is named by process id and time.
    """
    import signal
    directory = os.path.abspath(os.fspath(directory))

    def refgraph_handler(_signum, _frame):
        name = time.strftime("heap-%%d-%Y%m%d-%H%M%S.pydump.gz") % os.getpid()
        try:
            dump(os.path.join(directory, name), values=values, wait=False)
        except Exception as e:  # a service must not die of its diagnosis
            _complain(e)

    signal.signal(signum, refgraph_handler)


# The parent and the child.

def _dump_forked(fd, part, path, values, wait, report):
    before, held = _before(), _held()
    out, inp = os.pipe()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # "fork in a threaded process": the child runs this file only
        child = _unpatched("os", "fork")()
    if child == 0:
        _child(fd, inp, part, path, values, before, held)
    del before
    os.close(inp)
    os.close(fd)
    if wait:
        problem = _wait_child(child, out, part, report)
        if problem:
            raise DumpError(problem)
        return path

    def wait_later():
        problem = _wait_child(child, out, part, report)
        if problem:
            _complain(problem)

    _unpatched("_thread", "start_new_thread")(wait_later, ())
    return path


def _unpatched(module, name):
    """The system's own function where gevent has replaced it."""
    gevent = sys.modules.get("gevent.monkey")
    return gevent.get_original(module, name) if gevent else getattr(sys.modules[module], name)


def _child(fd, pipe, part, path, values, before, held):
    """Dump, rename, exit. Runs nothing of the program, also not at exit."""
    problem, code = b"", 0
    try:
        gc.disable()
        _let_go(fd, pipe)
        _write_heap(fd, path, values, before, exact=True, held=held)
        os.fsync(fd)
        os.rename(part, path)
    except BaseException as e:
        code = 1
        problem = ("%s: %s" % (type(e).__name__, e)).encode("utf-8", "replace")[:4000]
    try:
        if problem:
            os.write(pipe, problem)
    finally:
        os._exit(code)


def _let_go(*keep):
    """Hold none of the parent's sockets and files, and be the first to go when memory is short."""
    for s in (_signal.SIGINT, _signal.SIGTERM, _signal.SIGHUP):
        try:
            _signal.signal(s, _signal.SIG_DFL)
        except (OSError, ValueError):
            pass
    try:
        with open("/proc/self/oom_score_adj", "w") as f:
            f.write("1000")
    except OSError:
        pass
    for name in ("/proc/self/fd", "/dev/fd"):
        try:
            fds = [int(n) for n in os.listdir(name)]
        except (OSError, ValueError):
            continue
        for n in fds:
            if n > 2 and n not in keep:
                try:
                    os.close(n)
                except OSError:
                    pass
        return


def _wait_child(child, out, part, report):
    """Wait for the child; return what went wrong, or None."""
    problem = []
    while True:
        piece = os.read(out, 4096)
        if not piece:
            break
        problem.append(piece)
    os.close(out)
    try:
        status = os.waitpid(child, 0)[1]
    except ChildProcessError:  # the program reaps all children itself
        status = 1 if problem or os.path.exists(part) else 0
    if status == 0:
        _tell(report, "ok")
        return None
    _discard(-1, part)
    text = b"".join(problem).decode("utf-8", "replace")
    if not text:
        text = "the dumping child was killed by signal %d" % (status & 127) if status & 127 else "the dumping child failed"
    _tell(report, text)
    return text


def _discard(fd, part):
    for call, what in ((os.close, fd), (os.unlink, part)):
        try:
            if what != -1:
                call(what)
        except OSError:
            pass


def _tell(report, text):
    if report:
        with open(report + ".part", "w") as f:
            f.write(text)
        os.replace(report + ".part", report)


def _complain(problem):
    try:
        sys.stderr.write("refgraph_dump: %s\n" % (problem,))
    except Exception:
        pass


# What must be looked at before the fork, because the child loses it.

def _before():
    """The threads' frames and thread-local variables, both gone in a child.

    Who takes something out of the list lets go of it, so that it does not count
    in the refcounts.
    """
    threads = sys.modules.get("threading")
    names = {}
    for ident, t in list(getattr(threads, "_active", {}).items()):
        name = getattr(t, "_name", None)
        names[ident] = name if type(name) is str else "?"
    stacks = []
    for ident, frame in sys._current_frames().items():
        frames = []
        while frame is not None:
            if frame.f_globals is not globals():
                # From 3.13 on, locals are read without leaving a trace, and a child may not be able to.
                frames.append((frame, frame.f_lineno, _locals(frame) if _PY >= (3, 13) else None))
            frame = frame.f_back
        stacks.append((names.get(ident, "thread %d" % ident), frames))
    handled = []
    for e in getattr(sys, "_current_exceptions", dict)().values():
        e = e[1] if type(e) is tuple else e  # up to 3.11 what sys.exc_info returns
        if e is not None:
            handled.append(e)
    return [stacks, _thread_locals() if len(stacks) > 1 else [], handled]


_STATUS = {"VmRSS": "resident", "VmHWM": "peak", "RssFile": "files", "RssShmem": "shared"}


def _held():
    """What the kernel says of this process's memory, in bytes."""
    try:
        with open("/proc/self/status", "rb") as f:
            lines = f.read().decode("ascii", "replace").splitlines()
        fields = [line.split() for line in lines]
        return {_STATUS[f[0][:-1]]: int(f[1]) << 10 for f in fields if len(f) == 3 and f[0][:-1] in _STATUS}
    except Exception:
        return {}


def _arenas():
    """Bytes of the arenas of the allocator of small objects, and of those the bytes in use.

    The interpreter prints them, and in a child nobody else needs standard error.
    """
    found = {}
    if "_sink" in globals():
        return found  # this fork was not the C library's: another thread may have held the lock of standard error
    try:
        fd = os.memfd_create("refgraph")
        os.dup2(fd, 2)
        sys._debugmallocstats()
        os.lseek(fd, 0, 0)
        for line in os.read(fd, 1 << 20).decode("ascii", "replace").splitlines():
            name, _, number = line.partition("=")
            name = name.strip()
            number = number.strip().replace(",", "")
            if name.endswith("bytes/arena"):
                found["arenas"] = int(number)
            elif name == "# bytes in allocated blocks":
                found["blocks"] = int(number)
    except Exception:
        pass
    return found if len(found) == 2 else {}


def _thread_locals():
    """(dict of a threading.local, its copy) for those near the modules."""
    kinds, todo = {id(_Local)}, [_Local]
    while todo:
        for sub in type.__subclasses__(todo.pop()):
            kinds.add(id(sub))
            todo.append(sub)
    near = gc.get_referents(*gc.get_referents(*[m for m in sys.modules.values() if type(m) is _Module]))
    near += gc.get_referents(*{id(o): o for o in near if type(o) not in _COMMON}.values())
    saved = []
    for o in {id(o): o for o in near if id(type(o)) in kinds}.values():
        saved += [(d, dict(d)) for d in gc.get_referents(o) if type(d) is dict and d]
    return saved


_COMMON = frozenset((_Module, _Function, str, dict, list, tuple, int, set, frozenset, _Builtin))


def _locals(frame):
    """The local variables of a frame as (name, value) pairs.

    Up to 3.12 asking for them leaves a dict at the frame, which would keep the
    values alive: it is emptied again unless the program has it too.
    """
    code = frame.f_code
    found = frame.f_locals
    if found is frame.f_globals or not code.co_flags & 1:  # a module or class body: the namespace itself
        return [] if found is frame.f_globals else [i for i in found.items()] if type(found) is dict else []
    pairs = [(n, v) for n, v in found.items() if type(n) is str]
    if type(found) is dict and (id(found) in _made or sys.getrefcount(found) <= 3):  # the frame, ours, and the call
        found.clear()
        _made.add(id(found))
    return pairs


_alone = False  # in a child, which has none of the process's files
_made = set()  # ids of the dicts that frames have because of _locals


# Writing.

class _Out:
    """The file: records, compressed on the way."""

    def __init__(self, fd, compress):
        self.fd = fd
        self.z = zlib.compressobj(1, zlib.DEFLATED, 31) if compress else None
        self.raw(_MAGIC)

    def raw(self, data):
        data = self.z.compress(data) if self.z else data
        view = memoryview(data).cast("B")
        while len(view):
            view = view[os.write(self.fd, view):]

    def record(self, tag, *parts):
        n = sum([len(p) * getattr(p, "itemsize", 1) for p in parts])
        self.raw(tag + n.to_bytes(8, "little"))
        for p in parts:
            if sys.byteorder == "big" and type(p) is not bytes:
                p.byteswap()
            if len(p):
                self.raw(p)

    def json(self, tag, value):
        self.record(tag, _json(value).encode("ascii"))

    def close(self):
        if self.z:
            data = self.z.flush()
            while data:
                data = data[os.write(self.fd, data):]


_ESCAPES = {c: "\\u%04x" % c for c in chain(range(32), (34, 92), range(127, 256))}


def _json(v):
    """JSON without importing json, which would add a module to the heap."""
    t = type(v)
    if t is str:
        if not v.isascii():
            v = v.replace("\\", "\\u005c").replace('"', "\\u0022").encode("utf-16-le", "surrogatepass")
            return '"%s"' % "".join([_unit(c) for c in memoryview(v).cast("H")])
        return '"%s"' % v.translate(_ESCAPES)
    if t is list or t is tuple:
        return "[%s]" % ",".join(map(_json, v))
    if t is dict:
        return "{%s}" % ",".join(["%s:%s" % (_json(k), _json(x)) for k, x in v.items()])
    if t is bool:
        return "true" if v else "false"
    return "null" if v is None else "%d" % v


def _unit(c):
    return chr(c) if 32 <= c < 127 else "\\u%04x" % c


def _column(values, wide=False):
    """An array of 4-byte numbers; numbers that do not fit are capped unless wide."""
    values = list(values)
    try:
        return array("I", values)
    except (OverflowError, ValueError):
        return array("Q", values) if wide else array("I", [min(v, 0xFFFFFFFF) for v in values])


def _write_heap(fd, path, values, before, exact, others=0, held=None):
    """Write this process's heap. exact: this is a child, whose heap may be touched. fd -1: to the sink."""
    global _alone
    _alone = exact
    held = dict(held or (), **_arenas() if exact else {})
    if exact and gc.get_freeze_count():
        gc.unfreeze()
    _restore(before.pop(1), exact)
    objs = gc.get_objects()  # nothing made from here on is in the dump
    enabled = gc.isenabled()
    gc.disable()
    try:
        own, holds = _own_objects()
        own.update(_ids_of(before))
        work = _by_type(objs, own)
        tracked = own.union(map(id, objs)) if gc.get_freeze_count() else None
        del objs
        out = _SinkOut() if fd == -1 else _Out(fd, path.endswith(".gz"))
        _Dump(out, values, exact, own, holds, tracked, others, held).run(work, before)
        out.close()
    finally:
        if enabled:
            gc.enable()


def _restore(saved, exact):
    """Give back to a child the thread-local variables of threads that it does not have."""
    while saved:
        d, copy = saved.pop()
        if exact:
            d.update(copy)


def _by_type(objs, own):
    """The objects that are not the dumper's own, as lists by id of their type.

    Types come last, to be taken first, before the dump itself refers to them; then
    what has frames, before anybody asks for those, which makes them.
    """
    work = {}
    for o in objs:
        t = id(type(o))
        if t in work:
            work[t].append(o)
        else:
            work[t] = [o]
    for t, group in work.items():
        if not own.isdisjoint(map(id, group)):
            work[t] = [o for o in group if id(o) not in own]
    late = [t for t, group in work.items() if group and (
        _type_flags(type(group[0])) & _TYPE or type(group[0]) in (_Member, _GetSet))]
    late = [id(t) for t in (_AsyncGenerator, _Coroutine, _Generator) if id(t) in work] + sorted(late, key=id(type).__eq__)
    for t in late:
        work[t] = work.pop(t)
    return work


def _own_objects():
    """The ids of what this module made, and how often it refers to each other object."""
    space = globals()
    own, holds, todo = set(), {}, [space]
    module = sys.modules.get(__name__)
    if type(module) is _Module and module.__dict__ is space:
        todo.append(module)
    builtins = space.get("__builtins__")
    own.update(map(id, todo))
    own.add(id(space.get("_sink", own)))
    while todo:
        o = todo.pop()
        for r in gc.get_referents(o):
            if id(r) in own:
                continue
            t = type(r)
            if gc.is_tracked(r) and r is not builtins and (
                    t in _OWN_KINDS or t.__name__ in ("ModuleSpec", "SourceFileLoader")
                    or t is _Function and r.__globals__ is space
                    or t is type and _type_module(r) == __name__):
                own.add(id(r))
                todo.append(r)
            else:
                holds[id(r)] = holds.get(id(r), 0) + 1
    return own, {i: n for i, n in holds.items() if i not in own}


_OWN_KINDS = (dict, list, tuple, set, frozenset, _Cell, type(_type_flags), _Member, _GetSet)


def _ids_of(before):
    """The ids of the lists, tuples and dicts that _before made."""
    stacks, handled = before
    yield from map(id, (before, stacks, handled))
    for stack in stacks:
        yield id(stack)
        yield id(stack[1])
        for frame in stack[1]:
            yield id(frame)
            if frame[2] is not None:
                yield id(frame[2])
                yield from map(id, frame[2])


def _program():
    """What runs: the name of the script, or of the module that -m ran."""
    main = sys.modules.get("__main__")
    if type(main) is not type(sys):
        return ""
    spec = main.__dict__.get("__spec__")
    name = getattr(spec, "name", None) if spec is not None else None
    if type(name) is str:
        return name.removesuffix(".__main__")
    name = main.__dict__.get("__file__")
    return name.rpartition("/")[2] if type(name) is str else ""


class _Probe:
    """Its refcount tells how many references the dump itself adds."""


class _Dump:
    """One dump: takes the heap type by type and writes it in batches."""

    def __init__(self, out, values, exact, own, holds, tracked, others, held):
        self.out, self.values, self.exact, self.own, self.holds = out, values, exact, own, holds
        self.others = others    # interpreters that are not seen
        self.held = held        # by the process, in bytes
        self.tracked = tracked  # ids, where the collector does not list all that it tracks (gc.freeze)
        self.types = {}        # id of type, or that and a place in the program -> its number
        self.plans = {}        # id of type -> _Plan
        self.kept = []         # keeps alive the types whose ids are used
        self.shapes = {}       # (labels, tail) -> number
        self.sites = {}        # traceback -> number
        self.names = {}        # id -> str that is the name of an attribute
        self.notes = []        # (id, text) of functions, types, modules, coroutines
        self.fresh = {}        # id of type -> untracked objects to write
        self.seen = set()      # ids of untracked objects found
        self.unready = set()   # ids of types without a dict and bases as yet
        self.code_names = None
        self.objects = self.refs = 0
        self.warn = []
        self.site_of = _tracemalloc._get_object_traceback if _tracemalloc.is_tracing() else None

    def run(self, work, before):
        self.header()
        self.functions = work.get(id(_Function), ())
        self.functions = self.functions[:] if not self.exact else ()
        self.out.json(b"R", self.roots(*before))
        before.clear()
        while work or self.fresh:
            if not work:
                work, self.fresh = self.fresh, {}
            objs = work.popitem()[1]
            if objs:
                self.emit(type(objs[0]), objs)
            objs = None
        self.finish()

    def header(self):
        probe = _Probe()
        objs = [probe]
        chunk = objs[:]
        overhead = list(map(sys.getrefcount, chunk))[0] - 1  # less the variable
        self.out.json(b"H", {
            "version": FORMAT, "python": sys.version, "hexversion": sys.hexversion, "pid": globals().get("_pid") or os.getpid(),
            "time": int(time.time()), "platform": sys.platform, "program": _program(), "pointer_size":
            (8 if sys.maxsize > 1 << 32 else 4), "overhead": overhead, "values": bool(self.values),
            "forked": self.exact, "sites": self.site_of is not None, "own": list(self.own),
            "holds": list(map(list, self.holds.items()))})

    def finish(self):
        names = [(i, s) for i, s in self.names.items() if type(s) is str]
        for i in range(0, len(names), _CHUNK):
            self.out.json(b"N", names[i:i + _CHUNK])
        for i in range(0, len(self.notes), _CHUNK):
            self.out.json(b"D", self.notes[i:i + _CHUNK])
        self.out.json(b"P", self.held)
        if self.others:
            self.warn.append("%d subinterpreters are not in the dump, only the one that dumped" % self.others)
        self.out.json(b"W", self.warn)
        self.out.json(b"E", {"objects": self.objects, "references": self.refs, "own": list(_made)})
        _made.clear()

    # Roots.

    def roots(self, stacks, handled):
        roots = []
        for name, m in list(sys.modules.items()):
            if type(name) is str and id(m) not in self.own:
                roots.append({"kind": "module", "name": name, "id": id(m), "origin": _origin(name, m)})
                self.found([m])
        for thread, frames in stacks:
            for frame, line, pairs in frames:
                self.frame_roots(roots, thread, frame, line, _locals(frame) if pairs is None else pairs)
        for e in handled:
            roots.append({"kind": "exception", "name": "exception being handled", "id": id(e)})
        for name, o in (("sys.modules", sys.modules), ("gc.garbage", gc.garbage), ("gc.callbacks", gc.callbacks)):
            roots.append({"kind": "runtime", "name": name, "id": id(o)})
        return roots

    def frame_roots(self, roots, thread, frame, line, pairs):
        code, space = frame.f_code, frame.f_globals
        module = dict.get(space, "__name__") if type(space) is dict else None
        module = module if type(module) is str else "?"
        origin = _origin(module, sys.modules.get(module))
        for name, v in pairs:
            roots.append({"kind": "frame", "thread": thread, "module": module, "file": code.co_filename,
                          "function": getattr(code, "co_qualname", code.co_name), "line": line or 0,
                          "name": name, "id": id(v), "origin": origin})
            self.found([v])

    # Batches.

    def found(self, refs):
        """Queue the objects among refs that the collector does not list, if they are new."""
        loose = list(filterfalse(gc.is_tracked, refs)) if self.tracked is None else [
            r for r in refs if id(r) not in self.tracked]
        if not loose:
            return
        new = dict(zip(map(id, loose), loose))
        ids = new.keys() - self.seen
        if len(self.seen) + len(ids) > _SEEN:
            self.seen.clear()  # an object may then be written again, which the format allows
        self.seen |= ids
        fresh = self.fresh
        for i in ids:
            o = new[i]
            t = id(type(o))
            if t in fresh:
                fresh[t].append(o)
            else:
                fresh[t] = [o]

    def emit(self, t, objs):
        """Write the objects, all of one type."""
        if not _type_flags(t) & _HEAPTYPE:
            if _type_raw_mro(t) is None:
                self.unready.add(id(t))  # looking at its objects will make it ready
            self.found((t,))
        plan = self.plan(t)
        if plan.place:
            return self.apart(t, plan, objs)
        number = self.type_number(t)
        start = 0
        while start < len(objs):
            chunk = objs[start:start + _CHUNK]
            if plan.sized:
                chunk = _bounded(chunk)
            start += len(chunk)
            self.batch(t, plan, chunk, _column(map(sys.getrefcount, chunk)), number)

    def apart(self, t, plan, objs):
        """Write generators, frames and tasks as types of their own for each function and line."""
        for start in range(0, len(objs), _CHUNK):
            chunk = objs[start:start + _CHUNK]
            self.batches(t, plan, chunk, list(map(sys.getrefcount, chunk)))

    def batches(self, t, plan, chunk, refcounts):
        flat, lens, shape = plan.rows(self, chunk)  # before asking for frames, which makes them
        groups = {}
        for i, name in enumerate(map(plan.place, chunk)):
            if name in groups:
                groups[name].append(i)
            else:
                groups[name] = [i]
        ends = list(accumulate(lens))
        module, kind = _type_name(t)
        for name, group in groups.items():
            number = self.numbered((id(t), name), (module, "%s %s" % (kind, name))) if name else self.type_number(t)
            rows = ([r for i in group for r in flat[ends[i] - lens[i]:ends[i]]], [lens[i] for i in group],
                    [shape[i] for i in group] if type(shape) is list else shape)
            self.batch(t, plan, [chunk[i] for i in group], _column([refcounts[i] for i in group]), number, rows)

    def batch(self, t, plan, chunk, refcounts, number, rows=None):
        sizes = _column(plan.sizes(chunk), True)
        flat, lens, shape = rows or plan.rows(self, chunk)
        flags, shapes, sites, ends, texts, hashes = sizes.itemsize >> 3, b"", b"", b"", (), b""
        if type(shape) is list:
            flags, shapes, shape = flags | 2, array("I", shape), 0
        if self.site_of:
            flags, sites = flags | 4, array("I", map(self.site, chunk))
        if flat:
            flags, ends = flags | 8, array("I", accumulate(lens))
        if self.values and plan.text:
            flags, texts = flags | 16, _texts(plan.text, chunk)
        if t is str or t is bytes:
            flags, hashes = flags | 32, array("q", [hash(o) if len(o) >= _LONG else 0 for o in chunk])
        self.out.record(b"B", array("I", (len(chunk), number, flags, shape)), array("Q", map(id, chunk)), sizes,
                        refcounts, shapes, sites, ends, array("Q", map(id, flat)), *texts, hashes)
        self.objects += len(chunk)
        self.refs += len(flat)
        if len(flat) <= _PIECE:
            self.found(flat)
        else:
            for i in range(0, len(flat), _PIECE):
                self.found(flat[i:i + _PIECE])
        if plan.note:
            for o in chunk:
                text = plan.note(o)
                if type(text) is str:
                    self.notes.append((id(o), text))

    def plan(self, t):
        p = self.plans.get(id(t))
        if p is None:
            self.kept.append(t)
            p = self.plans[id(t)] = _plan(t)
        return p

    def type_number(self, t):
        return self.numbered(id(t), _type_name(t))

    def numbered(self, key, name):
        n = self.types.get(key)
        if n is None:
            n = self.types[key] = len(self.types)
            self.out.json(b"T", name)
        return n

    def shape(self, labels, tail=""):
        """The number of a way to name rows: labels of the first references, then the kind of the rest."""
        key = labels, tail
        n = self.shapes.get(key)
        if n is None:
            n = self.shapes[key] = len(self.shapes)
            self.out.json(b"S", {"refs": labels, "tail": tail})
        return n

    def site(self, o):
        tb = self.site_of(o)
        if tb is None:
            return 0
        n = self.sites.get(tb)
        if n is None:
            n = self.sites[tb] = len(self.sites) + 1
            frames = tb[0] if len(tb) == 2 and type(tb[1]) is int else tb
            self.out.json(b"L", [[f, line] for f, line in frames])
        return n

    def attributes(self, space):
        """Note the keys of a dict that holds attributes: they are names, not values."""
        self.names.update(zip(map(id, space), space))

    def all_code_names(self):
        """Every name in the code of the heap, to guess attribute names from."""
        if self.code_names is None:
            names = set()
            for f in self.functions:
                _names_in_code(f.__code__, names)
            self.code_names = names
        return self.code_names


def _bounded(chunk):
    """The first objects of the chunk that together hold about _PIECE references; one at least."""
    for n, total in enumerate(accumulate(map(len, chunk))):
        if total > _PIECE:
            return chunk[:max(1, n)]
    return chunk


# Plans: how to read the references of the objects of one type, and name them.

def _plan(t):
    flags = _type_flags(t)
    if flags & _TYPE:
        return _Types(t)
    if any(t is a for a in _ATOMS):
        return _Plan(t)
    if t is list or t is tuple or t is set or t is frozenset:
        return _Sequences(t)
    if t is dict:
        return _Dicts(t)
    if t is _Code:
        return _Codes(t)
    array = next((c for c in _type_mro(t) if _type_name(c) == ("numpy", "ndarray")), None)
    if array and all(type(_type_dict(array).get(n)) is _GetSet for n in ("base", "dtype", "flat", "nbytes")):
        return _Arrays(t, array)
    return _Instances(t)


class _Plan:
    """Objects without references, such as texts and numbers.

    rows returns the references of all objects of a chunk in one list, how many
    each object has, and the shape of all, or a list with the shape of each.
    """

    sized = False  # len() tells how many references an object has

    def __init__(self, t):
        self.type = t
        self.text = _TEXTS.get(t) if type(t) is type else None
        self.note = _NOTES.get(t) if type(t) is type else None
        self.place = _PLACES.get(_type_name(t)) if not _type_flags(t) & _HEAPTYPE or _type_module(t) == "_asyncio" else None
        self.sizeof = _own_sizeof(t)

    def sizes(self, chunk):
        try:
            return list(map(self.sizeof, chunk))
        except Exception:
            return [0] * len(chunk)

    def rows(self, dump, chunk):
        return [], [], dump.shape(())


class _Sequences(_Plan):
    sized = True

    def rows(self, dump, chunk):
        flat = list(chain.from_iterable(chunk))
        lens = list(map(len, chunk))
        if sum(lens) != len(flat):  # another thread changed one: only without fork
            rows = list(map(list, chunk))
            flat, lens = list(chain.from_iterable(rows)), list(map(len, rows))
        return flat, lens, dump.shape((), "set" if self.type in (set, frozenset) else "seq")


class _Dicts(_Plan):
    sized = True

    def rows(self, dump, chunk):
        flat = list(chain.from_iterable([x for d in chunk for x in (d, d.values())]))
        lens = [2 * len(d) for d in chunk]
        if sum(lens) != len(flat):
            rows = [[*d, *d.values()] for d in map(dict.copy, chunk)]
            flat, lens = list(chain.from_iterable(rows)), list(map(len, rows))
        return flat, lens, dump.shape((), "dict")


class _Codes(_Plan):
    """Code objects, which do not tell the collector what they hold."""

    members = [("." + n, a.__get__) for n, a in _Code.__dict__.items() if type(a) is _Member and n != "co_flags"]

    def rows(self, dump, chunk):
        rows, shapes = [], []
        for c in chunk:
            found = [(n, g(c)) for n, g in self.members]
            found = [(n, v) for n, v in found if type(v) is not int and v is not None]
            rows.append([v for _, v in found])
            shapes.append(dump.shape(tuple([n for n, _ in found])))
        return list(chain.from_iterable(rows)), list(map(len, rows)), shapes


class _Types(_Plan):
    """Types. Those written in C do not tell the collector what they hold."""

    def __init__(self, t):
        super().__init__(t)
        self.note = _note_type

    def rows(self, dump, chunk):
        rows, shapes = [], []
        for t in chunk:
            named, held = {}, []
            for space in gc.get_referents(_type_dict(t))[:id(t) not in dump.unready]:
                named[id(space)] = ("dict",)
                held.append(space)
                if type(space) is dict:
                    dump.attributes(space)
            for name in ("__mro__", "__bases__", "__base__"):
                v = type.__dict__[name].__get__(t)
                named.setdefault(id(v), "." + name)
                if name != "__base__" and v is not None and id(t) not in dump.unready:  # which types written in C do not own
                    held.append(v)
            named.setdefault(id(type(t)), ".__class__")
            row = gc.get_referents(t) if _type_flags(t) & _HEAPTYPE else held
            rows.append(row)
            shapes.append(dump.shape(tuple([named.get(id(r)) or _rest(i, r) for i, r in enumerate(row)])))
        return list(chain.from_iterable(rows)), list(map(len, rows)), shapes


class _Instances(_Plan):
    """Everything else: instances of classes, and objects of C types.

    The collector's own view of an object (gc.get_referents) is the truth; names
    come from slots, members and attributes that hold the very same objects.
    """

    def __init__(self, t):
        super().__init__(t)
        self.slots = []        # (label, getter), in order
        self.dict = None       # getter of __dict__
        self.guarded = set()   # names whose look-up may run code of the program
        self.guesses = None    # names of attributes, where __dict__ must not be asked for
        self.known = []        # labels of rows seen before
        flags, mro = _type_flags(t), _type_mro(t)
        self.heap = bool(flags & _HEAPTYPE)
        bases = {id(c) for c in mro}
        self.weak = id(_weakref.ref) in bases
        self.local = id(_Local) in bases
        self.frame = next((n for c, n in _FRAMES if id(c) in bases), None)
        self.lru = any(_type_qualname(c) == "_lru_cache_wrapper" for c in mro)
        for c in mro:
            self.learn(c)
        if self.local:
            self.dict = None   # asking would make one for this thread
        self.tail = None
        if flags & _DICT:
            self.tail = "dict"
        elif id(set) in bases or id(frozenset) in bases:
            self.tail = "set"
        elif flags & (_LIST | _TUPLE) or any(_type_name(c) == ("collections", "deque") for c in mro):
            self.tail = "seq"
        self.items = next((_type_dict(c)["__iter__"].__get__ for c in mro if self.tail and _type_name(c) in _ITERABLE), None)
        self.fields = _fields(mro) if flags & _TUPLE else None
        self.alike = not (self.tail or self.weak or self.frame or self.local or self.lru)
        self.owned = next((_OWNED[_type_name(c)](_type_dict(c)) for c in mro if _type_name(c) in _OWNED), None)  # tells the size of a buffer that is no object

    def sizes(self, chunk):
        sizes = super().sizes(chunk)
        if self.owned:
            sizes = [n + self.owned(o) for n, o in zip(sizes, chunk)]
        return sizes

    def hidden(self, o):
        """What an object holds and does not show to the collector, as (label, object)."""
        return ()

    def learn(self, c):
        """Collect what a class of the MRO defines."""
        wanted = next((n for k, n in _SAFE_GETSETS if k is c), None) or _SAFE_ATTRIBUTES.get(_type_module(c), ())
        for name, a in list(_type_dict(c).items()):
            kind = type(a)
            if name == "__dict__" and kind is _Member:
                self.slots.append((("dict",), a.__get__))
            elif name == "__dict__" and kind is _GetSet:
                self.dict = self.dict or a.__get__
            elif kind is _Member or kind is _GetSet and name in wanted:
                self.slots.append(("." + name, a.__get__))
            if type(name) is str and kind is not _Function and _binds(kind):
                self.guarded.add(name)

    def rows(self, dump, chunk):
        rows = list(map(gc.get_referents, chunk))
        if _PY < (3, 9) and _type_flags(self.type) & _HEAPTYPE:
            for row in rows:
                if not any(r is self.type for r in row):
                    row.append(self.type)  # held by all since 3.8, shown by all since 3.9
        if not self.alike:
            shapes = [self.single(dump, o, row)[0] for o, row in zip(chunk, rows)]
        else:
            shapes = self.shared(dump, chunk, rows)
        return list(chain.from_iterable(rows)), list(map(len, rows)), shapes

    # Many instances of one make: name one, check that the others are alike.

    def shared(self, dump, chunk, rows):
        shapes = [0] * len(chunk)
        by_len = {}
        for i, n in enumerate(map(len, rows)):
            by_len.setdefault(n, []).append(i)
        for n, todo in by_len.items():
            for labels in [k for k in self.known if len(k) == n]:
                todo = self.match(dump, chunk, rows, todo, labels, shapes)
            tries = 0
            while todo:
                shapes[todo[0]], labels = self.single(dump, chunk[todo[0]], rows[todo[0]])
                todo = todo[1:]
                if labels is not None and tries < _SHAPES and all(map(self.checkable, repeat(dump), labels)):
                    tries += 1
                    self.known = [labels] + self.known[:_SHAPES]
                    todo = self.match(dump, chunk, rows, todo, labels, shapes)
        return shapes

    def checkable(self, dump, label):
        """Whether match can tell that other objects hold the same under the label."""
        if label == ("dict",):
            return not _INLINE or dump.exact
        if type(label) is not str or label[:1] != ".":
            return False
        return self.heap or label == ".__class__" or any(n == label for n, _ in self.slots)

    def match(self, dump, chunk, rows, todo, labels, shapes):
        """Give the labels' shape to the objects whose row they name; return the others."""
        if not todo:
            return todo
        objs = [chunk[i] for i in todo]
        bad = set()
        spaces = []
        for j, label in enumerate(labels):
            have = [rows[i][j] for i in todo]
            if label == ("dict",) and not _INLINE:
                bad.update([k for k, v in enumerate(have) if type(v) is not dict])
                spaces = have
                continue
            want = self.values(label, objs)
            if want is not None and array("Q", map(id, have)) != array("Q", map(id, want)):
                bad.update([k for k, (x, y) in enumerate(zip(have, want)) if x is not y])
            if label == ("dict",):
                spaces = have
        if spaces:
            for d in spaces if not bad else [d for k, d in enumerate(spaces) if k not in bad]:
                dump.attributes(d)
        shape = dump.shape(labels)
        for k, i in enumerate(todo):
            shapes[i] = shape
        return [i for k, i in enumerate(todo) if k in bad] if bad else []

    def values(self, label, objs):
        """What each object holds under the label; None if only the place can tell."""
        if label == ".__class__":
            return [self.type] * len(objs)
        getter = self.dict if label == ("dict",) else next((g for n, g in self.slots if n == label), None)
        if getter is None:
            if label[1:] in self.guarded:
                return None
            try:
                return list(map(_getattribute, objs, repeat(label[1:])))
            except Exception:
                return [_get(_getattribute, o, label[1:]) for o in objs]
        try:
            return list(map(getter, objs))
        except Exception:
            return [_get(getter, o) for o in objs]

    # One object.

    def single(self, dump, o, row):
        """Name the row of one object. Returns the shape, and the labels if other objects may share them."""
        tail = self.cut_tail(o, row)
        named = _Names()
        for label, getter in self.slots:
            v = _get(getter, o)
            if v is not _MISSING:
                self.add_slot(dump, named, o, label, v)
        frame = _get(getattr(type(o), self.frame).__get__, o) if self.frame else o if type(o) is _Frame else None
        if type(frame) is _Frame:
            for name, v in _locals(frame):
                named.add(" (local %s)" % name, v)
        space = self.attributes_of(dump, o, row, named)
        if self.local:
            for d in row:
                if type(d) is dict:  # of one dict for each thread
                    for space in filter(_is_dict, d.values()):
                        dump.attributes(space)
        labels = tuple([named.take(r) or self.unnamed(i, r, o) for i, r in enumerate(row)])
        plain = not tail and not self.tail
        if space is not None:
            dump.attributes(space)
            if _PY >= (3, 13):
                labels, plain = self.drop_twice(row, labels, space), False
        if self.weak:
            target = _get(_weakref.ref.__call__, o)
            if target is not _MISSING and target is not None:
                row.append(target)
                labels += (("weak", "()"),)
        for label, v in self.hidden(o):
            row.append(v)
            labels += (label,)
        if self.fields and len(self.fields) == len(tail):
            labels += self.fields
            kind = ""
        else:
            kind = self.tail or ""
            if kind == "array":
                kind = "seq" if tail else ""
        row += tail
        return dump.shape(labels, kind), labels if plain else None

    def cut_tail(self, o, row):
        """Take the items of a container off its row; return them in order, dicts as keys and then values."""
        if not self.tail or self.items is None:
            return []
        if self.tail == "dict":
            keys, vals = list(dict.keys(o)), list(dict.values(o))
            n = len(keys)
            if n and len(row) >= 2 * n and row[-1] is keys[-1] and (row[-1] is not vals[-1] or row[-2] is vals[-1]):
                n *= 2
            del row[len(row) - n:]
            return keys + vals
        items = list(self.items(o)())
        del row[len(row) - len(items):]
        return items

    def add_slot(self, dump, named, o, label, v):
        if label == ("dict",):
            if type(v) is dict:
                dump.attributes(v)
        elif label == ".__closure__":
            label = ("closure", o.__code__.co_freevars)
        elif label == "._callbacks" and type(v) is list:
            for i, pair in enumerate(v):
                for x in pair if type(pair) is tuple else (pair,):
                    named.add("._callbacks[%d]" % i, x)
        named.add(label, v)

    def attributes_of(self, dump, o, row, named):
        """Name the attributes. Returns the instance's dict if it is one of the row."""
        if self.dict is None:
            return None
        dicts = [r for r in row if type(r) is dict and not named.has(r)]
        if not _INLINE:
            space = _get(self.dict, o) if dicts else None
        elif dump.exact:
            space = _get(self.dict, o)
        else:
            space = self.find_dict(dicts, o)
            if space is None:
                self.guess(dump, o, row, named)
        if type(space) is not dict:
            return None
        if any(r is space for r in row):
            named.add(("dict",), space)
            return space
        for name, v in list(dict.items(space)):
            if type(name) is str:
                named.add("." + name, v)
        return None

    def find_dict(self, dicts, o):
        """Tell the instance's dict from other dicts without making one."""
        for d in dicts:
            for name, v in d.copy().items():
                if type(name) is str and name not in self.guarded:
                    if _get(_getattribute, o, name) is v:
                        return d
                    break
        return None

    def guess(self, dump, o, row, named):
        """Name attributes that are held without a dict by asking for names that the program's code uses."""
        if self.guesses is None:
            names = set()
            for c in _type_mro(self.type):
                _names_in_class(c, names)
            self.guesses = [n for n in names if n not in self.guarded]
        self.probe(o, row, named, self.guesses)
        left = [r for r in row if r is not self.type and not named.has(r)]
        if left:
            self.probe(o, row, named, dump.all_code_names() - self.guarded)
        cached = [n for c in _type_mro(self.type) for n, a in _type_dict(c).items() if type(a).__name__ == "cached_property"]
        if len(left) == len(cached) == 1:
            named.add("." + cached[0], left[0])

    def probe(self, o, row, named, names):
        held = {id(r) for r in row}
        for name in names:
            v = _get(_getattribute, o, name)
            if id(v) in held and not named.has_label("." + name):
                named.add("." + name, v)

    def drop_twice(self, row, labels, space):
        """From 3.13 on, attributes are shown beside the dict that shares them: count them once."""
        shared = {id(v) for v in space.values()}
        keep = [i for i, (r, label) in enumerate(zip(row, labels)) if not (
            type(label) is str and label[:6] == " (part" and id(r) in shared)]
        labels = tuple([labels[i] for i in keep])
        row[:] = [row[i] for i in keep]
        return labels

    def unnamed(self, i, r, o):
        if r is self.type:
            return ".__class__"
        if self.lru:
            if type(r) is dict or type(r) is _Function:
                return " (cache)" if type(r) is dict else ".__wrapped__"
            return _rest(i, r) if type(r) in (type, object) else " (cached)"
        if self.local and type(r) is dict:
            return " (thread locals)"
        if type(o) is _Function and type(r) in (dict, tuple):
            return ".__annotations__"
        if type(o) is memoryview:
            return ".obj"
        if _type_qualname(type(o)) == "managedbuffer":
            return " (exporter)"
        return " (module state)" if type(o) is _Module else _rest(i, r)


class _Arrays(_Instances):
    """Arrays of numpy, which tell the collector nothing: the owner of the memory, and objects as elements."""

    def __init__(self, t, array):
        super().__init__(t)
        self.alike, self.tail = False, "array"
        self.base, self.dtype, self.flat, self.nbytes = [_type_dict(array)[n].__get__ for n in ("base", "dtype", "flat", "nbytes")]
        self.array = array
        self.char = None
        self.owned = self.foreign

    def hidden(self, o):
        base = self.base(o)
        if base is not None:
            yield ".base", base
        yield ".dtype", self.dtype(o)

    def cut_tail(self, o, row):
        """The elements, if they are objects and not those of the base."""
        dtype, base = self.dtype(o), self.base(o)
        if self.char is None:
            found = next((_type_dict(c)["char"] for c in _type_mro(type(dtype)) if "char" in _type_dict(c)), None)
            self.char = found.__get__ if type(found) in (_Member, _GetSet) else lambda d: ""
        if self.char(dtype) != "O" or base is not None and any(c is self.array for c in _type_mro(type(base))):
            return []
        return list(self.flat(o))

    def foreign(self, o):
        """The bytes that C code has lent: their owner is a capsule, which has no size."""
        return self.nbytes(o) if _type_qualname(type(self.base(o))) == "PyCapsule" else 0


def _mapping(space):
    """The bytes of a mapping that is of no file.

    Only the kernel knows of which file it is, and only the object where it is: a
    child reads its own memory for that. The structure begins alike in all versions:
    where the mapping is, and its size.
    """
    length = space.get("__len__")
    if length is None or not _alone:
        return None
    ranges = []

    def owned(m):
        try:
            size = length.__get__(m)()
            if not ranges:
                ranges.extend(_anonymous())
            fd = os.open("/proc/self/mem", os.O_RDONLY)
            try:
                at, known = memoryview(os.pread(fd, 16, id(m) + _HEAD)).cast("N")
            finally:
                os.close(fd)
            return size if known == size and any(lo <= at < hi for lo, hi in ranges) else 0
        except Exception:
            return 0  # closed, or nobody can tell

    return owned


_HEAD = sys.getsizeof(object())


def _anonymous():
    """The ranges of memory of this process that are of no file."""
    fd = os.open("/proc/self/maps", os.O_RDONLY)
    try:
        parts = []
        while True:
            part = os.read(fd, 1 << 16)
            if not part:
                break
            parts.append(part)
    finally:
        os.close(fd)
    for line in b"".join(parts).splitlines():
        fields = line.split(None, 5)
        if len(fields) == 5 or fields[5].startswith((b"/dev/zero", b"[anon", b"/memfd", b"/SYSV")):
            lo, hi = fields[0].split(b"-")
            yield int(lo, 16), int(hi, 16)


_PIXELS = {"1": 1, "L": 1, "P": 1, "I;16": 2, "I;16L": 2, "I;16B": 2, "I;16N": 2, "BGR;15": 2, "BGR;16": 2, "BGR;24": 3}


def _image(space):
    """The bytes of an image of Pillow."""
    size, mode = space.get("size"), space.get("mode")
    if type(size) is not _GetSet or type(mode) is not _GetSet:
        return None

    def owned(image):
        width, height = size.__get__(image)
        return width * height * _PIXELS.get(mode.__get__(image), 4)

    return owned


_OWNED = {("mmap", "mmap"): _mapping, ("builtins", "ImagingCore"): _image}


class _Names:
    """Labels by the object they lead to; objects held twice give their labels in order."""

    def __init__(self):
        self.labels = {}
        self.alive = []  # so that no id is used again

    def add(self, label, v):
        self.alive.append(v)
        self.labels.setdefault(id(v), []).append(label)

    def has(self, v):
        return id(v) in self.labels

    def has_label(self, label):
        return any(label in found for found in self.labels.values())

    def take(self, v):
        found = self.labels.get(id(v))
        if not found:
            return None
        return found.pop(0) if len(found) > 1 else found[0]


def _rest(i, r):
    """A label for a reference without a name."""
    t = type(r)
    return " (module)" if t is _Module else " (attributes)" if t is dict and i else " (part %d)" % i


def _is_dict(o):
    return type(o) is dict


def _get(getter, *args):
    try:
        return getter(*args)
    except Exception:
        return _MISSING


# Types.

def _type_name(t):
    """(module, qualified name) of a type, without running its metaclass."""
    module, name = _get(_type_module, t), _get(_type_qualname, t)
    return module if type(module) is str else "?", name if type(name) is str else "?"


def _binds(kind):
    """Whether an attribute of this type, found in a class, may compute something when it is looked up."""
    return any("__get__" in _type_dict(c) or "__set__" in _type_dict(c) for c in _type_mro(kind))


def _own_sizeof(t):
    """sys.getsizeof, or the same without a __sizeof__ written in Python."""
    for c in _type_mro(t):
        found = _type_dict(c).get("__sizeof__")
        if found is not None and type(found) is _Method:
            break
        if found is not None:
            extra = 16 if _type_flags(t) & _GC else 0
            base = next(_type_dict(b)["__sizeof__"] for b in _type_mro(t)
                        if type(_type_dict(b).get("__sizeof__")) is _Method)
            return lambda o: base(o) + extra
    return sys.getsizeof


def _fields(mro):
    """The labels of a named tuple's items."""
    for c in mro:
        found = _type_dict(c).get("_fields")
        if type(found) is tuple and all(type(f) is str for f in found):
            return tuple(["." + f for f in found])
    return None


def _names_in_class(c, names):
    for name, a in list(_type_dict(c).items()):
        if name in ("__annotations__", "__static_attributes__", "__dataclass_fields__") and type(a) in (dict, tuple):
            names.update([n for n in a if type(n) is str])
        for f in (a, *[_get(d.__get__, a) for d in _WRAPPED.get(type(a), ())]):
            if type(f) is _Function:
                _names_in_code(f.__code__, names)


def _names_in_code(code, names):
    names.update(code.co_names)
    for c in code.co_consts:
        if type(c) is _Code:
            _names_in_code(c, names)


_WRAPPED = {property: [property.__dict__[n] for n in ("fget", "fset", "fdel")],
            classmethod: [classmethod.__dict__["__func__"]], staticmethod: [staticmethod.__dict__["__func__"]]}
_FRAMES = ((_Generator, "gi_frame"), (_Coroutine, "cr_frame"), (_AsyncGenerator, "ag_frame"))
_ITERABLE = {("builtins", n) for n in ("list", "tuple", "dict", "set", "frozenset")} | {("collections", "deque")}


# What a person wants to know of an object beyond its type. Names of code only.

def _note_type(t):
    return ".".join(_type_name(t))


def _note_function(f):
    module = f.__module__
    return "%s.%s" % (module, f.__qualname__) if type(module) is str else f.__qualname__


def _note_module(m):
    return dict.get(m.__dict__, "__name__")


_NOTES = {_Function: _note_function, _Module: _note_module,
          _Builtin: lambda f: f.__name__, _Code: lambda c: c.co_name}


# Where in the program a frame is, or what runs one: part of its type's name.

def _place(frame, name, idle, begun=True):
    if type(frame) is not _Frame:
        return "%s (finished)" % name
    space = frame.f_globals
    module = dict.get(space, "__name__") if isinstance(space, dict) else None
    if type(module) is str:
        name = "%s.%s" % (module, name)
    return "%s (%s)" % (name, idle) if idle and (frame.f_lasti == -1 or not begun) else "%s:%d" % (name, frame.f_lineno or 0)


def _place_frame(f):
    return _place(f, getattr(f.f_code, "co_qualname", f.f_code.co_name), "")


def _place_coroutine(c):
    begun = getattr(c, "cr_suspended", True) or c.cr_running  # from 3.11 on f_lasti does not tell
    return _place(c.cr_frame, c.__qualname__, "never awaited", begun)


def _place_generator(g):
    return _place(g.gi_frame, g.__qualname__, "not started", getattr(g, "gi_suspended", True) or g.gi_running)


def _place_async(g):
    return _place(g.ag_frame, g.__qualname__, "not started", getattr(g, "ag_suspended", True) or g.ag_running)


def _place_task(t):
    coro = _get(_type_dict(type(t))["_coro"].__get__, t)
    by = {_Coroutine: _place_coroutine, _Generator: _place_generator}.get(type(coro))
    return by(coro) if by else ""


_PLACES = {("builtins", "frame"): _place_frame, ("builtins", "coroutine"): _place_coroutine,
           ("builtins", "generator"): _place_generator, ("builtins", "async_generator"): _place_async,
           ("_asyncio", "Task"): _place_task}


# Values, only when they are asked for.

def _texts(kind, chunk):
    """Two parts of a batch: where each text ends, and the texts."""
    texts = [kind(o).encode("utf-8", "replace") for o in chunk]
    return array("I", accumulate(map(len, texts))), b"".join(texts)


def _shorten(s):
    return s if len(s) <= _VALUE else s[:_VALUE] + "\u2026"


def _number(n):
    return repr(n) if n.bit_length() < 1000 else "int of %d bits" % n.bit_length()


_TEXTS = {str: _shorten, bytes: lambda b: repr(b[:_VALUE]), int: _number, float: repr, complex: repr, bool: repr,
          type(None): repr}


# Where modules come from, which ranks their roots.

_STDLIB = (getattr(os, "__file__", None) or "\0os.py")[:-len("os.py")]
_NAMES = getattr(sys, "stdlib_module_names", frozenset())


def _origin(name, module):
    """user, library or stdlib"""
    if name == "__main__":
        return "user"
    path = dict.get(module.__dict__, "__file__") if type(module) is _Module else None
    if type(path) is not str:
        return "stdlib"
    if "site-packages" in path or "dist-packages" in path:
        return "library"
    if name.partition(".")[0] in _NAMES or path.startswith(_STDLIB):
        return "stdlib"
    return "user"


def _subinterpreters():
    """How many interpreters Python code of this process has made beside this one.

    Those that a C program has made are not known; loading the module that knows
    would leave a part of it in the heap.
    """
    known = sys.modules.get("_interpreters" if _PY >= (3, 13) else "_xxsubinterpreters")
    return len(known.list_all()) - 1 if known else 0
