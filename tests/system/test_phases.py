# SPDX-License-Identifier: BSD-2-Clause
"""test_phases.py - the phases of real programs: which there are, in what order."""
import functools
import os
import pathlib
import shutil
import subprocess
import sys

from harness import (MS, cases, close_to, need, one, phase, phase_names, profile,
                     program, root_process, samples, skip, source)

SERVER = ["wrapper", "exec", "runtime", "bootstrap", "load", "setup", "respond"]
SCRIPT = ["wrapper", "exec", "runtime", "bootstrap", "load", "main", "exit"]
PYTHON = "/usr/bin/python3"


def ordered(sample, order):
    names = phase_names(sample)
    assert all(n in order for n in names), f"{names} has phases that are not of {order}"
    assert names == sorted(names, key=order.index), f"{names} is not in order"
    both = set(names) & set(sample["phases_missing"])
    assert not both, f"{both} are there and missing"
    return names


def whole(sample, *names):
    """These phases are there, and take some time."""
    for name in names:
        assert phase(sample, name)["duration_ns"] > 0, f"{name} lasts nothing: {sample['phases']}"


def ender(sample):
    """The process at the end of the chain."""
    instance = sample["chain"][-1]
    (process,) = [p for p in sample["processes"] if p["instance"] == instance]
    assert process["on_chain"]
    return process


def phase_of_file(run, end):
    found = [f["phase"] for f in run.report["workloads"][0]["files"]
             if f["path"].endswith(end) and f["opened_count"]]
    assert found, f"'{end}' was never opened"
    return found[0]


def node():
    return need("node")


def python():
    return need(PYTHON)


# ---- one process ----

def test_node_server(tmp):
    run = profile(tmp, node(), source("node/http.js"))
    (sample,) = samples(run.report)
    names = ordered(sample, SERVER)
    assert names == SERVER[1:], (names, sample["phases_missing"])
    whole(sample, *names)
    assert phase_of_file(run, "lib/greet.js") == "load"


def test_node_es_module(tmp):
    run = profile(tmp, node(), source("node/entry.mjs"))
    (sample,) = samples(run.report)
    assert ordered(sample, SERVER) == SERVER[1:], sample["phases_missing"]
    assert phase_of_file(run, "lib/greet.mjs") == "load"


def test_node_script_without_a_file_has_no_bootstrap(tmp):
    names = ordered(one(tmp, node(), "-e", "0"), SCRIPT)
    assert "bootstrap" not in names and "runtime" in names and names[-1] == "exit", names


def test_python_server(tmp):
    run = profile(tmp, python(), "-m", "http.server", "--bind", "127.0.0.1", "0")
    (sample,) = samples(run.report)
    names = ordered(sample, SERVER)
    assert {"exec", "runtime", "load", "setup", "respond"} <= set(names), sample["phases_missing"]


def test_python_package_by_m(tmp):
    run = profile(tmp, python(), "-m", "served", env={"PYTHONPATH": source("python")})
    (sample,) = samples(run.report)
    names = ordered(sample, SERVER)
    assert names == SERVER[1:], (names, sample["phases_missing"])
    assert phase_of_file(run, "served/greeting.py") == "load"


def test_python_script(tmp):
    (tmp / "script.py").write_text("import json\nimport time\ntime.sleep(0.05)\n")
    run = profile(tmp, python(), tmp / "script.py")
    (sample,) = samples(run.report)
    names = ordered(sample, SCRIPT)
    assert names == SCRIPT[1:], (names, sample["phases_missing"])
    assert 50 * MS <= phase(sample, "main")["duration_ns"] < sample["total_ns"]


def test_python_without_a_file_has_no_bootstrap(tmp):
    names = ordered(one(tmp, python(), "-c", "import json"), SCRIPT)
    assert "bootstrap" not in names and "runtime" in names and names[-1] == "exit", names


def test_python_from_standard_input(tmp):
    (tmp / "in").write_text("import json\n")
    names = ordered(one(tmp, python(), options=("--stdin", tmp / "in")), SCRIPT)
    assert "bootstrap" not in names, names


def test_exit_begins_with_finalization(tmp):
    """80 ms in an atexit handler are exit, 40 ms in the script are main."""
    (tmp / "script.py").write_text("import atexit, time\natexit.register(time.sleep, 0.08)\n"
                                   "time.sleep(0.04)\n")
    sample = one(tmp, python(), tmp / "script.py")
    assert phase(sample, "exit")["duration_ns"] >= 80 * MS, sample["phases"]
    assert 40 * MS <= phase(sample, "main")["duration_ns"] < 80 * MS, sample["phases"]


