/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * comparison.h - a comparison as C data: all that `coldprof compare` says of two reports
 *
 * Made by compare.c, rendered by report_compare_*.c, owned and absent as in result.h. The tables in
 * comparison.c give each field its JSON key. A shift is new less base: above 0 is worse.
 */
#ifndef COLDPROF_COMPARISON_H
#define COLDPROF_COMPARISON_H

#include "result.h"

#define COMPARISON_SCHEMA 1

/* As verdicts stand in the texts below, from the one that decides for several to the least. */
enum comparison_verdict {
	COMPARISON_REGRESSED,
	COMPARISON_CANT_TELL,
	COMPARISON_IMPROVED,
	COMPARISON_UNCHANGED,
	COMPARISON_NOT_GATED,
};

/* "regressed", "cant_tell", ... */
const char *comparison_word(enum comparison_verdict verdict);
/* COMPARISON_NOT_GATED for NULL and for other texts. */
enum comparison_verdict comparison_verdict(const char *word);

struct comparison_metric {
	char *name, *unit;
	char *kind; /* times, waits, sizes, counts */
	int64_t base_n, new_n;
	double base_median, new_median;
	double shift, shift_low, shift_high; /* Hodges-Lehmann, its 95 % interval */
	double effect;			     /* the smallest that matters: the d of the tests */
	double spread;			     /* of one start: a standard deviation */
	double drift; /* what sessions alone may shift it by; null: of one session, or not known */
	char *verdict;
	char *decided_by; /* constant, rank, history; null: not decided */
	char *reason;	  /* of can't tell and not gated: a phrase */
	/* Adjusted for all metrics that are decided by rank: of H0 shift <= d, >= -d, |shift| >= d
	 */
	double p_regressed, p_improved, p_unchanged;
	int64_t starts_needed; /* a side, to tell, if shift and spread stay as they are */
};

/* A condition in which both reports differ. */
struct comparison_difference {
	char *what;	  /* kernel, CPU, runtime, ... */
	char *base, *new; /* null: not known, or none */
	char *not_gated;  /* what can't be gated for it: "times", "times and sizes", ... or null */
};

/* One step of how a module came in: |file| imports |module|. */
struct comparison_import {
	char *file;   /* the importer's; null: not known, or the program's entry */
	char *module; /* as its runtime calls it */
	char *module_file;
};

/* What a change of a workload is explained by. */
struct comparison_cause {
	char *kind; /* phase, package, file, folder, syscall, memory */
	char *name;
	char *change;			  /* added, removed, changed, more, less */
	char *base_version, *new_version; /* of a package */
	int64_t time_ns;		  /* how much it explains; null: not known */
	int64_t size_bytes;		  /* of memory */
	int64_t files_count, syscalls_count, enoent_count;
	VEC(struct comparison_import)
	imports;    /* of a module, its own first; a package's outermost */
	char *note; /* a phrase, or null */
};

/* A change of level in a history of reports. */
struct comparison_step {
	char *report, *created,
		*commit;       /* the first report that has it; the new one's file is null */
	int64_t reports_count; /* that have it, the new one too */
	bool earlier;	       /* so many that it is the level now, and fails nothing */
	result_texts metrics;
};

struct comparison_workload {
	char *name, *runtime;
	result_texts command; /* the new report's */
	char *verdict, *reason;
	int64_t base_starts, new_starts; /* that count */
	VEC(struct comparison_difference) differences;
	VEC(struct comparison_metric) metrics;
	VEC(struct comparison_cause) causes;  /* what explains most comes first */
	VEC(struct comparison_step) steps;    /* the latest first */
	int64_t explained_ns, unexplained_ns; /* of the shift of the total; phases do not explain */
	result_texts notes;
};

struct comparison_side {
	char *file, *tool, *created, *commit;
};

struct comparison {
	int64_t schema;
	char *tool;
	struct comparison_side base, new;
	char *verdict;
	double level;			 /* family-wise */
	int64_t looks_count, look_count; /* of a run until sure: how many at most, which one */
	double level_ratio;		 /* what that one may spend: |level| has it in it */
	bool interleaved;		 /* both sides were measured in one run, by turns */
	bool strict, force;
	char *history;	       /* the folder of reports that decides; null: the base does */
	int64_t history_count; /* reports of it that do */
	bool worse_before;     /* all that is worse came with reports before the new one */
	int64_t gated_count;   /* metrics that could fail it */
	int64_t ranked_count;  /* those of them that a rank test decides: its family */
	int64_t fewest_starts; /* a side that such a family needs to decide anything */
	bool could_fire;       /* any rank test of it could have */
	VEC(struct comparison_difference) differences; /* of the machines */
	VEC(struct comparison_workload) workloads;
	result_texts only_base, only_new; /* workloads without a counterpart */
	result_texts notes;
};

extern const struct shape comparison_metric_shape, comparison_difference_shape,
	comparison_import_shape, comparison_step_shape, comparison_cause_shape,
	comparison_workload_shape, comparison_side_shape, comparison_shape;

/* A new last item, as result_add: comparison_add(&comparison->workloads, workload). */
#define comparison_add(list, type) shape_add(&comparison_##type##_shape, list)

void comparison_init(struct comparison *comparison);
void comparison_release(struct comparison *comparison);

/* Copies |text| (or NULL) into |*out|, whose text is freed; 0 or -ENOMEM. */
int comparison_text(char **out, const char *text);

#endif
