# SPDX-License-Identifier: BSD-2-Clause
"""test_modules.py - what a module costs, held against what the program itself measures of it."""
from harness import (MS, cases, close_to, coldprof, load, need, need_root, output_of, profile, said,
                     samples)

# Each has a warm-up: behind a version manager's shim the first start of all has no marks yet.
# Loads one module between two looks at its own counts.
PYTHON_TRUTH = """
import os, resource, time
def rss():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGESIZE")
def look():
    usage = resource.getrusage(resource.RUSAGE_SELF)
    return rss(), usage.ru_minflt, time.thread_time_ns(), time.monotonic_ns()
look()
before = look()
import subject
after = look()
for name, a, b in zip(("rss_bytes", "faults", "cpu_ns", "wall_ns"), before, after):
    print(name, b - a)
"""

PYTHON_SUBJECTS = {
    "memory": "kept = bytearray(24 << 20)\n",
    "freed": "kept = bytearray(16 << 20)\nfreed = bytearray(32 << 20)\ndel freed\n",
    "cpu": "import time\nend = time.thread_time_ns() + 80_000_000\n"
           "while time.thread_time_ns() < end:\n    pass\n",
    "sleep": "import time\ntime.sleep(0.08)\n",
    "library": "import decimal, email.message, unittest.mock, xml.dom.minidom\n",
}


def python_truth(tmp, subject):
    (tmp / "subject.py").write_text(PYTHON_SUBJECTS[subject])
    (tmp / "main.py").write_text(PYTHON_TRUTH)
    run = profile(tmp, *output_of(tmp, need("python3"), "-B", tmp / "main.py"), warmup=1)
    return run.report["workloads"][0], said(tmp)


def modules_named(workload, name):
    found = [m for m in workload["modules"] if m["name"] == name]
    assert found, f"no module '{name}' of {[m['name'] for m in workload['modules']]}"
    return found


def subtree(workload, root):
    """The modules that `root` loads, itself included: a parent comes first."""
    ids = {root["id"]}
    for module in workload["modules"]:
        if module["parent"] in ids:
            ids.add(module["id"])
    return [m for m in workload["modules"] if m["id"] in ids]


@cases("memory", "freed", "library")
def test_python_memory_grows_as_proc_says(tmp, subject):
    workload, truth = python_truth(tmp, subject)
    (module,) = modules_named(workload, "subject")
    assert close_to(module["total_rss_bytes"], truth["rss_bytes"], ratio=0.02, slack=64 << 10), \
        (module["total_rss_bytes"], truth)
    assert module["total_rss_bytes"] == sum(m["self_rss_bytes"]
                                            for m in subtree(workload, module))


@cases("cpu", "sleep", "library")
def test_python_time_is_the_programs_own(tmp, subject):
    workload, truth = python_truth(tmp, subject)
    (module,) = modules_named(workload, "subject")
    assert close_to(module["total_ns"], truth["wall_ns"], ratio=0.03, slack=MS), (module, truth)
    assert close_to(module["total_cpu_ns"], truth["cpu_ns"], ratio=0.05, slack=2 * MS), \
        (module["total_cpu_ns"], truth)
    assert module["total_ns"] == sum(m["self_ns"] for m in subtree(workload, module))
    assert module["total_cpu_ns"] == sum(m["self_cpu_ns"] for m in subtree(workload, module))


@cases("memory", "library")
def test_python_faults_are_counted_as_getrusage_does(tmp, subject):
    workload, truth = python_truth(tmp, subject)
    (module,) = modules_named(workload, "subject")
    faults = sum(m["faults_minor_count"] for m in subtree(workload, module))
    # its own looks, and the page that a probe touches, fault too
    assert close_to(faults, truth["faults"], ratio=0.02, slack=8), (faults, truth)


def check_tree(workload):
    """What holds for every list of modules."""
    known = {}
    for module in workload["modules"]:
        assert module["id"] not in known, module
        if module["parent"] is not None:
            assert module["parent"] in known, module
        known[module["id"]] = module
        for key in ("self_ns", "total_ns", "self_cpu_ns", "total_cpu_ns", "syscalls_count",
                    "files_opened_count", "enoent_count", "read_bytes", "faults_minor_count"):
            assert module[key] is not None and module[key] >= 0, (key, module)
        assert module["self_ns"] <= module["total_ns"], module
        for key in ("starts_self_ns", "starts_total_ns", "starts_self_rss_bytes"):
            assert len(module[key]) == sum(s["counted"] for s in workload["samples"]), module


def check_sums(workload):
    """Self times of one start add up to its load_busy_ns."""
    (sample,) = workload["samples"]
    loads = [m for m in workload["modules"] if m["in_load"]]
    assert sum(m["self_ns"] for m in loads) == sample["metrics"]["load_busy_ns"]
    assert len(loads) == sample["metrics"]["modules_count"]
    assert sample["load_technique"] == "end of the last module", sample["load_technique"]


