"""Starts the workers, then the front."""

import logging
import multiprocessing
import os
import signal
import sys

from service.app import Server
from service.jobs import Jobs

HOST = os.environ.get("HOST", "127.0.0.1")
PORT = int(os.environ.get("PORT", "0"))
WORKERS = int(os.environ.get("WORKERS", "2"))
START_METHOD = os.environ.get("START_METHOD")  # fork, spawn or forkserver; else Python's own choice


def stop(*_):
    for worker in multiprocessing.active_children():
        worker.terminate()
    sys.exit(0)


def main():
    logging.basicConfig(level=logging.INFO, format="%(asctime)s %(levelname)s %(message)s")
    jobs = Jobs(WORKERS, multiprocessing.get_context(START_METHOD))
    signal.signal(signal.SIGTERM, stop)
    server = Server((HOST, PORT), jobs)
    logging.info("listening on port %d, %d workers", server.server_port, WORKERS)
    server.serve_forever()


if __name__ == "__main__":
    main()
