# SPDX-License-Identifier: BSD-2-Clause
"""test_python_forms.py - Pythons that are not as usual: their modules, or why there are none."""
import os
import pathlib
import shutil
import subprocess
import zipfile

from harness import cases, need, need_root, profile, samples, skip, takes
from pythons import interpreter, python_with
from test_imports import (PYTHON, built, libpython, modules_of, name_of_parent, only, package,
                          python_in)


def output(*command, **how):
    return subprocess.run([str(word) for word in command], capture_output=True, text=True, **how)


def check_sums(run):
    """No negative time; self times add up to load_busy_ns exactly."""
    (workload,) = run.report["workloads"]
    (sample,) = workload["samples"]
    for module in workload["modules"]:
        assert 0 <= module["self_ns"] <= module["total_ns"], module
    busy = sample["metrics"]["load_busy_ns"]
    total = sum(m["self_ns"] for m in workload["modules"] if m["in_load"])
    assert total == busy, f"{total} ns, load_busy_ns is {busy}"


def check_absent(run, *words):
    """No modules, and a note that has these words."""
    (sample,) = samples(run.report)
    assert not run.report["workloads"][0]["modules"], run.report["workloads"][0]["modules"][:3]
    notes = [n for n in sample["notes"] if "are not seen" in n]
    assert notes and all(word in notes[0] for word in words), sample["notes"]


# ---- environments ----

@cases(("links", []), ("copies", ["--copies"]))
def test_a_virtual_environment(tmp, options):
    if output(PYTHON, "-m", "venv", "--without-pip", *options, tmp / "venv").returncode:
        skip("no module venv")
    run = profile(tmp, tmp / "venv" / "bin" / "python", "-c", "import json")
    only(modules_of(run), "json")


def test_a_symbolic_link(tmp):
    (tmp / "one").symlink_to(PYTHON)
    (tmp / "two").symlink_to("one")
    only(modules_of(profile(tmp, tmp / "two", "-c", "import json")), "json")


@cases(("S", "-S"), ("I", "-I"), ("E", "-E"), ("all", "-SIEB"))
def test_options_that_leave_things_out(tmp, option):
    modules = modules_of(profile(tmp, PYTHON, option, "-c", "import json, colorsys"))
    only(modules, "colorsys")
    assert ("site" in [m["name"] for m in modules.values()]) == ("S" not in option)


def test_pythonpath(tmp):
    package(tmp, {"elsewhere/mine.py": ""})
    run = profile(tmp, PYTHON, "-c", "import mine", env={"PYTHONPATH": str(tmp / "elsewhere")})
    assert only(modules_of(run), "mine")["file"] == str(tmp / "elsewhere" / "mine.py")


def free_threaded():
    """A CPython without the GIL, wherever this machine has it."""
    names = [f"python{version}t" for version in ("3.13", "3.14", "3.15")]
    found = [shutil.which(name) for name in names]
    for folder in (".pyenv/versions", ".local/share/uv/python"):
        for name in names:
            found += sorted(map(str, pathlib.Path.home().joinpath(folder).glob(f"*/bin/{name}")))
    return next(filter(None, found), None) or skip("no free-threaded python")


def test_a_free_threaded_interpreter(tmp):
    package(tmp, {f"thread{i}.py": f"import leaf{i}\n" for i in range(4)})
    package(tmp, {f"leaf{i}.py": "import time; time.sleep(0.01)\n" for i in range(4)})
    (tmp / "app.py").write_text("import json, threading\n"
                                "threads = [threading.Thread(target=__import__,"
                                " args=(f'thread{i}',)) for i in range(4)]\n"
                                "[t.start() for t in threads]\n[t.join() for t in threads]\n")
    run = profile(tmp, free_threaded(), tmp / "app.py")
    modules = modules_of(run)
    for i in range(4):
        assert name_of_parent(modules, only(modules, f"leaf{i}")) == f"thread{i}"
    check_sums(run)


# ---- archives ----

def archive(path, files):
    with zipfile.ZipFile(path, "w") as out:
        for name, text in files.items():
            out.writestr(name, text)
    return path


def test_an_application_in_a_zip_file(tmp):
    app = archive(tmp / "app.pyz", {"__main__.py": "import inner, pkg.part\n", "inner.py": "",
                                    "pkg/__init__.py": "import json\n", "pkg/part.py": ""})
    modules = modules_of(profile(tmp, PYTHON, app))
    for name, file in (("inner", "inner.py"), ("pkg", "pkg/__init__.py"),
                       ("pkg.part", "pkg/part.py")):
        module = only(modules, name)
        assert module["kind"] == "archive" and module["file"] == f"{app}/{file}", module
    assert name_of_parent(modules, only(modules, "json")) == "pkg"


