# SPDX-License-Identifier: BSD-2-Clause
"""harness.py - what the system tests share: starting coldprof, its report, and the truth."""
import collections
import functools
import json
import os
import pathlib
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
if not BUILD.is_absolute():
    BUILD = CHECKOUT / BUILD
COLDPROF = pathlib.Path(os.environ.get("COLDPROF", BUILD / "coldprof"))
SOURCES = CHECKOUT / "tests" / "programs"
SCHEMA = CHECKOUT / "reports" / "schema" / "report.schema.json"
TEMPORARY = pathlib.Path("/nonexistent")  # TMPDIR of each coldprof; set by the runner

MS = 1_000_000
SECOND = 1_000_000_000


class Skip(Exception):
    """This test can't run here."""


def skip(reason):
    raise Skip(reason)


def need_root():
    if os.geteuid():
        skip("needs root")


def need(tool):
    path = shutil.which(tool)
    if not path and os.path.exists(f"/usr/sbin/{tool}"):
        path = f"/usr/sbin/{tool}"
    return path or skip(f"'{tool}' is not installed")


def cases(*values):
    """The test runs once for each value: a tuple (label, arguments...) or a plain argument."""
    def mark(function):
        function.cases = [v if isinstance(v, tuple) else (v,) for v in values]
        return function
    return mark


def slow(function):
    """Not part of `make test`, only of `make test-all`."""
    function.slow = True
    function.limit_seconds = 600
    return function


def takes(seconds):
    """A test that may take longer than the usual minute."""
    def mark(function):
        function.limit_seconds = seconds
        return function
    return mark


def shared_folder():
    """A folder that stays until the last test has run, for what several of them look at."""
    return pathlib.Path(tempfile.mkdtemp(dir=TEMPORARY.parent))


def program(name):
    path = BUILD / "programs" / name
    if not path.exists():
        raise AssertionError(f"'{path}' is not built (make programs)")
    return str(path)


def source(name):
    return str(SOURCES / name)


# ---- running coldprof ----

STARTED = set()  # process ids of all coldprofs that these tests started

class Run:
    """One coldprof that has ended."""

    def __init__(self, arguments, status, out, err, peak_bytes):
        self.arguments, self.status = arguments, status
        self.out, self.err, self.peak_bytes = out, err, peak_bytes
        self.report = None

    def __str__(self):
        shown = " ".join(str(a) for a in self.arguments)
        return f"{shown}\n  status {self.status}\n  stderr: {self.err.strip()[-3000:]}"


def environment(extra=None):
    """What every program is started with: nothing of sudo's, so that coldprof is plain root."""
    env = {k: v for k, v in os.environ.items()
           if not k.startswith("SUDO_") and not k.startswith("MAKE") and k != "MFLAGS"
           and k != "NODE_EXTRA_CA_CERTS"}  # which costs each start of Node.js some milliseconds
    env.update(TMPDIR=str(TEMPORARY), PYTHONDONTWRITEBYTECODE="1", LC_ALL="C.UTF-8")
    env.update(extra or {})
    return env


def start(*arguments, env=None, cwd=None, prefix=(), stdout=subprocess.PIPE,
          stderr=subprocess.PIPE, stdin=subprocess.DEVNULL):
    """A coldprof that runs; end it with finish()."""
    if not COLDPROF.exists():
        raise AssertionError(f"'{COLDPROF}' is not built")
    command = [*prefix, str(COLDPROF), *map(str, arguments)]
    process = subprocess.Popen(command, env=environment(env), cwd=cwd, stdin=stdin, stdout=stdout,
                               stderr=stderr, text=True, errors="replace")
    process.peak_bytes = 0
    STARTED.add(process.pid)
    threading.Thread(target=_watch_memory, args=(process,), daemon=True).start()
    return process


