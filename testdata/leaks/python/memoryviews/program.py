"""Small slices of large messages: each memoryview keeps its whole bytearray."""

import leak


class Header:
    def __init__(self, view):
        self.view = view


headers = []
for i in range(leak.n(2_000)):
    message = bytearray(4096)
    headers.append(Header(memoryview(message)[:16]))


leak.dump()
