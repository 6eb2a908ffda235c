"""A Django application whose middleware remembers every user it saw."""

import threading
import urllib.request
from wsgiref.simple_server import WSGIRequestHandler, make_server

import django
from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.http import HttpResponse
from django.urls import path

import leak

settings.configure(
    SECRET_KEY="x", ALLOWED_HOSTS=["127.0.0.1"], ROOT_URLCONF=__name__,
    MIDDLEWARE=["__main__.AuditMiddleware"], INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth"],
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()
from django.contrib.auth.models import User  # noqa: E402


class AuditMiddleware:
    def __init__(self, get_response):
        self.get_response = get_response
        self.seen = {}

    def __call__(self, request):
        name = request.GET["user"]
        request.user = User(username=name)
        self.seen[name] = request.user
        return self.get_response(request)


urlpatterns = [path("", lambda request: HttpResponse("hello"))]


class Quiet(WSGIRequestHandler):
    def log_message(self, *args):
        pass


server = make_server("127.0.0.1", 0, get_wsgi_application(), handler_class=Quiet)
threading.Thread(target=server.serve_forever, daemon=True).start()
for i in range(leak.n(1500)):
    with urllib.request.urlopen("http://127.0.0.1:%d/?user=u%d" % (server.server_port, i)) as r:
        r.read()
leak.ready()
