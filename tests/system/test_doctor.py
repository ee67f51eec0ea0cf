# SPDX-License-Identifier: BSD-2-Clause
"""test_doctor.py - what coldprof says of this machine, with the reason and the cure."""
import os
import pathlib

from harness import cases, coldprof, need_root, nobody, one_line, skip

SUBJECTS = ("BTF", "privilege", "lockdown", "tracepoint", "uprobe", "cgroup", "page cache",
            "clock", "governor", "left")


@cases(*SUBJECTS)
def test_speaks_of(subject):
    run = coldprof("doctor")
    assert subject.lower() in run.out.lower().replace("page-cache", "page cache"), run.out


def test_good_machine_is_status_0():
    need_root()
    if not pathlib.Path("/sys/kernel/btf/vmlinux").exists():
        skip("no BTF here")
    coldprof("doctor", expect=0)


def test_without_root_it_says_what_is_missing():
    run = coldprof("doctor", prefix=nobody(), expect=3)
    line = one_line(run.out.lower(), "privilege")
    assert "root" in run.out.lower(), line


def test_cgroup_version_is_the_machines():
    need_root()
    out = coldprof("doctor").out.lower()
    line = one_line(out, "cgroup")
    version = "2" if os.path.exists("/sys/fs/cgroup/cgroup.controllers") else "1"
    assert f"v{version}" in line or f"version {version}" in line, line


def test_kernel_is_named():
    assert os.uname().release in coldprof("doctor").out


def test_says_no_more_than_results_on_standard_output():
    run = coldprof("doctor")
    assert not run.err, run.err
