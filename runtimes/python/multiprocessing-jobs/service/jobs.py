"""The jobs, and the pool of processes that does them."""

import itertools
import logging
import threading
from concurrent.futures import ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass

from . import worker

KEPT = 10_000


@dataclass
class Job:
    id: str
    state: str = "queued"
    result: int | None = None


class Jobs:
    """Thread-safe; the oldest jobs are forgotten, so that memory has a bound."""

    def __init__(self, workers, context):
        self.workers = workers
        self.done = 0
        self._context = context
        self._jobs = {}
        self._ids = itertools.count(1)
        self._lock = threading.Lock()
        self._started = context.SimpleQueue()
        self._pool = self._start_pool()
        threading.Thread(target=self._watch_starts, daemon=True).start()

    def add(self, n):
        with self._lock:
            job = Job(str(next(self._ids)))
            self._jobs[job.id] = job
            future = self._submit(job.id, n)
        future.add_done_callback(lambda future: self._finish(job, future))
        return job

    def get(self, job_id):
        return self._jobs.get(job_id)

    def _start_pool(self):
        pool = ProcessPoolExecutor(
            self.workers,
            self._context,
            worker.initialize,
            (self._started, self._context.Barrier(self.workers)),
        )
        for meeting in [pool.submit(worker.meet) for _ in range(self.workers)]:
            meeting.result()
        return pool

    def _submit(self, *args):
        try:
            return self._pool.submit(worker.run, *args)
        except BrokenProcessPool:  # a worker was killed: an executor doesn't replace it
            self._pool = self._start_pool()
            return self._pool.submit(worker.run, *args)

    def _watch_starts(self):
        while True:
            job = self._jobs.get(self._started.get())
            with self._lock:
                if job and job.state == "queued":
                    job.state = "running"

    def _finish(self, job, future):
        error = future.exception()
        with self._lock:
            if error:
                job.state = "failed"
                logging.error("job %s: %r", job.id, error)
            else:
                job.state, job.result = "done", future.result()
                self.done += 1
            oldest = next(iter(self._jobs.values()))
            if len(self._jobs) > KEPT and oldest.state in ("done", "failed"):
                del self._jobs[oldest.id]
