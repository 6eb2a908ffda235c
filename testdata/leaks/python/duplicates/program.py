"""The same few strings, again and again."""

import leak

WORDS = ["alpha", "beta", "gamma"]


class Table:
    def __init__(self):
        self.cells = []


table = Table()
for i in range(leak.n(40_000)):
    table.cells.append("".join([WORDS[i % 3], " ", "value" * 4]))


leak.dump()
