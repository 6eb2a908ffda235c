"""Cycles that wait, because the cycle collector was turned off."""

import gc

import leak

gc.disable()


class Node:
    def __init__(self, i):
        self.me = self
        self.data = ["data %d" % i] * 10


for i in range(leak.n(10_000)):
    Node(i)


leak.dump()
