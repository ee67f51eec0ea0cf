# SPDX-License-Identifier: BSD-2-Clause
"""test_ci.py - the recipes of ci/, run as the runners of GitHub and GitLab run them."""
import json
import os
import re
import subprocess
import sys

from checkers import valid, valid_junit, valid_sarif, valid_workflow, valid_yaml
from ci_job import ACTION, JOB, Forge, Job, Repository, Runner, clean_environment, read_yaml, \
    run_gitlab, write_yaml
from harness import CHECKOUT, COLDPROF, cases, need, need_root, takes

SCHEMAS = CHECKOUT / "reports" / "schema"
PAGE = CHECKOUT / "ci" / "README.md"
GATE = CHECKOUT / "ci" / "gate.sh"
COMMENT = CHECKOUT / "ci" / "comment.py"

NODE = """const http = require('node:http');
const orders = require('./orders');
http.createServer((_, answer) => answer.end(orders.first())).listen(0, '127.0.0.1');
"""
PYTHON = """import http.server
import orders

class Orders(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200)
        self.end_headers()
        self.wfile.write(orders.first())

http.server.HTTPServer(("127.0.0.1", 0), Orders).serve_forever()
"""
SHOP = {"README.md": "A shop.\n", "web/server.js": NODE, "api/app.py": PYTHON,
        "web/orders.js": "exports.first = () => require('node:fs').readFileSync("
                         "`${__dirname}/settings.ini`);\n",
        "api/orders.py": "import os\nfirst = open(os.path.join(os.path.dirname(__file__), "
                         "'settings.ini'), 'rb').read\n",
        ".gitignore": "settings.ini\n__pycache__\n"}

# What each service is called, its inputs, and a change that makes its start worse.
SERVICES = {
    "web": {"command": "node server.js", "directory": "web"},
    "api": {"command": "python3 app.py", "directory": "api"},
}
WORSE = {
    "web": {"web/orders.js": "const kept = Buffer.alloc(24 << 20, 1);\nrequire('./prices');\n"
                             + SHOP["web/orders.js"],
            "web/prices.js": "require('node:zlib');\nrequire('./cents');\n",
            "web/cents.js": "exports.cents = 100;\n"},
    "api": {"api/orders.py": "import email.mime.text\nkept = b'x' * (24 << 20)\n"
                             + SHOP["api/orders.py"]},
}
# Times on a machine that others use too, and what a runtime draws by lot, are not of interest here.
STEADY = "times=off\nfaults_*=off sizes=4MiB counts=0%,8"


def inputs_of(service, **more):
    need("node" if service == "web" else "python3")
    return {"name": service, "prepare": "echo a=1 >settings.ini", "options": "-n 8 --timeout 30",
            "thresholds": STEADY, "coldprof": COLDPROF, **SERVICES[service], **more}


class Shop:
    """The repository, its forge and a runner."""

    def __init__(self, tmp, files=None):
        need_root()
        need("git")
        read_yaml(ACTION)
        self.repository = Repository(tmp / "repository", files or SHOP)
        self.forge = Forge()
        self.runner = Runner(tmp / "runner", self.forge)

    def __enter__(self):
        self.forge.__enter__()
        return self

    def __exit__(self, *how):
        self.forge.__exit__(*how)

    def pull(self, service, change, before=None, **more):
        """`before` sees the checkout."""
        event = self.repository.pull_request(change)
        workspace = self.repository.checkout("refs/pull/1/merge")
        if before:
            before(workspace)
        return self.runner.run_action(workspace, event, "pull_request", inputs_of(service, **more))

    def push(self, service, **more):
        event, workspace = self.repository.push(), self.repository.checkout("refs/heads/main")
        return self.runner.run_action(workspace, event, "push", inputs_of(service, **more))

    def results(self, service):
        return self.runner.artifacts / f"coldprof-{service}"


# ---- the files themselves ----

@cases(("action", ACTION, "github-actions"), ("job", JOB, "gitlab-ci"))
def test_valid_by_the_forges_schema(path, schema):
    valid_yaml(schema, path)


