# SPDX-License-Identifier: BSD-2-Clause
"""test_module_hook.py - --module-hook: the modules of a Node.js that can't be seen from outside."""
import atexit
import collections
import functools
import json
import os
import pathlib
import shutil
import subprocess
import tempfile

from harness import (CHECKOUT, attempts, calls, cases, coldprof, environment, load, lost, need,
                     need_root, profile, samples, takes)
from test_install import install
from test_scripts import (COMMONJS, ORACLE, SPIN, VERSIONS, check_parents, check_totals,
                          node, paired, prepared, written, Load)

HOOK = str(CHECKOUT / "share" / "module_hook.js")
TECHNIQUE = "module hook"

SMALL = {
    "main.js": "require('./part'); require('./data.json'); require('./part');\n"
               "try { require('./fails'); } catch {}\ntry { require('./absent'); } catch {}\n",
    "part/index.js": "require('./inner');\n" + SPIN, "part/inner.js": SPIN,
    "data.json": '{"a": 1}', "fails.js": "require('./part/inner'); throw new Error('half-way');\n",
}


@functools.lru_cache(maxsize=None)
def stripped(version="24"):
    folder = tempfile.mkdtemp(prefix="coldprof-test-")
    atexit.register(shutil.rmtree, folder)
    binary = pathlib.Path(folder) / "node"
    subprocess.run([need("strip"), "-s", "-o", binary, node(version)], check=True)
    os.chmod(folder, 0o755)
    return binary


def hooked(tmp, *command, options=(), **how):
    """(the only sample, its modules by name) of a start with the hook."""
    run = profile(tmp, *command, options=("--module-hook", "--ready", "exit", *options), **how)
    (sample,) = samples(run.report)
    assert sample["outcome"] == "good", f"{sample['reason']}: {run}"
    assert not lost(sample), lost(sample)
    workload = run.report["workloads"][0]
    assert workload["modules_technique"] == TECHNIQUE, sample["notes"]
    return sample, workload["modules"]


def tree_of(modules):
    """[(name, parent's name)], sorted."""
    by_id = {m["id"]: m for m in modules}
    return sorted((m["name"], m["parent"] is not None and by_id[m["parent"]]["name"])
                  for m in modules)


def test_a_stripped_node_has_modules(tmp):
    written(tmp, SMALL)
    sample, modules = hooked(tmp, stripped(), "main.js", cwd=tmp)
    assert tree_of(modules) == [
        ("data.json", "main.js"), ("fails.js", "main.js"), ("main.js", False),
        ("part/index.js", "main.js"), ("part/inner.js", "part/index.js")]
    found = {m["name"]: m for m in modules}
    assert {n for n, m in found.items() if m["failed"]} == {"fails.js"}
    assert found["data.json"]["kind"] == "json" and found["main.js"]["kind"] == "commonjs"
    assert {m["name"] for m in modules if m["end_low_ns"] != m["end_high_ns"]} == {"fails.js"}
    assert all(m["total_rss_bytes"] is None for m in modules), modules
    assert sum(m["self_ns"] for m in modules) == sample["metrics"]["load_busy_ns"]
    (note,) = [n for n in sample["notes"] if "--module-hook" in n]
    assert "stripped" in note and "ES modules" in note and str(stripped()) in note, note


def check_against_oracle(tmp, *command, **how):
    """Both are preloaded. How many modules there are."""
    env = {"ORACLE": str(tmp / "oracle"), "NODE_OPTIONS": f"--require={ORACLE}"}

    def measure():
        _, modules = hooked(tmp, *command, env=env, **how)
        by_id = {m["id"]: m for m in modules}
        loads = [Load(*one) for one in json.loads((tmp / "oracle.0").read_text())]
        loads = [one for one in loads if one.file != HOOK]
        pairs = paired(by_id, loads)
        told = {m["file"] for m in modules}
        check_parents(by_id, [(m, one) for m, one in pairs if one.parent in told | {None}])
        check_totals(pairs, 20)
        assert {m["file"] for m, _ in pairs if m["failed"]} == \
            {one.file for one in loads if one.failed}
        return len(pairs)
    return attempts(measure)


