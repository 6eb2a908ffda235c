"""An lru_cache without a bound, small in a heap that is large for good reasons."""

import functools

import leak


@functools.lru_cache(maxsize=None)
def rate(day):
    return day * 1.5


class Model:
    """What the program works with: a few large fields."""


model = Model()
for i in range(40):
    setattr(model, "layer%d" % i, bytes(200_000))
for i in range(leak.n(1_500)):
    rate(i)


leak.dump()