def test_action_is_clean_by_actionlint(tmp):
    """Which reads workflows alone: the action as one that is called, with its steps as a job's."""
    action = read_yaml(ACTION)
    inputs = {name: {"type": "string", **{k: v for k, v in what.items() if k != "default"}}
              for name, what in action["inputs"].items()}
    write_yaml(tmp / "called.yml", {
        "on": {"workflow_call": {"inputs": inputs}},
        "jobs": {"it": {"runs-on": "ubuntu-24.04", "outputs": {
            name: what["value"] for name, what in action["outputs"].items()},
            "steps": action["runs"]["steps"]}}})
    valid_workflow(tmp / "called.yml")


def examples(part):
    """The indented examples of ci/README.md that have this text: YAML."""
    blocks = re.findall(r"(?:^ {4}.*\n|^\n(?= {4}))+", PAGE.read_text(), re.M)
    found = [re.sub(r"^ {4}", "", block, flags=re.M) for block in blocks if part in block]
    assert found, f"no example with '{part}' in {PAGE}"
    return found


def test_workflows_of_the_page_are_valid(tmp):
    action = read_yaml(ACTION)
    for text in examples("runs-on:"):
        path = tmp / "workflow.yml"
        path.write_text(text)
        valid_yaml("github-workflows", path)
        valid_workflow(path)
        for job in read_yaml(path)["jobs"].values():
            for step in job["steps"]:
                if "coldprof/ci/github@" in step.get("uses", ""):
                    given = set(step["with"])
                    required = {k for k, v in action["inputs"].items() if v.get("required")}
                    assert required <= given <= set(action["inputs"]), given


def test_jobs_of_the_page_are_valid(tmp):
    variables = set(re.findall(r"^#   (COLDPROF[A-Z_]*)", GATE.read_text(), re.M))
    variables |= set(read_yaml(JOB)[".coldprof"]["variables"])
    for text in examples("extends: .coldprof"):
        path = tmp / "job.yml"
        path.write_text(text)
        valid_yaml("gitlab-ci", path)
        (job,) = [v for k, v in read_yaml(path).items() if k != "include"]
        assert set(job["variables"]) <= variables, job["variables"]


def test_each_step_gets_inputs_through_variables_alone():
    """An expression in a script would let a branch's name run commands."""
    for step in read_yaml(ACTION)["runs"]["steps"]:
        assert "${{" not in step.get("run", ""), step["name"]


# ---- pull requests ----

@takes(240)
@cases("web", "api")
def test_change_that_makes_it_worse_fails(tmp, service):
    with Shop(tmp) as shop:
        job = shop.pull(service, WORSE[service])
        assert job.failed == "Gate" and job.status == 1, str(job)
        assert f"::error title=coldprof {service}::the start became worse" in job.log, str(job)
        (comment,) = shop.forge.comments
    assert job.outputs["verdict"] == "regressed", job.outputs
    assert f"{service}: regressed" in comment["body"], comment["body"]
    assert "RSS" in comment["body"] or "private" in comment["body"], comment["body"]
    for part in ("makes the start worse", "Look closer", "git worktree add", "threshold"):
        assert part in comment["body"], f"no '{part}' in {comment['body']}"
    assert len(comment["body"]) < 65536 and job.summary == comment["body"]
    name = "prices" if service == "web" else "email"
    assert name in comment["body"], f"'{name}' is not blamed: {comment['body']}"


@takes(240)
@cases("web", "api")
def test_change_that_costs_nothing_passes(tmp, service):
    with Shop(tmp) as shop:
        job = shop.pull(service, {"README.md": "Our shop.\n"})
        assert job.failed is None, str(job)
        assert not shop.forge.comments, "a comment without any news"
    assert job.outputs["verdict"] in ("unchanged", "cant_tell", "improved"), job.outputs
    assert len(job.summary) < 1 << 20 and f"{service}" in job.summary
    assert os.listdir(shop.repository.folder / "runner-1") == ["shop"]
    a, b = (json.loads((shop.results(service) / f"report-{side}.json").read_text())
            ["workloads"][0]["cwd"] for side in "ab")
    assert a != b and len(a) == len(b), (a, b)


