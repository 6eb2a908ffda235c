"""A small service of the standard library under load, with bounded caches."""

import collections
import email.message
import functools
import http.server
import json
import logging
import re
import sqlite3
import threading
import urllib.request

import leak

SESSIONS = collections.OrderedDict()


def session(user):
    SESSIONS[user] = SESSIONS.pop(user, {"user": user})
    while len(SESSIONS) > 200:
        SESSIONS.popitem(last=False)


@functools.lru_cache(maxsize=128)
def parse(path):
    return json.dumps({"path": path, "words": re.split("[/=?]", path)})


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        session(self.path[-3:])
        body = parse(self.path).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


db = sqlite3.connect(":memory:")
server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
threading.Thread(target=server.serve_forever, daemon=True).start()
for i in range(leak.n(300)):
    urllib.request.urlopen("http://127.0.0.1:%d/page?id=%d" % (server.server_port, i)).read()


leak.dump()
