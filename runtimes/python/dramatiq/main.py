"""Runs the worker and the front beside each other, as in a container that has both."""

import os
import signal
import subprocess
import sys
import time
import uuid

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = os.environ.get("PORT", "0")
WORKERS = os.environ.setdefault("WORKERS", "2")

# Each start has a queue of its own: others may share its Redis.
os.environ.setdefault("QUEUE_PREFIX", f"dramatiq-{uuid.uuid4()}")

WORKER = ["dramatiq", "service.tasks", "--processes", WORKERS, "--threads", "1"]
FRONT = ["uvicorn", "service.app:app", "--host", HOST, "--port", PORT]

START_S = 1  # what ends sooner could not start: to try again would not help


class Service:
    def __init__(self, module, ready_fd):
        self.module = module
        self.ready_fd = ready_fd
        self.start()

    def start(self):
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [sys.executable, "-m", *self.module],
            env=os.environ | {"READY_FD": str(self.ready_fd)},
            pass_fds=[self.ready_fd],
        )


def watch(worker, front):
    """Replaces the worker when it ends; ends when the front does."""
    while True:
        pid, _ = os.wait()
        if pid == front.process.pid:
            sys.exit("the front ended")
        if pid == worker.process.pid:
            if time.monotonic() - worker.started < START_S:
                sys.exit("the worker could not start")
            print("the worker ended: starting it again", file=sys.stderr)
            worker.start()


def main():
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    front_end, worker_end = os.pipe()
    worker, front = Service(WORKER, worker_end), Service(FRONT, front_end)
    try:
        watch(worker, front)
    finally:
        os.close(worker_end)  # a front that still waits for the worker sees that none will come
        worker.process.terminate()
        front.process.terminate()
        worker.process.wait()
        front.process.wait()


if __name__ == "__main__":
    main()
