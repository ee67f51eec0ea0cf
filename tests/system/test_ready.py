# SPDX-License-Identifier: BSD-2-Clause
"""test_ready.py - when a start is ready: exit, listen, an HTTP answer, a line; and what is not."""
import json
import socket
import subprocess
import sys

from harness import (MS, SECOND, cases, coldprof, load, memory_at, need, need_root, one, profile,
                     program, root_process, samples, skip)


def answer_of(sample):
    return sample["answers"][0]


def test_first_listen_is_asked_for_slash(tmp):
    sample = one(tmp, program("listener"), f"log={tmp}/log")
    assert sample["ready"] == "http" and answer_of(sample)["status"] == 200, sample["answers"]
    assert (tmp / "log").read_text().startswith("GET / HTTP/1"), (tmp / "log").read_text()
    assert sample["ready_ns"] <= sample["responded_ns"] == sample["total_ns"]


def test_root_that_exits_first_was_ready_then(tmp):
    sample = one(tmp, program("sleeper"), "10")
    assert sample["ready"] == "exit" and sample["responded_ns"] is None
    assert sample["ready_ns"] == sample["total_ns"]


def test_address_is_named(tmp):
    sample = one(tmp, program("listener"))
    assert sample["address"].startswith("127.0.0.1:"), sample["address"]


def test_listen_sends_no_request(tmp):
    sample = one(tmp, program("listener"), f"log={tmp}/log", options=("--ready", "listen"))
    assert sample["ready"] == "listen" and not sample["answers"], sample["answers"]
    assert not (tmp / "log").exists() and sample["responded_ns"] is None


def test_exit_waits_for_the_end_of_a_listener(tmp):
    """A program that listens for its own ends, and then goes."""
    sample = one(tmp, program("wait_for"), "network", "60", options=("--ready", "exit"))
    assert sample["ready"] == "exit" and sample["total_ns"] >= 60 * MS


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


@cases(("http", "http", "/"), ("path", "http/health?x=1", "/health?x=1"),
       ("port", "http:{port}", "/"), ("port-and-path", "http:{port}/a/b", "/a/b"))
def test_http_asks_for(tmp, spec, path):
    port = free_port()
    sample = one(tmp, program("listener"), f"port={port}", f"log={tmp}/log",
                 options=("--ready", spec.format(port=port)))
    assert sample["ready"] == "http" and answer_of(sample)["status"] == 200
    assert (tmp / "log").read_text().startswith(f"GET {path} HTTP/1"), (tmp / "log").read_text()


def test_http_port_passes_other_listeners_by(tmp):
    port = free_port()
    sample = one(tmp, program("listener"), "first=200", f"port={port}",
                 options=("--ready", f"http:{port}"))
    assert sample["address"].endswith(f":{port}"), sample["address"]


@cases(("word", "now serving", "serving"), ("anchored", "listening on 80", "^listening on [0-9]+$"),
       ("alternatives", "up", "^(up|ready)$"))
def test_line(tmp, text, pattern):
    sample = one(tmp, program("listener"), f"say={text}", "before=30",
                 options=("--ready", f"line:{pattern}"))
    assert sample["ready"] == "line" and sample["responded_ns"] is None
    assert 30 * MS <= sample["ready_ns"] == sample["total_ns"]


def test_line_on_standard_error(tmp):
    sample = one(tmp, "/bin/sh", "-c", "echo one >&2; echo two words >&2; exec sleep 5",
                 options=("--ready", "line:two w"))
    assert sample["ready"] == "line" and sample["total_ns"] < 4000 * MS


def test_line_written_in_pieces(tmp):
    script = "printf 'almost '; sleep 0.05; printf 'rea'; printf 'dy\\n'; exec sleep 5"
    sample = one(tmp, "/bin/sh", "-c", script, options=("--ready", "line:^almost ready$"))
    assert 50 * MS <= sample["total_ns"] < 4000 * MS


def test_line_that_never_comes(tmp):
    run = profile(tmp, program("sleeper"), "20", options=("--ready", "line:never"), expect=1)
    assert samples(run.report)[0]["outcome"] in ("exited", "never_ready"), samples(run.report)[0]


@cases("404", "301", "401", "204")
def test_any_status_is_an_answer(tmp, status):
    sample = one(tmp, program("listener"), f"answer={status}")
    assert answer_of(sample)["status"] == int(status)


@cases("500", "503")
def test_server_error_is_a_failed_start(tmp, status):
    run = profile(tmp, program("listener"), f"answer={status}", expect=1)
    (sample,) = samples(run.report)
    assert sample["outcome"] == "bad_answer" and status in sample["reason"], sample["reason"]
    assert not sample["counted"]
    assert status in run.err, run.err


