# SPDX-License-Identifier: BSD-2-Clause
"""catalog.py - the workloads in runtimes/: preparing them, and how each is started."""
import json
import os
import pathlib
import re
import subprocess

CHECKOUT = pathlib.Path(__file__).resolve().parents[2]
BUILD = pathlib.Path(os.environ.get("BUILD", "build"))
if not BUILD.is_absolute():
    BUILD = CHECKOUT / BUILD
COLDPROF = pathlib.Path(os.environ.get("COLDPROF", BUILD / "coldprof"))
RUNTIMES = CHECKOUT / "runtimes"

CONTRACTS = ("api", "stream", "score", "retrieve", "job", "function")

# More than 200 MiB to install: only with --all.
HEAVY = {
    "node/nextjs", "node/onnx", "node/tfjs", "python/function-pandas", "python/langchain",
    "python/llamaindex", "python/onnx", "python/pytorch", "python/sklearn", "python/tensorflow",
}

# What a package client says where it can't reach its registry and has not cached enough.
NO_NETWORK = re.compile(r"ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ECONNRESET|ETIMEDOUT|ENETUNREACH"
                        r"|ENOTCACHED|EHOSTUNREACH|name resolution|Network is unreachable"
                        r"|Failed to establish a new connection|Connection refused"
                        r"|Max retries exceeded|Could not fetch URL|timed out")
# No such runtime here, or too old a one.
NO_RUNTIME = re.compile(r"no '(node|python)\S*' on the PATH.*|'\S+' needs (node|python) .*")


class Workload:
    def __init__(self, path):
        self.definition = json.loads(path.read_text())
        self.source = path.parent
        self.name = self.definition["name"]
        self.contract = self.definition.get("contract")
        self.tags = set(self.definition.get("tags", ()))
        self.services = self.definition.get("services", [])
        self.requests = self.definition.get("requests", [])
        self.workers = self.definition.get("workers", 1)
        self.env = self.definition.get("env", {})
        self.ready = self.definition.get("ready", "")
        self.heavy = self.name in HEAVY
        self.folder = None      # where it is prepared
        self.runtimes = {}      # name -> executable
        self.problem = None     # why it is not prepared
        self.can_not = False    # ... and whether that is this machine's lack, not its own fault

    @property
    def is_server(self):
        return self.ready.startswith("http") or self.ready == "listen"

    @property
    def ready_path(self):
        return "/" + self.ready.partition("/")[2]

    @property
    def python(self):
        """Of the prepared folder where it has packages, else the runtime itself."""
        if (self.source / "requirements.lock").exists():
            return f"{self.folder}/.venv/bin/python"
        return self.runtimes.get("python", "{python}")

    def fill(self, text, places):
        """As in profiler/prepare.c: a placeholder that is not known stays what it is."""
        known = {"node": self.runtimes.get("node", "{node}"), "python": self.python,
                 "dir": str(self.folder), **places}
        return re.sub(r"\{(\w+)\}", lambda m: known.get(m[1], m[0]), text)


def workloads():
    """All that are there; one that can't be read is an error of the catalog's own tests."""
    return [Workload(path) for path in sorted(RUNTIMES.glob("*/*/workload.json"))]


def environment(runtimes=False):
    """Nothing of sudo's and of make's; and nothing that steers the runtimes, but where `runtimes`:
    the package clients may need it."""
    ours = ("SUDO_", "MAKE") if runtimes else ("SUDO_", "MAKE", "NODE_", "PYTHON", "npm_")
    return {k: v for k, v in os.environ.items() if not k.startswith(ours) and k != "MFLAGS"}


def _coldprof(*arguments):
    return subprocess.run([str(COLDPROF), "workloads", *arguments], env=environment(True),
                          stdin=subprocess.DEVNULL, capture_output=True, text=True,
                          errors="replace")


def prepare(chosen):
    """Sets folder and runtimes of each, or problem."""
    if not COLDPROF.exists():
        raise SystemExit(f"conformance: '{COLDPROF}' is not built")
    done = _coldprof("prepare", "--progress", "never", *[w.name for w in chosen])
    for workload in chosen:
        shown = _coldprof("show", workload.name)
        workload.runtimes = dict(re.findall(r"^  runtime +(\w+) \S+ +(/.*)$",
                                            shown.stdout, re.M))
        folder = re.search(r"^  prepared +(/.*)$", shown.stdout, re.M)
        if folder:
            workload.folder = pathlib.Path(folder[1])
            continue
        said = done.stderr + shown.stderr
        needed = workload.definition.get("runtimes", [workload.definition["runtime"]])
        lacking = [m[0] for m in NO_RUNTIME.finditer(said) if m[1] in needed]
        workload.problem = (_reason(workload.name, said) or "".join(lacking[:1])
                            or f"it is not prepared: {said.strip()[-300:]}")
        workload.can_not = bool(NO_NETWORK.search(workload.problem)
                                or NO_RUNTIME.search(workload.problem))


def _reason(name, text):
    """The line that names it, and the notes below it: what the package client said last."""
    lines = text.splitlines()
    for at, line in enumerate(lines):
        if f"'{name}'" in line and line.startswith("coldprof: "):
            notes = []
            for more in lines[at + 1:]:
                if not more.startswith("coldprof: note: "):
                    break
                notes.append(more.removeprefix("coldprof: note: ").strip())
            return "\n".join([line.removeprefix("coldprof: "), *notes])
    return None
