# SPDX-License-Identifier: BSD-2-Clause
"""ci_job.py - runs the recipes of ci/ as the runners of GitHub and GitLab do, before a forge of ours.

Only what the recipes use: a composite action with inputs, outputs, conditions and the caches and
artifacts of its steps; a GitLab job with variables and a script; comments over HTTP.
"""
import http.server
import json
import os
import re
import shutil
import subprocess
import threading
import urllib.parse

from harness import CHECKOUT, COLDPROF, environment, skip

ACTION = CHECKOUT / "ci" / "github" / "action.yml"
JOB = CHECKOUT / "ci" / "gitlab" / "coldprof.yml"


def need_yaml():
    try:
        import yaml
    except ImportError:
        skip("no 'yaml' for this Python (Debian: python3-yaml)")
    return yaml


def read_yaml(path):
    with open(path, encoding="utf-8") as file:
        return need_yaml().safe_load(file)


def write_yaml(path, document):
    with open(path, "w", encoding="utf-8") as file:
        need_yaml().safe_dump(document, file, sort_keys=False)


# ---- a forge ----

class Forge:
    """A web server with the comments of one pull request: `comments`, a list of dicts."""

    def __init__(self, token="secret"):
        self.token, self.comments, self.requests = token, [], []
        forge = self

        class Handler(http.server.BaseHTTPRequestHandler):
            def answer(self):
                forge.answer(self)

            do_GET = do_POST = do_PATCH = do_PUT = answer

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.server.shutdown()
        self.server.server_close()

    def allows(self, headers):
        return self.token in (headers["PRIVATE-TOKEN"],
                              (headers["Authorization"] or "").removeprefix("Bearer "))

    def answer(self, request):
        body = request.rfile.read(int(request.headers["Content-Length"] or 0))
        url = urllib.parse.urlparse(request.path)
        self.requests.append((request.command, url.path))
        status, content = 403, {"message": "Resource not accessible by integration"}
        if self.allows(request.headers):
            status, content = self.act(request.command, url, body)
        data = json.dumps(content).encode()
        request.send_response(status)
        request.send_header("Content-Length", str(len(data)))
        request.end_headers()
        request.wfile.write(data)

    def act(self, command, url, body):
        if command == "GET":
            query = dict(urllib.parse.parse_qsl(url.query))
            size, page = int(query["per_page"]), int(query["page"])
            return 200, self.comments[size * (page - 1):size * page]
        text = json.loads(body)["body"]
        if len(text) > 65536:
            return 422, {"message": "body is too long (maximum is 65536 characters)"}
        if command == "POST":
            self.comments.append({"id": len(self.comments) + 1, "body": text})
            return 201, self.comments[-1]
        (comment,) = [c for c in self.comments if url.path.endswith(f"/{c['id']}")]
        comment["body"] = text
        return 200, comment


# ---- expressions of GitHub's ----

def look_up(path, contexts):
    value = contexts
    for word in path.split("."):
        value = value.get(word) if isinstance(value, dict) else None
    return value


def operand(text, contexts):
    text = text.strip()
    call = re.fullmatch(r"format\('([^']*)', *(.*)\)", text)
    if call:
        return call.group(1).replace("{0}", str(evaluate(call.group(2), contexts)))
    if re.fullmatch(r"'[^']*'", text):
        return text[1:-1]
    assert re.fullmatch(r"[a-z][\w.-]*", text), f"an expression that is not known here: {text}"
    return look_up(text, contexts)


def evaluate(text, contexts):
    for part in text.split("||"):
        value = True
        for term in part.split("&&"):
            sides = re.split(r"(==|!=)", term)
            value = operand(sides[0], contexts)
            if len(sides) == 3:
                value = (value == operand(sides[2], contexts)) == (sides[1] == "==")
            if not value:
                break
        if value:
            return value
    return value


def fill(text, contexts):
    """The text with each ${{ expression }} in it replaced."""
    def value(match):
        found = evaluate(match.group(1), contexts)
        if isinstance(found, bool):
            return str(found).lower()
        return "" if found is None else str(found)
    return re.sub(r"\$\{\{(.*?)\}\}", value, str(text))


# ---- GitHub's runner ----

