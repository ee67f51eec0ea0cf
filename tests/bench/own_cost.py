# SPDX-License-Identifier: BSD-2-Clause
"""own_cost.py - what coldprof itself needs: time until its first start, memory beside its ring"""
import os
import re
import statistics
import subprocess
import time

WANTED_START_NS = 100_000_000
WANTED_BYTES = 64 << 20
STARTS = 10
TELL_TIME = "import sys, time; open(sys.argv[1], 'a').write(f'{time.monotonic_ns()}\\n')"


def measure(bench, subjects):
    """A dict with one entry a fact; a memory entry for each of the start-up and the storm."""
    memory = [memory_of(bench, s) for s in subjects if "express" not in s.name]
    return {"first_start_ns": first_start(bench, subjects[0]), "memory": memory}


def first_start(bench, subject):
    """Nanoseconds from coldprof's execve to that of the program, the runtime being known.

    The program says when its first own instruction ran; how long a runtime needs to get there is
    measured bare and taken away.
    """
    python = subject.command[0] if "python" in subject.name else "python3"
    times, said = (os.path.join(bench.folder, name) for name in ("times", "said"))
    program = [python, "-I", "-S", "-c", TELL_TIME, said]
    run = [bench.coldprof, "run", "-q", "--progress", "never", "-n", "1", "-w", "0", "--ready",
           "exit", "-o", os.path.join(bench.folder, "report.json"), "--", *program]

    def once(command):
        for name in (times, said):
            with open(name, "w"):
                pass
        bench.run([bench.clock, times, *command], bench.folder)
        with open(times) as began, open(said) as file:
            return int(file.read()) - int(began.read().split()[0])

    once(run)  # the runtime's symbols are cached from here on
    traced, bare = [], []
    for _ in range(STARTS):
        traced.append(once(run))
        bare.append(once(program))
    return int(statistics.median(traced) - statistics.median(bare))


def memory_of(bench, subject):
    """The peak of coldprof's own memory during ten starts, that of its ring apart."""
    command = [bench.coldprof, "run", "-q", "--progress", "never", "-n", str(STARTS), "-w", "0",
               "--ready", "exit", "-o", os.path.join(bench.folder, "report.json"), "--",
               *subject.command]
    peak = ring = 0
    with open(os.path.join(bench.folder, "own.log"), "w") as log:
        process = subprocess.Popen(command, cwd=subject.cwd, env=bench.env, stdout=log, stderr=log,
                                   stdin=subprocess.DEVNULL)
        while process.poll() is None:
            peak = max(peak, peak_of(process.pid))
            ring = max(ring, ring_of(process.pid))
            time.sleep(0.005)
    return {"subject": subject.name, "status": process.returncode, "peak_bytes": peak,
            "ring_bytes": ring, "beside_ring_bytes": peak - ring}


def peak_of(pid):
    """VmHWM. The rusage of wait4 would count the profiled programs too: they are children."""
    try:
        with open(f"/proc/{pid}/status") as file:
            found = re.search(r"^VmHWM:\s+(\d+) kB", file.read(), re.M)
    except OSError:
        return 0
    return int(found.group(1)) << 10 if found else 0


def ring_of(pid):
    """What of that is the ring's mapping; its data pages are mapped twice and count twice."""
    try:
        with open(f"/proc/{pid}/smaps") as file:
            text = file.read()
    except OSError:
        return 0
    return sum(int(size) for size in re.findall(r"bpf-map\n(?:\w+:.*\n)*?Rss:\s+(\d+) kB", text)
               ) << 10


def show(own):
    def judged(value, wanted, text):
        return f"{text}  ({'met' if value < wanted else 'NOT met'})"

    start = own["first_start_ns"]
    print("coldprof itself")
    print(judged(start, WANTED_START_NS, f"  {start / 1e6:.1f} ms from its exec to the first "
                 f"start, symbols cached; wanted under {WANTED_START_NS // 1_000_000}"))
    for entry in own["memory"]:
        beside = entry["beside_ring_bytes"]
        print(judged(beside, WANTED_BYTES,
                     f"  {beside / 2**20:.1f} MiB beside its ring at most, {STARTS} starts of "
                     f"{entry['subject']}; wanted under {WANTED_BYTES >> 20}"))
