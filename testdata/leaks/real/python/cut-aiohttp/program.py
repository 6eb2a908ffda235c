"""An aiohttp service that opens a client session for each request to its backend and
keeps it; some requests never come back."""

import asyncio

import aiohttp
from aiohttp import web

import leak

SESSIONS = []


async def backend(request):
    if int(request.query["n"]) % 100 == 99:
        await asyncio.sleep(3600)
    return web.Response(text="ok")


async def front(request):
    session = aiohttp.ClientSession()
    SESSIONS.append(session)
    async with session.get("http://127.0.0.1:%d/backend" % request.app["port"], params={"n": request.query["n"]}) as r:
        return web.Response(text=await r.text())


async def main():
    app = web.Application()
    app.add_routes([web.get("/", front), web.get("/backend", backend)])
    runner = web.AppRunner(app)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    app._state["port"] = port = site._server.sockets[0].getsockname()[1]
    waiting = []
    async with aiohttp.ClientSession(connector=aiohttp.TCPConnector(limit=0)) as client:
        async def ask(i):
            async with client.get("http://127.0.0.1:%d/" % port, params={"n": i}) as r:
                await r.text()

        for i in range(leak.n(600)):
            task = asyncio.create_task(ask(i))
            if i % 100 == 99:
                waiting.append(task)
            else:
                await task
        print("ready", flush=True)
        await asyncio.sleep(600)


asyncio.run(main())
