"""Measures the dumper on a heap of about N objects.

    python bench.py DUMPER OUTPUT N

Prints objects, how long the program stops, how long the dump takes, what the
dumping child needs beyond the program's own memory, and the size of the file.
"""

import gc
import importlib.util
import os
import resource
import sys
import time


class Session:
    def __init__(self, user, log):
        self.user = user
        self.log = log
        self.closed = False


def main():
    spec = importlib.util.spec_from_file_location("refgraph_dump", sys.argv[1])
    dumper = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(dumper)
    target, n = sys.argv[2], int(sys.argv[3])
    sessions = {}
    for i in range(n // 5):  # five objects each: key, session, user, name, log
        sessions["token-%d" % i] = Session(("user", "name-%d" % i), [i % 100, None])
    gc.collect()
    report = target + ".report"
    start = time.perf_counter()
    dumper.dump(target, wait=False, report=report)
    pause = time.perf_counter() - start
    while not os.path.exists(report):
        time.sleep(0.01)
    total = time.perf_counter() - start
    with open(report) as f:
        assert f.read() == "ok"
    os.remove(report)
    child = resource.getrusage(resource.RUSAGE_CHILDREN)
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    print("CPython %s: %.2f M tracked objects, pause %.1f ms, dump %.2f s (%.2f s of one core), +%.0f MB over %.0f MB, file %.1f MB" % (
        sys.version.split()[0], len(gc.get_objects()) / 1e6, pause * 1e3, total, child.ru_utime + child.ru_stime,
        (child.ru_maxrss - own) / 1024, own / 1024, os.path.getsize(target) / 1e6))


main()
