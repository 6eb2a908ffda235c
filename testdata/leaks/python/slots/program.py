"""A linked list of objects with slots."""

import leak


class Node:
    __slots__ = ("next", "value")

    def __init__(self, value, next):
        self.value = value
        self.next = next


class Log:
    def __init__(self):
        self.head = None


log = Log()
for i in range(leak.n(10_000)):
    log.head = Node("entry %d" % i, log.head)


leak.dump()
