"""What the worker processes do."""


def start(up):
    """Runs in each new worker; |up| counts those that are there."""
    up.release()


def fibonacci(n):
    return n if n < 2 else fibonacci(n - 1) + fibonacci(n - 2)
