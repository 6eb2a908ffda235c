"""A functools.lru_cache without a bound."""

import functools

import leak


class Page:
    def __init__(self, url):
        self.url = url
        self.links = [url] * 4


@functools.lru_cache(maxsize=None)
def fetch(url):
    return Page(url)


for i in range(leak.n(10_000)):
    fetch("/page/%d" % i)


leak.dump()