@takes(240)
def test_folders_of_others_are_kept_and_left_ones_removed(tmp):
    with Shop(tmp) as shop:
        beside = shop.repository.folder / "runner-1"
        (beside / "cold").mkdir(parents=True)
        (beside / "cold" / "mine").write_text("kept\n")
        left = beside / "left"

        def killed_before(checkout):
            shop.repository.git("worktree", "add", "--quiet", "--detach", left, cwd=checkout)
            shop.repository.git("worktree", "lock", "--reason", "base of coldprof", left,
                                cwd=checkout)

        job = shop.pull("api", {"README.md": "Our shop.\n"}, before=killed_before)
        assert job.failed is None, str(job)
    assert sorted(os.listdir(beside)) == ["cold", "shop"]
    assert (beside / "cold" / "mine").read_text() == "kept\n"


@takes(240)
def test_results_are_valid_and_left_with_the_job(tmp):
    with Shop(tmp) as shop:
        shop.pull("api", WORSE["api"], gate="false")
    results = shop.results("api")
    valid(SCHEMAS / "compare.schema.json", results / "comparison.json")
    valid_sarif(results / "comparison.sarif")
    valid_junit(results / "comparison.xml")
    comparison = json.loads((results / "comparison.json").read_text())
    assert comparison["interleaved"], "not both sides in one run"
    places = [r["locations"][0]["physicalLocation"]
              for r in json.loads((results / "comparison.sarif").read_text())["runs"][0]["results"]]
    assert {"api/orders.py"} <= {p["artifactLocation"]["uri"] for p in places}, places


@takes(240)
def test_mended_branch_renews_its_comment(tmp):
    with Shop(tmp) as shop:
        worse = shop.pull("api", WORSE["api"])
        assert worse.failed == "Gate", str(worse)
        mended = shop.pull("api", {"README.md": "Our shop.\n"})
        assert mended.failed is None, str(mended)
        (comment,) = shop.forge.comments
    assert comment["body"] == mended.summary and "regressed" not in comment["body"].split("\n")[1]


@takes(120)
def test_branch_of_a_fork_may_not_comment(tmp):
    with Shop(tmp) as shop:
        job = shop.pull("api", WORSE["api"], token="of a fork")
        assert job.failed == "Gate", str(job)
        assert not shop.forge.comments
    assert "::warning title=coldprof api::the pull request has no comment" in job.log, str(job)
    assert "regressed" in job.summary


@takes(120)
def test_service_that_does_not_start_fails(tmp):
    with Shop(tmp) as shop:
        job = shop.pull("api", {"api/orders.py": "raise SystemExit('no orders')\n"})
        assert job.failed == "Gate", str(job)
        assert "no orders" in job.log, "what it said is not in the log"


@takes(120)
def test_new_service_has_nothing_to_be_compared_with(tmp):
    with Shop(tmp, {"README.md": "A shop.\n"}) as shop:
        job = shop.pull("api", SHOP)
        assert job.failed is None, str(job)
    assert job.outputs["verdict"] == "none" and "nothing to compare with yet" in job.summary


def test_preparation_that_fails_ends_the_job(tmp):
    with Shop(tmp) as shop:
        job = shop.pull("api", {"README.md": "x\n"}, prepare="echo begun; false; echo went on")
    assert job.failed == "Measure and compare" and "what prepares" in job.log, str(job)
    assert "begun" in job.log and "went on" not in job.log, str(job)


# ---- against a kept report ----

@takes(240)
def test_kept_report_is_what_a_change_is_compared_with(tmp):
    with Shop(tmp) as shop:
        first = shop.push("api", mode="stored")
        assert first.failed is None and first.outputs["verdict"] == "none", str(first)
        worse = shop.pull("api", WORSE["api"], mode="stored")
        assert worse.failed == "Gate" and worse.outputs["verdict"] == "regressed", str(worse)
        clean = shop.pull("api", {"README.md": "Our shop.\n"}, mode="stored")
        assert clean.failed is None, str(clean)
    kept = list(shop.runner.caches.rglob("*.json"))
    assert len(kept) == 1, f"a pull request's report was kept: {kept}"


def log_calls(tmp):
    """A coldprof that notes what it is called with, a line for each call."""
    path = tmp / "noting" / "coldprof"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\necho "$*" >>{tmp}/calls\nexec {COLDPROF} "$@"\n')
    path.chmod(0o755)
    return path


