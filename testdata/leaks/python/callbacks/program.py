"""Closures in a registry, each with what it has captured."""

import leak

HOOKS = []


def connect(i):
    document = {"id": i, "text": "document %d" % i, "lines": [i] * 20}

    def on_change():
        return document

    HOOKS.append(on_change)


for i in range(leak.n(5_000)):
    connect(i)


leak.dump()
