"""A Django application under load, with its ORM on SQLite."""

import django
from django.conf import settings

settings.configure(
    SECRET_KEY="x", ROOT_URLCONF=__name__, ALLOWED_HOSTS=["*"],
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "django.contrib.sessions"],
    MIDDLEWARE=["django.contrib.sessions.middleware.SessionMiddleware", "django.middleware.common.CommonMiddleware"],
    SESSION_ENGINE="django.contrib.sessions.backends.cache",
    CACHES={"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache", "OPTIONS": {"MAX_ENTRIES": 200}}},
    DATABASES={"default": {"ENGINE": "django.db.backends.sqlite3", "NAME": ":memory:"}},
)
django.setup()

from django.contrib.auth.models import Group, User  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.http import JsonResponse  # noqa: E402
from django.test import Client  # noqa: E402
from django.urls import path  # noqa: E402

import leak  # noqa: E402


def users(request, page):
    request.session["page"] = page
    return JsonResponse({"users": [u.username for u in User.objects.filter(groups__name="g%d" % (page % 5))[:20]]})


urlpatterns = [path("users/<int:page>", users)]

call_command("migrate", verbosity=0)
groups = [Group.objects.create(name="g%d" % i) for i in range(5)]
for i in range(200):
    User.objects.create(username="u%d" % i).groups.add(groups[i % 5])
del groups
for i in range(leak.n(500)):
    assert Client().get("/users/%d" % i).status_code == 200

leak.dump()
