"""A logging handler that keeps every record."""

import logging

import leak


class Keep(logging.Handler):
    def __init__(self):
        super().__init__()
        self.records = []

    def emit(self, record):
        self.records.append(record)


log = logging.getLogger("app")
log.setLevel(logging.INFO)
log.propagate = False
log.addHandler(Keep())
for i in range(leak.n(3_000)):
    log.info("request %d", i)


leak.dump()
