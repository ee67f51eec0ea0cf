// SPDX-License-Identifier: BSD-2-Clause
/* cmd.c - what the option parsers of the commands share */
#include "cmd.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "compare_policy.h"
#include "err.h"
#include "units.h"

int cmd_usage(const char *command)
{
	fprintf(stderr, "Try 'coldprof %s --help'.\n", command);
	return EXIT_USAGE;
}

int cmd_choose(const char *option, const char *text, const struct cmd_choice *choices, int *out)
{
	struct buf words = {};

	for (const struct cmd_choice *choice = choices; choice->word; choice++) {
		if (strcmp(choice->word, text) == 0) {
			buf_release(&words);
			*out = choice->value;
			return 0;
		}
		buf_printf(&words, "%s%s", words.size ? ", " : "", choice->word);
	}
	err_print("bad value '%s' of %s: must be one of %s", text, option, buf_text(&words));
	buf_release(&words);
	return -EINVAL;
}

int cmd_number(const char *option, const char *text, unsigned long min, unsigned long max,
	       unsigned long *out)
{
	uint64_t value;
	int rc = units_parse_u64(text, &value);

	if (!rc && (value < min || value > max))
		rc = -ERANGE;
	if (rc) {
		err_print("bad value '%s' of %s: must be a whole number from %lu to %lu", text,
			  option, min, max);
		return -EINVAL;
	}
	*out = value;
	return 0;
}

int cmd_seconds(const char *option, const char *text, double *out)
{
	double value;

	if (units_parse_double(text, &value) || value <= 0 || value > 86400) {
		err_print("bad value '%s' of %s: must be a number of seconds above 0, to 86400",
			  text, option);
		return -EINVAL;
	}
	*out = value;
	return 0;
}

int cmd_threshold(struct compare_policy *policy, const char *text)
{
	/* the name may have one in its label: the last one is ours */
	const char *equals = strrchr(text, '='), *why;
	char *name;
	int rc;

	if (!equals || equals == text) {
		err_print("bad value '%s' of --threshold: must be NAME=VALUE", text);
		return -EINVAL;
	}
	name = strndup(text, (size_t)(equals - text));
	if (!name)
		return err_code(ENOMEM, "cannot take --threshold");
	rc = compare_policy_add(policy, name, equals + 1, &why);
	if (rc)
		err_print("bad value '%s' of --threshold: %s", rc == -ENOENT ? name : equals + 1,
			  why);
	free(name);
	return rc;
}

int cmd_when(const char *option, const char *text, enum cmd_when *out)
{
	static const struct cmd_choice choices[] = {
		{"auto", CMD_AUTO}, {"always", CMD_ALWAYS}, {"never", CMD_NEVER}, {NULL, 0}};
	int value, rc = cmd_choose(option, text, choices, &value);

	if (!rc)
		*out = (enum cmd_when)value;
	return rc;
}

bool cmd_when_applies(enum cmd_when when, FILE *stream)
{
	const char *term = getenv("TERM");

	if (when != CMD_AUTO)
		return when == CMD_ALWAYS;
	return isatty(fileno(stream)) && term && strcmp(term, "dumb") && !getenv("NO_COLOR");
}
