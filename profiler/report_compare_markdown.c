// SPDX-License-Identifier: BSD-2-Clause
/* report_compare_markdown.c - a comparison for a pull request's comment, cut to what fits into one
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "report_compare_markdown.h"

/*
 * GitHub takes 65,536 characters of a comment. Each part has its share; a part that is longer ends
 * with how much it left out, so that no part is ever missing.
 */
#define COMMENT_BYTES  60000
#define CONTEXT_BYTES  12000 /* of it, what is about all workloads */
#define WORKLOAD_LEAST 600

static void put_advice(const struct comparison *comparison, FILE *out)
{
	enum comparison_verdict verdict = comparison_verdict(comparison->verdict);

	if (comparison->worse_before)
		fputs("\nThe start became worse before this change: the lines that begin with "
		      "\"since\" name the report and the commit.\n",
		      out);
	else if (verdict == COMPARISON_REGRESSED)
		fputs("\nThis change makes the start worse, beyond noise. If that is meant, who "
		      "owns this gate raises the metric's threshold in the same change "
		      "(`--threshold`, `--policy`; `coldprof compare --list-metrics` names "
		      "them).\n",
		      out);
	else if (verdict == COMPARISON_CANT_TELL)
		fprintf(out,
			"\nNo regression is shown. Where it says can't tell, more starts (`-n`)%s "
			"would.\n",
			comparison->interleaved ? "" : " or both sides measured in one run");
}

static void put_names(const result_texts *names, const char *title, struct section *section)
{
	struct buf line = {0};

	vec_foreach(name, names) {
		buf_printf(&line, "%s%s: ", name == names->items ? "\n- " : "- ", title);
		markdown_put(*name, &line);
		buf_puts(&line, "\n");
		section_add(section, &line);
	}
	buf_release(&line);
}

/* Regressions first: they are what a reader must see. */
static void put_workloads(const struct comparison *comparison, bool all, FILE *out)
{
	size_t count = comparison->workloads.count, shown = 0;
	size_t room = COMMENT_BYTES - CONTEXT_BYTES;
	size_t most = room / WORKLOAD_LEAST, each = room / (count < most ? count : most);

	for (size_t i = 0; i <= COMPARISON_NOT_GATED; i++) {
		vec_foreach(workload, &comparison->workloads) {
			if (comparison_verdict(workload->verdict) != (enum comparison_verdict)i)
				continue;
			if (shown++ < most)
				markdown_workload(workload, all,
						  each > WORKLOAD_LEAST ? each - WORKLOAD_LEAST / 2
									: WORKLOAD_LEAST / 2,
						  out);
		}
	}
	if (shown > most)
		fprintf(out, "\n\xe2\x80\xa6 and %zu more workloads, which the JSON has.\n",
			shown - most);
}

int report_compare_markdown(const struct comparison *comparison, FILE *out,
			    const struct report_compare_options *options)
{
	struct section section = {.limit = CONTEXT_BYTES / 2};
	struct buf line = {0};

	fprintf(out, "## %s cold start: %s\n",
		markdown_sign(comparison_verdict(comparison->verdict)),
		compare_words_verdict(comparison->verdict));
	section_differences(comparison->differences.items, comparison->differences.count, &section);
	put_names(&comparison->only_base, "only in the base", &section);
	put_names(&comparison->only_new, "only in the new report", &section);
	section_flush(&section, "lines", out);
	if (comparison->workloads.count)
		put_workloads(comparison, options->all, out);
	section.limit = CONTEXT_BYTES / 2 - 1000;
	vec_foreach(note, &comparison->notes) {
		buf_printf(&line, "\n_%s_\n", *note);
		section_add(&section, &line);
	}
	section_flush(&section, "notes", out);
	put_advice(comparison, out);
	buf_release(&line);
	return ferror(out) ? -EIO : 0;
}
