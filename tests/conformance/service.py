# SPDX-License-Identifier: BSD-2-Clause
"""service.py - a workload that runs: started as coldprof does, asked, ended, and gone."""
import contextlib
import http.client
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import tempfile
import time

import catalog
import client
import processes

START_SECONDS = 90   # TensorFlow on a busy machine with a cold page cache
END_SECONDS = 15

ROOT = pathlib.Path("/nonexistent")  # where all folders are made; set by the runner
WAITED_FOR = set()  # process ids that have a Popen


class Skip(Exception):
    """This can't run here."""


def _popen(command, **how):
    process = subprocess.Popen(command, start_new_session=True, **how)
    WAITED_FOR.add(process.pid)
    return process


def free_port():
    """Outside of the kernel's own range, so that no outgoing connection takes it meanwhile."""
    for port in range(20000 + os.getpid() % 5000, 32000):
        if port in free_port.given:
            continue
        with socket.socket() as probe:
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
        free_port.given.add(port)
        return port
    raise AssertionError("no free port")


free_port.given = set()


# ---- what runs beside it ----

@contextlib.contextmanager
def _redis(folder):
    if not shutil.which("redis-server"):
        raise Skip("'redis-server' is not installed")
    port = free_port()
    with open(folder / "redis.log", "wb") as log:
        process = _popen(["redis-server", "--port", str(port), "--bind", "127.0.0.1", "--save", "",
                          "--appendonly", "no", "--dir", str(folder)],
                         stdin=subprocess.DEVNULL, stdout=log, stderr=log)
    try:
        if not processes.wait_until(lambda: process.poll() is not None or _answers(port), 20):
            raise AssertionError("redis-server does not answer")
        if process.poll() is not None:
            raise AssertionError("redis-server ended")
        yield f"redis://127.0.0.1:{port}/0"
    finally:
        process.kill()
        process.wait()


def _answers(port):
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1) as redis:
        redis.sendall(b"PING\r\n")
        return redis.recv(16).startswith(b"+PONG")
    return False


@contextlib.contextmanager
def _kafka(folder):
    program = catalog.BUILD / "kafka-mock"
    if not program.exists():
        raise Skip("'kafka-mock' is not built (needs librdkafka)")
    with open(folder / "kafka.log", "wb") as log:
        process = _popen([str(program)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=log)
    try:
        address = process.stdout.readline().decode().strip()
        assert address, "kafka-mock gave no address"
        yield address.split(",")[0]
    finally:
        process.kill()
        process.wait()
        process.stdin.close()
        process.stdout.close()


SERVICES = {"redis": _redis, "kafka": _kafka}


# ---- the workload itself ----

class Service:
    """One start. Its home and its folder for temporary files are new and empty."""

    def __init__(self, workload, env=None, without=(), port=None):
        self.workload = workload
        self.folder = pathlib.Path(tempfile.mkdtemp(prefix="start-", dir=ROOT))
        self.scratch, self.home, self.temporary = (
            self.folder / name for name in ("scratch", "home", "tmp"))
        for folder in (self.scratch, self.home, self.temporary):
            folder.mkdir()
        self.log = self.folder / "log"
        self.port = free_port() if port is None else port
        self.more, self.without = env or {}, without
        self.process = None
        self.first = None     # the answer to the first request that got one
        self.members = set()  # all processes of its tree that were ever seen
        self.stack = contextlib.ExitStack()

    def __enter__(self):
        try:
            self.launch()
            if self.port:
                self._wait_for_answer()
        except BaseException:
            self.stop()
            raise
        return self

    def __exit__(self, *_):
        self.stop()

    def launch(self):
        places = {"scratch": str(self.scratch)}
        for name in self.workload.services:
            places[name] = self.stack.enter_context(SERVICES[name](self.folder))
        env = catalog.environment()
        env.update({k: self.workload.fill(v, places) for k, v in self.workload.env.items()})
        env.update(HOME=str(self.home), TMPDIR=str(self.temporary), PORT=str(self.port))
        env.update(self.more)
        for name in self.without:
            env.pop(name, None)
        command = [self.workload.fill(word, places) for word in self.workload.definition["command"]]
        with open(self.log, "wb") as log:
            self.process = _popen(command, cwd=self.workload.folder, env=env,
                                  stdin=subprocess.DEVNULL, stdout=log, stderr=log)

    def _wait_for_answer(self):
        """Asks until the port is there: a refused connection is the only thing to wait out."""
        end = time.monotonic() + START_SECONDS
        while True:
            try:
                self.first = client.ask(self.port, self.workload.ready_path,
                                        seconds=max(1, end - time.monotonic()))
                break
            except ConnectionRefusedError:
                pass
            except (OSError, http.client.HTTPException) as error:
                raise AssertionError(f"the first request failed: {type(error).__name__}: {error}"
                                     f"\n{self.tail()}") from None
            if self.process.poll() is not None:
                raise AssertionError(f"it ended with status {self.process.returncode}\n"
                                     f"{self.tail()}")
            assert time.monotonic() < end, f"not up within {START_SECONDS} s\n{self.tail()}"
            time.sleep(0.03)
        self.tree()

    def tail(self, lines=8):
        with contextlib.suppress(OSError):
            text = self.log.read_text(errors="replace").splitlines()
            return "\n".join(["its last lines:", *(line[:200] for line in text[-lines:])])
        return ""

    def tree(self):
        found = processes.tree(self.process.pid)
        self.members |= found
        return found

    def terminate(self, whole=False):
        """SIGTERM to the first process, or to its whole group; who is there after a while."""
        self.tree()
        if whole:
            os.killpg(self.process.pid, signal.SIGTERM)
        else:
            self.process.send_signal(signal.SIGTERM)

        def gone():
            self.process.poll()
            return not self.left()
        processes.wait_until(gone, END_SECONDS)
        return self.left()

    def left(self):
        processes.reap(WAITED_FOR)
        return {p for p in self.members | processes.tree(self.process.pid)
                if processes.alive(p)} | processes.orphans(WAITED_FOR)

    def stop(self):
        """Whatever state it is in: afterwards nothing of it runs, its folder is gone."""
        try:
            if self.process:
                for _ in range(50):
                    left = self.left()
                    processes.kill(left)
                    if not left:
                        break
                    time.sleep(0.02)
                self.process.wait()
                processes.reap(WAITED_FOR)
        finally:
            self.stack.close()
            shutil.rmtree(self.folder, ignore_errors=True)

    # ---- asking it ----

    def ask(self, path, method="GET", body=None, headers=(), **how):
        return client.ask(self.port, path, method, body, headers, **how)

    def post(self, path, value, headers=(), **how):
        return client.ask_json(self.port, path, value, "POST", headers, **how)

    def waits(self, path, seconds=1.0):
        return client.waits(self.port, path, seconds)

    def cpu_seconds(self):
        return processes.cpu_seconds(self.tree())
