"""What the Python programs of the corpus share: how much they leak, and the dump."""

import os


def n(count):
    """count times LEAK_SCALE."""
    return count * int(os.environ.get("LEAK_SCALE", "1"))


def dump():
    """Writes the dump to the file that LEAK_DUMP names."""
    import refgraph_dump

    refgraph_dump.dump(os.environ["LEAK_DUMP"])


def ready():
    """Says so, and waits to be dumped from outside."""
    import time

    print("ready", flush=True)
    time.sleep(600)