@takes(60)
@cases(*((f"node{v}", v) for v in VERSIONS))
def test_it_is_as_the_oracle_has_it(tmp, version):
    """A tree with links, cycles, failures, other alphabets, 200 deep."""
    written(tmp, COMMONJS)
    (tmp / "node_modules").mkdir()
    (tmp / "node_modules" / "linked").symlink_to("../real")
    assert check_against_oracle(tmp, stripped(version), tmp / "main.js") > 220


@takes(60)
@cases(*((f"{name}-node{v}", name, v, code) for v in ("22", "24", "26") for name, code in (
    ("express", "require('express');"),
    ("nestjs", "for (const name of ['reflect-metadata', '@nestjs/common', '@nestjs/core',"
               " '@nestjs/platform-express']) require(name);"))))
def test_packages_are_as_the_oracle_has_them(tmp, name, version, code):
    """Also CommonJS that ES modules import."""
    folder = prepared(f"node/{name}")
    assert check_against_oracle(tmp, stripped(version), "-e", code, cwd=folder) > 30


def test_an_old_node_has_modules(tmp):
    """Nothing is stripped: its V8 is not understood."""
    written(tmp, SMALL)
    _, modules = hooked(tmp, node("16"), "main.js", cwd=tmp)
    assert len(modules) == 5, modules


# not those with which Node.js now and then looks at the machine
QUIET = ("access", "faccessat", "faccessat2", "statx", "stat", "lstat", "readlink")


def counted(report, folder):
    """What is deterministic: (calls by name, opens by path and failed look-ups by folder in it)."""
    (sample,), workload = samples(report), report["workloads"][0]
    for place in workload["files"] + workload["folders"]:
        assert "coldprof-module" not in place["path"] and place["path"] != HOOK, place
    paths = {f["path"]: f["opened_count"] for f in workload["files"]}
    paths.update((f["path"], f["enoent_count"]) for f in workload["folders"])
    return ({name: calls(sample)[name] for name in QUIET},
            {p: count for p, count in paths.items() if p.startswith(str(folder))})


def test_its_messages_count_nowhere(tmp):
    """Ten modules more are ten messages more; what is counted grows as it does without the hook."""
    for count in (10, 20):
        written(tmp, {f"of{count}.js": "".join(f"require('./m{i}');\n" for i in range(count)),
                      **{f"m{i}.js": "" for i in range(count)}})

    def growth(*options):
        runs = [profile(tmp, stripped(), f"of{count}.js", cwd=tmp,
                        options=("--ready", "exit", *options)) for count in (10, 20)]
        (few, _), (many, paths) = (counted(run.report, tmp) for run in runs)
        assert len(paths) > 20 and many["statx"] > few["statx"]
        return {name: many[name] - few[name] for name in QUIET}, paths
    plain, with_it = growth(), growth("--module-hook")
    assert plain == with_it, f"{plain}, {with_it}"


def test_what_loads_it_counts_nowhere_either(tmp):
    """But what both look for, links and package.json in folders above both, is asked for once."""
    need_root()
    install(tmp / "usr")
    written(tmp, {f"own/{name}": text for name, text in SMALL.items()})

    def start(*options):
        subprocess.run([tmp / "usr" / "bin" / "coldprof", "run", "-q", "-n", "1", "-w", "0",
                        "--ready", "exit", "-o", tmp / "r.json", *options, "--", stripped(),
                        "main.js"], env=environment(), cwd=tmp / "own", check=True,
                       capture_output=True)
        return counted(load(tmp / "r.json"), tmp)
    (plain, paths), (with_it, paths_with_it) = start(), start("--module-hook")
    assert len(paths) > 5 and paths == paths_with_it, f"{paths}, {paths_with_it}"
    fewer = {name: plain[name] - with_it[name] for name in QUIET}
    assert 0 <= fewer.pop("statx") <= len(tmp.parts) and not any(fewer.values()), fewer