class Job:
    """What has become of a job: `failed`, the log, the outputs of the action, its summary."""

    def __init__(self):
        self.failed, self.log, self.outputs, self.summary = None, "", {}, ""
        self.ran = []

    def __str__(self):
        return f"failed at {self.failed!r}\n{self.log[-6000:]}"


def clean_environment():
    env = environment({"GIT_CONFIG_GLOBAL": "/dev/null", "GIT_CONFIG_SYSTEM": "/dev/null"})
    return {k: v for k, v in env.items()
            if not k.startswith(("GITHUB_", "CI_", "COLDPROF", "RUNNER_"))}


class Runner:
    """A runner's machine: its caches and artifacts are kept between jobs."""

    def __init__(self, folder, forge):
        self.folder, self.forge, self.runs = folder, forge, 0
        self.caches, self.artifacts = folder / "caches", folder / "artifacts"

    def run_action(self, workspace, event, name, inputs):
        """`event`: what github.event holds; `name`: of the event."""
        action, job = read_yaml(ACTION), Job()
        self.runs += 1
        temp = self.folder / f"temp-{self.runs}"
        temp.mkdir(parents=True)
        branch = "refs/pull/1/merge" if name == "pull_request" else "refs/heads/main"
        contexts = {"github": {"event": event, "event_name": name, "ref": branch,
                               "token": inputs.pop("github-token", "secret"),
                               "run_id": str(1000 + self.runs), "run_attempt": "1"},
                    "runner": {"temp": str(temp), "os": "Linux", "arch": "X64"}, "steps": {}}
        unknown = set(inputs) - set(action["inputs"])
        assert not unknown, f"no such input: {unknown}"
        contexts["inputs"] = {key: str(inputs[key]) if key in inputs
                              else fill(what.get("default", ""), contexts)
                              for key, what in action["inputs"].items()}
        missing = [k for k, v in action["inputs"].items() if v.get("required") and k not in inputs]
        assert not missing, f"inputs are required: {missing}"
        for step in action["runs"]["steps"]:
            if job.failed is None and evaluate(step.get("if", "'true'"), contexts):
                self.run_step(step, workspace, contexts, job)
        job.outputs = {key: fill(what["value"], contexts)
                       for key, what in action["outputs"].items()}
        return job

    def run_step(self, step, workspace, contexts, job):
        job.ran.append(step["name"])
        if "uses" in step:
            how = {k: fill(v, contexts) for k, v in step["with"].items()}
            self.use(step["uses"], how, job)
            return
        assert step["shell"] == "bash"
        temp = contexts["runner"]["temp"]
        files = {key: f"{temp}/{key}" for key in ("GITHUB_OUTPUT", "GITHUB_STEP_SUMMARY")}
        for path in files.values():
            open(path, "w").close()
        env = {**clean_environment(), **files, "GITHUB_ACTIONS": "true", "CI": "true",
               "GITHUB_ACTION_PATH": str(ACTION.parent), "GITHUB_WORKSPACE": str(workspace),
               "GITHUB_REPOSITORY": "someone/shop", "GITHUB_API_URL": self.forge.url,
               "GITHUB_EVENT_NAME": contexts["github"]["event_name"], "RUNNER_TEMP": temp,
               **{k: fill(v, contexts) for k, v in step.get("env", {}).items()}}
        script = f"{temp}/step.sh"
        with open(script, "w") as file:
            file.write(fill(step["run"], contexts))
        done = subprocess.run(["bash", "--noprofile", "--norc", "-eo", "pipefail", script],
                              cwd=workspace, env=env, stdin=subprocess.DEVNULL, text=True,
                              stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
        job.log += f"## {step['name']}\n{done.stdout}"
        with open(files["GITHUB_OUTPUT"]) as file:
            outputs = dict(line.rstrip("\n").split("=", 1) for line in file)
        with open(files["GITHUB_STEP_SUMMARY"]) as file:
            job.summary += file.read()
        if "id" in step:
            contexts["steps"][step["id"]] = {"outputs": outputs}
        if done.returncode:
            job.failed, job.status = step["name"], done.returncode

    def use(self, action, how, job):
        kind = action.split("@")[0]
        if kind == "actions/cache/restore":
            known = sorted(self.caches.glob(how["restore-keys"].strip() + "*"))
            if known:
                shutil.copytree(known[-1], how["path"], dirs_exist_ok=True)
        elif kind == "actions/cache/save":
            if os.path.isdir(how["path"]):
                shutil.copytree(how["path"], self.caches / how["key"])
        elif kind == "actions/upload-artifact":
            assert not set('":<>|*?\r\n\\/') & set(how["name"]), how["name"]
            shutil.copytree(how["path"], self.artifacts / how["name"], dirs_exist_ok=True)
        else:
            raise AssertionError(f"an action that is not known here: {action}")


# ---- GitLab's runner ----

def run_gitlab(workspace, variables):
    """Runs the script of the job that extends ours: a Job."""
    (hidden,) = read_yaml(JOB).values()
    own = {k: str(v) for k, v in hidden["variables"].items()}
    env = {**clean_environment(), "CI": "true", "GITLAB_CI": "true", **own,
           "COLDPROF": str(COLDPROF), "COLDPROF_HOME": str(CHECKOUT), **variables}
    script = "\n".join(hidden["script"])
    done = subprocess.run(["bash", "-eo", "pipefail", "-c", script], cwd=workspace, env=env,
                          stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, errors="replace")
    job = Job()
    job.log, job.status = done.stdout, done.returncode
    job.failed = "script" if done.returncode else None
    return job


# ---- a repository ----

class Repository:
    """A repository with a main branch at a forge, and pull requests of it."""

    def __init__(self, folder, files):
        self.folder, self.work = folder, folder / "work"
        self.work.mkdir(parents=True)
        self.git("init", "--quiet", "--initial-branch=main", ".")
        self.git("config", "uploadpack.allowAnySHA1InWant", "true")
        self.commit(files, "the service")
        self.checkouts = 0

    def git(self, *words, cwd=None):
        env = {**clean_environment(), "GIT_AUTHOR_NAME": "a", "GIT_AUTHOR_EMAIL": "a@example.org",
               "GIT_COMMITTER_NAME": "a", "GIT_COMMITTER_EMAIL": "a@example.org"}
        done = subprocess.run(["git", *map(str, words)], cwd=cwd or self.work, env=env,
                              capture_output=True, text=True)
        assert done.returncode == 0, f"git {' '.join(map(str, words))}: {done.stderr}"
        return done.stdout.strip()

    def commit(self, files, message):
        for name, text in files.items():
            (self.work / name).parent.mkdir(parents=True, exist_ok=True)
            (self.work / name).write_text(text)
        self.git("add", "--all")
        self.git("commit", "--quiet", "--message", message)
        return self.git("rev-parse", "HEAD")

    def pull_request(self, files):
        """A branch with one commit, and its merge with main, as a forge makes it: an event."""
        base = self.git("rev-parse", "main")
        self.git("checkout", "--quiet", "-b", "change", "main")
        head = self.commit(files, "the change")
        self.git("checkout", "--quiet", "--detach", "main")
        self.git("merge", "--quiet", "--no-ff", "--message", "merge", "change")
        self.git("update-ref", "refs/pull/1/merge", "HEAD")
        self.git("checkout", "--quiet", "main")
        self.git("branch", "--quiet", "-D", "change")
        return {"pull_request": {"number": 1, "base": {"sha": base}, "head": {"sha": head}},
                "repository": {"default_branch": "main"}}

    def push(self):
        return {"before": self.git("rev-parse", "main"), "repository": {"default_branch": "main"}}

    def checkout(self, ref):
        """As actions/checkout: one commit, no history."""
        self.checkouts += 1
        folder = self.folder / f"runner-{self.checkouts}" / "shop"
        folder.mkdir(parents=True)
        self.git("init", "--quiet", ".", cwd=folder)
        self.git("remote", "add", "origin", f"file://{self.work}", cwd=folder)
        self.git("fetch", "--quiet", "--no-tags", "--depth=1", "origin", f"+{ref}:refs/remotes/it",
                 cwd=folder)
        self.git("checkout", "--quiet", "--detach", "refs/remotes/it", cwd=folder)
        return folder
