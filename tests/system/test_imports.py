# SPDX-License-Identifier: BSD-2-Clause
"""test_imports.py - Python's imports as -X importtime and the program itself have them."""
import collections
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess

from harness import (cases, finish, load, lost, need, need_root, profile, samples, skip, start,
                     takes)
from pythons import VERSIONS, interpreter

PYTHON = "/usr/bin/python3"

Import = collections.namedtuple("Import", "depth name self_us total_us")


# ---- what CPython says itself ----

def importtime(path):
    """The lines of -X importtime: in the order in which the imports end."""
    found = []
    for line in path.read_text(errors="replace").splitlines():
        match = re.fullmatch(r"import time:\s*(\d+) \|\s*(\d+) \| ( *)(.*)", line)
        if match:
            self_us, total_us, indent, name = match.groups()
            found.append(Import(len(indent) // 2, name, int(self_us), int(total_us)))
    assert found, f"'{path}' has no import"
    return found


# ---- what the report says ----

def modules_of(run):
    """The modules of the only start, by id; no event was lost."""
    (sample,) = samples(run.report)
    assert sample["outcome"] == "good", f"{sample['outcome']}: {sample['reason']}: {run}"
    assert not lost(sample), f"events were lost: {lost(sample)}"
    workload = run.report["workloads"][0]
    assert workload["modules"], f"no modules: {workload['modules_technique']}, {sample['notes']}"
    return {module["id"]: module for module in workload["modules"]}


def is_counted(module):
    """Whether it passed the call in C that importtime counts: its end is exact."""
    return module["end_low_ns"] == module["end_high_ns"]


def counted_parent(modules, module):
    parent = module["parent"]
    while parent is not None and not is_counted(modules[parent]):
        parent = modules[parent]["parent"]
    return parent


def imports_of(modules):
    """As importtime would have them."""
    counted = [m for m in modules.values() if is_counted(m)]
    within = collections.Counter()
    for module in counted:
        within[counted_parent(modules, module)] += module["total_ns"]

    def depth(module):
        parent = counted_parent(modules, module)
        return 0 if parent is None else 1 + depth(modules[parent])

    return [Import(depth(m), m["name"], (m["total_ns"] - within[m["id"]]) / 1000,
                   m["total_ns"] / 1000)
            for m in sorted(counted, key=lambda m: m["end_low_ns"])]


def only(modules, name):
    found = [m for m in modules.values() if m["name"] == name]
    assert len(found) == 1, f"{len(found)} modules '{name}' in {[m['name'] for m in modules.values()]}"
    return found[0]


def name_of_parent(modules, module):
    return None if module["parent"] is None else modules[module["parent"]]["name"]


def timed(tmp, *command, **how):
    """A start, and importtime's lines about the very same one."""
    said = tmp / "importtime"
    run = profile(tmp, "/bin/sh", "-c", 'exec "$@" 2> "$0"', said, *command, warmup=1,
                  options=("--ready", "exit"), **how)
    return run, importtime(said)


def check_against(said, got):
    told, seen = [(i.depth, i.name) for i in said], [(i.depth, i.name) for i in got]
    for index, (left, right) in enumerate(zip(told, seen)):
        assert left == right, f"import {index} is {right}, importtime has {left}"
    assert len(told) == len(seen), f"{len(seen)} imports, importtime has {len(told)}"
    for column in ("self_us", "total_us"):
        largest = sorted(range(len(said)), key=lambda i: -getattr(said[i], column))[:30]
        errors = [abs(getattr(got[i], column) / getattr(said[i], column) - 1) for i in largest
                  if getattr(said[i], column) > 100]
        error = statistics.median(errors)
        assert error < 0.02, f"the median error of the largest {column} is {error:.1%}"
    sums = sum(i.self_us for i in got), sum(i.self_us for i in said)
    assert abs(sums[0] / sums[1] - 1) < 0.03, f"self times add up to {sums[0]}, {sums[1]} us"


def check_load(said, modules, busy_ns):
    """The load, but for what importtime does not see at all, is as long as it says."""
    unseen = {m["id"]: m["self_ns"] for m in modules.values()
              if not is_counted(m) and counted_parent(modules, m) is None}
    assert sum(m["self_ns"] for m in modules.values() if m["in_load"]) == busy_ns, busy_ns
    told = sum(i.self_us for i in said)
    seen = (busy_ns - sum(unseen.values())) / 1000
    assert abs(seen / told - 1) < 0.03, f"load_busy_ns without {len(unseen)} modules that come " \
        f"by import_module alone is {seen} us, importtime's sum {told}"


# ---- interpreters ----

SEVERAL = "import json, asyncio, decimal, xml.dom.minidom, concurrent.futures\n" \
    "import importlib; importlib.import_module('fractions')\n" \
    "try: import no_such_module\n" \
    "except ImportError: pass\n"


@takes(120)
@cases(*((f"python{v}", v) for v in VERSIONS))
def test_imports_are_as_importtime_has_them(tmp, version):
    python = interpreter(version) or skip(f"no python{version}")
    run, said = timed(tmp, python, "-X", "importtime", "-c", SEVERAL)
    modules = modules_of(run)
    check_against(said, imports_of(modules))
    assert only(modules, "no_such_module")["failed"]
    fractions = only(modules, "fractions")
    assert not is_counted(fractions) and fractions["kind"] in ("source", "bytecode"), fractions


CATALOG = (("fastapi", "import fastapi, uvicorn"),
           ("django", "import django.core.asgi, django.db.models, django.http\n"
                      "from django.conf import settings\n"
                      "settings.configure(INSTALLED_APPS=['django.contrib.auth',"
                      " 'django.contrib.contenttypes'])\n"
                      "django.setup()"),
           ("pandas", "import pandas"),
           ("pytorch", "import torch"),
           ("langchain", "import langchain_core.runnables, langchain_core.prompts,"
                         " langchain_core.vectorstores"))


def prepared(name):
    """The interpreters of the environments of a workload that somebody has prepared."""
    for cache in (pathlib.Path("/var/cache/coldprof"), pathlib.Path.home() / ".cache/coldprof"):
        for python in sorted(cache.glob(f"python-{name}-*/.venv/bin/python")):
            # the folder's name ends with a hash: others begin with the same name
            if name == "*" or re.search(rf"python-{name}-[0-9a-f]+$", str(python.parents[2])):
                yield python


def catalog_python(name):
    python = next((p for p in prepared(name) if os.access(p, os.X_OK)), None)
    return str(python or skip(f"python/{name} is not prepared"))


@takes(180)
@cases(*((name, name, program) for name, program in CATALOG))
def test_frameworks_are_as_importtime_has_them(tmp, name, program):
    run, said = timed(tmp, catalog_python(name), "-X", "importtime", "-c", program, timeout=170)
    modules = modules_of(run)
    check_against(said, imports_of(modules))
    check_load(said, modules, samples(run.report)[0]["metrics"]["load_busy_ns"])


# ---- what importtime does not show ----

def package(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


def python_in(tmp, text, *more, **how):
    (tmp / "app.py").write_text(text)
    return modules_of(profile(tmp, PYTHON, tmp / "app.py", *more, **how))


DYNAMIC = """
import importlib, json, sys, time
times = {}
def load(name):
    begin = time.monotonic_ns()
    importlib.import_module(name)
    times[name] = time.monotonic_ns() - begin
sys.modules['__main__'].load = load
load('outer.middle')
load('alone')
json.dump(times, open(sys.argv[1], 'w'))
"""


def test_import_module_is_seen(tmp):
    package(tmp, {
        "outer/__init__.py": "import time; time.sleep(0.01)\n",
        "outer/middle.py": "import __main__, plain; __main__.load('outer.inner')\n",
        "outer/inner.py": "import time; time.sleep(0.02)\n",
        "plain.py": "", "alone.py": "import time; time.sleep(0.005)\n"})
    modules = python_in(tmp, DYNAMIC, tmp / "times")
    times = json.loads((tmp / "times").read_text())
    for name, parent in (("outer", None), ("outer.middle", None), ("plain", "outer.middle"),
                         ("outer.inner", "outer.middle"), ("alone", None)):
        module = only(modules, name)
        assert name_of_parent(modules, module) == parent, f"{name}: {module}"
        assert module["kind"] in ("source", "bytecode"), module
        assert module["file"].startswith(str(tmp)), module
    for name in ("outer.inner", "alone"):
        short = times[name] - only(modules, name)["total_ns"]
        assert 0 <= short < 400_000, f"{name} is {short} ns short of {times[name]}"
    both = only(modules, "outer")["total_ns"] + only(modules, "outer.middle")["total_ns"]
    assert 0 <= times["outer.middle"] - both < 800_000, f"{both}, {times}"


def test_a_search_is_no_load(tmp):
    package(tmp, {"there.py": "", "other.py": ""})
    modules = python_in(tmp, "import importlib.util\nimportlib.util.find_spec('there')\n"
                             "import other\n")
    assert not [m for m in modules.values() if m["name"] == "there"]
    assert only(modules, "other")["parent"] is None


def test_the_program_of_m_is_no_import(tmp):
    package(tmp, {"pkg/__init__.py": "", "pkg/tool.py": "import leaf\n", "leaf.py": ""})
    modules = modules_of(profile(tmp, PYTHON, "-m", "pkg.tool", cwd=tmp))
    assert not [m for m in modules.values() if m["name"] == "pkg.tool"]
    assert only(modules, "leaf")["parent"] is None


def test_names_that_are_not_ascii(tmp):
    names = ("café", "źródło", "модуль", "𝔪𝔬𝔡")
    files = {f"{name}.py": "" for name in names[:3]}
    files["package_é/__init__.py"] = "import package_é.ß\n"
    files["package_é/ß.py"] = ""
    package(tmp, files)
    # identifiers are normalized: the last name is mod
    (tmp / "mod.py").write_text("")
    modules = python_in(tmp, "import " + ", ".join(names) + ", package_é\n")
    for name in (*names[:3], "mod", "package_é", "package_é.ß"):
        assert only(modules, name)["file"].startswith(str(tmp))


def test_failed_imports_are_marked(tmp):
    package(tmp, {"raises.py": "import before\n1 / 0\n", "before.py": ""})
    modules = python_in(tmp, "try: import raises\nexcept ZeroDivisionError: pass\n"
                             "try: import nothing.at_all\nexcept ImportError: pass\n"
                             "import importlib\n"
                             "try: importlib.import_module('again')\n"
                             "except ImportError: pass\n")
    assert only(modules, "raises")["failed"] and not only(modules, "before")["failed"]
    assert name_of_parent(modules, only(modules, "before")) == "raises"
    assert only(modules, "nothing.at_all")["failed"]


def test_two_hundred_deep(tmp):
    package(tmp, {f"deep{i}.py": f"import deep{i + 1}\n" if i < 199 else "" for i in range(200)})
    modules = python_in(tmp, "import sys; sys.setrecursionlimit(100000)\nimport deep0\n")
    for i in range(1, 200):
        assert name_of_parent(modules, only(modules, f"deep{i}")) == f"deep{i - 1}"


def test_threads_that_import(tmp):
    package(tmp, {f"thread{i}.py": f"import time; time.sleep(0.02)\nimport leaf{i}\n"
                  for i in range(4)})
    package(tmp, {f"leaf{i}.py": "import time; time.sleep(0.01)\n" for i in range(4)})
    modules = python_in(tmp, "import threading\n"
                             "def load(i): __import__(f'thread{i}')\n"
                             "threads = [threading.Thread(target=load, args=(i,))"
                             " for i in range(4)]\n"
                             "[t.start() for t in threads]\n[t.join() for t in threads]\n")
    tids = set()
    for i in range(4):
        thread, leaf = only(modules, f"thread{i}"), only(modules, f"leaf{i}")
        assert name_of_parent(modules, leaf) == f"thread{i}" and leaf["tid"] == thread["tid"]
        assert thread["total_ns"] >= 30_000_000 and thread["self_ns"] >= 0, thread
        tids.add(thread["tid"])
    assert len(tids) == 4, tids


def test_forked_children_have_their_own(tmp):
    package(tmp, {"forks.py": "import os\nif not os.fork():\n    import child\n    os._exit(0)\n"
                              "os.wait()\nimport parent\n",
                  "child.py": "", "parent.py": ""})
    modules = python_in(tmp, "import forks\n")
    assert name_of_parent(modules, only(modules, "parent")) == "forks"
    child = only(modules, "child")
    assert child["parent"] is None and child["instance"] != only(modules, "forks")["instance"]


GREENLETS = """
import builtins, greenlet, sys
builtins.main = greenlet.getcurrent()
def load(name): __import__(name)
for i in range(20):
    a, b = greenlet.greenlet(load), greenlet.greenlet(load)
    a.switch(f'first{i}')
    b.switch(f'second{i}')
    a.switch()
    b.switch()
"""


def test_imports_that_switch_greenlets(tmp):
    candidates = [PYTHON, *filter(None, map(interpreter, VERSIONS)), *map(str, prepared("*"))]
    python = next((p for p in candidates
                   if not subprocess.run([p, "-c", "import greenlet"],
                                         capture_output=True).returncode), None)
    if not python:
        skip("no interpreter has greenlet (Debian: python3-greenlet)")
    for kind in ("first", "second"):
        package(tmp, {f"{kind}{i}.py": "import time; time.sleep(0.001)\nmain.switch()\n"
                      for i in range(20)})
    (tmp / "app.py").write_text(GREENLETS)
    modules = modules_of(profile(tmp, python, tmp / "app.py", options=("--ready", "exit")))
    for i in range(20):
        first, second = only(modules, f"first{i}"), only(modules, f"second{i}")
        assert first["begin_ns"] < second["begin_ns"] < first["end_low_ns"] \
            < second["end_low_ns"], f"{first} {second}"
        assert not first["open"] and not second["open"]


def test_kinds(tmp):
    package(tmp, {"plain.py": "", "space/inside.py": ""})
    modules = python_in(tmp, "import plain, space.inside, _json, _sre\n",
                        env={"PYTHONDONTWRITEBYTECODE": "1"})
    assert only(modules, "plain")["kind"] == "source"
    assert only(modules, "space")["kind"] == "namespace"
    assert only(modules, "space.inside")["kind"] == "source"
    assert only(modules, "_sre")["kind"] == "builtin"
    assert only(modules, "zipimport")["kind"] == "frozen"
    native = only(modules, "_json")
    assert native["kind"] in ("builtin", "extension")
    if native["kind"] == "extension":
        assert native["file"].endswith(".so") and native["file"].startswith("/")
        assert 0 < native["dlopen_ns"] and 0 < native["init_ns"], native
        assert native["dlopen_ns"] + native["init_ns"] <= native["total_ns"], native


# ---- interpreters that are not as usual ----

def test_a_stripped_interpreter(tmp):
    strip = need("strip")
    python = tmp / "python3"
    shutil.copy(os.path.realpath(PYTHON), python)
    subprocess.run([strip, "--strip-all", python], check=True)
    version = subprocess.run([PYTHON, "-c", "import sys; print(sys.prefix)"],
                             capture_output=True, text=True).stdout.strip()
    modules = modules_of(profile(tmp, python, "-c", "import json",
                                 env={"PYTHONHOME": version}))
    only(modules, "json")


def test_a_wrapper_script(tmp):
    wrapper = tmp / "python"
    wrapper.write_text(f'#!/bin/sh\nexec {PYTHON} "$@"\n')
    wrapper.chmod(0o755)
    run = profile(tmp, wrapper, "-c", "import json", warmup=1)
    only(modules_of(run), "json")


def test_several_first_runs_at_once(tmp):
    """Each with an empty cache, while the probes of the others are in the same interpreter."""
    need_root()
    runs = []
    for i in range(3):
        report = tmp / f"{i}.json"
        runs.append((report, start("run", "-n", 4, "-w", 0, "--quiet", "-o", report, "--cache",
                                   tmp / f"cache{i}", "--", PYTHON, "-c",
                                   "import json, time; time.sleep(0.3)")))
    for report, process in runs:
        run = finish(process)
        assert run.status == 0, str(run)
        (workload,) = load(report)["workloads"]
        notes = workload["samples"][0]["notes"]
        assert any(m["name"] == "json.decoder" for m in workload["modules"]), notes


EMBEDDED_MAIN = """
int Py_BytesMain(int argc, char **argv);
int main(int argc, char **argv) { return Py_BytesMain(argc, argv); }
"""


def libpython():
    """The shared library of the interpreter that need('python3') has, or of another one."""
    for python in (PYTHON, *filter(None, map(interpreter, VERSIONS))):
        said = subprocess.run(
            [python, "-c", "import sysconfig as s, sys\n"
             "print(s.get_config_var('LIBDIR'), s.get_config_var('LDLIBRARY'), sys.base_prefix)"],
            capture_output=True, text=True).stdout.split()
        for folder in said[:1] + [f"{said[0]}/x86_64-linux-gnu"] if said else []:
            found = pathlib.Path(folder, said[1])
            if ".so" in said[1] and found.exists():
                return found.resolve(), said[2]
    return skip("no interpreter has a shared library")


def built(tmp, name, code, *options):
    """A program of ours, from C."""
    (tmp / f"{name}.c").write_text(code)
    subprocess.run([need("cc"), "-o", tmp / name, tmp / f"{name}.c", *options], check=True)
    return tmp / name


def test_a_library_that_is_needed_by_its_path(tmp):
    """As relocatable distributions have it: NEEDED $ORIGIN/../lib/libpython3.X.so."""
    library, prefix = libpython()
    built(tmp, "stub.so", "int Py_BytesMain(void) { return 0; }", "-shared",
          f"-Wl,-soname,$ORIGIN/lib/{library.name}")
    python = built(tmp, "python3", EMBEDDED_MAIN, tmp / "stub.so")
    (tmp / "lib").mkdir()
    shutil.copy(library, tmp / "lib" / library.name)
    run = profile(tmp, python, "-c", "import json", env={"PYTHONHOME": prefix})
    only(modules_of(run), "json")


def test_what_cannot_be_calibrated_is_said(tmp):
    """An interpreter that is not as CPython is: an attribute that is asked for has another name."""
    python = tmp / "python3"
    code = pathlib.Path(PYTHON).resolve().read_bytes()
    if b"__basicsize__" not in code:
        skip("it has its code in a library")
    python.write_bytes(code.replace(b"__basicsize__", b"__basicsizX__"))
    python.chmod(0o755)
    # with its own cache: by its build id it is what was known before
    run = profile(tmp, python, "-S", "-c", "pass", env={"PYTHONHOME": "/usr"},
                  options=("--cache", tmp / "cache"))
    (sample,) = samples(run.report)
    assert run.report["workloads"][0]["modules_technique"] is None
    assert any("modules" in note and "not seen" in note for note in sample["notes"]), \
        sample["notes"]
