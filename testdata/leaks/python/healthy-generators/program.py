"""Suspended generators and tasks in cycles with their owners: collected like any
other since PEP 442, and no __del__ of the program's."""

import asyncio
import gc

import leak



class Stream:
    def __init__(self):
        self.steps = self.run()
        next(self.steps)

    def run(self):
        while True:
            yield self


async def watch(owner):
    owner["task"] = asyncio.current_task()
    await asyncio.sleep(3600)


async def main():
    gc.disable()  # the cycles below wait for the collector
    for _ in range(300):
        Stream()
    owners = [{} for _ in range(50)]
    tasks = [asyncio.create_task(watch(o)) for o in owners]
    await asyncio.sleep(0)
    leak.dump()
    for t in tasks:
        t.cancel()


asyncio.run(main())
