"""Writes a tracemalloc snapshot, and what Python's own statistics of it are.

    python trace.py SNAPSHOT
"""

import json
import sys
import tracemalloc

tracemalloc.start(3)
keep = []


def allocate(n):
    for i in range(n):
        keep.append({"k": [i]})


def deeper(n):
    allocate(n)
    keep.append(bytearray(10000))


deeper(300)
allocate(100)
json.dumps(list(range(100)))
tracemalloc.take_snapshot().dump(sys.argv[1])
snapshot = tracemalloc.Snapshot.load(sys.argv[1])
mine = snapshot.filter_traces([tracemalloc.Filter(True, "*/trace.py")])
rest = snapshot.filter_traces([tracemalloc.Filter(False, "*/trace.py"), tracemalloc.Filter(False, "<frozen*")])
below = snapshot.filter_traces([tracemalloc.Filter(True, "*/trace.py", lineno=24, all_frames=True)])


def table(s, key, cumulative=False):
    rows = []
    for x in s.statistics(key, cumulative):
        frames = [[f.filename, f.lineno] for f in x.traceback]
        rows.append([frames[::-1], x.size, x.count])
    return rows


print(json.dumps({
    "lineno": table(snapshot, "lineno"), "filename": table(snapshot, "filename"),
    "traceback": table(snapshot, "traceback"), "cumulative": table(snapshot, "lineno", True),
    "include": table(mine, "lineno"), "exclude": table(rest, "lineno"), "all_frames": table(below, "traceback"),
}))
