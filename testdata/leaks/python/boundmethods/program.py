"""Bound methods in a signal that outlives their objects."""

import leak


class Signal:
    def __init__(self):
        self.receivers = []


class View:
    def __init__(self, i):
        self.title = "view %d" % i
        self.state = [i] * 10

    def changed(self):
        return self.title


clicked = Signal()
for i in range(leak.n(5_000)):
    clicked.receivers.append(View(i).changed)


leak.dump()
