// SPDX-License-Identifier: BSD-2-Clause
/* commit.c - which commit the sources of a program are of */
#include "commit.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include "user.h"

#define LEAST_DIGITS 40	  /* SHA-1; SHA-256 has 64 */
#define TIMEOUT_MS   5000 /* of git, on a slow network file system */

static bool is_commit(const char *text)
{
	size_t size = strlen(text);

	for (size_t i = 0; i < size; i++)
		if (!isxdigit((unsigned char)text[i]))
			return false;
	return size == LEAST_DIGITS || size == 64;
}

/* Its first line, where that is a commit. */
static int ask_git(const struct user *user, const char *folder, struct buf *line)
{
	char *argv[] = {"git", "rev-parse", "HEAD", NULL};
	struct user_command command = {.argv = argv, .cwd = folder, .timeout_ms = TIMEOUT_MS};
	int status = 0, rc = user_run(user, &command, line, &status);

	if (rc == -ENOMEM)
		return rc;
	if (line->size)
		line->data[strcspn(line->data, "\n")] = '\0';
	if (rc || !WIFEXITED(status) || WEXITSTATUS(status) || !is_commit(buf_text(line)))
		buf_clear(line);
	return 0;
}

int commit_find(const struct user *user, const char *folder, char **out)
{
	static const char *const variables[] = {"GITHUB_SHA", "CI_COMMIT_SHA"};
	const char *commit = NULL;
	struct buf line = {0};
	int rc = ask_git(user, folder, &line);

	if (line.size)
		commit = line.data;
	for (size_t i = 0; i < sizeof(variables) / sizeof(variables[0]) && !commit; i++) {
		const char *value = getenv(variables[i]);

		commit = value && is_commit(value) ? value : NULL;
	}
	*out = commit && !rc ? strdup(commit) : NULL;
	if (!rc && commit && !*out)
		rc = -ENOMEM;
	buf_release(&line);
	return rc;
}
