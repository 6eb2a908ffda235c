"""Players with a deque each, for moves that most never make."""

import collections

import leak


class Player:
    def __init__(self, name):
        self.name = name
        self.moves = collections.deque()


players = {}
for i in range(leak.n(8_000)):
    players[i] = Player(i)


leak.dump()