@cases("garbage", "tls", "reset", "close", "silent")
def test_listener_that_speaks_no_http(tmp, answer):
    """Found by itself: then listen was ready, and one line says so."""
    run = profile(tmp, program("listener"), f"answer={answer}")
    (sample,) = samples(run.report)
    assert sample["outcome"] == "good" and sample["ready"] == "listen", sample
    assert sample["responded_ns"] is None and sample["total_ns"] == sample["ready_ns"]
    said = [n for n in sample["notes"] + run.report["workloads"][0]["notes"]]
    assert len(said) >= 1 or sample["answers"][0]["reason"], (said, sample["answers"])


def test_why_a_listener_gave_no_response_is_on_the_screen(tmp):
    need_root()
    run = coldprof("run", "-n", 1, "-w", 0, "-o", tmp / "r.json", "--", program("listener"),
                   "answer=garbage", expect=0)
    assert "no response to GET /: the answer is not HTTP" in " ".join(run.out.split()), run.out


@cases(("automatic", [], "neither listened nor ended"), ("http", ["--ready", "http"], "listen"),
       ("line", ["--ready", "line:x"], "line"), ("exit", ["--ready", "exit"], "end"))
def test_what_never_came_is_said(tmp, options, what):
    run = profile(tmp, program("sleeper"), "100000", options=["--timeout", "0.3", *options],
                  expect=1)
    (sample,) = samples(run.report)
    assert "not ready after 0.3 s: " in sample["reason"] and what in sample["reason"], sample


MANY_LISTENERS = """
import socket, sys
listeners = [socket.create_server(("127.0.0.1", 0)) for _ in range(13)]
client, _ = listeners[-1].accept()
client.recv(4096)
client.sendall(b"HTTP/1.1 204 No Content\\r\\n\\r\\n")
client.recv(1)
"""


def test_listeners_that_are_silent_do_not_hold_up_the_last(tmp):
    sample = one(tmp, sys.executable, "-c", MANY_LISTENERS)
    assert answer_of(sample)["status"] == 204 and sample["total_ns"] < 4 * SECOND, sample["answers"]


@cases("garbage", "reset", "silent")
def test_asked_for_http_and_got(tmp, answer):
    run = profile(tmp, program("listener"), f"answer={answer}", expect=1,
                  options=("--ready", "http", "--timeout", "3"))
    assert samples(run.report)[0]["outcome"] in ("never_ready", "bad_answer")
    assert samples(run.report)[0]["reason"], samples(run.report)[0]


def test_of_several_listeners_the_first_answer_wins(tmp):
    sample = one(tmp, program("listener"), "first=silent", "family=any4")
    assert answer_of(sample)["status"] == 200, sample["answers"]


def test_second_listener_where_the_first_speaks_no_http(tmp):
    sample = one(tmp, program("listener"), "first=garbage", "before=0")
    assert sample["ready"] == "http" and answer_of(sample)["status"] == 200, sample["answers"]


def has_ipv6():
    try:
        with socket.socket(socket.AF_INET6) as s:
            s.bind(("::1", 0))
        return True
    except OSError:
        return False


@cases(("loopback-4", "4", "127.0.0.1:"), ("wildcard-4", "any4", ":"), ("loopback-6", "6", "["),
       ("wildcard-6", "any6", "["))
def test_listener_on(tmp, family, start):
    if "6" in family and not has_ipv6():
        skip("no IPv6 on this machine")
    sample = one(tmp, program("listener"), f"family={family}")
    assert answer_of(sample)["status"] == 200 and start in sample["address"], sample["address"]


@cases(("path", "/socket"), ("long-path", "/" + "s" * 60))
def test_listener_on_a_unix_socket(tmp, name):
    path = f"{tmp}{name}"
    sample = one(tmp, program("listener"), "family=unix", f"path={path}")
    assert answer_of(sample)["status"] == 200 and path in sample["address"], sample["address"]


def test_listener_in_a_network_namespace_of_its_own(tmp):
    tool = need("ip")
    if subprocess.run(["unshare", "-n", "true"], capture_output=True).returncode:
        skip("no network namespaces here")
    sample = one(tmp, "unshare", "-n", "/bin/sh", "-c", f'{tool} link set lo up; exec "$0"',
                 program("listener"))
    assert answer_of(sample)["status"] == 200


@cases(("inherited-by-exec", "exec=yes"), ("child-accepts", "fork=late"),
       ("forks-before-it-serves", "fork=early"))
def test_server_whose_listener_is(tmp, how):
    sample = one(tmp, program("listener"), how)
    assert answer_of(sample)["status"] == 200


