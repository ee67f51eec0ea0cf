"""What a worker process does."""

import signal

_started = None
_all_here = None


def initialize(started, all_here):
    """Runs once in each worker; the signal handlers that a fork brings along are the front's."""
    global _started, _all_here
    signal.signal(signal.SIGTERM, signal.SIG_DFL)
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _started, _all_here = started, all_here


def meet():
    """Returns once every worker has come here: so each has one, and all of them run."""
    _all_here.wait()


def run(job_id, n):
    _started.put(job_id)
    return primes(n)


def is_prime(candidate):
    divisor = 2
    while divisor * divisor <= candidate:
        if candidate % divisor == 0:
            return False
        divisor += 1
    return candidate >= 2


def primes(n):
    """The number of primes below n, by trial division."""
    return sum(is_prime(candidate) for candidate in range(2, n))
