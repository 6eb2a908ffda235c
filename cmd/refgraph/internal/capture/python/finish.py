# Runs last in a process that goes on.
def _finish(collect, enable, space):
    space.clear()
    if enable is not None:
        enable()
    collect(0)


_finish(gc.collect, _enable, globals())
