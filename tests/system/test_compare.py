# SPDX-License-Identifier: BSD-2-Clause
"""test_compare.py - two reports and a verdict: exit status, outputs, mistakes, real runs."""
import json
import random
import time
import xml.etree.ElementTree

from checkers import valid, valid_junit, valid_sarif
from harness import (CHECKOUT, MS, cases, coldprof, errors, need, need_root, one_line, skip,
                     slow)

SCHEMAS = CHECKOUT / "reports" / "schema"


def report(totals=None, calls=500, name="app", session=None, starts=5, seed=1, **workload):
    """The least that a reader needs; what is missing is not measured."""
    noise = random.Random(seed)
    totals = totals or [round(100 * MS * noise.lognormvariate(0, 0.02)) for _ in range(starts)]
    samples = [{"outcome": "good", "counted": True, "total_ns": total,
                "cold": {"as_asked": True},
                "metrics": {"total_ns": total, "syscalls_count": calls}} for total in totals]
    return {"schema": 1, "plan": {"session": session},
            "workloads": [{"name": name, "outcome": "measured", "samples": samples, **workload}]}


def write(path, document):
    path.write_text(document if isinstance(document, str) else json.dumps(document))
    return path


def compare(tmp, base, new, *options, expect=None, **how):
    return coldprof("compare", *options, write(tmp / "base.json", base),
                    write(tmp / "new.json", new), expect=expect, **how)


def mistake(words, *parts, status=2):
    run = coldprof(*words, expect=status)
    assert not run.out, f"on standard output: {run.out}"
    lines = errors(run)
    assert len(lines) == 1, f"{len(lines)} lines say what is wrong: {run.err}"
    for part in parts:
        assert part in lines[0], f"'{part}' is not named: {lines[0]}"


# ---- verdicts ----

def test_equal_reports_are_no_failure(tmp):
    run = compare(tmp, report(), report(), expect=0)
    assert "regressed" not in run.out.lower() and not run.err, str(run)


def test_one_more_system_call_in_three_starts_fails(tmp):
    run = compare(tmp, report(starts=3), report(starts=3, calls=501), expect=1)
    assert run.out.startswith("app: REGRESSED"), run.out
    assert "500 → 501" in one_line(run.out, "system calls "), run.out


def test_one_less_does_not(tmp):
    assert "improved" in compare(tmp, report(calls=501), report(), expect=0).out


def test_slower_starts_of_one_session_fail(tmp):
    base = report(starts=20, session="s")
    new = report(starts=20, seed=2, session="s")
    for sample in new["workloads"][0]["samples"]:
        sample["metrics"]["total_ns"] = round(sample["metrics"]["total_ns"] * 1.1)
    run = compare(tmp, base, new, expect=1)
    assert "regressed" in one_line(run.out, "total "), run.out
    assert "different times" not in run.out, run.out


def test_slower_starts_of_another_hour_only_with_force(tmp):
    base, new = report([100 * MS + i for i in range(9)]), report([200 * MS + i for i in range(9)])
    run = compare(tmp, base, new, expect=0)
    assert "different times" in run.out and "can't tell" in one_line(run.out, "total "), run.out
    compare(tmp, base, new, "--strict", expect=1)
    compare(tmp, base, new, "--force", expect=1)


def test_another_machine_is_named(tmp):
    base, new = report(session="s"), report(session="s", calls=501)
    base["host"], new["host"] = {"cpu": "Xeon", "kernel": "6.1"}, {"cpu": "EPYC", "kernel": "6.1"}
    run = compare(tmp, base, new, expect=1)
    assert "CPU Xeon → EPYC: times not gated" in run.out, run.out
    assert "kernel" not in run.out, run.out


def test_what_could_never_fail_says_so(tmp):
    base, new = report(starts=3, session="s"), report(starts=3, session="s", seed=3)
    for side in (base, new):
        for sample in side["workloads"][0]["samples"]:
            del sample["metrics"]["syscalls_count"]
    run = compare(tmp, base, new, expect=0)
    assert "could never have failed" in run.out.replace("\n     ", ""), run.out


# ---- policy ----

def test_threshold_of_an_option(tmp):
    compare(tmp, report(), report(calls=505), "--threshold", "counts=0%,10", expect=0)
    compare(tmp, report(), report(calls=511), "--threshold", "counts=0%,10", expect=1)
    compare(tmp, report(), report(calls=999), "--threshold", "syscalls_count=off", expect=0)


