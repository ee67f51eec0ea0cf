# SPDX-License-Identifier: BSD-2-Clause
"""test_repeats.py - many starts: their order, their summary, and how cold they were."""
import json
import os
import pathlib
import statistics

from harness import (MS, cases, coldprof, evict, load, need, need_root, one, private_mounts,
                     profile, program, resident_pages, samples, skip, takes)

PYTHON = "/usr/bin/python3"


def test_warmups_are_discarded(tmp):
    run = profile(tmp, "/bin/sh", "-c", f"printf x >> {tmp}/log", n=3, warmup=2)
    assert len(samples(run.report)) == 3 and (tmp / "log").read_text() == "xxxxx"


def test_ten_starts_and_a_warmup_by_itself(tmp):
    need_root()
    coldprof("run", "-q", "-o", tmp / "r.json", "--", "/bin/sh", "-c", f"printf x >> {tmp}/log",
             expect=0)
    assert len(samples(load(tmp / "r.json"))) == 10 and (tmp / "log").read_text() == "x" * 11


def test_summary_is_of_the_raw_samples(tmp):
    run = profile(tmp, program("sleeper"), "5", n=7)
    totals = sorted(s["total_ns"] for s in samples(run.report))
    total = run.report["workloads"][0]["summary"]["total_ns"]
    assert total["n"] == 7 and total["unit"] == "ns"
    assert total["median"] == totals[3] and total["min"] == totals[0] and total["max"] == totals[6]
    assert abs(total["mean"] - statistics.mean(totals)) < 1, total
    assert abs(total["sd"] - statistics.stdev(totals)) < 0.001 * total["sd"] + 1, total


def test_interval_holds_the_median(tmp):
    run = profile(tmp, program("sleeper"), "5", n=10)
    total = run.report["workloads"][0]["summary"]["total_ns"]
    low, high = total["ci95"] if isinstance(total.get("ci95"), list) else \
        (total["ci95_low"], total["ci95_high"])
    assert total["min"] <= low <= total["median"] <= high <= total["max"], total


def test_no_interval_of_one_start(tmp):
    run = profile(tmp, program("sleeper"), "5", n=1)
    total = run.report["workloads"][0]["summary"]["total_ns"]
    assert (total["ci95"] if "ci95" in total else total["ci95_low"]) is None, total


def test_metrics_are_in_the_summary(tmp):
    run = profile(tmp, program("listener"), n=3)
    workload = run.report["workloads"][0]
    for name in ("total_ns", "cpu_user_ns", "cpu_system_ns", "runqueue_ns", "blocked_ns",
                 "rss_ready_bytes", "rss_peak_bytes", "pss_ready_bytes", "uss_ready_bytes",
                 "syscalls_count", "syscall_errors_count", "files_opened_count", "enoent_count",
                 "faults_minor_count", "faults_major_count", "faults_cow_count", "threads_count",
                 "processes_count"):
        assert name in workload["summary"], (name, sorted(workload["summary"]))
        values = [s["metrics"][name] for s in workload["samples"]]
        assert workload["summary"][name]["median"] == statistics.median(values), name


def test_median_sample_is_the_lower_median(tmp):
    workload = profile(tmp, program("sleeper"), "5", n=4).report["workloads"][0]
    totals = sorted(s["total_ns"] for s in workload["samples"])
    chosen = workload["samples"][workload["median_sample"]]
    assert chosen["total_ns"] == totals[1], (chosen["total_ns"], totals)


def test_deterministic_program_counts_alike(tmp):
    run = profile(tmp, program("forks"), "3", n=5)
    counts = {s["metrics"]["syscalls_count"] for s in samples(run.report)}
    assert len(counts) == 1, counts


# ---- order ----

def two(tmp, seed, n=6):
    need_root()
    need("node")
    need(PYTHON)
    path = tmp / f"r{seed}.json"
    coldprof("run", "-q", "-n", n, "-w", 1, "--seed", seed, "-o", path, "node/hello",
             "python/hello", expect=0)
    return load(path)


def test_workloads_are_interleaved(tmp):
    report = two(tmp, 7)
    order = [w for w in report["plan"]["order"] if not w.startswith("~")]
    assert sorted(order) == ["node/hello"] * 6 + ["python/hello"] * 6
    changes = sum(a != b for a, b in zip(order, order[1:]))
    assert changes >= 4, order
    places = sorted(s["order"] for w in report["workloads"] for s in w["samples"])
    assert len(set(places)) == 12, places


def test_seed_gives_the_order(tmp):
    first, again, other = two(tmp, 7), two(tmp, 7), two(tmp, 8)
    assert first["plan"]["order"] == again["plan"]["order"] != other["plan"]["order"]
    assert first["plan"]["seed"] == 7


def test_plan_is_recorded(tmp):
    run = profile(tmp, program("sleeper"), "1", n=2, warmup=1, options=("--timeout", "30"))
    plan = run.report["plan"]
    assert (plan["repeat"], plan["warmup"], plan["timeout_ns"]) == (2, 1, 30_000 * MS)
    assert plan["cold"] == "warm" and not plan["interrupted"] and "-n" in plan["options"]


