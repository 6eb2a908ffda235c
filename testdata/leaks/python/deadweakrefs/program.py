"""Weak references whose objects are gone, in a dict that keeps the keys."""

import weakref

import leak


class Session:
    pass


STORE = {}
for i in range(leak.n(10_000)):
    s = Session()
    STORE["session-%d" % i] = weakref.ref(s)
s = None


leak.dump()
