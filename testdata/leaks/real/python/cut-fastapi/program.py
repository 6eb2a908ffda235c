"""A FastAPI application that keeps each order it took in a list of its module."""

import threading
import time
import urllib.request

import uvicorn
from fastapi import FastAPI
from pydantic import BaseModel

import leak


class Line(BaseModel):
    sku: str
    count: int


class Order(BaseModel):
    id: int
    lines: list[Line]


app = FastAPI()
ORDERS = []


@app.get("/order/{number}")
async def order(number: int) -> Order:
    o = Order(id=number, lines=[Line(sku="s%d" % i, count=i) for i in range(4)])
    ORDERS.append(o)
    return o


server = uvicorn.Server(uvicorn.Config(app, host="127.0.0.1", port=0, log_level="error"))
threading.Thread(target=server.run, daemon=True).start()
while not server.started:
    time.sleep(0.05)
port = server.servers[0].sockets[0].getsockname()[1]
for i in range(leak.n(1500)):
    with urllib.request.urlopen("http://127.0.0.1:%d/order/%d" % (port, i)) as r:
        r.read()
leak.ready()
