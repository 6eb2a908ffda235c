"""Makes testdata/python/small.pydump.gz: a cache of 200 sessions, all else small.

    python -S -E -s small.py DUMPER OUTPUT
"""

import importlib.util
import sys
import weakref


class User:
    def __init__(self, name):
        self.name = name


class Session:
    def __init__(self, user):
        self.user = user
        self.next = self


SESSIONS = {}
BY_USER = weakref.WeakValueDictionary()
for i in range(200):
    session = SESSIONS["token-%d" % i] = Session(User("user-%d" % i))
    BY_USER[session.user.name] = session

spec = importlib.util.spec_from_file_location("refgraph_dump", sys.argv[1])
dumper = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dumper)
dumper.dump(sys.argv[2], values="values" in sys.argv)
