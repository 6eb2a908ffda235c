"""A set of keys that were seen, as tuples."""

import leak


class Filter:
    def __init__(self):
        self.seen = set()


dedupe = Filter()
for i in range(leak.n(10_000)):
    dedupe.seen.add(("user-%d" % i, i + 1_000_000))


leak.dump()
