"""Exceptions that are kept, and with them frames and local variables."""

import leak

FAILURES = []


def load(i):
    rows = ["row %d %d" % (i, k) for k in range(30)]
    raise ValueError(len(rows))


for i in range(leak.n(2_000)):
    try:
        load(i)
    except ValueError as e:
        FAILURES.append(e)


leak.dump()
