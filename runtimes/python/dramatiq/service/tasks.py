"""The queue and its tasks."""

import os

import dramatiq
from dramatiq.brokers.redis import RedisBroker

from . import config
from .primes import primes
from .states import JobStates


class TellFront(dramatiq.Middleware):
    def after_worker_boot(self, broker, worker):
        os.write(config.READY_FD, b"\n")


broker = RedisBroker(url=config.REDIS_URL, namespace=config.QUEUE_PREFIX)
states = JobStates(broker.client, config.QUEUE_PREFIX)
broker.add_middleware(states)
broker.add_middleware(TellFront())
dramatiq.set_broker(broker)


@dramatiq.actor
def count_primes(n):
    return primes(n)
