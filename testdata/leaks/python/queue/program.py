"""A queue.Queue whose consumer is gone."""

import queue

import leak


class Job:
    def __init__(self, i):
        self.id = i
        self.args = ["arg %d" % i]


jobs = queue.Queue()
for i in range(leak.n(10_000)):
    jobs.put(Job(i))


leak.dump()
