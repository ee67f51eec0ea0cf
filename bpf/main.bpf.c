// SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0)
/* main.bpf.c - the maps and variables that all programs share */
#include "mm.bpf.h"

struct thread_map threads SEC(".maps");
struct ring_map ring SEC(".maps");
struct scratch_map scratches SEC(".maps");
struct ruler_map ruler SEC(".maps");
struct control control = {};
__u64 cpu_offsets[OFFSETS_KEPT] = {};

char LICENSE[] SEC("license") = "Dual BSD/GPL";
