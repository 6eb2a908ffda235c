"""Lets dumps fail, and prints what happened and which files are left.

    python failures.py DUMPER FOLDER
"""

import importlib.util
import json
import os
import resource
import signal
import subprocess
import sys
import threading
import time

spec = importlib.util.spec_from_file_location("refgraph_dump", sys.argv[1])
dumper = importlib.util.module_from_spec(spec)
spec.loader.exec_module(dumper)
folder = sys.argv[2]
heap = [[str(i)] for i in range(200000)]
out = {}


def attempt(name, **options):
    target = os.path.join(options.pop("folder", folder), name + ".pydump")
    try:
        dumper.dump(target, **options)
        out[name] = "written"
    except (dumper.DumpError, OSError) as e:
        out[name] = "%s: %s" % (type(e).__name__, e)


def kill_child():
    while True:
        found = subprocess.run(["pgrep", "-P", str(os.getpid()), "-f", "failures.py"], stdout=subprocess.PIPE).stdout.split()
        if found:
            time.sleep(0.05)
            os.kill(int(found[0]), signal.SIGKILL)
            return


killer = threading.Thread(target=kill_child)
killer.start()
attempt("killed")
killer.join()
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
