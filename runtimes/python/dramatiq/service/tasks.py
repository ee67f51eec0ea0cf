"""The queue and its tasks."""

import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker
from dramatiq.results import Results
from dramatiq.results.backends import RedisBackend

from . import config
from .primes import primes
from .states import JobStates


class TellFront(dramatiq.Middleware):
    def after_worker_boot(self, broker, worker):
        os.write(config.READY_FD, b"\n")


broker = RedisBroker(url=config.REDIS_URL, namespace=config.QUEUE_PREFIX)
states = JobStates(broker.client, config.QUEUE_PREFIX, config.KEPT_MS)
broker.add_middleware(states)
# what is added later acts first after a job: its result is there when its state says so
broker.add_middleware(
    Results(
        backend=RedisBackend(client=broker.client, namespace=f"{config.QUEUE_PREFIX}:results"),
        result_ttl=config.KEPT_MS,
    )
)
broker.add_middleware(TellFront())
dramatiq.set_broker(broker)


@dramatiq.actor(store_results=True)
def count_primes(n):
    return primes(n)


def result_of(job_id):
    return count_primes.message(0).copy(message_id=job_id).get_result()