def test_load_is_where_the_imports_are(tmp):
    """60 ms in a module's own code are load; 60 before the first wait are setup."""
    (tmp / "slow_module.py").write_text("import time\ntime.sleep(0.06)\n")
    (tmp / "server.py").write_text(
        "import slow_module, http.server, time, encodings.idna, stringprep\ntime.sleep(0.07)\n"
        "http.server.HTTPServer(('127.0.0.1', 0), http.server.SimpleHTTPRequestHandler)"
        ".serve_forever()\n")
    sample = one(tmp, python(), tmp / "server.py")
    assert phase(sample, "load")["duration_ns"] >= 60 * MS, sample["phases"]
    assert phase(sample, "setup")["duration_ns"] >= 70 * MS, sample["phases"]


def test_wrapped_program_in_the_very_first_start(tmp):
    """Its marks are not there yet: then they are listed as missing, and nothing is invented."""
    sample = one(tmp, source("wrapper_exec.sh"), node(), source("node/http.js"))
    ordered(sample, SERVER)
    assert set(phase_names(sample)) | set(sample["phases_missing"]) == set(SERVER), sample["phases"]


def test_technique_of_load_is_named(tmp):
    assert one(tmp, python(), "-c", "pass")["load_technique"]


def test_unknown_program_has_its_missing_marks_listed(tmp):
    sample = one(tmp, program("listener"))
    assert "runtime" not in phase_names(sample) and sample["phases_missing"], sample["phases"]
    assert phase_names(sample)[-1] == "respond"


def test_node_that_listens_before_it_loads(tmp):
    run = profile(tmp, node(), source("node/listen_first.js"))
    assert samples(run.report)[0]["answers"][0]["status"] == 200
    assert phase_of_file(run, "lib/greet.js") == "load"


def test_python_that_listens_before_it_loads(tmp):
    run = profile(tmp, python(), source("python/listen_first.py"))
    (sample,) = samples(run.report)
    load = phase(sample, "load")
    assert load["start_ns"] + load["duration_ns"] > sample["ready_ns"], sample["phases"]
    assert ordered(sample, SERVER) == SERVER[1:], sample["phases_missing"]


# ---- wrappers: what is behind one is known from the first start on, the warm-up ----

@cases(("shell-that-execs", "wrapper_exec.sh"), ("shell-that-stays", "wrapper_child.sh"),
       ("shim", "shim.sh"))
def test_wrapped_node_server(tmp, wrapper):
    sample = one(tmp, source(wrapper), node(), source("node/http.js"), warmup=1)
    assert ordered(sample, SERVER) == SERVER, sample["phases_missing"]
    whole(sample, "wrapper", "load")


def test_wrapper_is_absent_where_there_is_none(tmp):
    sample = one(tmp, node(), source("node/http.js"))
    assert "wrapper" not in phase_names(sample) + sample["phases_missing"]


def test_wrapper_of_known_length(tmp):
    sample = one(tmp, "/bin/sh", "-c", 'sleep 0.1; exec "$@"', "sh", python(), "-c", "pass",
                 warmup=1)
    wrapper = phase(sample, "wrapper")["duration_ns"]
    assert 100 * MS <= wrapper < sample["total_ns"], sample["phases"]


def test_env_as_a_wrapper(tmp):
    names = ordered(one(tmp, "/usr/bin/env", "X=1", python(), "-c", "pass", warmup=1), SCRIPT)
    assert names[0] == "wrapper", names


def test_script_with_a_shebang(tmp):
    script = tmp / "script"
    script.write_text(f"#!{python()}\nimport json\n")
    script.chmod(0o755)
    names = ordered(one(tmp, script, warmup=1), SCRIPT)
    assert names == SCRIPT[1:], names


def test_npm_as_a_wrapper(tmp):
    """npm is a node itself, that starts a shell, that starts the node of the server."""
    need("npm")
    (tmp / "package.json").write_text(
        '{"name": "t", "version": "1.0.0", "scripts": {"start": "node %s"}}'
        % source("node/http.js"))
    sample = one(tmp, "npm", "start", cwd=tmp, env={"npm_config_update_notifier": "false",
                                                    "npm_config_cache": str(tmp / "cache")},
                 warmup=1)
    ordered(sample, SERVER)
    assert "http.js" in " ".join(ender(sample)["command"])
    assert len(sample["chain"]) >= 2


def test_version_manager(tmp):
    """The shim of a real one, where python3 on the PATH is one."""
    shim = shutil.which("python3")
    if not shim or pathlib.Path(shim).read_bytes()[:2] != b"#!":
        skip("python3 on the PATH is no shim")
    sample = one(tmp, "python3", "-c", "pass", warmup=1)
    names = ordered(sample, SCRIPT)
    assert names[0] == "wrapper" and "runtime" in names, (names, sample["phases_missing"])
    assert ender(sample)["runtime"] == "python"


# ---- several processes ----

def test_node_cluster(tmp):
    sample = one(tmp, node(), source("node/cluster.js"))
    ordered(sample, SERVER)
    whole(sample, "runtime", "load", "respond")
    worker = ender(sample)
    assert worker["parent"] == root_process(sample)["instance"], "a worker answers"
    assert len(sample["chain"]) == 2 and len(sample["processes"]) == 3


