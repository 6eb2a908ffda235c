"""A full lru_cache with a bound, the twin of lrucache, and constants of a module."""

import functools

import leak

COUNTRIES = {"c%d" % i: ("country %d" % i, i) for i in range(400)}


@functools.lru_cache(maxsize=4096)
def render(page):
    return {"page": page, "text": "x" * 400}


for i in range(leak.n(20000)):
    render(i)

leak.dump()
