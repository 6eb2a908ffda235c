"""A thread-local list that a long-lived thread never clears."""

import threading

import leak


class Span:
    def __init__(self, i):
        self.name = "span %d" % i


local = threading.local()
ready, quit = threading.Event(), threading.Event()


def work():
    local.spans = []
    for i in range(leak.n(10_000)):
        local.spans.append(Span(i))
    ready.set()
    quit.wait()


worker = threading.Thread(target=work, daemon=True)
worker.start()
ready.wait()


leak.dump()
