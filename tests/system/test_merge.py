# SPDX-License-Identifier: BSD-2-Clause
"""test_merge.py - the reports of a plan's parts as one."""
import json

from harness import cases, coldprof, errors, load, need, need_root, slow
from test_compare import big_report


def measure(tmp, name, *options):
    need_root()
    path = tmp / f"{name}.json"
    coldprof("run", "-q", "-n", 3, "--name", "app", "-o", path, *options, "--", need("python3"),
             "-S", "-c", "import json", expect=0)
    return path


def mistake(words, *parts, status=4):
    run = coldprof("merge", *words, expect=status)
    lines = errors(run)
    assert not run.out and len(lines) == 1, str(run)
    for part in parts:
        assert part in lines[0], f"'{part}' is not named: {lines[0]}"


def test_shards_of_this_machine_are_pooled_and_compared(tmp):
    a, b = measure(tmp, "a"), measure(tmp, "b")
    run = coldprof("merge", a, b, "-o", tmp / "all.json", expect=0)
    assert not run.out and not run.err, str(run)
    (workload,) = load(tmp / "all.json")["workloads"]
    parts = [json.loads(path.read_text())["workloads"][0] for path in (a, b)]
    assert workload["samples"] == [
        dict(sample, order=i) for i, sample in enumerate(parts[0]["samples"], 1)] + [
        dict(sample, order=i) for i, sample in enumerate(parts[1]["samples"], 5)], "samples differ"
    totals = sorted(s["total_ns"] for s in workload["samples"])
    assert workload["summary"]["total_ns"]["median"] == (totals[2] + totals[3]) / 2
    assert workload["stratum"], workload["stratum"]
    assert all(len(m["starts_self_ns"]) == 6 for m in workload["modules"])
    run = coldprof("compare", a, tmp / "all.json", "-f", "json", expect=0)
    assert json.loads(run.out)["workloads"][0]["new_starts"] == 6
    coldprof("report", tmp / "all.json", expect=0)


def test_another_machine_stays_apart(tmp):
    a = measure(tmp, "a")
    document = json.loads(a.read_text())
    document["host"]["cpu"], document["plan"]["seed"] = "EPYC", 1
    (tmp / "b.json").write_text(json.dumps(document))
    coldprof("merge", a, tmp / "b.json", "-o", tmp / "all.json", expect=0)
    report = load(tmp / "all.json")
    assert len(report["workloads"]) == 2 and report["host"]["cpu"] is None
    assert [s["host"]["cpu"] for s in report["strata"]][1] == "EPYC"
    run = coldprof("report", tmp / "all.json", expect=0)
    assert "app, 2 of 2: on EPYC" in run.out.replace("\n      ", " "), run.out
    run = coldprof("compare", tmp / "b.json", tmp / "all.json", expect=0)
    assert run.out.startswith("app (EPYC"), run.out


def test_what_does_not_fit(tmp):
    a, b = measure(tmp, "a"), measure(tmp, "b", "--memory", "512M")
    mistake([a, a, "-o", tmp / "c.json"], "a.json", "same starts")
    mistake([a, b, "-o", tmp / "c.json"], "b.json", "another limit", "a.json")
    mistake([a, tmp / "none.json", "-o", tmp / "c.json"], "none.json")
    assert not (tmp / "c.json").exists()


@slow
def test_two_reports_of_100_mib(tmp):
    parts = [big_report(tmp / f"{i}.json", 100 << 20, plan={"seed": i}) for i in range(2)]
    run = coldprof("merge", *parts, "-o", tmp / "all.json", expect=0)
    print(f"       two parts of 100 MiB: {run.peak_bytes >> 20} MiB")
    assert run.peak_bytes < 500 << 20, f"{run.peak_bytes >> 20} MiB"
    assert (tmp / "all.json").stat().st_size > 50 << 20


@cases(("no-report", "-o", "x"), ("two-standard-inputs", "-", "-"), ("output-is-input", "a", "-o", "a"))
def test_usage(*words):
    mistake(list(words), "", status=2)
