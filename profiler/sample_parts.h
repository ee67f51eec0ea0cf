/* SPDX-License-Identifier: BSD-2-Clause */
/* sample_parts.h - the parts of sample_build(): each fills its part of the result from the models
 */
#ifndef COLDPROF_SAMPLE_PARTS_H
#define COLDPROF_SAMPLE_PARTS_H

#include "models.h"
#include "result.h"

/* All return 0 or -ENOMEM. */
int sample_phases(const struct models *models, struct result_sample *out);
int sample_processes(const struct models *models, struct result_sample *out);
/* After the processes. */
int sample_roles(struct result_sample *out);
int sample_modules(const struct models *models, struct result_sample *out);
/* After the modules. */
int sample_packages(const struct models *models, struct result_sample *out);
int sample_notes(const struct models *models, struct result_sample *out);
/* After all others. */
int sample_metrics(const struct models *models, struct result_sample *out);

/* |*out| becomes a copy of |text|, or NULL for NULL; what it was is freed. 0 or -ENOMEM. */
int sample_text(char **out, const char *text);

/* "pid:start", to be freed, or NULL when out of memory. */
char *sample_instance(const struct process *process);

/* A moment as an offset from t0; 0 for one before it. */
int64_t sample_offset(const struct models *models, uint64_t time_ns);

/* Adds |more| to |sum|, field by field. */
void sample_add_time(struct result_time *sum, const struct result_time *more);

/* Whether it began before the start ended. */
static inline bool sample_in_start(const struct models *models, uint64_t start_ns)
{
	return start_ns <= models->chain.end_ns;
}

/* The share of a process's page faults in its system time, for usage_result(). */
uint64_t sample_fault_ns16(const struct models *models, uint32_t process);

#endif