def _watch_memory(process):
    """ru_maxrss would count coldprof's children too; /proc has its own peak, while it lives."""
    while process.returncode is None:
        try:
            with open(f"/proc/{process.pid}/status") as file:
                status = file.read()
        except OSError:
            return
        found = re.search(r"^VmHWM:\s+(\d+) kB", status, re.M)
        if found:
            process.peak_bytes = max(process.peak_bytes, int(found.group(1)) * 1024)
        time.sleep(0.05)


def finish(process, timeout=55):
    try:
        out, err = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        out, err = process.communicate()
        raise AssertionError(f"coldprof did not end within {timeout} s; stderr: {err[-2000:]}")
    return Run(process.args, process.returncode, out, err, process.peak_bytes)


def coldprof(*arguments, expect=None, timeout=55, **how):
    """Runs coldprof to its end. `expect`: the exit status that it must have."""
    run = finish(start(*arguments, **how), timeout)
    if expect is not None:
        expected = expect if isinstance(expect, (tuple, list)) else (expect,)
        assert run.status in expected, f"exit status {run.status}, not {expect}: {run}"
    assert "Sanitizer" not in run.err, str(run)
    return run


def profile(folder, *command, options=(), n=1, warmup=0, expect=0, **how):
    """`coldprof run -- COMMAND`: the Run, with its report loaded and checked where there is one."""
    need_root()
    path = pathlib.Path(folder) / "report.json"
    if path.exists():
        path.unlink()
    run = coldprof("run", "-n", n, "-w", warmup, "--quiet", "-o", path, *options,
                   "--", *command, expect=expect, **how)
    if path.exists():
        run.report = load(path)
    if expect == 0:
        assert run.report, f"no report was written: {run}"
    return run


def one(folder, *command, **how):
    """The single sample of a single start."""
    run = profile(folder, *command, **how)
    (sample,) = run.report["workloads"][0]["samples"]
    assert sample["outcome"] == "good", f"{sample['outcome']}: {sample['reason']}: {run}"
    assert not lost(sample), f"events were lost: {lost(sample)}"
    return sample


def output_of(folder, *command):
    """A command line that writes the command's standard output to FOLDER/said."""
    said = pathlib.Path(folder) / "said"
    return ["/bin/sh", "-c", 'exec "$@" > "$0"', str(said), *map(str, command)]


def said(folder):
    """The "key value" lines that a program of ours wrote there."""
    pairs = {}
    for line in (pathlib.Path(folder) / "said").read_text().splitlines():
        words = line.split()
        for key, value in zip(words[::2], words[1::2]):
            pairs[key] = int(value)
    return pairs


# ---- reports ----

def load(path):
    """A report, valid by its schema and to our own rules for all reports."""
    with open(path) as file:
        report = json.load(file, parse_constant=_no_constant)
    validate(report)
    for workload in report["workloads"]:
        for sample in workload["samples"]:
            if sample["outcome"] == "good":
                check_phases(sample)
    return report


def _no_constant(text):
    raise AssertionError(f"the report has {text}: not JSON")


@functools.lru_cache(maxsize=None)
def _validator():
    try:
        import jsonschema
    except ImportError:
        skip(f"no 'jsonschema' for {sys.executable} (Debian: python3-jsonschema)")
    with open(SCHEMA) as file:
        schema = json.load(file)
    kind = jsonschema.validators.validator_for(schema)
    kind.check_schema(schema)
    return kind(schema)


def validate(report):
    problems = sorted(_validator().iter_errors(report), key=lambda e: list(map(str, e.path)))
    text = "\n".join(f"{'/'.join(map(str, p.absolute_path))}: {p.message[:300]}"
                     for p in problems[:8])
    assert not problems, f"the report breaks its schema in {len(problems)} places\n{text}"


def check_phases(sample):
    """Contiguous from t0 and adding up exactly to the total: true of every start."""
    at = 0
    for phase in sample["phases"]:
        assert phase["start_ns"] == at, f"phase {phase['name']} begins at {phase['start_ns']}, " \
            f"the one before ends at {at}"
        assert phase["duration_ns"] >= 0, f"phase {phase['name']} lasts {phase['duration_ns']} ns"
        at += phase["duration_ns"]
    assert at == sample["total_ns"], f"the phases add up to {at}, total_ns is {sample['total_ns']}"