@takes(240)
@cases("stored", "history")
def test_kept_reports_or_a_calibration_tell_the_noise(tmp, mode):
    noting = log_calls(tmp)
    with Shop(tmp) as shop:
        shop.push("api", mode=mode)
        (kept,) = shop.runner.caches.rglob("*.json")
        (tmp / "noise.json").write_text(kept.read_text())
        for noise in ("", str(tmp / "noise.json")):
            job = shop.pull("api", {"README.md": f"Our shop: {noise}.\n"}, mode=mode,
                            coldprof=noting, noise=noise)
            assert job.failed is None, str(job)
            call = (tmp / "calls").read_text().splitlines()[-1]
            assert call.startswith("compare "), call
            assert f" --noise {noise or shop.runner.folder}" in call, call
        gone = shop.pull("api", {"README.md": "x\n"}, mode=mode, noise="none.json")
    assert gone.failed == "Measure and compare" and "none.json" in gone.log, str(gone)


# ---- against all kept reports ----

def fill_history(shop, service, before, after):
    """Makes of the one kept report so many older ones that opened 40 files less, then so many more."""
    (kept,) = shop.runner.caches.rglob("*.json")
    document = json.loads(kept.read_text())
    for i in range(before + after):
        older = json.loads(json.dumps(document))
        older["created"], older["plan"]["seed"] = f"2020-01-{i + 1:02}T00:00:00Z", i
        older["commit"] = f"{i:x}" * 40
        for sample in older["workloads"][0]["samples"]:
            sample["metrics"]["files_opened_count"] -= 40 if i < before else 0
        (kept.parent / f"202001{i + 1:02}T000000Z-{i}.json").write_text(json.dumps(older))


@takes(240)
def test_history_of_equal_reports_fails_what_a_change_brings_itself(tmp):
    with Shop(tmp) as shop:
        first = shop.push("api", mode="history")
        assert first.failed is None, str(first)
        fill_history(shop, "api", 0, 5)
        worse = shop.pull("api", WORSE["api"], mode="history")
        assert worse.failed == "Gate" and worse.outputs["verdict"] == "regressed", str(worse)
        clean = shop.pull("api", {"README.md": "Our shop.\n"}, mode="history")
        assert clean.failed is None and clean.outputs["verdict"] != "earlier", str(clean)


@takes(240)
def test_history_that_became_worse_before_fails_its_own_branch_alone(tmp):
    with Shop(tmp) as shop:
        shop.push("api", mode="history")
        fill_history(shop, "api", 6, 1)
        change = shop.pull("api", {"README.md": "Our shop.\n"}, mode="history")
        assert change.failed is None and change.outputs["verdict"] == "earlier", str(change)
        assert "::warning title=coldprof api::the start became worse with commits" in change.log
        assert "became worse before this change" in change.summary, change.summary
        assert "commit 666666666666" in change.summary, change.summary
        pushed = shop.push("api", mode="history")
    assert pushed.failed == "Gate" and pushed.outputs["verdict"] == "earlier", str(pushed)
    assert "with an earlier commit" in pushed.log, str(pushed)


# ---- mistakes ----

@cases(("name", {"name": "a/b"}, "a/b"), ("mode", {"mode": "fast"}, "fast"),
       ("command", {"command": ""}, "no command"), ("folder", {"directory": "nowhere"}, "nowhere"))
def test_bad_input(tmp, inputs, part):
    with Shop(tmp) as shop:
        job = shop.pull("api", {"README.md": "x\n"}, **inputs)
    assert job.failed == "Measure and compare" and job.status == 2, str(job)
    (line,) = [line for line in job.log.splitlines() if line.startswith("::error")]
    assert part in line, line


@cases(("none",), ("unknown", "mend"), ("two", "check", "gate"))
def test_bad_words(*words):
    done = subprocess.run([GATE, *words], env=clean_environment(), capture_output=True, text=True)
    assert done.returncode == 2 and len(done.stderr.splitlines()) == 1, done


def test_push_has_no_base_of_its_own(tmp):
    with Shop(tmp) as shop:
        job = shop.push("api", base="")
    assert job.failed == "Measure and compare" and "no pull request" in job.log, str(job)