def test_only_who_asks_has_it(tmp):
    written(tmp, SMALL)
    run = profile(tmp, stripped(), "main.js", cwd=tmp, options=("--ready", "exit"))
    (sample,) = samples(run.report)
    assert not run.report["workloads"][0]["modules"]
    assert sample["metrics"].get("modules_count") is None
    assert any("stripped" in note for note in sample["notes"]), sample["notes"]
    assert not any("hook" in note for note in sample["notes"]), sample["notes"]


def test_a_node_that_can_be_seen_from_outside_is_left_alone(tmp):
    written(tmp, {"main.js": "require('node:fs').writeFileSync('said',"
                             " String(process.env.NODE_OPTIONS));\n"})
    run = profile(tmp, node("24"), "main.js", cwd=tmp,
                  options=("--module-hook", "--ready", "exit"), env={"NODE_OPTIONS": ""})
    assert run.report["workloads"][0]["modules_technique"] == "V8 stacks"
    assert "module_hook" not in (tmp / "said").read_text()
    loud = coldprof("run", "-v", "-n", 1, "-w", 0, "--module-hook", "--ready", "exit",
                    "-o", tmp / "r.json", "--", node("24"), tmp / "main.js", expect=0, cwd=tmp)
    assert "seen from outside, --module-hook is not used" in loud.err, loud.err


def test_what_is_preloaded_already_stays_and_comes_first(tmp):
    written(tmp, {"own dir/first.js": "globalThis.first = process.hrtime.bigint();\n",
                  "main.js": "if (!first || Object.keys(require.cache).join().includes("
                             "'module_hook')) process.exit(3);\n"
                             "require('node:fs').writeFileSync('said',"
                             " process.env.NODE_OPTIONS);\n"})
    own = f'--require="{tmp}/own dir/first.js"'
    _, modules = hooked(tmp, stripped(), "main.js", cwd=tmp, env={"NODE_OPTIONS": own})
    assert (tmp / "said").read_text() == f"{own} --require={HOOK}"
    assert tree_of(modules) == [("main.js", False)]


def test_a_node_that_denies_it_is_left_alone(tmp):
    written(tmp, SMALL)
    run = profile(tmp, stripped(), "--permission", f"--allow-fs-read={tmp}", "main.js", cwd=tmp,
                  options=("--module-hook", "--ready", "exit"))
    (sample,) = samples(run.report)
    assert sample["outcome"] == "good" and not run.report["workloads"][0]["modules"]
    assert "--module-hook is not used: with --permission it could tell nothing" in run.err, run.err
    assert run.err.count("--module-hook") == 1, run.err


def test_a_program_that_breaks_with_it_is_said_to_have_had_it(tmp):
    """A child of Node.js 20 with less rights than its parent does not start if it can't read it."""
    written(tmp, {"main.js": "require('node:child_process').execFileSync(process.execPath,"
                             " ['--experimental-permission', '--allow-fs-read=' + __dirname + '/*',"
                             " __dirname + '/child.js']);\n", "child.js": ""})
    run = profile(tmp, stripped("20"), "main.js", cwd=tmp, expect=1,
                  options=("--module-hook", "--ready", "exit"))
    assert "it ran with --module-hook; does it start without?" in run.err, run.err
    profile(tmp, stripped("20"), "main.js", cwd=tmp, options=("--ready", "exit"))


def test_a_child_that_denies_it_tells_nothing(tmp):
    written(tmp, {"main.js": "require('node:child_process').execFileSync(process.execPath,"
                             " ['--permission', '--allow-fs-read=' + __dirname, 'child.js']);\n",
                  "child.js": "require('./part');\n", "part.js": ""})
    _, modules = hooked(tmp, stripped(), "main.js", cwd=tmp)
    assert tree_of(modules) == [("main.js", False)]