def samples(report, index=0):
    return report["workloads"][index]["samples"]


def phase_names(sample):
    return [phase["name"] for phase in sample["phases"]]


def phase(sample, name):
    for candidate in sample["phases"]:
        if candidate["name"] == name:
            return candidate
    raise AssertionError(f"no phase '{name}' in {phase_names(sample)}, "
                         f"missing: {sample['phases_missing']}")


def lost(sample):
    return {k: v for k, v in (sample["events_lost"] or {}).items() if v}


def calls(sample, abi="native"):
    """How many calls returned, by name."""
    counts = collections.Counter()
    for call in sample["syscalls"]:
        if call["abi"] == abi and call["count"]:
            counts[call["name"]] += call["count"]
    return counts


def call(sample, name, abi="native"):
    for entry in sample["syscalls"]:
        if entry["name"] == name and entry["abi"] == abi:
            return entry
    raise AssertionError(f"no {abi} system call '{name}' in the sample: {sorted(calls(sample))}")


def failed_calls(sample):
    return {c["name"]: c["errors_count"] for c in sample["syscalls"] if c["errors_count"]}


def root_process(sample):
    (root,) = [p for p in sample["processes"] if p["parent"] is None]
    return root


def process_of(sample, pid):
    found = [p for p in sample["processes"] if p["pid"] == pid]
    assert len(found) == 1, f"{len(found)} processes {pid} in the sample"
    return found[0]


def process_running(sample, text):
    """The one process whose command line has this text."""
    found = [p for p in sample["processes"] if text in " ".join(p["command"])]
    assert len(found) == 1, f"{len(found)} processes of '{text}' in the sample"
    return found[0]


BLOCKED = ("disk", "network", "pipe", "lock", "child", "timer", "fault", "thread", "other")


def times(time):
    """Milliseconds by what was done, largest first: for messages and for sums."""
    names = ["on_cpu_ns", "runqueue_ns"] + [f"blocked_{b}_ns" for b in BLOCKED]
    return {n: time[n] for n in names if time[n]}


def memory_at(process, mark):
    for memory in process["memory"]:
        if memory["mark"] == mark:
            return memory
    raise AssertionError(f"no memory mark '{mark}' of process {process['pid']}: "
                         f"{[m['mark'] for m in process['memory']]}")


def close_to(value, truth, ratio=0.0, slack=0):
    """|value - truth| <= slack + ratio * truth"""
    return value is not None and abs(value - truth) <= slack + ratio * abs(truth)


def attempts(measure, times=3):
    """For what other work on the machine can disturb: not each time."""
    for left in reversed(range(times)):
        try:
            return measure()
        except AssertionError:
            if not left:
                raise


def one_line(text, *parts):
    """The single line of `text` that has all `parts`."""
    lines = [l for l in text.splitlines() if all(p in l for p in parts)]
    assert lines, f"no line with {parts} in:\n{text}"
    return lines[0]


def errors(run):
    """The lines that coldprof said on standard error as errors."""
    return [l for l in run.err.splitlines()
            if l.startswith("coldprof: ") and not re.match(r"coldprof: (warning|note): ", l)]


# ---- the truth ----

def strace(folder, *command, cwd=None, env=None):
    """What `strace -f -c` counted: (calls, errors) by name; the output goes to a file as ours."""
    need("strace")
    table = pathlib.Path(folder) / "strace"
    with open(pathlib.Path(folder) / "strace.output", "w") as output:
        done = subprocess.run(["strace", "-f", "-c", "-o", str(table), *map(str, command)],
                              stdin=subprocess.DEVNULL, stdout=output, stderr=output, cwd=cwd,
                              env=environment(env), start_new_session=True)
    text = table.read_text()
    if "ptrace" in text and "syscall" not in text or done.returncode == 1 and not text:
        skip("strace can't trace here")
    return parse_strace(text)


