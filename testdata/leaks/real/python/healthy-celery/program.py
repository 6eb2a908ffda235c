"""A Celery worker with the in-memory broker, and a thread that sends it tasks."""

import os
import threading
import time

import celery

import leak

app = celery.Celery("healthy", broker="memory://", backend="cache+memory://")
app.conf.worker_hijack_root_logger = False
done = 0


@app.task(ignore_result=True)
def add(a, b):
    global done
    done += 1
    return a + b


def send():
    count = leak.n(500)
    for i in range(count):
        add.delay(i, 1)
    while done < count:
        time.sleep(0.05)
    leak.dump()
    os._exit(0)  # a worker takes long to end


threading.Thread(target=send, daemon=True).start()
app.Worker(pool="solo", loglevel="ERROR", quiet=True, without_gossip=True, without_mingle=True, without_heartbeat=True).start()
