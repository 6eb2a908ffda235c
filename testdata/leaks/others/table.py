#!/usr/bin/env python3
"""Writes the table of the corpus' README: what refgraph says first of each program of
Go and Python, and what other tools say of the same program.

  python3 -m venv v && v/bin/pip install objgraph guppy3 memray
  v/bin/python others/table.py REFGRAPH [RUNTIME/SHAPE...]

objgraph and guppy3 are asked inside of the process, memray records its allocations from
the start (memray table --leaks would need the end of the program, so it is asked for the
largest allocator), viewcore reads a core (LEAK_FORM=core), which gcore takes."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
LEAKS = os.path.dirname(HERE)
ROOT = os.path.dirname(os.path.dirname(LEAKS))
MARK = "<!-- made by others/table.py -->"


def run(args, env=None, cwd=LEAKS, limit=240):
    """The output of a program, or why there is none."""
    try:
        p = subprocess.run(args, env={**os.environ, **(env or {})}, cwd=cwd, timeout=limit, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    except subprocess.TimeoutExpired:
        return "no answer in %d s" % limit
    return p.stdout if p.returncode == 0 else "fails: " + (p.stdout.strip().splitlines() or ["exit %d" % p.returncode])[-1][:80]


def first(refgraph, dump, *flags):
    out = run([refgraph, "suspects", dump, "-q", "--json", "--no-cache", *flags])
    try:
        found = json.loads(out)["suspects"]
    except ValueError:
        return out.strip()[:80]
    return found[0]["reason"] if found else "no suspects"


def python(refgraph, shape, dir):
    program = os.path.join(LEAKS, "python", shape, "program.py")
    dump = os.path.join(dir, "dump")
    path = os.path.join(LEAKS, "python")
    with open(os.path.join(dir, "refgraph_dump.py"), "w") as f:
        f.write(run([refgraph, "capture", "python", "--print-dumper"]))
    run([sys.executable, program], {"LEAK_DUMP": dump, "PYTHONPATH": dir + ":" + path})
    cells = {"refgraph": first(refgraph, dump)}
    for tool in ("objgraph", "guppy3"):
        said = os.path.join(dir, tool)
        out = run([sys.executable, program], {"LEAK_DUMP": said, "LEAK_TOOL": tool, "PYTHONPATH": HERE + ":" + path})
        cells[tool] = open(said).read().strip() if os.path.exists(said) else out.strip()[:80]
    record = os.path.join(dir, "memray.bin")
    run([sys.executable, "-m", "memray", "run", "-q", "-o", record, program], {"LEAK_DUMP": dump, "PYTHONPATH": dir + ":" + path})
    stats = run([sys.executable, "-m", "memray", "stats", record])
    m = re.search(r"largest allocating locations.*?\n\s*- (.*)", stats)
    cells["memray"] = re.sub(re.escape(LEAKS) + "/|/usr/lib/", "", m.group(1)) if m else stats.strip()[:80]
    return cells


def go(refgraph, shape, dir):
    exe, dump = os.path.join(dir, "exe"), os.path.join(dir, "dump")
    built = run(["go", "build", "-o", exe, "./go/" + shape])
    if built.startswith("fails"):
        return {"refgraph": built}
    run([exe], {"LEAK_DUMP": dump})
    cells = {"refgraph": first(refgraph, dump, "--exe", exe)}
    p = subprocess.Popen([exe], env={**os.environ, "LEAK_FORM": "core"}, stdout=subprocess.PIPE, text=True)
    p.stdout.readline()
    run(["gcore", "-o", os.path.join(dir, "core"), str(p.pid)])
    p.send_signal(signal.SIGKILL)
    p.wait()
    cores = [f for f in os.listdir(dir) if f.startswith("core.")]
    out = run(["go", "tool", "viewcore", os.path.join(dir, cores[0]), "--exe", exe, "histogram", "--top", "1"], cwd=ROOT) if cores else "no core"
    rows = [r.split(None, 3) for r in out.splitlines()]
    rows = [r for r in rows if len(r) == 4 and r[0].isdigit()]
    cells["viewcore"] = "%s %s of %s" % (format(int(rows[0][0]), ","), rows[0][3], rows[0][2] + " B") if rows else out.strip()[:80]
    return cells


TOOLS = {"python": (python, ["objgraph", "guppy3", "memray"]), "go": (go, ["viewcore"])}


def table(refgraph, runtime, shapes):
    make, tools = TOOLS[runtime]
    head = ["program", "refgraph, first suspect", *tools]
    lines = ["| " + " | ".join(head) + " |", "|" + " --- |" * len(head)]
    for shape in shapes:
        with tempfile.TemporaryDirectory() as dir:
            cells = make(refgraph, shape, dir)
        row = [shape] + [cells.get(t, "") for t in ["refgraph", *tools]]
        lines.append("| " + " | ".join(c.replace("|", "\\|").replace("<", "\\<") for c in row) + " |")
        print(lines[-1], flush=True)
    return lines


def main():
    refgraph, wanted = os.path.abspath(sys.argv[1]), sys.argv[2:]
    text = []
    for runtime in ("go", "python"):
        shapes = [s for s in sorted(os.listdir(os.path.join(LEAKS, runtime))) if os.path.exists(os.path.join(LEAKS, runtime, s, "expect.json"))]
        shapes = [s for s in shapes if not wanted or runtime + "/" + s in wanted]
        if shapes:
            text += ["", "### " + {"go": "Go", "python": "Python"}[runtime], ""] + table(refgraph, runtime, shapes)
    if wanted:
        return
    readme = os.path.join(LEAKS, "README.md")
    with open(readme) as f:
        before = f.read().split(MARK)[0].rstrip()
    with open(readme, "w") as f:
        f.write(before + "\n\n" + MARK + "\n" + "\n".join(text) + "\n")


main()
