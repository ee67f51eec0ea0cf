/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/*
 * mm.bpf.h - the exact memory of a process
 *
 * Since 6.2 the kernel keeps each of the four RSS counters in parts, one for each CPU; /proc showed
 * the rough sum alone until 6.17. The parts are read here. Their addresses need each CPU's offset,
 * whose kernel symbol is not offered on every build: it is found, once, by comparing where a
 * per-CPU map of ours lies on that CPU (bpf_map_lookup_percpu_elem, 5.18) with the map's own
 * per-CPU pointer.
 */
#ifndef COLDPROF_MM_BPF_H
#define COLDPROF_MM_BPF_H

#include "coldprof.bpf.h"

#define PAGE_SHIFT   12
#define MM_COUNTERS  4 /* MM_FILEPAGES, MM_ANONPAGES, MM_SWAPENTS, MM_SHMEMPAGES */
#define OFFSETS_KEPT 1024

struct memory {
	__u64 file, anon, swap, shmem, peak; /* bytes */
};

/* Of each CPU; 0: not found yet. */
extern __u64 cpu_offsets[OFFSETS_KEPT];

/* A pointer as a number: the verifier allows arithmetic only after it went through memory. */
static __always_inline __u64 address_of(void *pointer)
{
	__u64 address = 0;

	bpf_probe_read_kernel(&address, sizeof(address), &pointer);
	return address;
}

/* The per-CPU pointer behind |ruler|. */
static __always_inline __u64 ruler_base(void)
{
	__u64 map = address_of(&ruler), base = 0;

	bpf_probe_read_kernel(&base, sizeof(base),
			      (void *)(map + bpf_core_field_offset(struct bpf_array, pptrs)));
	return base;
}

static __noinline __u64 find_cpu_offset(__u32 cpu)
{
	__u64 base = ruler_base(), offset = 0;
	__u32 zero = 0;
	void *here;

	if (!bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_map_lookup_percpu_elem))
		return 0;
	here = bpf_map_lookup_percpu_elem(&ruler, &zero, cpu);
	if (here && base)
		offset = address_of(here) - base;
	if (cpu < OFFSETS_KEPT)
		cpu_offsets[cpu] = offset;
	return offset;
}

struct parts {
	__u64 counters[MM_COUNTERS];
	__s64 pages[MM_COUNTERS];
	__u64 together; /* one behind the other: since 6.6 */
};

static long add_parts(__u32 cpu, struct parts *parts)
{
	__u64 offset = cpu < OFFSETS_KEPT ? cpu_offsets[cpu] : 0;
	__s32 part[MM_COUNTERS] = {};

	if (!offset)
		offset = find_cpu_offset(cpu);
	if (!offset)
		return 1;
	if (parts->together)
		bpf_probe_read_kernel(part, sizeof(part), (void *)(parts->counters[0] + offset));
	else
		for (int i = 0; i < MM_COUNTERS; i++)
			bpf_probe_read_kernel(&part[i], sizeof(part[i]),
					      (void *)(parts->counters[i] + offset));
	for (int i = 0; i < MM_COUNTERS; i++)
		parts->pages[i] += part[i];
	return 0;
}

/* Where it lies is relocated only if the number is a constant, which that of a loop is not. */
#define TAKE_COUNTER(i)                                                                            \
	do {                                                                                       \
		parts.counters[i] = (__u64)mm->rss_stat[i].counters;                               \
		parts.pages[i] = mm->rss_stat[i].count;                                            \
		if (parts.counters[i] != parts.counters[0] + (i) * sizeof(__s32))                  \
			parts.together = 0;                                                        \
	} while (0)

/* bpf_loop (5.17) is verified once, a loop of ours as often as it may run. */
static __always_inline void read_parts(struct mm_struct *mm, __s64 pages[MM_COUNTERS])
{
	struct parts parts = {.together = 1};

	TAKE_COUNTER(0);
	TAKE_COUNTER(1);
	TAKE_COUNTER(2);
	TAKE_COUNTER(3);
	bpf_loop(control.cpus, add_parts, &parts, 0);
	for (int i = 0; i < MM_COUNTERS; i++)
		pages[i] = parts.pages[i];
}

static __always_inline __u64 bytes_of(__s64 pages)
{
	return pages > 0 ? (__u64)pages << PAGE_SHIFT : 0;
}

/* |mm|: as the verifier knows it, by steps from a task that it knows; not 0. */
static __always_inline void read_memory(struct mm_struct *mm, struct memory *out)
{
	struct mm_struct___before62 *old = (void *)mm;
	__s64 pages[MM_COUNTERS] = {};
	__u64 now;

	if (bpf_core_type_exists(struct mm_rss_stat___before62))
		bpf_probe_read_kernel(pages, sizeof(pages), &old->rss_stat.count);
	else if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_map_lookup_percpu_elem))
		read_parts(mm, pages);
	out->file = bytes_of(pages[0]);
	out->anon = bytes_of(pages[1]);
	out->swap = bytes_of(pages[2]);
	out->shmem = bytes_of(pages[3]);
	now = out->file + out->anon + out->shmem;
	/* the kernel's own high-water mark is only brought up to date now and then */
	out->peak = mm->hiwater_rss << PAGE_SHIFT;
	if (out->peak < now)
		out->peak = now;
}

/* Resident bytes of the current process. */
static __noinline __attribute__((unused)) __u64 rss_now(void)
{
	struct mm_struct *mm = bpf_get_current_task_btf()->mm;
	struct memory memory = {};

	if (!mm)
		return 0;
	read_memory(mm, &memory);
	return memory.file + memory.anon + memory.shmem;
}

#endif
