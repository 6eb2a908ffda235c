"""A mutable default argument that grows with each call."""

import leak


class Event:
    def __init__(self, i):
        self.id = i
        self.payload = "payload %d" % i


def record(event, seen=[]):
    seen.append(event)
    return len(seen)


for i in range(leak.n(10_000)):
    record(Event(i))


leak.dump()