def test_a_zip_file_on_the_path(tmp):
    lib = archive(tmp / "lib.zip", {"packed.py": "import plain\n"})
    package(tmp, {"plain.py": ""})
    (tmp / "app.py").write_text("import packed\n")
    modules = modules_of(profile(tmp, PYTHON, tmp / "app.py", env={"PYTHONPATH": str(lib)}))
    assert only(modules, "packed")["kind"] == "archive"
    assert only(modules, "plain")["kind"] == "source"
    assert name_of_parent(modules, only(modules, "plain")) == "packed"


# ---- loads that are put off, or in other interpreters ----

LAZY = """
import importlib.util, sys
def lazily(name):
    spec = importlib.util.find_spec(name)
    spec.loader = importlib.util.LazyLoader(spec.loader)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    spec.loader.exec_module(module)
    return module
used, unused = lazily('used'), lazily('unused')
import between
used.x
"""


def test_lazy_loader(tmp):
    package(tmp, {"used.py": "import within\nx = 1\n", "unused.py": "", "within.py": "",
                  "between.py": ""})
    modules = python_in(tmp, LAZY)
    assert only(modules, "between")["begin_ns"] < only(modules, "used")["begin_ns"]
    assert name_of_parent(modules, only(modules, "within")) == "used"
    assert not [m for m in modules.values() if m["name"] == "unused"]


def test_lazy_imports(tmp):
    """PEP 810, CPython 3.15"""
    python = interpreter("3.15") or skip("no python3.15")
    package(tmp, {"used.py": "x = 1\n", "unused.py": "", "between.py": "",
                  "app.py": "lazy import used\nlazy import unused\nimport between\nused.x\n"})
    modules = modules_of(profile(tmp, python, tmp / "app.py"))
    assert only(modules, "between")["begin_ns"] < only(modules, "used")["begin_ns"]
    assert not [m for m in modules.values() if m["name"] == "unused"]


SUBINTERPRETERS = """
try:
    import _interpreters as all; run = all.exec
except ImportError:
    import _xxsubinterpreters as all; run = all.run_string
for i in range(2):
    run(all.create(), 'import sys; sys.path.insert(0, %r); import inner' % sys.argv[1])
"""


@cases(*((f"python{v}", v) for v in ("3.8", "3.11", "3.12", "3.13", "3.14", "3.15")))
def test_subinterpreters(tmp, version):
    python = interpreter(version) or skip(f"no python{version}")
    package(tmp, {"inner.py": "import leaf\n", "leaf.py": ""})
    (tmp / "app.py").write_text("import sys\n" + SUBINTERPRETERS)
    run = profile(tmp, python, tmp / "app.py", tmp)
    modules = modules_of(run)
    leaves = [m for m in modules.values() if m["name"] == "leaf"]
    assert [name_of_parent(modules, leaf) for leaf in leaves] == ["inner", "inner"], leaves
    check_sums(run)


MULTIPROCESSING = """
import multiprocessing, sys
def work(number):
    import child
    return number
if __name__ == '__main__':
    multiprocessing.set_start_method(sys.argv[1])
    process = multiprocessing.Process(target=work, args=(1,))
    process.start()
    process.join()
"""


@cases("fork", "spawn", "forkserver")
def test_multiprocessing(tmp, method):
    package(tmp, {"child.py": "import leaf\n", "leaf.py": ""})
    (tmp / "app.py").write_text(MULTIPROCESSING)
    run = profile(tmp, PYTHON, tmp / "app.py", method, options=("--ready", "exit"))
    modules = modules_of(run)
    child = only(modules, "child")
    assert child["instance"] != only(modules, "multiprocessing")["instance"] \
        if method == "fork" else child["parent"] is None, child
    assert name_of_parent(modules, only(modules, "leaf")) == "child"
    check_sums(run)


# ---- greenlets ----

GREENLETS = {
    "gevent": "from gevent import monkey; monkey.patch_all()\nimport gevent\n"
              "gevent.joinall([gevent.spawn(__import__, n) for n in NAMES], raise_error=True)\n",
    "eventlet": "import eventlet; eventlet.monkey_patch()\n"
                "for t in [eventlet.spawn(__import__, n) for n in NAMES]: t.wait()\n",
}


REQUIRED = {"gevent": "gevent==26.9.0", "eventlet": "eventlet==0.41.3"}


