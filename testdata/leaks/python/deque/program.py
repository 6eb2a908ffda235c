"""A deque that was meant to have a maxlen."""

import collections

import leak


class Sample:
    def __init__(self, i):
        self.value = float(i)


class Monitor:
    def __init__(self):
        self.samples = collections.deque()


monitor = Monitor()
for i in range(leak.n(10_000)):
    monitor.samples.append(Sample(i))


leak.dump()