@cases("python", "node")
def test_self_times_add_up_to_the_load(tmp, runtime):
    (tmp / "main.py").write_text("import decimal, json\nimport threading\n"
                                 "t = threading.Thread(target=lambda: __import__('mailbox'))\n"
                                 "t.start()\nimport unittest.mock\nt.join()\n")
    (tmp / "main.js").write_text("require('node:http'); require('./other');\n")
    (tmp / "other.js").write_text("require('./data.json'); exports.x = 1;\n")
    (tmp / "data.json").write_text("[1]\n")
    command = (need("python3"), tmp / "main.py") if runtime == "python" else \
        (need("node"), tmp / "main.js")
    workload = profile(tmp, *command, warmup=1).report["workloads"][0]
    check_tree(workload)
    check_sums(workload)


def test_modules_of_several_starts_are_joined(tmp):
    (tmp / "a.py").write_text("import json, decimal\n")
    workload = profile(tmp, need("python3"), tmp / "a.py", n=4, warmup=1).report["workloads"][0]
    check_tree(workload)
    (module,) = modules_named(workload, "decimal")
    assert module["starts_count"] == 4 and None not in module["starts_total_ns"], module
    middle = sorted(module["starts_total_ns"])[1:3]
    assert abs(module["total_ns"] - sum(middle) / 2) <= 1, module


def test_import_that_fails_is_marked(tmp):
    (tmp / "broken.py").write_text("import json\nraise RuntimeError('half-way')\n")
    (tmp / "a.py").write_text("try:\n    import broken\nexcept RuntimeError:\n    pass\n"
                              "try:\n    import no_such_module\nexcept ImportError:\n    pass\n")
    workload = profile(tmp, need("python3"), tmp / "a.py", warmup=1).report["workloads"][0]
    for name in ("broken", "no_such_module"):
        assert modules_named(workload, name)[0]["failed"], name
    (json_module,) = modules_named(workload, "json")
    assert not json_module["failed"]
    assert json_module["parent"] == modules_named(workload, "broken")[0]["id"]


def test_module_after_listen_is_deferred(tmp):
    (tmp / "late.py").write_text("import time\ntime.sleep(0.02)\n")
    (tmp / "server.py").write_text(
        "import http.server\n"
        "class Handler(http.server.BaseHTTPRequestHandler):\n"
        "    def do_GET(self):\n"
        "        import late\n"
        "        self.send_response(200)\n"
        "        self.end_headers()\n"
        "http.server.HTTPServer(('127.0.0.1', 0), Handler).serve_forever()\n")
    run = profile(tmp, need("python3"), tmp / "server.py", warmup=1)
    workload = run.report["workloads"][0]
    (late,) = modules_named(workload, "late")
    assert late["deferred"] and not late["in_load"], late
    assert not modules_named(workload, "http.server")[0]["deferred"]
    respond = [p for p in samples(run.report)[0]["phases"] if p["name"] == "respond"][0]
    assert respond["start_ns"] <= late["begin_ns"], (respond, late)


def test_the_screen_lists_modules(tmp):
    need_root()
    (tmp / "slow.py").write_text("import time\ntime.sleep(0.05)\n")
    (tmp / "a.py").write_text("import slow\n")
    run = coldprof("run", "-n", 1, "-w", 1, "-o", tmp / "r.json", "--", need("python3"),
                   tmp / "a.py", expect=0)
    line = [line for line in run.out.splitlines() if line.endswith(" slow")]
    assert line and 50 <= float(line[0].split()[0]) < 500, run.out
    assert load(tmp / "r.json")["workloads"][0]["modules_technique"], run.out


def test_growth_over_the_tree_is_the_loads(tmp):
    """Sum over all modules against the program's own look at its beginning and its end."""
    (tmp / "big.py").write_text("import decimal, ssl, sqlite3\nkept = bytearray(8 << 20)\n")
    (tmp / "main.py").write_text(PYTHON_TRUTH.replace("import subject", "import big"))
    run = profile(tmp, *output_of(tmp, need("python3"), tmp / "main.py"), warmup=1)
    workload, truth = run.report["workloads"][0], said(tmp)
    (big,) = modules_named(workload, "big")
    grown = sum(m["self_rss_bytes"] for m in subtree(workload, big))
    assert close_to(grown, truth["rss_bytes"], ratio=0.02, slack=64 << 10), (grown, truth)


def test_nothing_is_said_of_a_program_without_modules(tmp):
    workload = profile(tmp, "/bin/true").report["workloads"][0]
    assert not workload["modules"] and not workload["packages"]
    assert workload["modules_technique"] is None
    assert "modules_count" not in workload["samples"][0]["metrics"]
