// SPDX-License-Identifier: BSD-2-Clause
/* python_calibrate.c - finds the instructions that imports pass, by a throw-away start of a CPython
 */
#include "python_calibrate_parts.h"

#include <errno.h>
#include <string.h>

#include "python_copy.h"
#include "user.h"
#include "user_job.h"

int python_calibrate_fail(struct calibration *cal, int code, const char *why)
{
	if (!cal->why)
		cal->why = why;
	return code;
}

/* One start, ordinary or with -X importtime, for which CPython has another copy of the call. */
static int run(struct calibration *cal, struct tracee_program program, bool importtime,
	       struct python_sites *out)
{
	char *plain[] = {(char *)cal->asked->path, (char *)"-I", (char *)"-S", (char *)"-c",
			 (char *)python_program,   NULL};
	char *timed[] = {plain[0], plain[1], plain[2], (char *)"-X", (char *)"importtime",
			 plain[3], plain[4], NULL};
	int rc;

	program.argv = importtime ? timed : plain;
	rc = tracee_start(&program, &cal->tracee);
	if (rc)
		return python_calibrate_fail(cal, rc, "it can't be started under breakpoints");
	rc = python_watch(cal);
	vec_release(&cal->open);
	if (!rc)
		rc = python_choose(cal, out);
	tracee_release(&cal->tracee);
	return rc;
}

static bool is_library(const struct python_calibration *asked)
{
	return strcmp(asked->path, asked->code->path) != 0;
}

/* With |copy| in the place of the file with the code; NULL: as it is. */
static int run_both(const struct python_calibration *asked, const struct python_copy *copy,
		    char *const environment[], struct python_sites *out, const char **why)
{
	const struct tracee_program program = {
		.environment = environment,
		.file = copy ? copy->file : -1,
		.is_file = copy && !is_library(asked),
	};
	struct python_sites sites = {0};
	int rc = 0;

	for (int i = 0; !rc && i < 2; i++) {
		struct calibration cal = {
			.asked = asked,
			.device = copy ? copy->device : asked->code->device,
			.inode = copy ? copy->inode : asked->code->inode,
		};

		rc = run(&cal, program, i, &sites);
		*why = cal.why;
	}
	if (!rc)
		*out = sites;
	return rc;
}

static int run_copy(const struct python_calibration *asked, char *const environment[],
		    struct python_sites *out, const char **why)
{
	char **changed = NULL;
	struct python_copy copy;
	int rc = python_copy_make(asked->code->path, &copy);

	if (rc)
		return rc;
	if (is_library(asked)) {
		changed = python_copy_environment(environment, TRACEE_FILE_PATH);
		rc = changed ? 0 : -ENOMEM;
	}
	if (!rc)
		rc = run_both(asked, &copy, changed ? changed : environment, out, why);
	python_copy_environment_free(changed);
	python_copy_release(&copy);
	return rc;
}

/* In the user's process. The answer: the sites, or "!" with a reason. */
static int work(void *context, struct buf *answer)
{
	const struct python_calibration *asked = context;
	char **own = asked->environment ? NULL : user_environment(asked->user, NULL);
	char *const *environment = asked->environment ? asked->environment : own;
	struct python_sites sites = {0};
	const char *why = NULL;
	int rc = environment ? run_copy(asked, environment, &sites, &why) : -ENOMEM;

	/* not every system lets a copy run */
	if (rc && environment)
		rc = run_both(asked, NULL, environment, &sites, &why);
	user_environment_free(own);
	return rc ? buf_printf(answer, "!%s", why ? why : strerror(-rc))
		  : python_sites_text(&sites, answer);
}

int python_calibrate(const struct python_calibration *calibration, struct python_sites *out,
		     struct buf *why)
{
	struct buf answer = {0};
	int rc = user_job(calibration->user, work, (void *)calibration, &answer);

	if (rc)
		rc = buf_printf(why, "its calibration %s",
				rc == -ETIMEDOUT ? "took too long" : "failed")
			     ? -ENOMEM
			     : rc;
	else if (*buf_text(&answer) == '!')
		rc = buf_puts(why, buf_text(&answer) + 1) ? -ENOMEM : -ENOTSUP;
	else
		rc = python_sites_parse(buf_text(&answer), out);
	buf_release(&answer);
	return rc;
}
