"""Anonymous mappings that a small view each keeps: the memory is in no Python object."""

import mmap

import leak

views = {}


def fill(i):
    page = mmap.mmap(-1, 2 << 20)
    page[:] = b"x" * len(page)
    views[i] = memoryview(page)[:64]


for i in range(leak.n(8)):
    fill(i)

leak.dump()