def test_policy_file_and_options_that_win_over_it(tmp):
    policy = write(tmp / "policy.json", {"thresholds": {"counts": "10%"}})
    base, new = report(), report(calls=505)
    compare(tmp, base, new, "--policy", policy, expect=0)
    compare(tmp, base, new, "--threshold", "counts=0%,0", "--policy", policy, expect=1)


def test_policy_file_is_valid_by_its_schema(tmp):
    good = {"$schema": "x", "level": 0.01, "strict": True,
            "thresholds": {"times": "2%,5ms", "syscalls_count{name=futex}": "off", "sizes": "1MiB"}}
    valid(SCHEMAS / "policy.schema.json", write(tmp / "policy.json", good))
    compare(tmp, report(), report(), "--policy", tmp / "policy.json")


@cases(("not-there", None, "policy.json"), ("not-json", "{", "not JSON"),
       ("unknown-key", '{"limits": {}}', "limits"),
       ("unknown-metric", '{"thresholds": {"totl_ns": "2%"}}', "totl_ns"),
       ("bad-value", '{"thresholds": {"times": "2 parsecs"}}', "2 parsecs"))
def test_bad_policy_file(tmp, content, part):
    path = tmp / "policy.json"
    if content:
        path.write_text(content)
    mistake(["compare", "--policy", path, "a", "b"], "policy.json", part, status=4)


BAD_VALUES = [("--threshold", "x"), ("--threshold", "=2%"), ("--threshold", "total=2%"),
              ("--threshold", "times=fast"), ("--threshold", "sizes=5ms"), ("--level", "0"),
              ("--level", "1"), ("--format", "yaml"), ("--also", "json"), ("--also", "yaml=x"),
              ("--color", "sometimes")]


@cases(*[(f"{option} {value}", option, value) for option, value in BAD_VALUES])
def test_bad_value(option, value):
    mistake(["compare", option, value, "a", "b"], option)


@cases(("none",), ("one", "a.json"), ("three", "a.json", "b.json", "c.json"))
def test_two_reports_are_needed(*paths):
    mistake(["compare", *paths], "report")


def test_metrics_are_listed(tmp):
    run = coldprof("compare", "--list-metrics", expect=0)
    assert "times" in one_line(run.out, "total_ns"), run.out
    assert "no" in one_line(run.out, "runqueue_ns").split(), run.out
    run = coldprof("compare", "--threshold", "times=3%", "--list-metrics", expect=0)
    assert "3 %" in one_line(run.out, "total_ns"), run.out


# ---- outputs ----

def test_every_format_in_one_go(tmp):
    run = compare(tmp, report(), report(calls=501), "--also", f"json={tmp}/c.json", "--also",
                  f"junit={tmp}/c.xml", "--also", f"markdown={tmp}/c.md", "--also",
                  f"sarif={tmp}/c.sarif", expect=1)
    assert run.out.startswith("app: REGRESSED"), run.out
    assert "| system calls | 500 → 501 |" in (tmp / "c.md").read_text()
    suites = xml.etree.ElementTree.parse(tmp / "c.xml").getroot()
    assert suites.tag == "testsuites" and suites.get("failures") == "1"
    names = [case.get("name") for case in suites.iter("testcase") if case.find("failure") is not None]
    assert names == ["syscalls_count"], names
    document = json.loads((tmp / "c.json").read_text())
    assert document["verdict"] == "regressed" and document["base"]["file"].endswith("base.json")
    valid(SCHEMAS / "compare.schema.json", tmp / "c.json")
    valid_sarif(tmp / "c.sarif")
    valid_junit(tmp / "c.xml")


def test_output_file_and_nothing_on_standard_output(tmp):
    run = compare(tmp, report(), report(), "-f", "json", "-o", tmp / "c.json", expect=0)
    assert not run.out and json.loads((tmp / "c.json").read_text())["schema"] == 1


def test_base_from_standard_input(tmp):
    write(tmp / "new.json", report())
    with open(write(tmp / "base.json", report())) as base:
        run = coldprof("compare", "-", tmp / "new.json", stdin=base, expect=0)
    assert run.out.startswith("app: "), run.out


def test_output_that_cannot_be_written(tmp):
    run = compare(tmp, report(), report(), "-o", "/nonexistent/c.txt", expect=1)
    assert "/nonexistent/c.txt" in errors(run)[0], run.err


# ---- reports that are missing, or extreme ----

def test_missing_report(tmp):
    mistake(["compare", tmp / "a.json", tmp / "b.json"], "a.json", status=4)


