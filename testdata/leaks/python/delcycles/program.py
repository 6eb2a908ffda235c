"""Leaks: connections with a __del__ that refer to themselves, while the collector is off."""

import gc

import leak


class Connection:
    def __init__(self, i):
        self.me = self
        self.buffer = bytearray(400)

    def __del__(self):
        pass


gc.disable()
for i in range(leak.n(4000)):
    Connection(i)

leak.dump()
