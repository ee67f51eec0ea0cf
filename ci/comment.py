#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""comment.py - puts a text into a pull or merge request, in place of the one that was there before

    ci/comment.py [--renew] FILE

The first line of FILE is a mark, an HTML comment: the comment that begins with it is renewed; where
there is none one is added, or, with --renew, nothing is done. Which forge it is and where it answers
is in the variables that a CI job of it has: GITHUB_API_URL, GITHUB_REPOSITORY, COLDPROF_PULL;
CI_API_V4_URL, CI_PROJECT_ID, CI_MERGE_REQUEST_IID. COLDPROF_TOKEN may write comments.
Exit status: 0 done, or no pull request; 1 it could not be, with a line that says why."""
import json
import os
import sys
import urllib.error
import urllib.request

SECONDS = 30
PAGE = 100
PAGES_MOST = 50
LIMIT = 65536  # characters of a comment of GitHub; GitLab takes more


class Forge:
    """Where the comments of one pull request are: `list` is their URL, `one` that of one of them."""

    def __init__(self, listing, one, headers, method):
        self.list, self.one, self.headers, self.method = listing, one, headers, method

    def call(self, url, method="GET", body=None):
        data = None if body is None else json.dumps({"body": body}).encode()
        request = urllib.request.Request(url, data, method=method, headers={
            **self.headers, "Content-Type": "application/json", "User-Agent": "coldprof"})
        with urllib.request.urlopen(request, timeout=SECONDS) as answer:
            return json.load(answer)

    def find(self, mark):
        """The id of the comment that begins with `mark`, or None."""
        for page in range(1, PAGES_MOST + 1):
            comments = self.call(f"{self.list}?per_page={PAGE}&page={page}")
            for comment in comments:
                if (comment["body"] or "").startswith(mark):
                    return comment["id"]
            if len(comments) < PAGE:
                return None
        return None


def github(env):
    if not env.get("GITHUB_REPOSITORY") or not env.get("COLDPROF_PULL"):
        return None
    root = f"{env.get('GITHUB_API_URL', 'https://api.github.com')}/repos/{env['GITHUB_REPOSITORY']}"
    headers = {"Accept": "application/vnd.github+json",
               "Authorization": f"Bearer {env['COLDPROF_TOKEN']}"}
    return Forge(f"{root}/issues/{env['COLDPROF_PULL']}/comments", f"{root}/issues/comments",
                 headers, "PATCH")


def gitlab(env):
    if not env.get("CI_API_V4_URL") or not env.get("CI_MERGE_REQUEST_IID"):
        return None
    notes = (f"{env['CI_API_V4_URL']}/projects/{env['CI_PROJECT_ID']}"
             f"/merge_requests/{env['CI_MERGE_REQUEST_IID']}/notes")
    return Forge(notes, notes, {"PRIVATE-TOKEN": env["COLDPROF_TOKEN"]}, "PUT")


def publish(forge, text, renew):
    mark = text.split("\n", 1)[0]
    if not mark.startswith("<!--"):
        raise ValueError("its first line is no mark")
    if len(text) > LIMIT:
        raise ValueError(f"it has {len(text)} characters, {LIMIT} are taken")
    known = forge.find(mark)
    if known is not None:
        forge.call(f"{forge.one}/{known}", forge.method, text)
    elif not renew:
        forge.call(forge.list, "POST", text)


def main(arguments):
    renew = arguments[:1] == ["--renew"]
    if len(arguments) != 1 + renew:
        print("usage: ci/comment.py [--renew] FILE", file=sys.stderr)
        return 2
    path = arguments[-1]
    try:
        if not os.environ.get("COLDPROF_TOKEN"):
            raise ValueError("no token is given that may write comments")
        forge = github(os.environ) or gitlab(os.environ)
        if not forge:
            print("comment.py: this is no pull request: nothing to comment on", file=sys.stderr)
            return 0
        with open(path, encoding="utf-8") as file:
            publish(forge, file.read(), renew)
    except (OSError, ValueError, KeyError, TypeError, urllib.error.URLError) as error:
        print(f"comment.py: cannot comment by '{path}': {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
