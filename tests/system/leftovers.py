# SPDX-License-Identifier: BSD-2-Clause
"""leftovers.py - what a run of coldprof may not leave on the machine, and whether it did.

The machine may be shared: what belongs to another coldprof that is still alive is not ours.
"""
import ctypes
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import time

import harness

PR_SET_CHILD_SUBREAPER = 36
FOLDERS = ["/tmp", "/var/tmp", "/dev/shm", "/run", "/sys/fs/bpf"]


def adopt_orphans():
    """A process that coldprof leaves behind becomes our child, however it daemonised."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _children_of(pid):
    found = []
    try:
        for task in os.listdir(f"/proc/{pid}/task"):
            text = pathlib.Path(f"/proc/{pid}/task/{task}/children").read_text()
            found += [int(child) for child in text.split()]
    except OSError:
        pass
    return found


def _describe(pid):
    try:
        line = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode()
        return f"process {pid} ({line.strip()})"
    except OSError:
        return f"process {pid}"


def _living_children():
    """After reaping the dead: only who still runs is left behind."""
    while True:
        try:
            pid, _ = os.waitpid(-1, os.WNOHANG)
        except ChildProcessError:
            return []
        if pid == 0:
            return _children_of(os.getpid())


def end_children():
    for _ in range(50):
        children = _living_children()
        if not children:
            return
        for pid in children:
            try:
                os.kill(pid, signal.SIGKILL)
            except OSError:
                pass
        time.sleep(0.02)


def _other_coldprofs():
    """Process ids of coldprofs that are not ours."""
    ours, grow = set(), [os.getpid()]
    while grow:
        pid = grow.pop()
        ours.add(pid)
        grow += _children_of(pid)
    others = set()
    for entry in os.listdir("/proc"):
        if entry.isdigit() and int(entry) not in ours:
            try:
                name = pathlib.Path(f"/proc/{entry}/comm").read_text().strip()
            except OSError:
                continue
            if name.startswith(("coldprof", "test_", "bpf", "perf")):
                others.add(int(entry))
    return others


def _cgroups():
    found = set()
    for root, folders, _ in os.walk("/sys/fs/cgroup"):
        found.update(os.path.join(root, f) for f in folders if "coldprof" in f)
    return found


def _files():
    found = set()
    for folder in FOLDERS:
        try:
            names = os.listdir(folder)
        except OSError:
            continue
        found.update(f"{folder}/{n}" for n in names
                     if "coldprof" in n and not n.startswith("coldprof-test-"))
    if harness.TEMPORARY.exists():
        found.update(str(p) for p in harness.TEMPORARY.iterdir())
    return found


def _mounts():
    lines = pathlib.Path("/proc/self/mountinfo").read_text().splitlines()
    return {line.split()[4] for line in lines}


def _held(others):
    """BPF objects that a process of somebody else has open: "map 12", "prog 3"."""
    held = set()
    for pid in others:
        try:
            for name in os.listdir(f"/proc/{pid}/fdinfo"):
                text = pathlib.Path(f"/proc/{pid}/fdinfo/{name}").read_text()
                held.update(f"{k} {i}" for k, i in re.findall(r"^(map|prog|link)_id:\s+(\d+)",
                                                              text, re.M))
        except OSError:
            continue
    return held


def _bpf(kind):
    tool = shutil.which("bpftool") or "/usr/sbin/bpftool"
    if os.geteuid() or not os.path.exists(tool):
        return set()
    shown = subprocess.run([tool, "-j", kind, "show"], capture_output=True, text=True)
    try:
        objects = json.loads(shown.stdout)
    except ValueError:
        return set()
    if not isinstance(objects, list):
        return set()
    return {f"BPF {kind} {thing['id']} ({thing.get('name', '')})" for thing in objects
            if "id" in thing}


_pending = {}  # BPF object that should go -> (when first seen, after which test)


def snapshot():
    return {
        "cgroup": _cgroups(),
        "file": _files(),
        "mount": _mounts(),
        "bpf": _bpf("map") | _bpf("prog") | _bpf("link") | set(_pending),
    }


def _new(before):
    others = _other_coldprofs()
    left = [_describe(pid) for pid in _living_children()]
    for path in sorted(_cgroups() - before["cgroup"]):
        # coldprof-PID-...: by whose name it is
        maker = re.search(r"/coldprof-(\d+)", path)
        if not maker or int(maker.group(1)) in harness.STARTED:
            left.append(f"cgroup {path}")
    for path in sorted(_files() - before["file"]):
        if not any(str(pid) in path for pid in others):
            left.append(f"file {path}")
    left += [f"mount {path}" for path in sorted(_mounts() - before["mount"])]
    return left


def since(before, patience=4.0):
    """What is there now and was not before."""
    end = time.monotonic() + patience
    left = _new(before)
    while left and time.monotonic() < end:
        time.sleep(0.1)
        still = _new(before)
        left = [item for item in left if item in still]
    for pid in _living_children():
        os.kill(pid, signal.SIGKILL)
    return left


def watch_bpf(before, test):
    """Programs and maps go some time after their holder: looked at again after later tests."""
    now = _bpf("map") | _bpf("prog") | _bpf("link")
    for item in now - before["bpf"]:
        _pending.setdefault(item, (time.monotonic(), test))
    for item in set(_pending) - now:
        del _pending[item]


def bpf_left(patience=10.0):
    """{test: objects that it left behind}, once all tests have run."""
    end = time.monotonic() + patience
    while _pending and time.monotonic() < end:
        time.sleep(0.1)
        watch_bpf({"bpf": set(_pending)}, None)
        held = _held(_other_coldprofs()) if _pending else ()
        for item in [i for i in _pending if " ".join(i.split()[1:3]) in held]:
            del _pending[item]
    left = {}
    for item, (_, test) in sorted(_pending.items()):
        left.setdefault(test, []).append(item)
    return left
