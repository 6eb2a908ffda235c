"""Documents and parts that know each other, and a list of bookmarks."""

import leak


class Document:
    def __init__(self):
        self.parts = []


class Part:
    def __init__(self, document, text):
        self.document = document
        self.text = text


class Reader:
    def __init__(self):
        self.bookmarks = []


reader = Reader()
for i in range(leak.n(3_000)):
    d = Document()
    for k in range(4):
        d.parts.append(Part(d, "text %d %d" % (i, k)))
    reader.bookmarks.append(d.parts[0])
d = None


leak.dump()
