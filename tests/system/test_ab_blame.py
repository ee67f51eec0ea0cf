# SPDX-License-Identifier: BSD-2-Clause
"""test_ab_blame.py - four changes of an imported module, each found and blamed on that module.

The module is one of several that the application imports; nothing of its root script changes.
"""
import json

from harness import cases, coldprof, need, need_root, skip, takes

# Starts a side: those that Holm's correction over the metrics decided by rank needs, and more
# where it is a time that must show over noise.
FEW, MANY = 10, 12

PYTHON = {
    "app.py": "import routes\nimport storage\nimport views\n",
    "routes.py": "import json\nTABLE = {str(i): i for i in range(1000)}\n",
    "storage.py": "import pathlib\nROOT = pathlib.Path(__file__).parent\n",
    "views.py": "import string\nPAGES = [string.ascii_letters * i for i in range(100)]\n",
}
NODE = {
    "app.js": "require('./routes');\nrequire('./storage');\nrequire('./views');\n",
    "routes.js": "exports.table = Array.from({ length: 1000 }, (_, i) => String(i));\n",
    "storage.js": "const fs = require('fs');\nconst path = require('path');\n",
    "views.js": "exports.pages = Array.from({ length: 100 }, (_, i) => 'x'.repeat(i));\n",
    "helper.js": "exports.help = 1;\n",
}
CHANGES = {
    "python": {
        "import": "import json.tool\n",
        "compute": ("import time\nend = time.perf_counter() + 0.010\n"
                    "while time.perf_counter() < end:\n    pass\n"),
        "memory": "KEPT = b'x' * (8 << 20)\n",
        "file": "TEXT = (ROOT / 'prices.json').read_text()\n",
    },
    "node": {
        "import": "require('./helper');\n",
        "compute": "const end = performance.now() + 10;\nwhile (performance.now() < end);\n",
        "memory": "exports.kept = Buffer.alloc(8 << 20, 1);\n",
        "file": "exports.text = fs.readFileSync(path.join(__dirname, 'prices.json'), 'utf8');\n",
    },
}


class Changed:
    """A run of both sides, the second one's storage module with `change` at its end."""

    def __init__(self, tmp, runtime, change, starts):
        need_root()
        program = need("python3" if runtime == "python" else "node")
        files, end = (PYTHON, "py") if runtime == "python" else (NODE, "js")
        files = dict(files, **{"prices.json": '{"tea": 3}\n'})
        for side in "ab":
            (tmp / side).mkdir()
            for name, text in files.items():
                more = change if side == "b" and name.startswith("storage.") else ""
                (tmp / side / name).write_text(text + more)
        words = [program, "-S", "-B", "app.py"] if runtime == "python" else [program, "app.js"]
        self.run = coldprof("run", "-n", starts, "-o", tmp / "r.json", "--color", "never", "--ab",
                            tmp / "a", tmp / "b", "--", *words, expect=(0, 1))
        if not all(json.loads((tmp / f"r-{side}.json").read_text())["workloads"][0]["modules"]
                   for side in "ab"):
            skip("modules are not seen here")
        again = coldprof("compare", "-f", "json", tmp / "r-a.json", tmp / "r-b.json",
                         expect=self.run.status)
        self.workload = json.loads(again.out)["workloads"][0]
        self.name = "storage" if runtime == "python" else "storage.js"
        self.helper = "json.tool" if runtime == "python" else "helper.js"
        self.own = [name if end == "js" else name[:-3] for name in files
                    if name.endswith(end) and not name.startswith(("app.", "helper."))]

    def verdict(self, *metrics):
        return {m["name"]: m["verdict"] for m in self.workload["metrics"] if m["name"] in metrics}

    def causes(self, change):
        """Modules of this change, by the name's end."""
        return {c["name"].rsplit("/", 1)[-1]: c for c in self.workload["causes"]
                if c["kind"] == "module" and c["change"] == change}

    def regressed(self, *metrics):
        found = self.verdict(*metrics)
        assert "regressed" in found.values() and self.run.status == 1, f"{found}\n{self.run}"

    def blamed(self, change="more"):
        """What is said of the changed module, which must be the only one of the program's own."""
        causes = self.causes(change)
        own = [name for name in causes if name in self.own]
        assert own == [self.name], f"blamed: {list(causes)}\n{self.run.out}"
        return causes[self.name]


RUNTIMES = (("python", "python"), ("node", "node"))


@takes(120)
@cases(*RUNTIMES)
def test_an_import_more_is_blamed_on_its_importer(tmp, runtime):
    changed = Changed(tmp, runtime, CHANGES[runtime]["import"], FEW)
    changed.regressed("files_opened_count", "modules_count")
    added = changed.causes("added")
    assert changed.helper in added, f"{added}\n{changed.run.out}"
    note, importer = added[changed.helper]["note"], added[changed.helper]["imports"][0]["file"]
    assert changed.name in note and changed.name in importer, added[changed.helper]


@takes(120)
@cases(*RUNTIMES)
def test_ten_milliseconds_are_blamed_on_their_module(tmp, runtime):
    changed = Changed(tmp, runtime, CHANGES[runtime]["compute"], MANY)
    changed.regressed("total_ns", "phase_load_ns", "phase_main_ns", "on_cpu_ns", "cpu_ns")
    assert 8e6 < changed.blamed()["time_ns"] < 30e6, changed.blamed()


@takes(120)
@cases(*RUNTIMES)
def test_memory_that_is_kept_is_blamed_on_its_module(tmp, runtime):
    changed = Changed(tmp, runtime, CHANGES[runtime]["memory"], FEW)
    changed.regressed("rss_peak_bytes", "uss_ready_bytes", "rss_ready_bytes")
    assert 7 << 20 < changed.blamed()["size_bytes"] < 10 << 20, changed.blamed()


@takes(120)
@cases(*RUNTIMES)
def test_a_file_more_is_blamed_on_its_reader(tmp, runtime):
    changed = Changed(tmp, runtime, CHANGES[runtime]["file"], FEW)
    changed.regressed("files_opened_count")
    assert changed.blamed()["files_count"] == 1, changed.blamed()
    files = [c["name"] for c in changed.workload["causes"] if c["kind"] == "file"
             and c["change"] == "added"]
    assert files == ["./prices.json"], files


@takes(120)
@cases(*RUNTIMES)
def test_no_change_blames_no_module(tmp, runtime):
    changed = Changed(tmp, runtime, "", FEW)
    named = {c["name"]: c for c in changed.workload["causes"]
             if c["kind"] in ("module", "package", "file") and c["name"].rsplit("/", 1)[-1] in
             changed.own + ["prices.json", changed.helper]}
    assert not named, f"{named}\n{changed.run.out}"
    assert not changed.causes("added") and not changed.causes("removed"), changed.run.out
