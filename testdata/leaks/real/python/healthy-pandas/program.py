"""pandas: frames are made, joined, grouped and dropped; one is kept."""

import numpy as np
import pandas as pd

import leak

rng = np.random.default_rng(1)
kept = None
for i in range(leak.n(30)):
    orders = pd.DataFrame({"user": rng.integers(0, 500, 5000), "price": rng.random(5000)})
    users = pd.DataFrame({"user": range(500), "city": ["city %d" % (k % 40) for k in range(500)]})
    kept = orders.merge(users, on="user").groupby("city")["price"].agg(["sum", "mean"])
del orders, users

leak.dump()
