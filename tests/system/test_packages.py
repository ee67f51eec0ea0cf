# SPDX-License-Identifier: BSD-2-Clause
"""test_packages.py - the packages of a recording, next to what pip's and npm's own tools say."""
import json
import os
import pathlib
import re
import struct
import subprocess

from harness import cases, coldprof, load, need, need_root, profile, skip, takes

INTERN, PACKAGE = 1000, 1011


def records(recording):
    """(kind, body, text) of each record; texts are interned, a record ends with id and size."""
    data = recording.read_bytes()
    texts, at = {}, 64
    while at < len(data):
        magic, size, _, _ = struct.unpack_from("<4sIII", data, at)
        assert magic == b"CBLK", f"no block at {at}"
        at += 16
        end = at + size
        while at < end:
            kind, _, size = struct.unpack_from("<HHI", data, at)
            if kind == INTERN:
                number, length = struct.unpack_from("<II", data, at + 32)
                texts[number] = data[at + 40:at + 40 + length]
            elif kind == PACKAGE:
                yield texts[struct.unpack_from("<I", data, at + 32)[0]]
            at += size


class Packages:
    """What the records of a recording say."""

    def __init__(self, recording):
        self.homes, self.paths = {}, {}
        for text in records(recording):
            package = json.loads(text.decode("utf-8", "surrogateescape"))
            known = self.homes.setdefault(package["home"], package)
            if known is not package:
                known["requires"] += package["requires"]
            for path in package["paths"]:
                self.paths[path] = known

    def find(self, path):
        while path not in self.paths and path != "/":
            path = os.path.dirname(path)
        return self.paths.get(path)


def recorded(tmp, *what, options=()):
    need_root()
    path = tmp / "r.json"
    run = coldprof("run", "-n", 1, "-w", 0, "--quiet", "--record", tmp / "kept", "-o", path,
                   *options, *what, expect=None, timeout=280)
    if run.status and "prepare" in run.err:
        skip("the packages can't be had here: " + run.err.strip().splitlines()[-1][:120])
    assert run.status == 0, str(run)
    (recording,) = (tmp / "kept").rglob("*.coldprof")
    (workload,) = load(path)["workloads"]
    opened = [f["path"] for f in workload["files"] if f["opened_count"]]
    return Packages(recording), opened


def source_of(path):
    return re.sub(r"__pycache__/([^./]+)\.[^/]*pyc$", r"\1.py", path)


# ---- Python ----

TRUTH = """
import importlib.metadata, json, sys
from pip._vendor.packaging.requirements import Requirement
out = []
for d in importlib.metadata.distributions(path=[sys.argv[1]]):
    needs = [Requirement(r) for r in d.requires or []]
    out.append({
        "name": d.metadata["Name"], "version": d.version,
        "files": [str(f) for f in d.files or []],
        "here": [r.name for r in needs if not r.marker or r.marker.evaluate({"extra": ""})],
        "elsewhere": [r.name for r in needs if not r.marker or "extra" not in str(r.marker)],
    })
print(json.dumps(out))
"""


def python_truth(site):
    python = site.parents[2] / "bin" / "python"
    return json.loads(subprocess.run([python, "-c", TRUTH, site], check=True, timeout=60,
                                     stdout=subprocess.PIPE, text=True).stdout)


def sites_of(opened):
    return {pathlib.Path(p.split("/site-packages/")[0]) / "site-packages"
            for p in opened if "/site-packages/" in p}


def check_python(packages, opened):
    (site,) = sites_of(opened)
    truth = python_truth(site)
    owners = {}
    for dist in truth:
        for file in dist["files"]:
            owners.setdefault(os.path.normpath(f"{site}/{file}"), []).append(dist)
    checked = 0
    for path in opened:
        if not path.startswith(f"{site}/") or ".dist-info/" in path:
            continue
        allowed = owners.get(path) or owners.get(source_of(path))
        found = packages.find(source_of(path)) or packages.find(path)
        if not allowed:
            continue  # made by who runs it, and so below a folder of some package or none
        assert found, f"{path}: no package, but {allowed[0]['name']}"
        assert (found["name"], found["version"]) in [(d["name"], d["version"]) for d in allowed], \
            f"{path}: {found['name']} {found['version']}, but {allowed[0]['name']}"
        checked += 1
    for package in packages.homes.values():
        (dist,) = [d for d in truth if d["name"] == package["name"]]
        missing = set(dist["here"]) - set(package["requires"])
        more = set(package["requires"]) - set(dist["elsewhere"])
        assert not missing and not more, f"{package['name']}: without {missing}, with {more}"
    return checked


