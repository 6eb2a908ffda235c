"""python -m app.server [PORT]: prints the port it listens on."""

import http.server
import socketserver
import sys

from app import cache


class Handler(http.server.BaseHTTPRequestHandler):
    latest = None  # visit, of whatever version of the cache

    def do_GET(self):
        session = Handler.latest = cache.session_of(self.path)
        body = b"%d\n" % session.visit(self.path)
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *args):
        pass


class Server(socketserver.ThreadingMixIn, http.server.HTTPServer):
    daemon_threads = True


def main():
    server = Server(("127.0.0.1", int(sys.argv[1]) if len(sys.argv) > 1 else 0), Handler)
    print(server.server_address[1], flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
