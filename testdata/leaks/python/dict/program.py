"""Keeps every session in a module's dict."""

import leak


class Session:
    def __init__(self, user):
        self.user = user
        self.cart = [user] * 8


SESSIONS = {}
for i in range(leak.n(10_000)):
    SESSIONS["s%d" % i] = Session("u%d" % i)


leak.dump()
