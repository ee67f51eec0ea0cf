# SPDX-License-Identifier: BSD-2-Clause
"""test_truth_memory.py - memory as /proc has it, to the page, and faults as getrusage has them."""
import functools
import os

from harness import (cases, kib, memory_at, one, output_of, process_of, program, root_process, said,
                     shared_folder, skip)


@functools.lru_cache(maxsize=None)
def idle(kept="24", freed="16"):
    """(sample, process, what the program itself read of /proc): one start for all that ask."""
    folder = shared_folder()
    sample = one(folder, program("memory_idle"), kept, freed, folder / "truth",
                 options=("--ready", "listen"))
    return sample, root_process(sample), (folder / "truth").read_text()


def test_rss_at_the_mark_to_the_page():
    _, process, truth = idle()
    assert memory_at(process, "ready")["rss_bytes"] == kib(truth, "VmRSS"), \
        (memory_at(process, "ready"), kib(truth, "VmRSS"))


def test_rss_by_kind_to_the_page():
    _, process, truth = idle()
    memory = memory_at(process, "ready")
    for key, name in (("rss_anonymous_bytes", "RssAnon"), ("rss_file_bytes", "RssFile"),
                      ("rss_shmem_bytes", "RssShmem")):
        assert memory[key] == kib(truth, name), (key, memory[key], kib(truth, name))


def test_peak_to_the_page():
    _, process, truth = idle()
    assert process["rss_peak_bytes"] == kib(truth, "VmHWM"), \
        (process["rss_peak_bytes"], kib(truth, "VmHWM"))


def test_pss_and_private_as_smaps_rollup():
    _, process, truth = idle()
    memory = memory_at(process, "ready")
    private = kib(truth, "Private_Clean") + kib(truth, "Private_Dirty")
    assert memory["pss_bytes"] == kib(truth, "Pss"), (memory["pss_bytes"], kib(truth, "Pss"))
    assert memory["private_bytes"] == private, (memory["private_bytes"], private)
    shared = kib(truth, "Shared_Clean") + kib(truth, "Shared_Dirty")
    assert memory["shared_bytes"] == shared, (memory["shared_bytes"], shared)
    assert memory["anonymous_bytes"] == kib(truth, "Anonymous")
    assert memory["swap_bytes"] == kib(truth, "Swap")


def test_kinds_of_mapping_add_up():
    _, process, _ = idle()
    memory = memory_at(process, "ready")
    for key in ("pss_bytes", "private_bytes", "shared_bytes", "swap_bytes"):
        total = sum(kind[key] for kind in memory["kinds"])
        assert total == memory[key], f"{key}: kinds {total}, process {memory[key]}"


def test_anonymous_memory_is_found_as_such():
    _, process, _ = idle("40")
    kinds = {k["kind"]: k for k in memory_at(process, "ready")["kinds"]}
    assert kinds["anonymous"]["rss_bytes"] >= 40 << 20, kinds


def test_tree_totals_are_of_pss():
    sample, process, _ = idle()
    memory = memory_at(process, "ready")
    assert sample["tree_pss_ready_bytes"] == memory["pss_bytes"]
    assert sample["tree_uss_ready_bytes"] == memory["private_bytes"]
    assert sample["metrics"]["pss_ready_bytes"] == memory["pss_bytes"]
    assert sample["metrics"]["rss_ready_bytes"] == memory["rss_bytes"]


def test_delay_of_the_reading_is_said():
    _, process, _ = idle()
    memory = memory_at(process, "ready")
    assert memory["delay_ns"] >= 0 and memory["took_ns"] > 0, memory


def test_memory_after_the_requests(tmp):
    sample = one(tmp, program("listener"), options=("--requests", "5"))
    process = root_process(sample)
    assert memory_at(process, "ready")["pss_bytes"] > 0
    assert memory_at(process, "requests")["pss_bytes"] > 0


def test_every_living_process_is_read(tmp):
    """A server that forked: parent and child both have their memory at the mark."""
    sample = one(tmp, program("listener"), "fork=late")
    assert len(sample["processes"]) == 2
    total = sum(memory_at(p, "ready")["pss_bytes"] for p in sample["processes"])
    assert total == sample["tree_pss_ready_bytes"], (total, sample["tree_pss_ready_bytes"])


def test_ended_process_has_rss_and_peak_only(tmp):
    if [int(n) for n in os.uname().release.split(".")[:2]] < [6, 16]:
        skip("before 6.16 a process has no memory left when its exit is reported")
    sample = one(tmp, program("hold"), "64")
    process = root_process(sample)
    memory = memory_at(process, "exit")
    assert memory["pss_bytes"] is None and memory["private_bytes"] is None and memory["reason"], \
        memory
    for value in (memory["rss_bytes"], process["rss_peak_bytes"]):
        assert 64 << 20 <= value <= 66 << 20, (memory, process["rss_peak_bytes"])


def test_peak_is_not_that_of_the_launcher(tmp):
    """ru_maxrss would keep what coldprof itself held before exec."""
    process = root_process(one(tmp, program("sleeper"), "1"))
    assert process["rss_peak_bytes"] < 2 << 20, process["rss_peak_bytes"]


def test_peak_of_a_process_that_shrank():
    _, process, truth = idle("8", "48")
    assert process["rss_peak_bytes"] >= (8 + 48) << 20
    assert memory_at(process, "ready")["rss_bytes"] < 16 << 20


def test_cgroup_peak_stands_apart(tmp):
    sample = one(tmp, program("hold"), "64")
    peak = sample["cgroup"]["memory_peak_bytes"]
    assert peak is None or peak >= 64 << 20, sample["cgroup"]


def test_absent_is_null_not_zero(tmp):
    sample = one(tmp, program("sleeper"), "1")
    assert sample["responded_ns"] is None and sample["tree_pss_ready_bytes"] is None, sample


@cases(("no-write", "3000", "0"), ("writes", "3000", "2000"), ("few", "10", "5"))
def test_faults_as_getrusage_counts(tmp, pages, written):
    """The child's: its getrusage is taken after its end, so both counts are complete."""
    sample = one(tmp, *output_of(tmp, program("faults"), pages, written))
    truth = said(tmp)
    child = process_of(sample, truth["child"])
    counted = child["faults_minor_count"] + child["faults_major_count"]
    assert counted == truth["child_faults"], (counted, truth)
    assert int(written) <= child["faults_cow_count"] <= truth["child_faults"], \
        (child["faults_cow_count"], truth)


def test_faults_of_the_parent_grow_by_the_pages_touched(tmp):
    few, many = (root_process(one(tmp, program("faults"), pages, "0"))["faults_minor_count"]
                 for pages in ("1000", "5000"))
    assert many - few in range(3990, 4011), (few, many)


def test_faults_of_phases_add_up(tmp):
    sample = one(tmp, program("faults"), "1000", "100")
    for kind in ("minor", "major", "cow"):
        key = f"faults_{kind}_count"
        assert sum(p[key] for p in sample["phases"]) == sum(p[key] for p in sample["processes"]), \
            key