def test_host_is_recorded(tmp):
    host = profile(tmp, program("sleeper"), "1").report["host"]
    assert host["kernel"].startswith(os.uname().release.split("-")[0]), host
    assert host["cpus_count"] == os.cpu_count() and host["machine"] == os.uname().machine
    pages = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    assert abs(host["memory_bytes"] - pages) < 0.02 * pages, (host["memory_bytes"], pages)


# ---- cold ----

def own_runtime(tmp):
    """A copy of a runtime that nobody else maps, so that it can be evicted."""
    folder = tmp / "own"
    folder.mkdir()
    module = folder / "module.py"
    module.write_text("DATA = '" + "x" * 3_000_000 + "'\n")
    return folder


def test_evicted_start_reads_from_the_disk(tmp):
    folder = own_runtime(tmp)
    probe = folder / "module.py"
    evict(probe)
    command = [need(PYTHON), "-B", "-c", "import module"]
    how = dict(env={"PYTHONPATH": str(folder)}, n=2, warmup=1)
    warm = profile(tmp, *command, **how)
    cold = profile(tmp, *command, options=("--cold", "evicted"), **how)
    for sample in samples(cold.report):
        assert sample["cold"]["asked"] == "evicted"
        assert sample["metrics"]["faults_major_count"] > 0 or \
            sum(p["page_cache_bytes"] for p in sample["processes"]) > 0, sample["cold"]
    brought = [sum(p["page_cache_bytes"] for p in samples(r.report)[-1]["processes"])
               for r in (warm, cold)]
    assert brought[1] >= brought[0] + 3_000_000, brought


def test_residue_is_reported(tmp):
    sample = one(tmp, need(PYTHON), "-c", "import json", options=("--cold", "evicted"), warmup=1)
    cold = sample["cold"]
    assert cold["wanted_pages"] > 0 and cold["resident_pages"] is not None, cold
    assert cold["as_asked"] == (cold["resident_pages"] == 0) or cold["as_asked"] is not None


def test_start_that_was_not_cold_says_so(tmp):
    """A file that the test itself keeps mapped and resident."""
    import mmap
    folder = own_runtime(tmp)
    with open(folder / "module.py", "rb") as file, \
            mmap.mmap(file.fileno(), 0, mmap.MAP_SHARED, mmap.PROT_READ) as area:
        sum(area[i] for i in range(0, len(area), 4096))
        run = profile(tmp, need(PYTHON), "-B", "-c", "import module", warmup=1,
                      env={"PYTHONPATH": str(folder)}, options=("--cold", "evicted"))
        assert resident_pages(folder / "module.py") > 0
        (sample,) = samples(run.report)
        assert sample["cold"]["mapped_pages"] or not sample["cold"]["as_asked"], sample["cold"]


def test_warm_is_what_it_is_by_itself(tmp):
    sample = one(tmp, program("sleeper"), "1")
    assert sample["cold"]["asked"] == "warm"


@takes(120)
def test_dropped_start_finds_nothing(tmp):
    folder = own_runtime(tmp)
    evict(folder / "module.py")
    if not pathlib.Path("/proc/sys/vm/drop_caches").exists():
        skip("no /proc/sys/vm/drop_caches")
    run = profile(tmp, need(PYTHON), "-B", "-c", "import module", warmup=1,
                  env={"PYTHONPATH": str(folder)}, options=("--cold", "dropped"))
    (sample,) = samples(run.report)
    assert sample["cold"]["asked"] == "dropped"
    assert sum(p["page_cache_bytes"] for p in sample["processes"]) >= 3_000_000


def test_dropped_where_that_can_not_be(tmp):
    """A read-only /proc/sys, as in a container: one line, nothing measured as if it were cold."""
    run = coldprof("run", "-n", 1, "-w", 0, "-q", "-o", tmp / "r.json", "--cold", "dropped", "--",
                   program("sleeper"), "1",
                   prefix=private_mounts("mount --bind /proc/sys /proc/sys && "
                                         "mount -o remount,ro,bind /proc/sys"))
    if run.status == 0:
        assert not samples(load(tmp / "r.json"))[0]["cold"]["as_asked"], "it says it was cold"
    else:
        assert run.status in (1, 3) and "page cache" in run.err, str(run)


@cases("warm", "evicted", "dropped")
def test_cold_level_is_in_the_report(tmp, level):
    run = profile(tmp, program("sleeper"), "1", options=("--cold", level))
    assert run.report["workloads"][0]["cold"] == level == run.report["plan"]["cold"]


def test_null_control_starts_and_records_nothing(tmp):
    """For benchmarks: all is loaded, nothing attached; the program runs all the same."""
    need_root()
    coldprof("run", "-q", "-n", 2, "-w", 1, "--ready", "exit", "--null-control", "-o",
             tmp / "null.json", "--", "/bin/sh", "-c", f"printf x >> {tmp}/log", expect=0)
    assert (tmp / "log").read_text() == "xxx"
    for sample in samples(json.loads((tmp / "null.json").read_text())):
        assert sample["outcome"] == "good" and sample["total_ns"] is None, sample