def test_an_option_that_warns_of_module_parent_does_not(tmp):
    written(tmp, {"main.js": "require('./part');\n", "part.js": "require('./inner');\n",
                  "inner.js": ""})
    said = tmp / "said"
    _, modules = hooked(tmp, "/bin/sh", "-c", f"exec '{stripped()}' --pending-deprecation main.js"
                        " 2> said", cwd=tmp, warmup=1)
    assert tree_of(modules) == [("inner.js", "part.js"), ("main.js", False), ("part.js", "main.js")]
    assert not said.read_text(), said.read_text()


def test_threads_and_children_have_their_own(tmp):
    written(tmp, {
        "main.js": "const { Worker } = require('node:worker_threads');\nrequire('./both');\n"
                   "new Worker(require.resolve('./worker')).on('exit', () =>\n"
                   "    require('node:child_process').execFileSync(process.execPath,"
                   " ['child.js']));\n",
        "worker.js": "require('./both');\n", "child.js": "require('./both');\n", "both.js": SPIN})
    _, modules = hooked(tmp, stripped(), "main.js", cwd=tmp)
    assert tree_of(modules) == [("both.js", "child.js"), ("both.js", "main.js"),
                                ("both.js", "worker.js"), ("child.js", False), ("main.js", False),
                                ("worker.js", False)]
    assert len({m["tid"] for m in modules}) == 3 and len({m["instance"] for m in modules}) == 2


def test_an_inherited_hook_says_nothing_twice(tmp):
    """The child's V8 can be read: its modules are there once."""
    written(tmp, {"main.js": "require('node:child_process').execFileSync("
                             f"{json.dumps(node('24'))}, ['child.js']);\n",
                  "child.js": "require('./part');\n", "part.js": SPIN})
    _, modules = hooked(tmp, stripped(), "main.js", cwd=tmp, warmup=1)
    mine = [m for m in modules if m["file"] and m["file"].startswith(str(tmp))]
    assert collections.Counter(m["name"] for m in mine) == \
        {"main.js": 1, "child.js": 1, "part.js": 1}, mine
    assert not [m for m in modules if m["file"] == HOOK and m["parent"] is not None]


def test_behind_a_wrapper_a_warm_up_finds_it_out(tmp):
    written(tmp, SMALL)
    _, modules = hooked(tmp, "/bin/sh", "-c", f"'{stripped()}' main.js; true", cwd=tmp, warmup=1)
    assert len(modules) == 5


def test_names_that_are_hard(tmp):
    folder = tmp / ("d" * 200)
    deep = folder
    while len(str(deep)) < 3800:
        deep = deep / ("e" * 200)
    names = ["a\nb.js", "per%cent.js", "quo'te\".js", "модуль.js", "end\\.js"]
    written(folder, {name: "" for name in names})
    os.makedirs(deep)
    written(folder, {"main.js": "".join(f"require({json.dumps('./' + name)});\n" for name in names)
                                + f"require({json.dumps(str(deep / 'x.js'))});\n"})
    fd = os.open(deep, os.O_RDONLY)
    os.close(os.open("x.js", os.O_WRONLY | os.O_CREAT, dir_fd=fd))
    os.close(fd)
    _, modules = hooked(tmp, stripped(), "main.js", cwd=folder)
    assert sorted(m["name"] for m in modules)[:len(names)] + ["main.js"] and \
        {m["name"] for m in modules} >= {*names, "main.js"}, [m["name"] for m in modules]
    assert any(m["file"] == str(deep / "x.js") for m in modules)


