"""A program whose leak has a weak reference beside it, for the gallery.

The registry knows plugins weakly, as it should. What keeps them is the list of
callbacks: each bound method holds its plugin.
"""

import sys
import weakref


class Plugin:
    """What leaks."""

    def __init__(self, name):
        self.name = name
        self.cache = bytearray(1 << 20)

    def on_event(self, event):
        return event


class Registry:
    """Knows plugins without keeping them."""

    def __init__(self):
        self.plugins = weakref.WeakValueDictionary()
        self.current = None


class Bus:
    """Calls back who subscribed, and never forgets."""

    def __init__(self):
        self.callbacks = []


registry = Registry()
bus = Bus()

for number in range(3):
    plugin = Plugin("plugin-%d" % number)
    registry.plugins[plugin.name] = plugin
    registry.current = weakref.ref(plugin)
    bus.callbacks.append(plugin.on_event)
del plugin

if __name__ == "__main__":
    sys.path.insert(0, sys.argv[1])
    import refgraph_dump

    refgraph_dump.dump(sys.argv[2])
