"""Generators that are never finished."""

import leak

OPEN = []


def read(i):
    rows = ["row %d %d" % (i, k) for k in range(20)]
    yield rows[0]
    yield rows[1]


for i in range(leak.n(3_000)):
    g = read(i)
    next(g)
    OPEN.append(g)
g = None


leak.dump()