def test_base_that_is_not_there(tmp):
    with Shop(tmp) as shop:
        job = shop.push("api", base="0123456789" * 4)
    assert job.failed == "Measure and compare" and "cannot fetch commit 0123" in job.log, str(job)


# ---- comments ----

def publish(forge, text, tmp, *options, **env):
    path = tmp / "text.md"
    path.write_text(text)
    return subprocess.run(
        [sys.executable, COMMENT, *options, path], capture_output=True, text=True,
        env={**clean_environment(), "GITHUB_API_URL": forge.url, "GITHUB_REPOSITORY": "a/b",
             "COLDPROF_PULL": "7", "COLDPROF_TOKEN": "secret", **env})


def test_comment_is_found_among_many(tmp):
    with Forge() as forge:
        forge.comments = [{"id": i + 1, "body": "x" if i else None} for i in range(230)]
        forge.comments[220]["body"] = "<!-- coldprof: api -->\nold"
        done = publish(forge, "<!-- coldprof: api -->\nnew", tmp)
        assert done.returncode == 0 and len(forge.comments) == 230, done
        assert forge.comments[220]["body"].endswith("new")
        assert ("PATCH", "/repos/a/b/issues/comments/221") in forge.requests


def test_comments_of_two_services_stay_two(tmp):
    with Forge() as forge:
        publish(forge, "<!-- coldprof: api -->\n1", tmp)
        publish(forge, "<!-- coldprof: web -->\n2", tmp)
        assert [c["body"][-1] for c in forge.comments] == ["1", "2"]


def test_renewing_adds_none(tmp):
    with Forge() as forge:
        assert publish(forge, "<!-- coldprof: api -->\n1", tmp, "--renew").returncode == 0
        assert not forge.comments


@cases(("long", "<!-- coldprof: api -->\n" + "x" * 65536, {}, "characters"),
       ("no-mark", "hello", {}, "mark"), ("no-token", "<!-- a -->\n", {"COLDPROF_TOKEN": ""}, "token"),
       ("forbidden", "<!-- a -->\n", {"COLDPROF_TOKEN": "bad"}, "403"),
       ("nobody", "<!-- a -->\n", {"GITHUB_API_URL": "http://127.0.0.1:1"}, "refused"))
def test_comment_that_can_not_be_made(tmp, text, env, part):
    with Forge() as forge:
        done = publish(forge, text, tmp, **env)
        assert done.returncode == 1 and not forge.comments, done
    assert part in done.stderr and len(done.stderr.splitlines()) == 1, done.stderr


# ---- GitLab ----

def merge_request(shop, service, change, **more):
    """A merged-results pipeline: HEAD is the merge."""
    event = shop.repository.pull_request(change)["pull_request"]
    workspace = shop.repository.checkout("refs/pull/1/merge")
    variables = {"COLDPROF_" + key.upper(): str(value)
                 for key, value in inputs_of(service, **more).items() if key != "coldprof"}
    job = run_gitlab(workspace, {
        **variables, "CI_API_V4_URL": shop.forge.url, "CI_PROJECT_ID": "42",
        "CI_MERGE_REQUEST_IID": "1", "CI_MERGE_REQUEST_EVENT_TYPE": "merged_result",
        "CI_MERGE_REQUEST_DIFF_BASE_SHA": event["base"]["sha"], "COLDPROF_TOKEN": "secret"})
    return job, workspace


@takes(240)
def test_merge_request_that_makes_it_worse_fails(tmp):
    with Shop(tmp) as shop:
        job, workspace = merge_request(shop, "api", WORSE["api"])
        assert isinstance(job, Job) and job.status == 1, str(job)
        (comment,) = shop.forge.comments
        assert "api: regressed" in comment["body"] and "email" in comment["body"]
        assert ("POST", "/projects/42/merge_requests/1/notes") in shop.forge.requests
    junit = read_yaml(JOB)[".coldprof"]["artifacts"]["reports"]["junit"]
    (report,) = workspace.glob(junit)
    valid_junit(report)


@takes(240)
def test_merge_request_that_costs_nothing_passes(tmp):
    with Shop(tmp) as shop:
        job, _ = merge_request(shop, "api", {"README.md": "Our shop.\n"})
        assert job.status == 0, str(job)
        assert not shop.forge.comments and not os.environ.get("COLDPROF_TOKEN")