def test_a_program_notices_nothing(tmp):
    """What it throws, returns and prints is the same; what it breaks itself is not made worse."""
    written(tmp, {
        "main.js": "const Module = require('node:module');\n"
                   "const say = (...words) => console.log(...words);\n"
                   "say(String(Module._load).length, String(Module.prototype.load).length);\n"
                   "say(Object.keys(Module).sort(), Object.keys(require.cache));\n"
                   "say(process.execArgv, process.argv.length, process.listenerCount('exit'));\n"
                   "say(require('./same') === require('./same'), module.children);\n"
                   "const { load } = Module.prototype;\n"
                   "Module.prototype.load = function (file) { say('mine', file);"
                   " return load.call(this, file); };\n"
                   "class Sub extends Module {}; Sub._load = 1; new Sub('x').load = 2;\n"
                   "require('./patched'); Module.prototype.load = load;\n"
                   "say(Object.keys(Sub), Module.prototype.load === load);\n"
                   "try { require('./throws'); } catch (error) { say(error === globalThis.own); }\n"
                   "try { require('./none'); }"
                   " catch (error) { say(error.code, error.requireStack, error.stack); }\n"
                   "try { require(1); } catch (error) { say(error.code); }\n"
                   "require('node:fs').existsSync = () => { throw new Error('mine'); };\n"
                   "Map.prototype.get = () => { throw new Error('mine'); };\n"
                   "Array.prototype.join = () => { throw new Error('mine'); };\n"
                   "say(require('./other'));\n",
        "same.js": "Error.stackTraceLimit = 100; console.log(new Error('here').stack);\n"
                   "console.log(module.parent.id, module.parent.children[0].filename);\n"
                   "console.log(module.loaded, Object.keys(module));\n",
        "other.js": "module.exports = 42;\n", "patched.js": "console.log(module.loaded);\n",
        "throws.js": "globalThis.own = new Error('own'); throw globalThis.own;\n"})

    def output(*options):
        said = tmp / "said"
        profile(tmp, "/bin/sh", "-c", f"exec '{stripped()}' main.js > said 2>&1", cwd=tmp,
                warmup=1, options=("--ready", "exit", *options))
        return said.read_text()
    plain = output()
    assert "true true" not in plain and "42" in plain, plain
    assert output("--module-hook") == plain


def test_a_recording_has_the_same_modules(tmp):
    written(tmp, SMALL)
    sample, modules = hooked(tmp, stripped(), "main.js", cwd=tmp, options=("--record", tmp / "rec"))
    run = coldprof("report", "--format", "json", *(tmp / "rec").iterdir(), expect=0)
    again = json.loads(run.out)["workloads"][0]
    assert tree_of(again["modules"]) == tree_of(modules)
    assert again["samples"][0]["syscalls"] == sample["syscalls"]


def test_es_modules_are_not_seen_and_that_is_said(tmp):
    written(tmp, {"main.mjs": "import './part.mjs'; import './part.cjs';\n", "part.mjs": SPIN,
                  "part.cjs": ""})
    sample, modules = hooked(tmp, stripped(), "main.mjs", cwd=tmp)
    assert {m["name"] for m in modules} <= {"part.cjs"}, modules
    assert any("ES modules are not among them" in note for note in sample["notes"])


def test_an_installed_hook_is_found_and_must_be_readable(tmp):
    need_root()
    install(tmp / "usr")
    written(tmp, SMALL)
    tool = tmp / "usr" / "bin" / "coldprof"
    hook = tmp / "usr" / "share" / "coldprof" / "share" / "module_hook.js"

    def start(*options):
        return subprocess.run([tool, "run", "-q", "-n", "1", "-w", "0", "--module-hook", "--ready",
                               "exit", "-o", tmp / "r.json", *options, "--", stripped(),
                               tmp / "main.js"], env=environment(), capture_output=True, text=True)
    os.chmod(tmp, 0o755)
    for options in (), ("--user", "nobody"):
        run = start(*options)
        assert run.returncode == 0, run.stderr
        workload = load(tmp / "r.json")["workloads"][0]
        assert workload["modules_technique"] == TECHNIQUE and len(workload["modules"]) == 5
    hook.chmod(0o600)
    run = start("--user", "nobody")
    assert run.returncode == 3, run
    assert f"nobody can't read '{hook}': permission denied" in run.stderr, run.stderr
    hook.unlink()
    run = start()
    assert run.returncode == 3 and "no such file" in run.stderr, run
