/* SPDX-License-Identifier: (BSD-2-Clause OR GPL-2.0) */
/*
 * mm.bpf.h - the exact memory of a process
 *
 * Since 6.2 the kernel keeps each of the four RSS counters in parts, one for each CPU; /proc showed
 * the rough sum alone until 6.17. The parts are read here. Their addresses need each CPU's offset,
 * whose kernel symbol is not offered on every build: it is found by comparing where a per-CPU map
 * of ours lies on each CPU (bpf_map_lookup_percpu_elem, 5.18) with the map's own per-CPU pointer.
 */
#ifndef COLDPROF_MM_BPF_H
#define COLDPROF_MM_BPF_H

#include "coldprof.bpf.h"

#define PAGE_SHIFT 12

struct memory {
	__u64 file, anon, swap, shmem, peak; /* bytes */
};

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

struct parts {
	__u64 address, base;
	__s64 sum;
};

static long add_part(__u32 cpu, struct parts *parts)
{
	__u32 zero = 0;
	__s32 part = 0;
	void *here = bpf_map_lookup_percpu_elem(&ruler, &zero, cpu);

	if (!here)
		return 1;
	bpf_probe_read_kernel(&part, sizeof(part),
			      (void *)(parts->address + (address_of(here) - parts->base)));
	parts->sum += part;
	return 0;
}

/* bpf_loop (5.17) is verified once, a loop of ours as often as it may run. */
static __noinline __s64 percpu_sum(__u64 counter_address)
{
	struct percpu_counter *counter = (void *)counter_address;
	struct parts parts = {
		.address = (__u64)BPF_CORE_READ(counter, counters),
		.base = ruler_base(),
		.sum = BPF_CORE_READ(counter, count),
	};

	if (parts.base)
		bpf_loop(control.cpus, add_part, &parts, 0);
	return parts.sum;
}

static __always_inline __u64 counter_bytes(struct mm_struct *mm, int member)
{
	struct mm_struct___before62 *old = (void *)mm;
	__s64 pages = 0;

	if (bpf_core_type_exists(struct mm_rss_stat___before62))
		bpf_probe_read_kernel(&pages, sizeof(pages),
				      (__s64 *)&old->rss_stat.count[0] + member);
	else if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_map_lookup_percpu_elem))
		pages = percpu_sum((__u64)&mm->rss_stat +
				   member * bpf_core_type_size(struct percpu_counter));
	return pages > 0 ? (__u64)pages << PAGE_SHIFT : 0;
}

static __noinline __attribute__((unused)) void read_memory(struct mm_struct *mm, struct memory *out)
{
	__u64 now;

	out->file = counter_bytes(mm, 0);
	out->anon = counter_bytes(mm, 1);
	out->swap = counter_bytes(mm, 2);
	out->shmem = counter_bytes(mm, 3);
	now = out->file + out->anon + out->shmem;
	/* the kernel's own high-water mark is only brought up to date now and then */
	out->peak = BPF_CORE_READ(mm, hiwater_rss) << PAGE_SHIFT;
	if (out->peak < now)
		out->peak = now;
}

#endif