def test_daemon_is_followed(tmp):
    sample = one(tmp, program("listener"), "fork=daemon", "before=50",
                 options=("--ready", "http"))
    assert answer_of(sample)["status"] == 200
    assert len(sample["processes"]) == 3


def test_requests_after_the_first(tmp):
    sample = one(tmp, program("listener"), f"log={tmp}/log", options=("--requests", "7"))
    assert len((tmp / "log").read_text().splitlines()) == 8
    assert [a["request"] for a in sample["answers"]] == list(range(8)), sample["answers"]
    assert memory_at(root_process(sample), "requests")["rss_bytes"] > 0


def test_no_requests_for_a_command_by_itself(tmp):
    one(tmp, program("listener"), f"log={tmp}/log")
    assert len((tmp / "log").read_text().splitlines()) == 1


def test_listen_without_accept(tmp):
    """Listens, and never answers: ready at listen after the silence."""
    sample = one(tmp, program("listener"), "accept=no")
    assert sample["ready"] == "listen" and sample["responded_ns"] is None


def test_proxy_settings_are_not_used(tmp):
    """The connection to the program goes straight to it."""
    sample = one(tmp, program("listener"), env={"http_proxy": "http://127.0.0.1:9",
                                                "ALL_PROXY": "http://127.0.0.1:9"})
    assert answer_of(sample)["status"] == 200


FORKSERVER = """
import http.server, multiprocessing, sys

def main():
    context = multiprocessing.get_context("forkserver")
    with context.Pool(1) as pool:  # its server listens on a Unix socket of its own
        assert pool.apply(abs, (-1,)) == 1
        server = http.server.HTTPServer(("127.0.0.1", 0), http.server.SimpleHTTPRequestHandler)
        server.serve_forever()

if __name__ == "__main__":
    main()
"""


def test_private_socket_of_the_program_is_left_alone(tmp):
    """multiprocessing's forkserver dies of a connection that it does not understand."""
    (tmp / "app.py").write_text(FORKSERVER)
    sample = one(tmp, need("/usr/bin/python3"), tmp / "app.py", cwd=tmp,
                 options=("--env", f"TMPDIR={tmp}"))
    assert sample["ready"] == "http" and sample["address"].startswith("127.0.0.1:"), sample
    assert [a["status"] for a in sample["answers"]] == [200]


def test_unix_socket_in_a_folder_for_others_is_asked(tmp):
    (tmp / "app.py").write_text(
        "import os, socket, sys\n"
        "s = socket.socket(socket.AF_UNIX); s.bind(sys.argv[1] + '/app.sock'); s.listen()\n"
        "c, _ = s.accept(); c.recv(1000)\n"
        "c.sendall(b'HTTP/1.1 200 OK\\r\\nContent-Length: 2\\r\\n\\r\\nok'); s.accept()\n")
    tmp.chmod(0o755)
    sample = one(tmp, need("/usr/bin/python3"), tmp / "app.py", tmp)
    assert sample["ready"] == "http" and sample["address"].endswith("/app.sock"), sample


TWO = """
import http.server, json, os, sys, threading, time

class Answer(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(self.server.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

for status in (404, 200):
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Answer)
    server.status = status
    threading.Thread(target=server.serve_forever).start()
    time.sleep(1.5)
"""


def test_status_that_a_workload_names_may_be_a_later_listeners(tmp):
    """A gateway's upstream listens first, and knows nothing of /health."""
    folder = tmp / "catalog" / "python" / "two"
    folder.mkdir(parents=True)
    (folder / "main.py").write_text(TWO)
    (folder / "workload.json").write_text(json.dumps({
        "name": "python/two", "runtime": "python", "summary": "a test", "entry": "main.py",
        "command": ["{python}", "main.py"], "ready": "http/health", "ready_status": 200}))
    coldprof("run", "-q", "-n", 1, "-w", 0, "-o", tmp / "r.json", "--cache", tmp / "cache",
             "--catalog", tmp / "catalog", "python/two", expect=0)
    (sample,) = samples(load(tmp / "r.json"))
    assert [a["status"] for a in sample["answers"]] == [200]
    # and one that nobody gives is waited for until the timeout, and then named
    text = (folder / "workload.json").read_text().replace("200", "204")
    (folder / "workload.json").write_text(text)
    run = coldprof("run", "-q", "-n", 1, "-w", 0, "-o", tmp / "r.json", "--cache", tmp / "cache",
                   "--timeout", 4, "--catalog", tmp / "catalog", "python/two", expect=1)
    assert "not ready after 4 s: the first answer has status 404, not 204" in run.err, run.err
