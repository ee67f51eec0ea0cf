# SPDX-License-Identifier: BSD-2-Clause
"""processes.py - process trees: who is in one, where it listens, that it ends.

A process is (pid, start time): a pid alone may be somebody else's by now.
"""
import collections
import ctypes
import ipaddress
import os
import pathlib
import re
import signal
import time

PR_SET_CHILD_SUBREAPER = 36
LISTEN, ESTABLISHED = "0A", "01"
TICKS = os.sysconf("SC_CLK_TCK")

Process = collections.namedtuple("Process", "pid start")


def adopt_orphans():
    """A process that a service leaves behind becomes our child, however it daemonised."""
    ctypes.CDLL(None).prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def _stat(pid):
    """(state, parent, session, cpu seconds, start time), or None where it is gone."""
    try:
        text = pathlib.Path(f"/proc/{pid}/stat").read_text()
    except OSError:
        return None
    words = text[text.rindex(")") + 2:].split()
    cpu = (int(words[11]) + int(words[12])) / TICKS
    return words[0], int(words[1]), int(words[3]), cpu, int(words[19])


def _all():
    found = {}
    for name in os.listdir("/proc"):
        if name.isdigit():
            stat = _stat(int(name))
            if stat:
                found[int(name)] = stat
    return found


def tree(root):
    """All living processes below `root` and in its session, itself too."""
    everyone = _all()
    inside = {pid for pid, stat in everyone.items() if pid == root or stat[2] == root}
    grown = True
    while grown:
        more = {pid for pid, stat in everyone.items() if stat[1] in inside and pid not in inside}
        inside |= more
        grown = bool(more)
    return {Process(pid, everyone[pid][4]) for pid in inside if everyone[pid][0] not in "ZX"}


def alive(process):
    stat = _stat(process.pid)
    return stat is not None and stat[4] == process.start and stat[0] not in "ZX"


def command(pid):
    try:
        words = pathlib.Path(f"/proc/{pid}/cmdline").read_bytes().split(b"\0")
    except OSError:
        words = []
    return " ".join(w.decode(errors="replace") for w in words if w)


def describe(process):
    return f"process {process.pid} ({command(process.pid)[:100]})"


def roles(root, members, rules):
    """{process: role}, as profiler/roles.c gives them: the first rule that fits."""
    parents = {p.pid: _stat(p.pid)[1] for p in members if _stat(p.pid)}
    found = {}

    def role(pid):
        if pid not in parents:
            return None
        if pid not in found:
            above = None if pid == root else role(parents[pid])
            line = command(pid)
            found[pid] = next((rule["role"] for rule in rules if _fits(rule, line, above)),
                              "main" if pid == root else "child")
        return found[pid]
    return {p: role(p.pid) for p in members if p.pid in parents}


def _fits(rule, line, above):
    if "command" in rule and not re.search(rule["command"], line):
        return False
    return "parent" not in rule or (above is not None
                                    and re.search(rule["parent"], above) is not None)


def cpu_seconds(processes):
    return sum(stat[3] for stat in (_stat(p.pid) for p in processes) if stat)


def orphans(known):
    """Children that came to us from elsewhere."""
    ours = os.getpid()
    return {Process(pid, stat[4]) for pid, stat in _all().items()
            if stat[1] == ours and pid not in known and stat[0] not in "ZX"}


def reap(known):
    """Buries the dead that came to us; those of `known` have a Popen that waits for them."""
    ours = os.getpid()
    for pid, stat in _all().items():
        if stat[1] == ours and stat[0] == "Z" and pid not in known:
            try:
                os.waitpid(pid, os.WNOHANG)
            except ChildProcessError:
                pass


def kill(processes):
    for process in processes:
        if alive(process):
            try:
                os.kill(process.pid, signal.SIGKILL)
            except ProcessLookupError:
                pass


# ---- sockets ----

def _inodes(pid):
    found = set()
    try:
        for name in os.listdir(f"/proc/{pid}/fd"):
            target = os.readlink(f"/proc/{pid}/fd/{name}")
            if target.startswith("socket:["):
                found.add(target[8:-1])
    except OSError:
        pass
    return found


def _address(text):
    """Kernel's hexadecimal, words in the machine's order, to (address, port)."""
    host, port = text.split(":")
    raw = bytes.fromhex(host)
    raw = b"".join(raw[i:i + 4][::-1] for i in range(0, len(raw), 4))
    address = ipaddress.ip_address(raw)
    return getattr(address, "ipv4_mapped", None) or address, int(port, 16)


def sockets(processes):
    """(pid, state, local, remote) of all their TCP sockets."""
    owners = {inode: p.pid for p in processes for inode in _inodes(p.pid)}
    found = []
    for table in ("tcp", "tcp6"):
        try:
            lines = pathlib.Path(f"/proc/net/{table}").read_text().splitlines()[1:]
        except OSError:
            continue
        for line in lines:
            words = line.split()
            if words[9] in owners:
                found.append((owners[words[9]], words[3], _address(words[1]), _address(words[2])))
    return found


def listening(processes):
    """[(pid, address, port)]"""
    return [(pid, *local) for pid, state, local, _ in sockets(processes) if state == LISTEN]


def wait_until(condition, seconds, step=0.02):
    """Its last value: true at once when it holds, false when the time is over."""
    end = time.monotonic() + seconds
    while True:
        value = condition()
        if value or time.monotonic() > end:
            return value
        time.sleep(step)
