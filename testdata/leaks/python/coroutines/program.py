"""Leaks: coroutines that are kept and never awaited."""

import leak

CALLS = []


async def send(payload):
    return payload


for i in range(leak.n(6000)):
    CALLS.append(send({"id": i, "body": "x" * 100}))

leak.dump()
