"""Dumps itself, and prints what objgraph says of the same heap.

    python objgraphs.py DUMPER OUTPUT
"""

import collections
import gc
import importlib.util
import json
import sys

import objgraph


class Node:
    def __init__(self, i):
        self.number = i
        self.children = []
        self.by_name = {}


class Slotted:
    __slots__ = ("node", "pair")

    def __init__(self, node):
        self.node = node
        self.pair = (node, [])


nodes = [Node(i) for i in range(300)]
slotted = [Slotted(n) for n in nodes]
for i, n in enumerate(nodes):
    n.children += nodes[i + 1:i + 4]
    n.by_name["first"] = nodes[0]
queue = collections.deque(nodes)
ordered = collections.OrderedDict((str(i), s) for i, s in enumerate(slotted))
members = set(nodes[:50])


def callbacks():
    def of(node):
        return lambda: node

    return [of(n) for n in nodes]


closures = callbacks()
spec = importlib.util.spec_from_file_location("refgraph_dump", sys.argv[1])
dumper = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dumper)
sample = nodes + slotted + [n.children for n in nodes] + [n.by_name for n in nodes]
json.dumps([0])
gc.collect()
gc.disable()
own, _ = dumper._own_objects()
tracked = []
for o in gc.get_objects():
    if id(o) not in own:
        tracked.append(o)
stats = objgraph.typestats(tracked)
del o, tracked
for temporary in ("list", "set"):
    stats.pop(temporary, None)  # this comparison makes some itself
known = {id(o) for o in gc.get_objects()} - own
dumper.dump(sys.argv[2], fork=False)  # a child makes its own locks
referrers = []
ids = {id(o): o for o in sample}
held = collections.defaultdict(set)
mine = {id(x) for x in (sample, ids, held, known, own, referrers)}
for o in gc.get_objects():
    if id(o) in known and id(o) not in mine:
        for r in gc.get_referents(o):
            if id(r) in ids:
                held[id(r)].add(id(o))
for o in sample[::50]:  # what objgraph calls referrers, which takes a walk of the heap for each object
    for r in gc.get_referrers(objgraph.at(id(o))):
        assert r is globals() or id(r) in held[id(o)] or id(r) in mine or id(r) not in known, type(r)
for i in ids:
    referrers.append({"ID": i, "Referrers": sorted(held[i])})
print(json.dumps({"Stats": stats, "Referrers": referrers}))
