# SPDX-License-Identifier: BSD-2-Clause
"""test_truth_files.py - files opened, looked for in vain and read, as strace has them."""
import json
import os
import subprocess

from harness import (big_file, cases, evict, need, one, process_running, profile, program,
                     samples, source, strace_opens)

PYTHON = "/usr/bin/python3"


def folder_of_files(tmp):
    root = tmp / "root"
    (root / "a" / "b").mkdir(parents=True)
    (root / "a" / "one").write_text("1")
    (root / "a" / "b" / "two").write_text("22")
    return root


def files_of(run, index=0):
    return {f["path"]: f for f in run.report["workloads"][index]["files"]}


def folders_of(run):
    return {f["path"]: f["enoent_count"] for f in run.report["workloads"][0]["folders"]}


@cases(("paths", lambda tmp: [program("open_paths"), folder_of_files(tmp)]),
       ("forks", lambda tmp: [program("forks"), "4"]),
       ("failed", lambda tmp: [program("failed_calls")]),
       ("python", lambda tmp: [need(PYTHON), "-I", "-c", "pass"]),
       ("python-json", lambda tmp: [need(PYTHON), "-I", "-c", "import json"]),
       ("shell", lambda tmp: [source("shim.sh"), program("forks"), "1"]))
def test_opens_as_strace_counts(tmp, command_for):
    command = command_for(tmp)
    opened, folders, failed = strace_opens(tmp, *command)
    sample = one(tmp, *command)
    got = sum(c["count"] - c["errors_count"] for c in sample["syscalls"]
              if c["name"] in ("open", "openat", "openat2", "creat"))
    assert got == opened + folders, f"{got} opened, strace has {opened} and {folders} folders"
    got = sample["metrics"]["files_opened_count"]
    assert got == opened, f"{got} files, strace has {opened} and {folders} folders"
    got = sum(c["errors_count"] for c in sample["syscalls"]
              if c["name"] in ("open", "openat", "openat2", "creat"))
    assert got == failed, f"{got} failed, strace has {failed}"


def test_node_opens_as_strace_counts(tmp):
    command = [need("node"), "-e", "0"]
    truths = {strace_opens(tmp, *command)[0] for _ in range(3)}
    got = one(tmp, *command)["metrics"]["files_opened_count"]
    assert min(truths) <= got <= max(truths), f"{got}, strace has {truths}"


def test_relative_and_dirfd_paths_are_resolved(tmp):
    root = folder_of_files(tmp)
    files = files_of(profile(tmp, program("open_paths"), root))
    for path, count in (("a/one", 3), ("a/b/two", 4)):
        got = files.get(str(root / path))
        assert got, f"'{root / path}' is not among {sorted(files)}"
        assert got["opened_count"] == count, f"{path}: {got}"


def test_failed_look_ups_by_folder(tmp):
    root = folder_of_files(tmp)
    folders = folders_of(profile(tmp, program("open_paths"), root))
    for path, count in ((root / "a" / "b", 3), (root / "a", 3), ("/nonexistent-for-coldprof", 1)):
        assert folders.get(str(path)) == count, f"{path}: {folders.get(str(path))} in {folders}"


def test_failed_look_ups_add_up(tmp):
    run = profile(tmp, program("open_paths"), folder_of_files(tmp))
    (sample,) = samples(run.report)
    enoent = sum(c["errors"].get("ENOENT", 0) for c in sample["syscalls"])
    assert sum(folders_of(run).values()) == enoent == sample["metrics"]["enoent_count"], \
        (folders_of(run), enoent, sample["metrics"]["enoent_count"])


def test_path_after_chdir_of_another_process(tmp):
    """A child's chdir does not move its parent."""
    root = folder_of_files(tmp)
    script = f"cd {root}/a; (cd b; cat two); cat one"
    files = files_of(profile(tmp, "/bin/sh", "-c", script))
    assert str(root / "a" / "b" / "two") in files and str(root / "a" / "one") in files, \
        sorted(files)


def test_bytes_read(tmp):
    path = big_file(tmp, 1)
    run = profile(tmp, program("read_bytes"), path)
    assert files_of(run)[str(path)]["read_bytes"] == 3968, files_of(run)[str(path)]


def test_bytes_read_after_a_shift_of_descriptors(tmp):
    """dup, and a descriptor that a child inherits, still lead to the file."""
    path = big_file(tmp, 1)
    script = f"exec 7<{path}; head -c 1000 <&7 | cat >/dev/null; (dd bs=500 count=1 <&7 2>&1)"
    got = files_of(profile(tmp, "/bin/sh", "-c", script))[str(path)]
    assert got["read_bytes"] >= 1500 or got["incomplete"], got


def test_cold_file_comes_into_the_page_cache(tmp):
    path = big_file(tmp, 8)
    evict(path)
    run = profile(tmp, program("disk_read"), path)
    got = files_of(run)[str(path)]
    assert got["read_bytes"] == 8 << 20, got
    # What came in while a page fault broke into a read is not known to be this file's.
    assert got["page_cache_bytes"] >= 7 << 20, got
    brought = process_running(samples(run.report)[0], "disk_read")["page_cache_bytes"]
    assert 8 << 20 <= brought <= 12 << 20, brought


def test_warm_file_brings_nothing_in(tmp):
    path = big_file(tmp, 8)
    path.read_bytes()
    run = profile(tmp, program("disk_read"), path)
    process = process_running(samples(run.report)[0], "disk_read")
    assert process["read_bytes"] >= 8 << 20
    assert process["page_cache_bytes"] < 1 << 20, process["page_cache_bytes"]


def test_mapped_file_is_not_read_but_brought_in(tmp):
    path = big_file(tmp, 8)
    evict(path)
    run = profile(tmp, program("disk_read"), path, "mmap")
    assert not files_of(run)[str(path)]["read_bytes"], files_of(run)[str(path)]
    process = process_running(samples(run.report)[0], "disk_read")
    assert process["page_cache_bytes"] >= 8 << 20, process["page_cache_bytes"]


def test_names_with_odd_bytes(tmp):
    """A path that is no UTF-8, and one with a newline and a quote: the report is still JSON."""
    odd = [b"caf\xe9", b'two\nlines "quoted"', "h\u00e9llo".encode()]
    for name in odd:
        (tmp.joinpath(name.decode("utf-8", "surrogateescape"))).write_text("x")
    files = files_of(profile(tmp, "/bin/cat", *[tmp.joinpath(
        n.decode("utf-8", "surrogateescape")) for n in odd]))
    assert sum(1 for path in files if path.startswith(f"{tmp}/") and "output" not in path) >= 3, \
        sorted(files)


def test_long_path(tmp):
    folder = tmp
    for _ in range(12):
        folder = folder / ("d" * 200)
    folder.mkdir(parents=True)
    (folder / "file").write_text("x")
    files = files_of(profile(tmp, "/bin/cat", folder / "file"))
    assert str(folder / "file") in files, [p[:80] for p in files]


def test_python_finds_its_modules(tmp):
    """The files that python says it imported are among those opened."""
    code = "import json, sys; print(json.dumps([m.__cached__ for m in sys.modules.values() " \
           "if getattr(m, '__cached__', None) and getattr(m, '__file__', None)]))"
    cached = json.loads(subprocess.run([need(PYTHON), "-I", "-c", code], check=True,
                                       capture_output=True, text=True).stdout)
    files = files_of(profile(tmp, PYTHON, "-I", "-c", code))
    missing = [p for p in cached if os.path.exists(p) and p not in files]
    assert not missing, missing
    assert len(cached) > 5
