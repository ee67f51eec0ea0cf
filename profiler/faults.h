/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * faults.h - page faults by kind, from each thread's own counts
 *
 * Each record of a thread tells how many it has had by then. The growth is entered, at the time of
 * the record (of a system call: of its entry), so that the sums are the kernel's own also where it
 * faulted without a trap or a record was lost. A fault's own record comes when it begins, with the
 * counts before it: what it was shows in the thread's next record.
 */
#ifndef COLDPROF_FAULTS_H
#define COLDPROF_FAULTS_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"
#include "facts.h"
#include "process.h"
#include "usage.h"
#include "vec.h"

struct faults_thread {
	bool known;	  /* the counts before are known */
	bool open;	  /* a fault whose outcome is not known */
	bool cow;	  /* it wrote to a present page */
	uint64_t time_ns; /* of that fault */
	uint64_t minor, major;
};

/* Zeroed memory but for the pointers is ready for use. */
struct faults {
	const struct facts *facts;
	const struct processes *processes;
	struct usage_ledger *ledger;
	VEC(struct faults_thread) threads; /* by thread */
};

void faults_release(struct faults *faults);
/* For every record. 0 or -ENOMEM. */
int faults_event(struct faults *faults, const struct event *event);
/* After the last record: a fault whose outcome was not seen counts as minor. */
void faults_finish(struct faults *faults);

#endif
