# SPDX-License-Identifier: BSD-2-Clause
"""test_python_extensions.py - extensions by importlib.import_module, against their own clock."""
import json
import os
import subprocess

from harness import cases, need, profile, skip, takes
from pythons import VERSIONS, interpreter
from test_imports import modules_of, name_of_parent, only, package

MS = 1_000_000
ALLOWED_NS = 600_000  # what import_module does around it

# Their init functions import and sleep; one runs by slots, one as those of old did, two fail.
COMMON = """
#define PY_SSIZE_T_CLEAN
#include <Python.h>
#include <time.h>
static int work(const char *name)
{
    struct timespec pause = {0, 15 * 1000 * 1000};
    PyObject *module = PyImport_ImportModule(name);
    nanosleep(&pause, NULL);
    Py_XDECREF(module);
    return module ? 0 : -1;
}
"""
SLOTS = COMMON + """
static int run(PyObject *module) { return work(LEAF) || work("after_" LEAF) ? -1 : FAILS; }
static PyModuleDef_Slot slots[] = {{Py_mod_exec, run}, {0, NULL}};
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, NAME, NULL, 0, NULL, slots};
PyMODINIT_FUNC INIT(void) { return PyModuleDef_Init(&def); }
"""
OLD = COMMON + """
static struct PyModuleDef def = {PyModuleDef_HEAD_INIT, NAME, NULL, -1};
PyMODINIT_FUNC INIT(void)
{
    return work(LEAF) || work("after_" LEAF) || FAILS ? NULL : PyModule_Create(&def);
}
"""
FAILS = '(PyErr_SetString(PyExc_ImportError, "not today"), -1)'

PROGRAM = """
import importlib, json, sys, time
times = {}
for name in sys.argv[2:]:
    begin = time.monotonic_ns()
    try:
        importlib.import_module(name)
    except ImportError:
        pass
    times[name] = time.monotonic_ns() - begin
    __import__('next_' + name)
json.dump(times, open(sys.argv[1], 'w'))
"""


def extension(tmp, python, name, code, fails="0"):
    told = subprocess.run(
        [python, "-c", "import sysconfig as s; print(s.get_path('include'));"
                       "print(s.get_config_var('EXT_SUFFIX'))"],
        check=True, capture_output=True, text=True).stdout.split()
    if not os.path.exists(f"{told[0]}/Python.h"):
        skip(f"no headers of {python}")
    (tmp / f"{name}.c").write_text(code)
    subprocess.run([need("cc"), "-shared", "-fPIC", f"-I{told[0]}", "-idirafter", f"{told[0]}/..",
                    f'-DNAME="{name}"', f"-DINIT=PyInit_{name}", f'-DLEAF="leaf_{name}"', f"-DFAILS={fails}",
                    "-o", tmp / (name + told[1]), tmp / f"{name}.c"], check=True)
    package(tmp, {f"leaf_{name}.py": "import time; time.sleep(0.002)\n",
                  f"after_leaf_{name}.py": "", f"next_{name}.py": ""})


@takes(60)
@cases(*VERSIONS)
def test_an_extension_lasts_as_long_as_its_init_function(tmp, version):
    python = interpreter(version) or skip(f"no Python {version}")
    extension(tmp, python, "slots", SLOTS)
    extension(tmp, python, "old", OLD)
    extension(tmp, python, "slots_fail", SLOTS, FAILS)
    extension(tmp, python, "old_fails", OLD, FAILS)
    names = ("slots", "old", "slots_fail", "old_fails")
    (tmp / "app.py").write_text(PROGRAM)
    run = profile(tmp, python, tmp / "app.py", tmp / "times", *names)
    modules = modules_of(run)
    times = json.loads((tmp / "times").read_text())
    for name in names:
        module = only(modules, name)
        short = times[name] - module["total_ns"]
        assert 0 <= short < ALLOWED_NS, f"{name} is {short} ns short of {times[name]}"
        assert times[name] > 30 * MS
        assert module["kind"] == "extension" and module["file"].startswith(str(tmp)), module
        assert module.get("failed", False) == ("fail" in name), module
        for leaf in (f"leaf_{name}", f"after_leaf_{name}"):
            assert name_of_parent(modules, only(modules, leaf)) == name, f"{leaf} of {name}"
        assert name_of_parent(modules, only(modules, f"next_{name}")) is None
