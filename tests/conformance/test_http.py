# SPDX-License-Identifier: BSD-2-Clause
"""test_http.py - what holds for all workloads that serve HTTP."""
import collections
import os

import processes
from client import Findings, ask, expect
from harness import last, takes, where
from service import START_SECONDS, Service

ANY_PATH = {"node/http", "python/http", "node/bun-http", "node/deno-http"}
HELLO = ANY_PATH | {"node/express", "node/fastify", "node/nestjs", "python/fastapi",
                    "python/flask", "python/django", "python/starlette"}
WILDCARD = {"node/function", "node/function-sdk"}  # their framework has no option for it
PAGES = {"node/nextjs"}  # its routes below /api, its 404 a page


def applies(workload):
    return workload.is_server


def test_the_first_answer_is_good(service):
    wanted = service.workload.definition.get("ready_status", 200)
    expect(service.first, wanted, what=f"the first GET {service.workload.ready_path}")


def test_listens_on_loopback_at_the_port_given(service):
    sockets = processes.sockets(service.tree())
    listeners = [local for _, state, local, _ in sockets if state == processes.LISTEN]
    assert any(port == service.port for _, port in listeners), f"listens at {listeners}"
    if service.workload.name in WILDCARD:
        return
    outside = [str(local[0]) for _, _, local, remote in sockets
               if not (local[0].is_loopback and (remote[0].is_loopback
                                                 or remote[0].is_unspecified))]
    assert not outside, f"sockets beyond loopback: {outside}"


@where(lambda workload: workload.name not in HELLO)
def test_health(service):
    path = "/api/health" if service.workload.name in PAGES else "/health"
    expect(service.ask(path), 200, {"status": "ok"})


@where(lambda workload: workload.name not in ANY_PATH)
def test_an_unknown_path_is_404(service):
    body = {"error": "not found"}
    if service.workload.name in HELLO | PAGES:
        body = None  # the framework's own
    with Findings() as findings:
        for path in ("/nowhere", "/health/nowhere", "/nowhere?x=1"):
            with findings.each():
                expect(service.ask(path), 404, body, f"GET {path}")
        with findings.each():
            expect(service.post("/nowhere", {}), 404, body, "POST /nowhere")


@where(lambda workload: workload.definition.get("roles"))
def test_every_process_has_its_role(service):
    rules = service.workload.definition["roles"]
    found = processes.roles(service.process.pid, service.tree(), rules)
    counts = collections.Counter(found.values())
    shown = {processes.describe(p): role for p, role in found.items()}
    named = {rule["role"] for rule in rules}
    assert "child" not in counts, f"a process without a role: {shown}"
    if "worker" in named:
        assert counts["worker"] == service.workload.workers, f"workers: {shown}"


@last
@where(lambda workload: workload.requests)
def test_the_catalogs_requests_are_answered_as_it_says(service):
    with Findings() as findings:
        for request in service.workload.requests:
            with findings.each():
                method, path = request.get("method", "GET"), request["path"]
                answer = service.ask(path, method, request.get("body"),
                                     request.get("headers", {}))
                expect(answer, request.get("status", 200), what=f"{method} {path}")


@last
def test_writes_only_to_its_scratch_folder(service):
    begun = service.home.stat().st_mtime_ns
    files = [str(path) for folder in (service.home, service.temporary)
             for path in folder.rglob("*") if path.is_file()]
    files += changed_since(service.workload.folder, begun)
    assert not files, f"written: {files[:6]}"


def changed_since(folder, since_ns):
    """Files below `folder` that are younger."""
    for root, _, names in os.walk(folder):
        for name in names:
            path = os.path.join(root, name)
            if os.lstat(path).st_mtime_ns > since_ns:
                yield os.path.relpath(path, folder)


@last
def test_sigterm_ends_the_whole_tree(service):
    members = service.tree()
    left = service.terminate()
    assert not left, f"of {len(members)} processes: {[processes.describe(p) for p in left]}"
    files = [str(path.relative_to(service.folder)) for path in service.temporary.rglob("*")]
    assert not files, f"temporary files are left: {files[:6]}"


@last
@takes(START_SECONDS + 30)
def test_serves_at_port_0_and_ends_with_its_group(workload):
    with Service(workload, port=0) as own:
        def answered():
            for _, _, port in processes.listening(own.tree()):
                try:
                    answer = ask(port, workload.ready_path, seconds=START_SECONDS)
                except (OSError, ValueError, AssertionError):
                    continue
                if answer.status == workload.definition.get("ready_status", 200):
                    return port
            return own.process.poll() is not None and -1
        port = processes.wait_until(answered, START_SECONDS, 0.1)
        assert port and port > 0, f"no answer at any port\n{own.tail()}"
        left = own.terminate(whole=True)
        assert not left, [processes.describe(p) for p in left]