def parse_strace(text):
    returned, failed = collections.Counter(), collections.Counter()
    for line in text.splitlines():
        words = line.split()
        if len(words) not in (5, 6) or not re.match(r"\d", words[0]) or words[-1] == "total":
            continue
        returned[words[-1]] += int(words[3])
        if len(words) == 6:
            failed[words[-1]] += int(words[4])
    return returned, failed


OPENS = ("open", "openat", "openat2", "creat")


def strace_opens(folder, *command, cwd=None, env=None):
    """(files opened, folders opened, failed) of the opens in a full strace."""
    need("strace")
    log = pathlib.Path(folder) / "strace.log"
    with open(pathlib.Path(folder) / "strace.output", "w") as output:
        subprocess.run(["strace", "-f", "-e", "trace=" + ",".join(OPENS), "-o", str(log),
                        *map(str, command)], stdin=subprocess.DEVNULL, stdout=output,
                       stderr=output, cwd=cwd, env=environment(env), start_new_session=True)
    text = log.read_text()
    # A call that another process interrupts is two lines, and only the first has its flags.
    folders = len(re.findall(r"O_DIRECTORY.*= \d+$", text, re.M)) + len(
        re.findall(r"O_DIRECTORY.*<unfinished", text))
    results = re.findall(r"(?:open\w*|creat)(?:\(| resumed).*= (-?\d+)(?: \w+)?.*$", text, re.M)
    opened = sum(1 for value in results if int(value) >= 0)
    return opened - folders, folders, len(results) - opened


def kib(text, key):
    """A line "Key:   123 kB" of a /proc file, in bytes."""
    found = re.search(rf"^{re.escape(key)}:\s+(\d+) kB", text, re.M)
    assert found, f"no {key} in {text[:200]}"
    return int(found.group(1)) * 1024


def wait_until(condition, what, seconds=20):
    """For conditions of the outside world that nobody announces."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"{what} did not happen within {seconds} s"
        time.sleep(0.02)


def interrupt(process, number=signal.SIGINT):
    os.kill(process.pid, number)


def private_mounts(script, *arguments):
    """Words that run a shell script, then `"$@"`, in a mount namespace of its own."""
    need_root()
    need("unshare")
    probe = subprocess.run(["unshare", "-m", "true"], capture_output=True)
    if probe.returncode:
        skip("no mount namespaces here")
    return ["unshare", "-m", "--propagation", "private", "/bin/sh", "-c",
            f'{script}\nexec "$@"', "sh", *map(str, arguments)]


def nobody():
    """Words that run a command as a user without any privilege."""
    need_root()
    words = [need("setpriv"), "--reuid=65534", "--regid=65534", "--clear-groups"]
    if subprocess.run([*words, "test", "-r", str(COLDPROF)]).returncode:
        skip(f"'{COLDPROF}' can't be read by other users")
    return words


# ---- the page cache ----

def evict(path):
    """Drops a file from the page cache; skips where that can't be (tmpfs, mapped by others)."""
    with open(path, "rb") as file:
        os.fsync(file.fileno())
        os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
    if resident_pages(path):
        skip(f"'{path}' stays in the page cache")


def resident_pages(path):
    import ctypes
    import mmap
    size = os.path.getsize(path)
    with open(path, "rb") as file, mmap.mmap(file.fileno(), size, mmap.MAP_PRIVATE,
                                             mmap.PROT_READ | mmap.PROT_WRITE) as area:
        pages = (size + mmap.PAGESIZE - 1) // mmap.PAGESIZE
        states = (ctypes.c_ubyte * pages)()
        handle = ctypes.c_char.from_buffer(area)
        failed = ctypes.CDLL(None, use_errno=True).mincore(
            ctypes.c_void_p(ctypes.addressof(handle)), ctypes.c_size_t(size), states)
        del handle
    if failed:
        skip("mincore fails here")
    return sum(state & 1 for state in states)


def big_file(folder, mib):
    path = pathlib.Path(folder) / "big"
    with open(path, "wb") as file:
        block = os.urandom(1 << 20)
        for _ in range(mib):
            file.write(block)
    return path
