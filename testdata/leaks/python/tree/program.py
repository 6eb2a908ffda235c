"""A binary search tree."""

import random

import leak


class Node:
    def __init__(self, key):
        self.key = key
        self.left = None
        self.right = None


class Index:
    def __init__(self):
        self.root = None

    def put(self, key):
        if self.root is None:
            self.root = Node(key)
            return
        at = self.root
        while True:
            side = "left" if key < at.key else "right"
            below = getattr(at, side)
            if below is None:
                setattr(at, side, Node(key))
                return
            at = below


random.seed(1)
index = Index()
for _ in range(leak.n(10_000)):
    index.put(random.random())


leak.dump()
