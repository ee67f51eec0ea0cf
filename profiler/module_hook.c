// SPDX-License-Identifier: BSD-2-Clause
/* module_hook.c - module_hook.js, preloaded into programs whose modules can't be seen otherwise */
#include "module_hook.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "buf.h"
#include "catalog.h"
#include "err.h"
#include "node_options.h"
#include "user.h"
#include "user_job.h"
#include "vec.h"

#define FILE_NAME "share/module_hook.js"
#define VARIABLE  "NODE_OPTIONS"

static int try_to_read(void *context, struct buf *answer)
{
	(void)answer; /* that it can be read is all */
	return access(context, R_OK) ? -errno : 0;
}

int module_hook_find(const struct user *user, char **out)
{
	struct buf path = {}, nothing = {};
	char *runtimes;
	int rc = catalog_own_folder(&runtimes);

	if (rc)
		return rc;
	*strrchr(runtimes, '/') = '\0';
	rc = buf_printf(&path, "%s/" FILE_NAME, runtimes);
	free(runtimes);
	if (!rc)
		rc = user_job(user, try_to_read, path.data, &nothing);
	if (rc)
		rc = err_code(rc, "--module-hook: %s can't read '%s'", user->name, buf_text(&path));
	else
		*out = buf_steal(&path);
	buf_release(&path);
	buf_release(&nothing);
	return rc;
}

char *module_hook_barred(char *const argv[], char *const *environment)
{
	static const char *const options[] = {"--permission", "--experimental-permission",
					      "--experimental-policy", "--policy-integrity", NULL};
	const char *found = argv ? node_options_find(argv, options) : NULL;
	const char *variable = user_getenv(environment, VARIABLE);

	if (found)
		return strdup(found);
	return variable ? node_options_find_word(variable, options) : NULL;
}

/* Words of NODE_OPTIONS are parted by spaces; within quotes a backslash keeps what follows. */
static int add_option(struct buf *out, const char *file)
{
	bool quoted = strpbrk(file, " \"\\");
	int rc = buf_puts(out, quoted ? "--require=\"" : "--require=");

	for (; *file && !rc; file++) {
		if (*file == '"' || *file == '\\')
			rc = buf_puts(out, "\\");
		if (!rc)
			rc = buf_add(out, file, 1);
	}
	return rc || !quoted ? rc : buf_puts(out, "\"");
}

/* "NODE_OPTIONS=..." with what was there first; NULL when out of memory. */
static char *variable_of(char *const *environment, const char *file)
{
	const char *old = user_getenv(environment, VARIABLE);
	struct buf text = {};
	int rc = buf_printf(&text, VARIABLE "=%s%s", old ? old : "", old && *old ? " " : "");

	if (!rc)
		rc = add_option(&text, file);
	if (!rc)
		return buf_steal(&text);
	buf_release(&text);
	return NULL;
}

char **module_hook_environment(char *const *environment, const char *file)
{
	VEC(char *) copy = {};
	char *variable = variable_of(environment, file);
	bool failed = !variable || vec_push(&copy, variable);

	if (failed)
		free(variable);
	for (; !failed && *environment; environment++) {
		char *text;

		if (strncmp(*environment, VARIABLE "=", strlen(VARIABLE "=")) == 0)
			continue;
		text = strdup(*environment);
		failed = !text || vec_push(&copy, text);
		if (failed)
			free(text);
	}
	if (!failed && vec_push(&copy, NULL) == 0)
		return copy.items;
	vec_foreach(text, &copy)
		free(*text);
	vec_release(&copy);
	return NULL;
}
