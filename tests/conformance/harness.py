# SPDX-License-Identifier: BSD-2-Clause
"""harness.py - how a test says what it is.

A file test_NAME.py has applies(workload) and functions test_*. One that takes `service` gets the
workload as it runs, the same for all tests of it; one that takes `workload` starts its own; one
that takes `workloads` is called once, at the end, with all that the file applies to.
"""
import fnmatch

from service import Skip


def skip(reason):
    raise Skip(reason)


def slow(function):
    """Only with --all."""
    function.slow = True
    return function


def last(function):
    """After all other tests of the workload: it damages the service or ends it."""
    function.last = True
    return function


def takes(seconds):
    """A test that may take longer than the usual minute."""
    def mark(function):
        function.limit_seconds = seconds
        return function
    return mark


def where(holds):
    """A test for those of the workloads that its file applies to of which this is true."""
    def mark(function):
        function.where = holds
        return function
    return mark


def only(*names):
    """The same, by patterns of their names."""
    return where(lambda workload: any(fnmatch.fnmatch(workload.name, n) for n in names))
