"""Sessions by token, so that requests of one visit find the same session.

The first version keeps every session for ever:

    SESSIONS = {}

The fix lets a session go when no request uses it any more. APP_CACHE=weak
chooses it, so that one test can show both.
"""

import os
import weakref

from app.models import Session, User

if os.environ.get("APP_CACHE") == "weak":
    SESSIONS = weakref.WeakValueDictionary()
else:
    SESSIONS = {}


def session_of(token):
    session = SESSIONS.get(token)
    if session is None:
        session = SESSIONS[token] = Session(User("user of " + token))
    return session
