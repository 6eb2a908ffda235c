"""Holds one Target in every way that Python can, dumps itself, and exits.

    python kinds.py DUMPER OUTPUT [in-process] [values]

Each way is reached through one variable of this module; TestKinds knows what
the path from there to the Target must be called.
"""

import asyncio
import collections
import functools
import gc
import importlib.util
import sys
import threading
import weakref


class Target:
    """What all ways lead to."""

    __slots__ = ("name", "__weakref__")

    def __init__(self, name):
        self.name = name


class Plain:
    def __init__(self, value):
        self.first = None
        self.value = value


class Slots:
    __slots__ = ("a", "value", "__dict__")


class Materialised(Plain):
    pass


class Guarded(Plain):
    @functools.cached_property
    def cached(self):
        return Target("cached")


class DictSub(dict):
    pass


class ListSub(list):
    pass


class Error(Exception):
    pass


class Hostile:
    """Runs nothing of what it has, or the test fails."""

    def __init__(self):
        object.__setattr__(self, "value", Target("hostile"))

    def fail(self, *args):
        print("refgraph ran", args, file=sys.stderr, flush=True)
        raise SystemExit("refgraph ran code of the program")

    __class__ = property(fail)
    __repr__ = __eq__ = __hash__ = __sizeof__ = __getattribute__ = __len__ = __iter__ = __dir__ = fail


class HostileMeta(type):
    def __eq__(cls, other):
        raise SystemExit("refgraph compared a class")

    def __hash__(cls):
        raise SystemExit("refgraph hashed a class")

    def __getattribute__(cls, name):
        raise SystemExit("refgraph asked a class for " + name)


Point = collections.namedtuple("Point", "x y")

plain = Plain(Target("plain"))
slots = Slots()
slots.a, slots.value = None, Target("slots")
slots.extra = Target("slots with a dict")
materialised = Materialised(Target("materialised"))
materialised.__dict__
guarded = Guarded(None)
guarded.cached
dict_str = {"secret key": Target("dict")}
dict_int = {4711: Target("dict by int")}
dict_tuple = {("secret", 1): Target("dict by tuple")}
dict_key = {Target("key"): None}
items = [None, Target("list")]
pair = (None, Target("tuple"))
bag = {Target("set")}
queue = collections.deque([None, Target("deque")])
default = collections.defaultdict(list, k=Target("defaultdict"))
ordered = collections.OrderedDict(k=Target("OrderedDict"))
point = Point(1, Target("namedtuple"))
dict_sub = DictSub(k=Target("dict subclass"))
dict_sub.extra = Target("attribute of a dict subclass")
list_sub = ListSub([None, Target("list subclass")])
partial = functools.partial(print, Target("partial"))


def closure():
    captured = Target("closure")
    return lambda: captured


def default_argument(value=Target("default")):
    pass


def keyword_default(*, value=Target("keyword default")):
    pass


def generator():
    held = Target("generator")
    yield held
    del held


async def coroutine(argument):
    await asyncio.sleep(0)


class Service:
    def __init__(self, t):
        self.t = t

    def method(self):
        pass


function = closure()
bound = Service(Target("bound")).method
gen = generator()
next(gen)
coro = coroutine(Target("never awaited"))
keep_alive = [Target("weakref")]
weak = weakref.ref(keep_alive[0])
weak_values = weakref.WeakValueDictionary(k=keep_alive[0])


@functools.lru_cache(maxsize=None)
def cached(key):
    return Target("lru_cache")


cached("k")


def failing():
    in_frame = Target("traceback")
    raise Error("no", in_frame.name)


try:
    failing()
except Error as e:
    error = e

local = threading.local()
hostile = Hostile()
hostile_class = HostileMeta("HostileClass", (), {"value": Target("class attribute")})
ready, done = threading.Event(), threading.Event()


def worker():
    in_thread = Target("thread frame")
    local.value = Target("thread local")
    ready.set()
    done.wait()
    del in_thread


async def suspended(loop):
    in_task = Target("task")
    await loop.create_future()
    del in_task


def main():
    thread = threading.Thread(target=worker, name="worker-1", daemon=True)
    thread.start()
    ready.wait()
    spec = importlib.util.spec_from_file_location("refgraph_dump", sys.argv[1])
    dumper = importlib.util.module_from_spec(spec)
    loop = asyncio.new_event_loop()
    global task
    task = loop.create_task(suspended(loop))
    loop.call_soon(loop.stop)
    loop.run_forever()
    spec.loader.exec_module(dumper)
    gc.collect()
    options = sys.argv[3:]
    in_main = Target("main frame")
    dumper.dump(sys.argv[2], fork=False if "in-process" in options else None, values="values" in options)
    del in_main
    done.set()
    thread.join()
    task.cancel()
    coro.close()


main()
sys.stdout.flush()
import os
os._exit(0)
