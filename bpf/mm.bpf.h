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

#define MAX_CPUS   512
#define PAGE_SHIFT 12

struct memory {
	__u64 file, anon, swap, shmem, peak; /* bytes */
};

/* A pointer as a number: the verifier allows arithmetic on one only after it went through memory. */
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

static __noinline __s64 percpu_sum(__u64 counter_address)
{
	struct percpu_counter *counter = (void *)counter_address;
	__s64 sum = BPF_CORE_READ(counter, count);
	__u64 parts = (__u64)BPF_CORE_READ(counter, counters);
	__u64 base = ruler_base();
	__u32 zero = 0;

	if (!base)
		return sum;
	for (__u32 cpu = 0; cpu < MAX_CPUS; cpu++) {
		void *here;
		__s32 part = 0;

		if (cpu >= control.cpus)
			break;
		here = bpf_map_lookup_percpu_elem(&ruler, &zero, cpu);
		if (!here)
			break;
		bpf_probe_read_kernel(&part, sizeof(part),
				      (void *)(parts + (address_of(here) - base)));
		sum += part;
	}
	return sum;
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

static __noinline void read_memory(struct mm_struct *mm, struct memory *out)
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
