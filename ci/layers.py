#!/usr/bin/env python3
# SPDX-License-Identifier: BSD-2-Clause
"""layers.py - a file of profiler/ or bpf/ includes its own layer and those above it, never below

Prints each include that goes down, and each file that is in no layer. Exit status: 0 there is none.
"""
import fnmatch
import os
import re
import sys

# From the top, which knows nothing, to the bottom, which knows all. A name stands for NAME.c and
# NAME.h, "name_*" for all that begin so.
LAYERS = (
    ("base", "err buf vec map fs units utf8 clock nearest rng display screen import_line words"),
    ("library", "jsonx elfx shape shape_* kernel_types"),
    # what an event is, what it is called, how it is stored
    ("event", "event classify control cookie v8_layout call callnames pathcalls recording recording_*"),
    # plain data that models fill and renderers print
    ("result", "result metrics comparison"),
    # pure: events -> struct
    ("model",
     "models chain cpu entry facts faults fdcalls fdtable files hook_calls hook_preloads"
     " mappings memory modules paths"
     " python_imports python_imports_finish python_loads python_text python_unseen"
     " packages packages_* patterns pollset"
     " process roles sched scripts scripts_* syscalls timeline uring usage waits workers"),
    # pure: numbers -> struct
    ("stats", "stats stats_* plan domtree dominators"),
    # models and stats -> a result
    ("sample", "sample sample_* summary summary_* rebuild"),
    # two results -> a comparison
    ("compare", "compare compare_* comparison stratum merge merge_*"),
    # const struct result * and a FILE *
    ("report", "report report_*"),
    # touch the machine: files, processes, terminals, the kernel
    ("machine",
     "user user_* commit tree trust cgroup limit limit_* http http_* smaps symbols symbols_* v8 node_version runtime"
     " package_facts package_facts_* module_hook node_options"
     " runtime_* probes ready progress launch launch_* cold cold_* trace interpreter workload"
     " python_sites python_tracee python_walk python_copy python_program"
     " python_calibrate python_calibrate_parts python_watch python_choose python_exits uprobe_cost"
     " workload_* catalog catalog_* client install installed prepare prepare_* target scratch"
     " service start ask known doctor doctor_*"),
    ("session", "session session_* observe"),
    ("command", "cmd cmd_* run run_*"),
    ("main", "main"),
)
# The BPF programs are a world of their own: of the layers they see what the kernel sends.
BPF_OWN = "*.bpf kernel call_table"
BPF_LAYER = "event"
# Generated; one file alone may see it.
SKELETON, SKELETON_USER = "coldprof.skel", "trace"

INCLUDE = re.compile(r'^\s*#\s*include\s+"([^"]+)"', re.MULTILINE)


def is_one_of(name, patterns):
    return any(fnmatch.fnmatchcase(name, pattern) for pattern in patterns.split())


def layer_of(name):
    """The index of its layer, None where it is in none."""
    for index, (_, patterns) in enumerate(LAYERS):
        if is_one_of(name, patterns):
            return index
    return None


def stem(file):
    return os.path.basename(file).rsplit(".", 1)[0]


def check_bpf(file, included):
    name = stem(included)
    index = layer_of(name)
    if is_one_of(name, BPF_OWN) or (index is not None and LAYERS[index][0] == BPF_LAYER):
        return None
    return f"{file} includes {included} (BPF programs see the layer '{BPF_LAYER}' alone)"


def check_profiler(file, included):
    own, other = layer_of(stem(file)), layer_of(stem(included))
    if stem(included) == SKELETON:
        if stem(file) == SKELETON_USER:
            return None
        return f"{file} includes {included} (only {SKELETON_USER}.c sees the skeleton)"
    if other is None:
        return f"{file} includes {included} (in no layer)"
    if other <= own:
        return None
    return f"{file} includes {included} ({LAYERS[own][0]} includes {LAYERS[other][0]})"


def findings(folder):
    for name in sorted(os.listdir(folder)):
        file = os.path.join(folder, name)
        if not name.endswith((".c", ".h")):
            continue
        bpf = folder == "bpf" and is_one_of(stem(file), BPF_OWN)
        if not bpf and layer_of(stem(file)) is None:
            yield f"{file} is in no layer: {os.path.relpath(__file__)} lists them"
            continue
        with open(file, encoding="utf-8") as source:
            for included in INCLUDE.findall(source.read()):
                found = check_bpf(file, included) if bpf else check_profiler(file, included)
                if found:
                    yield found


def main():
    os.chdir(os.path.join(os.path.dirname(os.path.abspath(__file__)), ".."))
    found = [line for folder in ("bpf", "profiler") for line in findings(folder)]
    print("\n".join(found), end="\n" if found else "")
    return 1 if found else 0


sys.exit(main())
