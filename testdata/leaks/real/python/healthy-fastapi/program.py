"""A FastAPI application under load, with validated models and a bounded cache."""

import functools

from fastapi import Depends, FastAPI
from fastapi.testclient import TestClient
from pydantic import BaseModel

import leak


class Item(BaseModel):
    id: int
    name: str
    tags: list[str] = []


app = FastAPI()


@functools.lru_cache(maxsize=100)
def price(item):
    return item * 3


def db():
    yield {"open": True}


@app.post("/items/{number}")
async def put(number: int, item: Item, session=Depends(db)):
    return {"number": number, "item": item, "price": price(number)}


with TestClient(app) as client:
    for i in range(leak.n(400)):
        r = client.post("/items/%d" % i, json={"id": i, "name": "n%d" % i, "tags": ["a", "b"]})
        assert r.status_code == 200, r.text
    leak.dump()
