"""The queue and its tasks."""

import os

from celery import Celery
from celery.signals import before_task_publish, worker_ready

from . import config
from .primes import primes

# a set of ids: a job that is done again, after a crash, counts once
DONE = f"{config.QUEUE_PREFIX}done"

prefixed = {"global_keyprefix": config.QUEUE_PREFIX}

app = Celery("jobs", broker=config.REDIS_URL, backend=config.REDIS_URL)
app.conf.update(
    broker_transport_options=prefixed,
    result_backend_transport_options=prefixed,
    broker_connection_retry_on_startup=True,
    task_track_started=True,
    # jobs are long: none waits behind another, and one whose worker dies is done again
    worker_prefetch_multiplier=1,
    task_acks_late=True,
    task_reject_on_worker_lost=True,
)


@app.task(bind=True)
def count_primes(self, n):
    result = primes(n)
    app.backend.client.sadd(DONE, self.request.id)
    return result


@before_task_publish.connect
def remember(headers, **_):
    """Celery itself can't tell a task that waits from one that never was."""
    app.backend.store_result(headers["id"], None, "SENT")


@worker_ready.connect
def tell_front(**_):
    os.write(config.READY_FD, b"\n")
