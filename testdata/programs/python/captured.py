"""A program that a heap dump is taken of, in the states that are hardest on it.

    captured.py WORK [STATE...]

WORK is what the main thread does: idle (waits in read), read (of nothing, another
answers), sleep, poll, epoll, lock,
busy (computes), threads (ten others compute; the main thread answers), native
(mostly within C functions). It answers the lines that it gets: ping, check (what
it holds), leak (how many blocks tracemalloc knows that a dumper made), blocks (how
many the interpreter counts), hold (keeps the interpreter's lock for four seconds),
rest (compute nothing until) work, quit. Nothing is computed either while it looks
for the answer to one of them, but to ping and hold.
"""
import builtins
import gc
import json
import os
import select
import sys
import threading
import time

if "native" in sys.argv:
    import zlib  # before anybody asks for the modules

heap = [{"n": i, "text": "value %d" % i} for i in range(20000 if "large" in sys.argv else 8000)]


resting = still = False


def answered(line):
    global resting, still
    if line in ("rest", "work"):
        resting = line == "rest"
    still = resting or line != "ping"
    text = answer(line)
    still = resting
    return text


def answer(line):
    if line in ("rest", "work"):
        return "yes"
    if line == "ping":
        return "pong"
    if line == "check":
        gc.collect()
        return json.dumps({"files": sorted(read_files()), "threads": threading.active_count(), "modules": sorted(sys.modules),
                           "gc": gc.isenabled(), "wrong": wrong, "mask": mask()})
    if line == "leak":
        import tracemalloc
        gc.collect()
        return str(len([t for t in tracemalloc._get_traces() if any([f[0] == "<refgraph>" for f in t[2]])]))
    if line == "blocks":
        gc.collect()
        return str(sys.getallocatedblocks())
    if line == "hold":
        library.sleep(4)
        return "held"
    if line == "quit":
        os._exit(0)
    return "what?"


def read_files():
    return ["%s -> %s" % (n, os.readlink("/proc/self/fd/" + n)) for n in os.listdir("/proc/self/fd") if os.path.lexists("/proc/self/fd/" + n)]


def mask():
    with open("/proc/self/status") as f:
        return [line.split()[1] for line in f if line.startswith("SigBlk")][0]


wrong = 0
real_write, real_read = os.write, os.read


def say(text):
    real_write(1, (text + "\n").encode())


def answers():
    rest = b""
    while True:
        data = real_read(0, 4096)
        if not data:
            os._exit(0)
        *lines, rest = (rest + data).split(b"\n")
        for line in lines:
            say(answered(line.decode().strip()))


def compute():
    global wrong
    n = 0
    while True:
        while still:
            time.sleep(0.002)
        x, d = 0.1, {}
        for i in range(1000):
            x = x * 1.0000001 + i * 0.25
            d["k%d" % i] = [i, x]
        if "%.6f" % x != "124879.254289" or len(d) != 1000:
            wrong += 1
        n += 1


def native():
    data = bytes(range(256)) * 4000
    while True:
        while still:
            time.sleep(0.002)
        zlib.compress(data, 6)


def responder():
    t = threading.Thread(target=answers, daemon=True)
    t.start()


def work(kind):
    if kind == "idle":
        answers()
    if kind == "threads":
        for _ in range(10):
            threading.Thread(target=compute, daemon=True).start()
        answers()
    responder()
    if kind == "busy":
        compute()
    if kind == "native":
        native()
    if kind == "read":
        os.read(nothing[0], 1)
    if kind == "sleep":
        while True:
            time.sleep(1000)
    if kind == "poll":
        p = select.poll()
        while True:
            p.poll(1000000)
    if kind == "epoll":
        while True:
            events.poll(0.5)
    if kind == "lock":
        lock = threading.Lock()
        lock.acquire()
        lock.acquire()


def state(name):
    if name == "descriptors":
        held = globals().setdefault("held", [])
        import resource
        resource.setrlimit(resource.RLIMIT_NOFILE, (256, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
        try:
            while True:
                held.append(os.open("/dev/null", os.O_RDONLY))
        except OSError:
            pass
    elif name == "large":
        pass  # a heap that takes longer to dump
    elif name == "audit":
        def hook(event, args):
            if event.startswith(("compile", "exec", "import", "open", "os.", "gc.", "sys.", "socket", "ctypes", "object")) and threading.main_thread().name == "armed":
                raise RuntimeError("\x1b[2Jnot here")
        sys.addaudithook(hook)
        threading.main_thread().name = "armed"
    elif name == "open":
        import io
        builtins.open = io.open = os.open = builtins.__import__ = None
    elif name == "finders":
        sys.meta_path.clear(), sys.path_hooks.clear(), sys.path.clear(), sys.path_importer_cache.clear()
    elif name == "chroot":
        import tempfile
        d = tempfile.mkdtemp()
        os.chroot(d)
        os.chdir("/")
        os.setgroups([])
        os.setgid(65534)
        os.setuid(65534)
    elif name == "seccomp":
        nofork()
    elif name == "tracemalloc":
        import tracemalloc
        tracemalloc.start(5)
    elif name == "toggled":
        threading.Thread(target=toggle, daemon=True).start()
    else:
        sys.exit("what state is %s?" % name)


def toggle():
    import tracemalloc
    while True:
        tracemalloc.start()
        time.sleep(0.003)
        tracemalloc.stop()
        time.sleep(0.003)


def nofork():
    """A seccomp filter that kills who forks; threads may be made."""
    import ctypes
    import struct
    CLONE_THREAD, KILL, ALLOW = 0x10000, 0x80000000, 0x7FFF0000
    f = [(0x20, 0, 0, 0), (0x15, 4, 0, 57), (0x15, 3, 0, 58), (0x15, 0, 3, 56),
         (0x20, 0, 0, 16), (0x45, 1, 0, CLONE_THREAD), (0x06, 0, 0, KILL), (0x06, 0, 0, ALLOW)]
    code = ctypes.create_string_buffer(b"".join([struct.pack("<HBBI", *i) for i in f]))
    prog = ctypes.create_string_buffer(struct.pack("<HxxxxxxQ", len(f), ctypes.addressof(code)))
    libc = ctypes.CDLL(None, use_errno=True)
    libc.prctl.argtypes = [ctypes.c_int] + [ctypes.c_ulong] * 4
    if libc.prctl(38, 1, 0, 0, 0) or libc.prctl(22, 2, ctypes.addressof(prog), 0, 0):
        sys.exit("no seccomp filter: %d" % ctypes.get_errno())


events = select.epoll()
if sys.argv[1] == "read":
    import ctypes
    nothing, library = os.pipe(), ctypes.PyDLL(None)
for name in sys.argv[2:]:
    state(name)
say("ready")
work(sys.argv[1])