def test_extreme_numbers_are_compared(tmp):
    """What a reader takes, arithmetic must survive."""
    big, small = report([2**62] * 5), report([-2**62, 0, 1, 2**53, 2**62], calls=-5)
    for base, new in ((big, small), (small, big), (small, small)):
        for options in ((), ("--force",)):
            run = compare(tmp, base, new, *options, "-f", "json", expect=(0, 1))
            json.loads(run.out)


# ---- big reports ----

def big_report(path, size, **top):
    """A report of so many bytes, with all that real samples have."""
    document = dict(report(starts=1), **top)
    threads = [{"instance": f"{i}:1", "tid": i, "name": "worker", "start_ns": 10**8 + i,
                "ended_ns": None,
                "time": {f"blocked_{kind}_ns": 123456 for kind in ("disk", "lock", "other")}}
               for i in range(40)]
    calls = [{"name": f"call{i}", "abi": "native", "count": 10 * i, "errors": {"ENOENT": i},
              "histogram": [i] * 20} for i in range(60)]
    sample = dict(document["workloads"][0]["samples"][0], threads=threads, syscalls=calls)
    text = json.dumps(sample, indent="\t")
    document["workloads"][0]["samples"] = ["HERE"]
    head, tail = json.dumps(document).split('"HERE"')
    with open(path, "w") as file:
        file.write(head + ",\n".join([text] * (size // len(text) + 1)) + tail)
    assert path.stat().st_size >= size
    return path


@slow
def test_two_reports_of_100_mib_take_two_seconds(tmp):
    base, new = (big_report(tmp / name, 100 << 20) for name in ("base.json", "new.json"))
    best = 1e9
    for _ in range(3):  # others may be at work too
        begin = time.monotonic()
        run = coldprof("compare", base, new, expect=0)
        best = min(best, time.monotonic() - begin)
    print(f"       two reports of 100 MiB: {best:.2f} s, {run.peak_bytes >> 20} MiB")
    assert best < 2, f"{best:.2f} s"
    assert run.peak_bytes < 500 << 20, f"{run.peak_bytes >> 20} MiB"


@slow
def test_history_of_100_mib_each_takes_no_more_memory(tmp):
    """Each is read in its turn, and left again."""
    folder = tmp / "history"
    folder.mkdir()
    for i in range(3):
        big_report(folder / f"{i}.json", 100 << 20, created=f"2026-01-0{i + 1}T00:00:00Z")
    new = big_report(tmp / "new.json", 100 << 20, created="2026-02-01T00:00:00Z")
    begin = time.monotonic()
    run = coldprof("compare", "--history", folder, new, expect=0)
    print(f"       a history of three of 100 MiB: {time.monotonic() - begin:.2f} s, "
          f"{run.peak_bytes >> 20} MiB")
    assert "judged by the last 3 reports" in run.out.replace("\n", " "), run.out
    assert run.peak_bytes < 500 << 20, f"{run.peak_bytes >> 20} MiB"


# ---- real runs ----

def measured(tmp, name, text):
    path = tmp / f"{name}.py"
    path.write_text(text)
    out = tmp / f"{name}.json"
    coldprof("run", "-q", "-n", 4, "--name", "app", "-o", out, "--", need("python3"), "-S", path,
             expect=0)
    return out


def test_a_file_more_and_memory_more_are_found_and_blamed(tmp):
    need_root()
    (tmp / "settings.ini").write_text("x\n")
    base = measured(tmp, "base", "x = 1\n")
    new = measured(tmp, "new", f"open({str(tmp / 'settings.ini')!r}).read()\ny = b'x' * (8 << 20)\n")
    run = coldprof("compare", base, new, expect=1)
    assert "regressed" in one_line(run.out, "files opened "), run.out
    document = json.loads(coldprof("compare", "-f", "json", base, new, expect=1).out)
    causes = document["workloads"][0]["causes"]
    assert any(c["kind"] == "file" and "settings.ini" in c["name"] for c in causes), causes
    again = measured(tmp, "again", "x = 1\n")
    document = json.loads(coldprof("compare", "-f", "json", base, again).out)
    assert document["verdict"] != "regressed", [
        m for m in document["workloads"][0]["metrics"] if m["verdict"] == "regressed"]



def test_an_import_more_is_found_at_its_line(tmp):
    """From the program's own file, through a module of ours, to what that pulls in."""
    need_root()
    (tmp / "app.py").write_text("import os\nimport routes\n")
    reports = []
    for text in ("import os\n", "import os\n\nimport email.mime.text as text\n"):
        (tmp / "routes.py").write_text(text)
        reports.append(tmp / f"{len(reports)}.json")
        coldprof("run", "-q", "-n", 4, "--name", "app", "-o", reports[-1], "--", need("python3"),
                 "-S", "app.py", cwd=tmp, expect=0)
    if not all(json.loads(path.read_text())["workloads"][0]["modules"] for path in reports):
        skip("modules are not seen here")
    coldprof("compare", "-f", "sarif", "-o", "c.sarif", *reports, cwd=tmp, expect=1)
    valid_sarif(tmp / "c.sarif")
    results = json.loads((tmp / "c.sarif").read_text())["runs"][0]["results"]
    (found,) = [r for r in results if "email" in r["message"]["text"]
                and r["ruleId"] == "cold-start/added-import"]
    place = found["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "routes.py" and found["level"] == "warning", found
    assert place["region"]["startLine"] == 3, found

# ---- history ----

def history(tmp, count, commit="c", host=None, **how):
    """Reports of so many days, the last commit of which is `commit` and its number."""
    folder = tmp / "history"
    folder.mkdir(exist_ok=True)
    for i in range(count):
        document = report(seed=i + 1, **how)
        document.update(created=f"2026-01-{i + 1:02}T00:00:00Z", commit=f"{commit}{i}",
                        host=host or {"cpu": "Xeon"})
        write(folder / f"{i:02}.json", document)
    return folder


def newest(tmp, **how):
    document = report(seed=99, **how)
    document.update(created="2026-02-01T00:00:00Z", commit="deadbeef" * 5, host={"cpu": "Xeon"})
    return write(tmp / "new.json", document)


def test_history_tells_a_new_call_and_its_commit(tmp):
    folder, new = history(tmp, 6), newest(tmp, calls=501)
    run = coldprof("compare", "--history", folder, new, "--also", f"json={tmp}/c.json", "--also",
                   f"junit={tmp}/c.xml", "--also", f"sarif={tmp}/c.sarif", expect=1)
    assert "REGRESSED" in run.out and "commit deadbeefdead" in run.out, run.out
    valid(SCHEMAS / "compare.schema.json", tmp / "c.json")
    valid_sarif(tmp / "c.sarif")
    document = json.loads((tmp / "c.json").read_text())
    (step,) = document["workloads"][0]["steps"]
    assert step["metrics"] == ["syscalls_count"] and document["history_count"] == 6, step
    assert not document["worse_before"], "it came with the new report"


def test_history_of_equal_reports_is_no_failure(tmp):
    coldprof("compare", "--history", history(tmp, 6), newest(tmp), expect=0)


def test_history_finds_the_report_that_a_step_came_with(tmp):
    folder = history(tmp, 8, calls=500)
    for i in (6, 7):
        document = json.loads((folder / f"{i:02}.json").read_text())
        for sample in document["workloads"][0]["samples"]:
            sample["metrics"]["syscalls_count"] = 510
        write(folder / f"{i:02}.json", document)
    run = coldprof("compare", "--history", folder, newest(tmp, calls=510), expect=1)
    assert "06.json" in run.out and "commit c6" in run.out, run.out
    run = coldprof("compare", "--history", folder, "-f", "json", newest(tmp, calls=510), expect=1)
    assert json.loads(run.out)["worse_before"], "it came with a report before"
    run = coldprof("compare", "--history", folder, "-f", "json", newest(tmp, calls=520), expect=1)
    assert not json.loads(run.out)["worse_before"], "something came with the new one too"
    coldprof("compare", "--history", folder, "--last", 2, newest(tmp, calls=510), expect=0)


def test_history_of_another_machine_is_none(tmp):
    folder = history(tmp, 3, host={"cpu": "EPYC"})
    run = coldprof("compare", "--history", folder, newest(tmp, calls=501), expect=0)
    assert "nothing to compare with" in run.err and "3 of other machines" in run.err, str(run)


def test_history_of_other_workloads_is_none(tmp):
    run = coldprof("compare", "--history", history(tmp, 3), newest(tmp, name="api"), expect=0)
    assert "nothing to compare with" in run.err and not run.out, str(run)


@cases(("no-folder", ["--history", "/nonexistent", "NEW"], 4, "/nonexistent"),
       ("two-reports", ["--history", ".", "NEW", "NEW"], 2, "one report"),
       ("no-report", ["--history", "."], 2, "one report"),
       ("last", ["--history", ".", "--last", "0", "NEW"], 2, "--last"))
def test_history_mistakes(tmp, words, status, part):
    new = newest(tmp)
    mistake(["compare", *[new if word == "NEW" else word for word in words]], part, status=status)
