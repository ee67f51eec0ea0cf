# SPDX-License-Identifier: BSD-2-Clause
"""test_hostile.py - reports that nobody's coldprof wrote: one line and exit 4, whoever reads them."""
from harness import cases, coldprof, errors
from test_compare import history, newest, report, write

DEEP = '{"schema": 1, "a": ' + "[" * 100000 + "]" * 100000 + "}"
# A name, the file, what the line says of it.
HOSTILE = [
    ("deep", DEEP, "nested too deep"),
    ("deep-objects", '{"schema": 1, "a": ' + '{"a": ' * 100000, "nested too deep"),
    ("truncated", '{"schema": 1, "workloads": [{"name": "a"', "ends in the middle"),
    ("empty", "", "not JSON"),
    ("text-after", '{"schema": 1}{"schema": 1}', "text after the value"),
    ("wrong-type", '{"schema": 1, "workloads": {}}', "workloads: must be an array"),
    ("root", "[]", "must be an object"),
    ("samples", '{"schema": 1, "workloads": [{"name": "a", "samples": [1]}]}',
     "workloads[0].samples[0]: must be an object"),
    ("nan", '{"schema": 1, "host": {"load1": NaN}}', "not JSON"),
    ("huge-number", '{"schema": 1, "workloads": [{"median_sample": 1e999}]}', "median_sample"),
    ("many-digits", '{"schema": 1, "plan": {"seed": ' + "9" * 5000 + "}}", "seed"),
    ("no-such-sample", '{"schema": 1, "workloads": [{"samples": [{}], "median_sample": 5}]}',
     "there is no such sample"),
    ("duplicate-key", '{"schema": 1, "schema": 1}', "there twice"),
    ("duplicate-metric",
     '{"schema": 1, "workloads": [{"samples": [{"metrics": {"a": 1, "a": 2}}]}]}', "there twice"),
    ("nul", '{"schema": 1, "tool": "a\\u0000b"}', "NUL"),
    ("newer", '{"schema": 2}', "newer"),
    ("no-schema", '{"workloads": []}', "schema: is missing"),
    ("not-utf8", b'{"schema": 1, "tool": "\xff"}', "not UTF-8"),
    ("not-utf8-and-unknown", b'{"schema": 1, "x": "\xff"}', "not UTF-8"),
    ("utf16", '{"schema": 1}'.encode("utf-16"), "not JSON"),
]
MANY = ('{"schema": 1, "workloads": [{"name": "a", "samples": [{}' + ",{}" * 10_000_000 + "]}]}")
READERS = ("base", "new", "history", "history's new", "noise", "folder of noise", "merge", "report")


def put(path, content):
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return path


def words_of(reader, tmp, content):
    """A command that reads `content`, all else of which is good."""
    bad = put(tmp / "bad.json", content)
    good = write(tmp / "good.json", report(seed=7))
    if reader in ("history", "folder of noise"):
        put(history(tmp, 3) / "bad.json", content)
    return {
        "base": ["compare", bad, good],
        "new": ["compare", good, bad],
        "history": ["compare", "--history", tmp / "history", newest(tmp)],
        "history's new": ["compare", "--history", history(tmp, 3), bad],
        "noise": ["compare", "--noise", bad, good, good],
        "folder of noise": ["compare", "--noise", tmp / "history", good, newest(tmp)],
        "merge": ["merge", good, bad, "-o", tmp / "merged.json"],
        "report": ["report", bad],
    }[reader]


def refused(reader, tmp, content, part):
    run = coldprof(*words_of(reader, tmp, content), expect=4)
    assert not run.out and len(run.err.splitlines()) == 1, str(run)
    (line,) = errors(run)
    assert "bad.json" in line and part in line, f"no 'bad.json' or no '{part}': {line}"
    assert not (tmp / "merged.json").exists()
    return run


@cases(*READERS)
def test_hostile_report(tmp, reader):
    """One that is broken ends a history too: what it may have told is not known."""
    for name, content, part in HOSTILE:
        try:
            refused(reader, tmp, content, part)
        except AssertionError as error:
            raise AssertionError(f"{name}: {error}") from error


@cases(*READERS)
def test_more_samples_than_a_file_can_say_anything_of(tmp, reader):
    """Ten million, each of which would take hundreds of bytes."""
    run = refused(reader, tmp, MANY, "more items")
    assert run.peak_bytes < 500 << 20, f"{run.peak_bytes >> 20} MiB"


def test_no_workload_in_common(tmp):
    empty = {"schema": 1, "workloads": []}
    for words in (words_of("base", tmp, ""), words_of("new", tmp, "")):
        write(tmp / "bad.json", empty)
        run = coldprof(*words, expect=4)
        assert len(errors(run)) == 1 and not run.out, str(run)


def test_report_of_a_history_that_has_no_workload(tmp):
    """A report, which tells nothing."""
    folder = history(tmp, 3)
    write(folder / "empty.json", {"schema": 1, "workloads": [], "host": {"cpu": "Xeon"},
                                  "created": "2026-01-09T00:00:00Z"})
    run = coldprof("compare", "--history", folder, newest(tmp, calls=501), expect=1)
    assert "REGRESSED" in run.out and not run.err, str(run)
