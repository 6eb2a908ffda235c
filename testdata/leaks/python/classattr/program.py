"""A class attribute that all instances register in."""

import leak


class Model:
    instances = []

    def __init__(self, i):
        self.id = i
        self.name = "model %d" % i
        Model.instances.append(self)


for i in range(leak.n(10_000)):
    Model(i)


leak.dump()
