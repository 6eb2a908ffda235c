"""One large buffer that is only appended to."""

import leak


class Recorder:
    def __init__(self):
        self.buffer = bytearray()


recorder = Recorder()
for i in range(leak.n(2_000)):
    recorder.buffer += b"x" * 10_000


leak.dump()