@takes(180)
@cases("gevent", "eventlet")
def test_greenlets_that_import_at_once(tmp, library):
    python = python_with(REQUIRED[library]) or skip(f"{library} can't be installed")
    package(tmp, {f"first{i}.py": f"import time; time.sleep(0.01)\nimport leaf{i}\n"
                  for i in range(8)})
    package(tmp, {f"second{i}.py": "import time; time.sleep(0.02)\n" for i in range(8)})
    package(tmp, {f"leaf{i}.py": "import time; time.sleep(0.005)\n" for i in range(8)})
    (tmp / "app.py").write_text(
        "NAMES = [f'{n}{i}' for i in range(8) for n in ('first', 'second')]\n"
        + GREENLETS[library] + "print('fine')\n")
    run = profile(tmp, python, tmp / "app.py", options=("--ready", "exit"))
    modules = modules_of(run)
    check_sums(run)
    for i in range(8):
        # none is said to be within one that does not load it
        assert name_of_parent(modules, only(modules, f"second{i}")) is None
        assert name_of_parent(modules, only(modules, f"leaf{i}")) in (None, f"first{i}")
    (sample,) = samples(run.report)
    assert any("greenlets" in note for note in sample["notes"]), sample["notes"]


# ---- interpreters that are not programs of their own, or are not seen ----

def test_a_program_of_its_own_with_pythons_main(tmp):
    library, prefix = libpython()
    program = built(tmp, "tool", "int Py_BytesMain(int, char **);\n"
                    "int main(int c, char **v) { return Py_BytesMain(c, v); }\n", library,
                    f"-Wl,-rpath,{library.parent}")
    run = profile(tmp, program, "-c", "import json", env={"PYTHONHOME": prefix})
    only(modules_of(run), "json")


def test_an_embedded_interpreter_is_said_not_to_be_seen(tmp):
    library, prefix = libpython()
    program = built(tmp, "tool", "void Py_Initialize(void); int PyRun_SimpleString(const char *);\n"
                    "int main(void) { Py_Initialize();"
                    " return PyRun_SimpleString(\"import json\"); }\n", library,
                    f"-Wl,-rpath,{library.parent}")
    check_absent(profile(tmp, program, env={"PYTHONHOME": prefix}), str(program), "libpython")


def copy_into(root, path):
    (root / path.lstrip("/")).parent.mkdir(parents=True, exist_ok=True)
    shutil.copy(os.path.realpath(path), root / path.lstrip("/"))


def test_another_root(tmp):
    """What is there is seen, from the second start on, where it can be run from outside too."""
    need_root()
    chroot, root = need("chroot"), tmp / "root"
    python = os.path.realpath(PYTHON)
    for line in output(need("ldd"), python).stdout.splitlines():
        path = next((word for word in line.split() if word.startswith("/")), None)
        if path:
            copy_into(root, path)
    copy_into(root, python)
    library = output(PYTHON, "-c", "import os; print(os.path.dirname(os.__file__))").stdout.strip()
    shutil.copytree(library, root / library.lstrip("/"), symlinks=True,
                    ignore=shutil.ignore_patterns("test", "dist-packages", "site-packages"))
    run = profile(tmp, chroot, root, python, "-S", "-c", "import json", warmup=1)
    only(modules_of(run), "json")
    # its dynamic linker is in that root alone, and nobody has looked into it before
    elf = bytearray((root / python.lstrip("/")).read_bytes())
    linker = output(need("readelf"), "-p", ".interp", python).stdout.split()[-1]
    other = linker[:-1] + "X"
    (root / linker.lstrip("/")).rename(root / other.lstrip("/"))
    (root / python.lstrip("/")).write_bytes(elf.replace(linker.encode(), other.encode()))
    run = profile(tmp, chroot, root, python, "-S", "-c", "import json", warmup=1,
                  options=("--cache", tmp / "cache"))
    check_absent(run, python, "another root")


@takes(240)
@cases("onefile", "onedir")
def test_a_frozen_application_is_said_not_to_be_seen(tmp, form):
    python = python_with("pyinstaller==6.22.3") or skip("PyInstaller can't be installed")
    (tmp / "app.py").write_text("import json\n")
    made = output(python, "-m", "PyInstaller", f"--{form}", "--log-level", "ERROR", tmp / "app.py",
                  cwd=tmp, env={**os.environ, "PYINSTALLER_CONFIG_DIR": str(tmp / "config")})
    if made.returncode:
        skip(f"PyInstaller can't build here: {made.stderr.strip()[-200:]}")
    program = tmp / "dist" / "app"
    program = program / "app" if form == "onedir" else program
    check_absent(profile(tmp, program), str(program),
                 "anew" if form == "onefile" else "libpython")
