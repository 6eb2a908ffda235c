"""Leaks in one of several ways, dumps itself, and exits.

    python leaks.py DUMPER OUTPUT cache|listeners|closures|lru|traceback|coroutine|local|del
"""

import functools
import gc
import importlib.util
import sys
import threading
import warnings

COUNT = 3000


class Payload:
    def __init__(self, i):
        self.data = bytes(200 + i % 8)


CACHE, REGISTRY, ERRORS, PENDING = {}, [], [], []


def cache():
    for i in range(COUNT):
        CACHE["key %d" % i] = Payload(i)


class Listener:
    def __init__(self, i):
        self.payload = Payload(i)

    def notify(self):
        pass


def listeners():
    for i in range(COUNT):
        REGISTRY.append(Listener(i).notify)


def closures():
    def make(payload):
        return lambda: payload

    for i in range(COUNT):
        REGISTRY.append(make(Payload(i)))


@functools.lru_cache(maxsize=None)
def compute(i):
    return Payload(i)


def lru():
    for i in range(COUNT):
        compute(i)


def request(i):
    payload = Payload(i)
    raise ValueError("bad request", len(payload.data))


def traceback():
    for i in range(COUNT):
        try:
            request(i)
        except ValueError as e:
            ERRORS.append(e)


async def fetch(payload):
    return payload


def coroutine():
    warnings.simplefilter("ignore")
    for i in range(COUNT):
        PENDING.append(fetch(Payload(i)))


LOCAL = threading.local()


def local():
    def worker():
        LOCAL.work = [Payload(i) for i in range(COUNT // 4)]
        started.release()
        end.wait()

    started, end = threading.Semaphore(0), threading.Event()
    for _ in range(4):
        threading.Thread(target=worker, daemon=True).start()
        started.acquire()
    dump()


class Connection:
    def __init__(self, i):
        self.payload = Payload(i)
        self.me = self

    def __del__(self):
        pass


def del_():
    for i in range(COUNT):
        REGISTRY.append(Connection(i))


def dump():
    gc.collect()
    spec = importlib.util.spec_from_file_location("refgraph_dump", sys.argv[1])
    dumper = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dumper)
    dumper.dump(sys.argv[2])


way = sys.argv[3]
globals().get(way, del_)()
if way != "local":
    dump()
for c in PENDING:
    c.close()
