"""asyncio tasks that wait for an event which never comes."""

import asyncio

import leak


async def watch(i, event):
    buffer = ["line %d %d" % (i, k) for k in range(10)]
    await event.wait()
    return buffer


async def main():
    event = asyncio.Event()
    tasks = [asyncio.create_task(watch(i, event)) for i in range(leak.n(3_000))]
    del tasks
    await asyncio.sleep(0)
    leak.dump()
    import os

    os._exit(0)


asyncio.run(main())
