# SPDX-License-Identifier: BSD-2-Clause
"""test_services.py - what a run's workloads share: a scratch folder, Redis, a Kafka broker."""
import json
import os
import pathlib
import re
import shutil
import signal

from harness import (BUILD, coldprof, errors, finish, load, need, need_root, samples, skip, start,
                     wait_until)

PROGRAM = """
import os, socket, sys
scratch, redis, kafka = sys.argv[1:]
assert os.listdir(scratch) == [], os.listdir(scratch)
os.mkdir(scratch + "/folder")
open(scratch + "/folder/file", "w").close()
host, port = redis.removeprefix("redis://").removesuffix("/0").split(":")
with socket.create_connection((host, int(port))) as s:
    s.sendall(b"INCR starts\\r\\n")
    print("redis", s.recv(100))
with socket.create_connection(kafka.split(":")) as s:
    s.sendall(b"\\0\\0\\0\\x0a" b"\\0\\x12\\0\\0" b"\\0\\0\\0\\x07" b"\\0\\0")  # ApiVersions
    assert s.recv(8)[4:8] == b"\\0\\0\\0\\x07"
"""


def catalog(tmp, program=PROGRAM, services=("redis", "kafka")):
    """A folder of one workload that uses all of it."""
    folder = tmp / "catalog" / "python" / "mine"
    folder.mkdir(parents=True)
    (folder / "main.py").write_text(program)
    (folder / "workload.json").write_text(json.dumps({
        "name": "python/mine", "runtime": "python", "summary": "a test", "entry": "main.py",
        "command": ["{python}", "main.py", "{scratch}", "{redis}", "{kafka}"], "ready": "exit",
        "services": list(services)}))
    return tmp / "catalog"


def options(tmp, folder, *more):
    return ["--catalog", folder, "--cache", tmp / "cache", "-o", tmp / "r.json", *more,
            "python/mine"]


def need_services():
    need_root()
    need("redis-server")
    if not (BUILD / "kafka-mock").exists():
        skip("built without librdkafka")


def left_of(tmp):
    return [p.name for p in (tmp / "cache").iterdir() if p.name.startswith(".scratch")]


def services():
    """Process ids of the services of this checkout's coldprofs and of any redis-server."""
    found = []
    for path in pathlib.Path("/proc").glob("[0-9]*/cmdline"):
        try:
            words = path.read_bytes().split(b"\0")
        except OSError:
            continue
        if re.search(rb"(redis-server 127\.0\.0\.1:|/kafka-mock$)", words[0]):
            found.append(int(path.parent.name))
    return found


def test_started_once_and_gone_afterwards(tmp):
    need_services()
    before = set(services())
    coldprof("run", "-n", 3, "-w", 1, "-q", *options(tmp, catalog(tmp)), expect=0)
    assert [s["outcome"] for s in samples(load(tmp / "r.json"))] == ["good"] * 3
    assert set(services()) <= before and not left_of(tmp)


def test_services_are_no_part_of_the_tree(tmp):
    need_services()
    coldprof("run", "-n", 1, "-w", 0, "-q", *options(tmp, catalog(tmp)), expect=0)
    (sample,) = samples(load(tmp / "r.json"))
    assert len(sample["processes"]) == 1, [p["exe"] for p in sample["processes"]]


def test_those_that_run_already_are_used(tmp):
    need_root()
    program = "import sys; assert sys.argv[2:] == ['redis://192.0.2.1:6379/0', 'k:1'], sys.argv"
    coldprof("run", "-n", 1, "-w", 0, "-q",
             *options(tmp, catalog(tmp, program), "--redis", "192.0.2.1:6379", "--kafka", "k:1"),
             expect=0)


def test_one_that_can_not_be_had_fails_who_needs_it(tmp):
    """The others still run, and the report has it with its outcome."""
    need_root()
    folder = catalog(tmp, services=("redis",))
    empty = tmp / "bin"
    empty.mkdir()
    run = coldprof("run", "-n", 1, "-w", 0, "-q", *options(tmp, folder), "python/hello",
                   env={"PATH": f"{empty}:" + os.environ["PATH"]}, expect=None,
                   prefix=hidden("redis-server"))
    assert run.status == 1, str(run)
    assert len([e for e in errors(run) if "no redis-server to run: install it" in e]) == 1, run.err
    assert "redis could not be started" in run.err
    by_name = {w["name"]: w for w in load(tmp / "r.json")["workloads"]}
    assert by_name["python/mine"]["outcome"] == "not_prepared"
    assert by_name["python/hello"]["outcome"] == "measured"


def hidden(name):
    """A prefix of a command under which a program of the system can't be found."""
    path = shutil.which(name)
    if not path:
        return ()
    return ("unshare", "-m", "sh", "-c",
            f"mount --bind /dev/null {os.path.realpath(path)} && exec \"$@\"", "sh")


def test_ended_with_a_killed_coldprof(tmp):
    need_services()
    before = set(services())
    process = start("run", "-n", 1000, "-q", *options(tmp, catalog(tmp)))
    wait_until(lambda: set(services()) - before, "the services")
    process.send_signal(signal.SIGKILL)
    finish(process)
    wait_until(lambda: set(services()) <= before, "the services' end")
    coldprof("doctor", "--cache", tmp / "cache", expect=None)
    assert not left_of(tmp)
