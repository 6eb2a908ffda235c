

class _SinkOut(_Out):
    """What is written leaves the process through memory."""

    def __init__(self):
        self.parts, self.size = [b"d"], 0
        self.raw(_MAGIC)

    def raw(self, data):
        self.parts.append(data)
        self.size += len(data) * getattr(data, "itemsize", 1)
        if self.size > 1 << 20:
            self.close()

    def close(self):
        parts, self.parts, self.size = self.parts, [b"d"], 0
        _sink(b"".join(parts))


def _foreign(e):
    """Whether an exception is not of this code, but of a signal's handler of the program."""
    if not isinstance(e, Exception):
        return True
    tb = e.__traceback__
    while tb is not None and tb.tb_next is not None:
        tb = tb.tb_next
    return tb is not None and tb.tb_frame.f_globals is not globals()


def _run():
    try:
        _write_heap(-1, "", _values, _before(), _in_child, _subinterpreters())
        _sink(b"o")
    except BaseException as e:
        message = "%s: %s" % (type(e).__name__, e if type(e).__str__ is BaseException.__str__ or isinstance(e, OSError) else "")
        if _foreign(e) and not _in_child:
            _sink(b"eit was interrupted by a signal's handler: " + message[:1000].encode("utf-8", "replace"))
            raise  # it is the program's
        _sink(b"e" + message[:1000].encode("utf-8", "replace"))


_run()
