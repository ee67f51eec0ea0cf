# SPDX-License-Identifier: BSD-2-Clause
"""test_hello.py - the smallest programs: they greet, and nothing more."""
import pathlib
import subprocess
import tempfile

import catalog
import service as services
from client import expect
from harness import only

GREETS = {
    "node/http": "node", "node/bun-http": "bun", "node/deno-http": "deno", "python/http": "python",
    "node/express": "express", "node/fastify": "fastify", "node/nestjs": "nestjs",
    "python/fastapi": "fastapi", "python/flask": "flask", "python/django": "django",
    "python/starlette": "starlette", "python/asyncio": "asyncio",
}
ECHOES_PATH = {"node/http", "node/bun-http", "node/deno-http", "python/http"}
PRINTS = {"node/hello": "hello from node\n", "python/hello": "hello from python\n"}


def applies(workload):
    return workload.name in GREETS or workload.name in PRINTS or workload.ready == "exit"


def run(workload):
    """To its end; (what it printed, the files that it made in its scratch folder)."""
    folder = pathlib.Path(tempfile.mkdtemp(prefix="start-", dir=services.ROOT))
    for name in ("scratch", "home", "tmp"):
        (folder / name).mkdir()
    places = {"scratch": str(folder / "scratch")}
    env = {**catalog.environment(), **{k: workload.fill(v, places)
                                       for k, v in workload.env.items()},
           "HOME": str(folder / "home"), "TMPDIR": str(folder / "tmp")}
    done = subprocess.run([workload.fill(w, places) for w in workload.definition["command"]],
                          cwd=workload.folder, env=env, stdin=subprocess.DEVNULL,
                          capture_output=True, text=True, timeout=55)
    assert done.returncode == 0, f"status {done.returncode}: {done.stderr[-500:]}"
    stray = [str(p) for name in ("home", "tmp") for p in (folder / name).rglob("*")]
    assert not stray, f"written outside of its scratch folder: {stray[:6]}"
    return done.stdout, [p.name for p in (folder / "scratch").rglob("*") if p.is_file()]


@only("*/hello", "python/pandas")
def test_runs_to_its_end(workload):
    printed, files = run(workload)
    if workload.name in PRINTS:
        assert printed == PRINTS[workload.name] and not files, (printed, files)
    else:
        assert printed and files, f"a job that printed '{printed}' and wrote {files}"
        again = run(workload)
        assert again == (printed, files), f"the second time it printed '{again[0]}'"


@only(*GREETS)
def test_greets(service):
    body = {"message": f"hello from {GREETS[service.workload.name]}"}
    if service.workload.name in ECHOES_PATH:
        body["path"] = "/"
    expect(service.ask("/"), 200, body)
