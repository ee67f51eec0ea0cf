/* SPDX-License-Identifier: BSD-2-Clause */
/* scripts_spans.h - the modules that scripts.c has found, in the form that all models share */
#ifndef COLDPROF_SCRIPTS_SPANS_H
#define COLDPROF_SCRIPTS_SPANS_H

struct scripts;

/* Adds the spans to scripts->modules, parents first. 0 or -ENOMEM. */
int scripts_spans(struct scripts *scripts);

#endif
