"""Appends every request to a list of the application object."""

import leak


class Request:
    def __init__(self, i):
        self.path = "/orders/%d" % i


class App:
    def __init__(self):
        self.history = []


app = App()
for i in range(leak.n(10_000)):
    app.history.append(Request(i))


leak.dump()
