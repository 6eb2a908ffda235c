"""What the service is about."""


class User:
    def __init__(self, name):
        self.name = name
        self.avatar = bytes(512)


class Session:
    """One visit of a user. It should go when the request is answered."""

    def __init__(self, user):
        self.user = user
        self.log = []

    def visit(self, page):
        self.log.append("GET " + page)
        return len(self.log)
