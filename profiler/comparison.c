// SPDX-License-Identifier: BSD-2-Clause
/* comparison.c - the shape of a comparison: every field of comparison.h and its JSON key */
#include "comparison.h"

#include "shape_table.h"

#define T struct comparison_metric
SHAPE(comparison_metric, TEXT(name), TEXT(unit), TEXT(kind), INTEGER(base_n), INTEGER(new_n),
      NUMBER(base_median), NUMBER(new_median), NUMBER(shift), NUMBER(shift_low), NUMBER(shift_high),
      NUMBER(effect), NUMBER(spread), NUMBER(drift), TEXT(verdict), TEXT(decided_by), TEXT(reason),
      NUMBER(p_regressed), NUMBER(p_improved), NUMBER(p_unchanged), INTEGER(starts_needed));
#undef T

#define T struct comparison_difference
SHAPE(comparison_difference, TEXT(what), TEXT(base), TEXT(new), TEXT(not_gated));
#undef T

#define T struct comparison_import
SHAPE(comparison_import, TEXT(file), TEXT(module), TEXT(module_file));
#undef T

#define T struct comparison_cause
SHAPE(comparison_cause, TEXT(kind), TEXT(name), TEXT(change), TEXT(base_version), TEXT(new_version),
      INTEGER(time_ns), INTEGER(size_bytes), INTEGER(files_count), INTEGER(syscalls_count),
      INTEGER(enoent_count), LIST(imports, comparison_import), TEXT(note));
#undef T

#define T struct comparison_step
SHAPE(comparison_step, TEXT(report), TEXT(created), TEXT(commit), INTEGER(reports_count),
      BOOL(earlier), TEXTS(metrics));
#undef T

#define T struct comparison_workload
SHAPE(comparison_workload, TEXT(name), TEXT(runtime), TEXTS(command), TEXT(verdict), TEXT(reason),
      INTEGER(base_starts), INTEGER(new_starts), LIST(differences, comparison_difference),
      LIST(metrics, comparison_metric), LIST(causes, comparison_cause),
      LIST(steps, comparison_step), INTEGER(explained_ns), INTEGER(unexplained_ns), TEXTS(notes));
#undef T

#define T struct comparison_side
SHAPE(comparison_side, TEXT(file), TEXT(tool), TEXT(created), TEXT(commit));
#undef T

#define T struct comparison
SHAPE(comparison, INTEGER(schema), TEXT(tool), STRUCT(base, comparison_side),
      STRUCT(new, comparison_side), TEXT(verdict), NUMBER(level), INTEGER(looks_count),
      INTEGER(look_count), NUMBER(level_ratio), BOOL(interleaved), BOOL(strict), BOOL(force),
      TEXT(history), INTEGER(history_count), BOOL(worse_before), INTEGER(gated_count),
      INTEGER(ranked_count), INTEGER(fewest_starts), BOOL(could_fire),
      LIST(differences, comparison_difference), LIST(workloads, comparison_workload),
      TEXTS(only_base), TEXTS(only_new), TEXTS(notes));
#undef T

static const char *const words[] = {
	[COMPARISON_REGRESSED] = "regressed", [COMPARISON_CANT_TELL] = "cant_tell",
	[COMPARISON_IMPROVED] = "improved",   [COMPARISON_UNCHANGED] = "unchanged",
	[COMPARISON_NOT_GATED] = "not_gated",
};

const char *comparison_word(enum comparison_verdict verdict)
{
	return words[verdict];
}

enum comparison_verdict comparison_verdict(const char *word)
{
	for (size_t i = 0; word && i < COMPARISON_NOT_GATED; i++)
		if (strcmp(words[i], word) == 0)
			return (enum comparison_verdict)i;
	return COMPARISON_NOT_GATED;
}

void comparison_init(struct comparison *comparison)
{
	shape_init(&comparison_shape, comparison);
	comparison->schema = COMPARISON_SCHEMA;
}

void comparison_release(struct comparison *comparison)
{
	shape_release(&comparison_shape, comparison);
}

int comparison_text(char **out, const char *text)
{
	char *copy = text ? strdup(text) : NULL;

	if (text && !copy)
		return -ENOMEM;
	free(*out);
	*out = copy;
	return 0;
}
