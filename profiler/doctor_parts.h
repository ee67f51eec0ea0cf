/* SPDX-License-Identifier: BSD-2-Clause */
/* doctor_parts.h - the groups of checks that doctor is made of */
#ifndef COLDPROF_DOCTOR_PARTS_H
#define COLDPROF_DOCTOR_PARTS_H

#include <stdint.h>

#include "doctor.h"

/* |cure| is copied; NULL: none. */
void doctor_add(struct doctor *doctor, const char *name, enum doctor_state state, const char *cure,
		const char *format, ...) __attribute__((format(printf, 5, 6)));

/* Kernel, BTF, privilege, lockdown, tracepoints; then a trial of it all. */
void doctor_kernel(const struct doctor_options *options, struct doctor *doctor);
void doctor_trial(const struct doctor_options *options, struct doctor *doctor);

/* cgroups, page cache, clock, governor, neighbours. */
void doctor_machine(const struct doctor_options *options, struct doctor *doctor);

void doctor_runtimes(const struct doctor_options *options, struct doctor *doctor);
void doctor_leftovers(const struct doctor_options *options, struct doctor *doctor);

/* The capabilities that this process has in effect; bit 1 << CAP_x. */
uint64_t doctor_capabilities(void);
/* Whether they are enough to load and attach BPF programs. */
bool doctor_may_trace(uint64_t capabilities);

/* The kernel's types can be read: from |path|, or (NULL) from where the kernel has them. */
bool doctor_has_btf(const char *path);

/* A kernel's release is |major|.|minor| or newer. */
bool doctor_kernel_is(const char *release, unsigned major, unsigned minor);

/* The tracepoints that coldprof hooks, closed by a NULL name. */
struct doctor_tracepoint {
	const char *name;
	const char *lost; /* what is not measured without it; NULL: nothing works without it */
};
extern const struct doctor_tracepoint doctor_tracepoints[];

#endif
