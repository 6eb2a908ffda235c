"""Lets dumps fail, and prints what happened and which files are left.

    python failures.py DUMPER FOLDER
"""

import importlib.util
import json
import os
import resource
import signal
import sys
import threading
import time

spec = importlib.util.spec_from_file_location("refgraph_dump", sys.argv[1])
dumper = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dumper)
folder = sys.argv[2]
heap = [[str(i)] for i in range(30000)]
out = {}


def attempt(name, **options):
    target = os.path.join(options.pop("folder", folder), name + ".pydump")
    try:
        dumper.dump(target, **options)
        out[name] = "written"
    except (dumper.DumpError, OSError) as e:
        out[name] = "%s: %s" % (type(e).__name__, e)


unpatched = dumper._unpatched


def doomed(module, name):
    """os.fork, of a child that is killed while it dumps; all else as it is."""
    real = unpatched(module, name)

    def fork():
        child = real()
        if child:
            threading.Timer(0.05, os.kill, (child, signal.SIGKILL)).start()
        return child

    return fork if name == "fork" else real


dumper._unpatched = doomed
attempt("killed")
dumper._unpatched = unpatched
attempt("missing", folder=os.path.join(folder, "missing"))
soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, hard))  # as a full disk
attempt("full")
attempt("full in process", fork=False)
resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
report = os.path.join(folder, "report")
dumper.dump(os.path.join(folder, "later.pydump"), wait=False, report=report)
while not os.path.exists(report):
    time.sleep(0.01)
with open(report) as f:
    out["later"] = f.read()
os.remove(report)
received = []
dumper.install(signal.SIGUSR2, folder)
os.kill(os.getpid(), signal.SIGUSR2)
while not any(name.startswith("heap-%d-" % os.getpid()) and name.endswith(".gz") for name in os.listdir(folder)):
    time.sleep(0.01)
attempt("fine")
out["files"] = sorted(n.split("-")[0] for n in os.listdir(folder))
print(json.dumps(out))
