"""What the environment sets, for the workers and the front."""

import os

REDIS_URL = os.environ.get("REDIS_URL", "redis://127.0.0.1:6379/0")
QUEUE_PREFIX = os.environ.get("QUEUE_PREFIX", "dramatiq")
WORKERS = int(os.environ.get("WORKERS", "2"))
READY_FD = int(os.environ["READY_FD"])  # of a pipe from the workers to the front
KEPT_MS = 24 * 60 * 60 * 1000  # states and results