@takes(300)
@cases(("fastapi", "fastapi", 100), ("django", "django", 100), ("pandas", "pandas", 100),
       ("langchain", "langchain", 100))
def test_python_files_belong_to_who_lists_them(tmp, name, least):
    packages, opened = recorded(tmp, f"python/{name}")
    checked = check_python(packages, opened)
    assert checked >= least, f"only {checked} of {len(opened)} files"


# ---- Node.js ----

def npm_truth(folder):
    found = subprocess.run([need("npm"), "query", "*", "--logs-max=0"], cwd=folder, timeout=60,
                           check=True, stdout=subprocess.PIPE, text=True).stdout
    return {os.path.join(folder, n["location"]): n for n in json.loads(found) if n["location"]}


def check_npm(packages, opened, truth, folder):
    checked = 0
    for path in opened:
        home = path
        while home not in truth and home != "/":
            home = os.path.dirname(home)
        if home == "/":
            assert not packages.find(path), f"{path}: {packages.find(path)['name']}"
            continue
        found = packages.find(path)
        assert found, f"{path}: no package, but {truth[home]['name']}"
        assert (found["home"], found["name"], found["version"]) == \
            (home, truth[home]["name"], truth[home]["version"]), f"{path}: {found}"
        checked += 1
    for home, package in packages.homes.items():
        optional = {n for n, m in truth[home].get("peerDependenciesMeta", {}).items()
                    if m.get("optional")}
        edges = {os.path.join(folder, to) for to in truth[home]["to"]}
        loaded = {e for e in edges if e in packages.homes}
        least = {e for e in loaded if truth[e]["name"] not in optional}
        declared = set(package["requires"])
        assert least <= declared <= loaded, f"{home}: {declared ^ least}"
    return checked


@takes(300)
@cases(("express", "express", 100), ("nestjs", "nestjs", 200),
       ("langchain", "langchain", 200), ("function-sdk", "function-sdk", 100))
def test_node_files_belong_where_npm_installed_them(tmp, name, least):
    packages, opened = recorded(tmp, f"node/{name}")
    folder = next(p for p in opened if "/node_modules/" in p).split("/node_modules/")[0]
    checked = check_npm(packages, opened, npm_truth(folder), folder)
    assert checked >= least, f"only {checked} of {len(opened)} files"


# ---- forms that no workload has ----

def test_debian_packages_have_their_versions(tmp):
    """Of Debian's Python packages few say which files they have."""
    need("/usr/bin/python3")
    script = "import importlib.metadata, jsonschema\nprint(importlib.metadata.version('attrs'))"
    if subprocess.run(["/usr/bin/python3", "-c", script], stdout=subprocess.DEVNULL,
                      stderr=subprocess.DEVNULL, timeout=30).returncode:
        skip("no python3-jsonschema")
    packages, opened = recorded(tmp, "--", "/usr/bin/python3", "-c", script)
    at = [p for p in opened if "/dist-packages/attr/" in p or "/dist-packages/jsonschema/" in p]
    assert at, opened
    for path in at:
        found = packages.find(path)
        name = "attrs" if "/attr/" in path else "jsonschema"
        assert found and found["name"] == name and found["version"], f"{path}: {found}"


def test_metadata_is_read_as_the_user_alone(tmp):
    """What only root may read is not shown to who can put a link to it among packages."""
    need_root()
    secret = tmp / "secret"
    secret.write_text("Name: secret\nVersion: 9\n")
    secret.chmod(0o600)
    site = tmp / "lib" / "python3.11" / "site-packages"
    info = site / "mine-1.dist-info"
    info.mkdir(parents=True)
    (site / "mine.py").write_text("")
    (info / "RECORD").write_text("mine.py,,\n")
    (info / "METADATA").symlink_to(secret)
    packages, _ = recorded(tmp, "--", "/usr/bin/python3", "-c", "import mine",
                           options=("--user", "nobody", "--env", f"PYTHONPATH={site}"))
    found = packages.find(str(site / "mine.py"))
    assert found and (found["name"], found["version"]) == ("mine", "1"), found


def test_a_failed_start_has_none(tmp):
    run = profile(tmp, "/usr/bin/python3", "-c", "import json, sys; sys.exit(3)", expect=1,
                  options=("--record", tmp / "kept"))
    (recording,) = (tmp / "kept").rglob("*.coldprof")
    assert not list(records(recording)), str(run)
