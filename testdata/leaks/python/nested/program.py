"""Counters by tenant and user in nested dicts."""

import collections

import leak


class Counter:
    def __init__(self):
        self.hits = 1


class Metrics:
    def __init__(self):
        self.by_tenant = collections.defaultdict(dict)


metrics = Metrics()
for t in range(leak.n(100)):
    for u in range(100):
        metrics.by_tenant["t%d" % t]["u%d" % u] = Counter()


leak.dump()
