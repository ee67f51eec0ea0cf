"""The work of a job."""


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