def test_forks_before_it_serves(tmp):
    sample = one(tmp, python(), source("python/prefork.py"))
    ordered(sample, SERVER)
    whole(sample, "runtime", "load", "respond")
    assert ender(sample)["parent"] == root_process(sample)["instance"]


def test_forking_c_server(tmp):
    sample = one(tmp, program("listener"), "fork=early", "before=50")
    assert ender(sample)["parent"] == root_process(sample)["instance"]
    assert sample["total_ns"] >= 50 * MS


@functools.lru_cache(maxsize=None)
def gunicorn():
    """A folder for PYTHONPATH: installed once, pure python."""
    for candidate in (os.environ.get("XDG_CACHE_HOME"), os.path.expanduser("~/.cache")):
        if candidate:
            folder = pathlib.Path(candidate) / "coldprof-test" / "gunicorn-23.0.0"
            break
    if not (folder / "gunicorn").exists():
        for pip in ([python(), "-m", "pip"], [sys.executable, "-m", "pip"], ["pip3"]):
            done = subprocess.run(
                [*pip, "install", "-q", "--no-compile", "--target", str(folder),
                 "gunicorn==23.0.0", "packaging==24.2"], capture_output=True, text=True)
            if done.returncode == 0:
                break
        else:
            shutil.rmtree(folder, ignore_errors=True)
            skip("gunicorn can't be installed: " + done.stderr.strip()[-120:])
    return str(folder)


def gunicorn_run(tmp, *options, **how):
    path = f"{gunicorn()}:{source('python')}"
    return profile(tmp, python(), "-m", "gunicorn", "-w", "2", "-b", "127.0.0.1:0", *options,
                   "wsgi:app", cwd=tmp, env={"PYTHONPATH": path}, **how)


def test_gunicorn_with_two_workers(tmp):
    """The master listens long before a worker has loaded the application."""
    run = gunicorn_run(tmp)
    (sample,) = samples(run.report)
    ordered(sample, SERVER)
    whole(sample, "runtime", "load", "setup", "respond")
    worker = ender(sample)
    assert worker["parent"] == root_process(sample)["instance"], "a worker answers"
    assert phase_of_file(run, "wsgi.py") == "load"
    assert sample["answers"][0]["status"] == 200
    load = phase(sample, "load")
    assert load["start_ns"] + load["duration_ns"] > sample["ready_ns"], \
        "the application is loaded after listen"


def test_gunicorn_with_preload(tmp):
    run = gunicorn_run(tmp, "--preload")
    (sample,) = samples(run.report)
    ordered(sample, SERVER)
    assert phase_of_file(run, "wsgi.py") == "load"
    assert sample["answers"][0]["status"] == 200


def test_gunicorn_with_threads(tmp):
    (sample,) = samples(gunicorn_run(tmp, "--threads", "4").report)
    ordered(sample, SERVER)
    assert sample["answers"][0]["status"] == 200


def test_chain_is_connected(tmp):
    """Each process of the chain is the parent of the next one."""
    sample = one(tmp, source("wrapper_child.sh"), node(), source("node/cluster.js"))
    by_instance = {p["instance"]: p for p in sample["processes"]}
    assert sample["chain"][0] == root_process(sample)["instance"]
    for parent, child in zip(sample["chain"], sample["chain"][1:]):
        assert by_instance[child]["parent"] == parent
    assert all(p["on_chain"] == (p["instance"] in sample["chain"]) for p in sample["processes"])


def test_process_phases_are_those_of_the_start(tmp):
    sample = one(tmp, node(), source("node/cluster.js"))
    for process in sample["processes"]:
        assert {p["name"] for p in process["phases"]} <= set(phase_names(sample))
        total = sum(p["time"]["on_cpu_ns"] for p in process["phases"])
        assert close_to(total, process["time"]["on_cpu_ns"], ratio=0.02, slack=2 * MS), process


# ---- which runtime ----

@cases(("node", lambda: [node(), "-e", "0"], "node", "node"),
       ("python", lambda: [python(), "-c", "pass"], "python", "python3"))
def test_runtime_is_named_with_its_version(tmp, command, name, tool):
    run = profile(tmp, *command())
    runtime = run.report["workloads"][0]["runtime"]
    truth = subprocess.run([command()[0], "--version"], capture_output=True, text=True).stdout
    assert runtime["name"] == name, runtime
    assert runtime["version"] == truth.split()[-1].lstrip("v"), (runtime, truth)
    assert os.path.realpath(command()[0]) == runtime["path"], runtime


def test_runtime_behind_a_wrapper_is_named(tmp):
    run = profile(tmp, source("shim.sh"), node(), "-e", "0")
    assert run.report["workloads"][0]["runtime"]["name"] == "node"


def test_no_runtime_for_a_c_program(tmp):
    runtime = profile(tmp, program("sleeper"), "1").report["workloads"][0]["runtime"]
    assert runtime is None or runtime["name"] is None, runtime
