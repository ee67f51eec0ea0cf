// SPDX-License-Identifier: BSD-2-Clause
/* runtime_resolve.c - what execve(2) of a command ends at, through #! lines and env(1) */
#include "runtime.h"

#include <ctype.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "fs.h"
#include "user.h"
#include "user_job.h"

#define HEAD_SIZE 256 /* as much as the kernel looks at: BINPRM_BUF_SIZE */
#define DEPTH_MAX 5   /* #! lines that the kernel follows */

/* The walk, in the user's process. Texts are not freed: the process ends with it. */
/* NOLINTBEGIN(clang-analyzer-unix.Malloc) */
struct walk {
	const char *cwd, *path_list;
	VEC(const char *) argv;
	VEC(const char *) files;
	const char *name;   /* of argv's program, as execve(2) gets it */
	const char *called; /* the same from the root, links and all */
	char real[PATH_MAX];
	bool as_is; /* argv[0] is a path, also without a slash: it stands in a #! line */
};

/* |name| is what execve(2) would get. */
static int try_program(struct walk *walk, const char *name)
{
	struct buf path = {0};
	struct stat st;
	int rc;

	if (name[0] == '/')
		rc = buf_puts(&path, name);
	else
		rc = buf_printf(&path, "%s/%s", walk->cwd, name);
	if (rc)
		return rc;
	if (stat(path.data, &st))
		return -errno;
	if (!S_ISREG(st.st_mode) || access(path.data, X_OK))
		return -EACCES;
	walk->name = name;
	walk->called = buf_steal(&path);
	return 0;
}

/* As execvp(3) looks for it. */
static int find_program(struct walk *walk, const char *name)
{
	int best = -ENOENT;

	if (!*name)
		return -ENOENT;
	if (strchr(name, '/') || walk->as_is)
		return try_program(walk, name);
	for (const char *next = walk->path_list; next;) {
		const char *end = strchrnul(next, ':');
		struct buf path = {0};
		int rc = buf_printf(&path, "%.*s%s%s", (int)(end - next), next,
				    end > next ? "/" : "", name);

		if (!rc)
			rc = try_program(walk, path.data);
		if (!rc)
			return 0;
		if (rc == -EACCES)
			best = rc;
		next = *end ? end + 1 : NULL;
	}
	return best;
}

static int read_head(const char *path, char head[HEAD_SIZE + 1])
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	ssize_t size;

	if (fd < 0)
		return -errno;
	size = read(fd, head, HEAD_SIZE);
	close(fd);
	if (size < 0)
		return -errno;
	memset(head + size, 0, (size_t)(HEAD_SIZE + 1 - size));
	return 0;
}

/* Puts |words| in the place of the first |taken| words of the command. */
static int replace_words(struct walk *walk, const char *const *words, size_t count, size_t taken)
{
	VEC(const char *) argv = {0};

	for (size_t i = 0; i < count; i++)
		if (vec_push(&argv, words[i]))
			return -ENOMEM;
	for (size_t i = taken; i < walk->argv.count; i++)
		if (vec_push(&argv, walk->argv.items[i]))
			return -ENOMEM;
	memcpy(&walk->argv, &argv, sizeof(argv));
	return 0;
}

/* "#! interpreter [one argument, spaces and all]" */
static int follow_line(struct walk *walk, char *line)
{
	const char *words[3];
	size_t count = 0;
	char *argument;

	line[strcspn(line, "\n")] = '\0';
	for (size_t end = strlen(line); end && strchr(" \t", line[end - 1]); end--)
		line[end - 1] = '\0';
	line += strspn(line, " \t");
	if (!*line)
		return -ENOEXEC;
	argument = line + strcspn(line, " \t");
	if (*argument) {
		*argument++ = '\0';
		argument += strspn(argument, " \t");
	}
	words[count++] = strdup(line);
	if (*argument)
		words[count++] = strdup(argument);
	words[count++] = walk->name;
	walk->as_is = true;
	return replace_words(walk, words, count, 1);
}

/* `env -S`'s words, where they need no quoting or variables; false: too clever for us */
static bool split_words(struct walk *walk, size_t at, const char *text)
{
	char *copy = strdup(text), *rest = copy;
	VEC(const char *) argv = {0};

	if (!copy || strpbrk(text, "'\"\\$#"))
		return false;
	for (size_t i = 0; i < at; i++)
		if (vec_push(&argv, walk->argv.items[i]))
			return false;
	for (char *word; (word = strsep(&rest, " \t\n"));)
		if (*word && vec_push(&argv, word))
			return false;
	for (size_t i = at + 1; i < walk->argv.count; i++)
		if (vec_push(&argv, walk->argv.items[i]))
			return false;
	memcpy(&walk->argv, &argv, sizeof(argv));
	return true;
}

/*
 * env(1)'s own words: the index of the command, 0 where there is none or where it changes what
 * the command would be found by.
 */
static size_t env_command(struct walk *walk)
{
	for (size_t i = 1; i < walk->argv.count; i++) {
		const char *word = walk->argv.items[i];

		if (strncmp(word, "-S", 2) == 0 && word[2]) {
			if (!split_words(walk, i, word + 2))
				return 0;
			i--;
		} else if (strncmp(word, "--split-string=", 15) == 0) {
			if (!split_words(walk, i, word + 15))
				return 0;
			i--;
		} else if (strcmp(word, "-u") == 0) {
			if (++i < walk->argv.count && strcmp(walk->argv.items[i], "PATH") == 0)
				return 0;
		} else if (strcmp(word, "-v") == 0 || strcmp(word, "--debug") == 0) {
			continue;
		} else if (strcmp(word, "--") == 0) {
			continue;
		} else if (word[0] == '-') {
			return 0;
		} else if (strncmp(word, "PATH=", 5) == 0) {
			walk->path_list = word + 5;
		} else if (!strchr(word, '=')) {
			return i;
		}
	}
	return 0;
}

static bool is_env(const struct walk *walk)
{
	return strcmp(fs_basename(walk->called), "env") == 0 ||
	       strcmp(fs_basename(walk->real), "env") == 0;
}

/* One file of the chain. 1: it is the last; 0: argv has become what comes next */
static int step(struct walk *walk)
{
	char head[HEAD_SIZE + 1];
	size_t command;
	int rc;

	rc = find_program(walk, walk->argv.items[0]);
	if (rc)
		return rc;
	walk->as_is = false;
	if (!realpath(walk->called, walk->real))
		return -errno;
	if (vec_push(&walk->files, strdup(walk->real)))
		return -ENOMEM;
	rc = read_head(walk->called, head);
	if (rc == -EACCES)
		return 1; /* may be run, not read: a binary */
	if (rc)
		return rc;
	if (strncmp(head, "#!", 2) == 0)
		return follow_line(walk, head + 2);
	if (memcmp(head, "\177ELF", 4))
		return -ENOEXEC;
	command = is_env(walk) ? env_command(walk) : 0;
	return command ? replace_words(walk, NULL, 0, command) : 1;
}

struct resolving {
	char *const *argv;
	const char *cwd, *path_list;
};

/* A record of the answer: what it is, its text, NUL. */
static int answer_add(struct buf *answer, char what, const char *text)
{
	int rc = buf_add(answer, &what, 1);

	return rc ? rc : buf_add(answer, text, strlen(text) + 1);
}

static int resolve(void *context, struct buf *answer)
{
	const struct resolving *resolving = context;
	struct walk walk = {.cwd = resolving->cwd, .path_list = resolving->path_list};
	int rc = 0;

	for (char *const *word = resolving->argv; *word; word++)
		if (vec_push(&walk.argv, *word))
			return -ENOMEM;
	if (!walk.argv.count)
		return -ENOENT;
	/* each #! line may name env: twice the files */
	for (int depth = 0; !rc; depth++)
		rc = depth > 2 * DEPTH_MAX ? -ELOOP : step(&walk);
	if (rc < 0)
		return rc;
	rc = answer_add(answer, 'b', walk.real);
	if (!rc)
		rc = answer_add(answer, 'c', walk.called);
	vec_foreach(word, &walk.argv)
		rc = rc ? rc : answer_add(answer, 'a', *word);
	vec_foreach(file, &walk.files)
		rc = rc ? rc : answer_add(answer, 'f', *file);
	return rc;
}

/* NOLINTEND(clang-analyzer-unix.Malloc) */

static int take_record(const char *record, struct runtime_command *out)
{
	char *text = strdup(record + 1);
	int rc = text ? 0 : -ENOMEM;

	if (!rc && *record == 'a')
		rc = vec_push(&out->argv, text);
	else if (!rc && *record == 'f')
		rc = vec_push(&out->files, text);
	else if (!rc && *record == 'b' && !out->binary)
		out->binary = text;
	else if (!rc && *record == 'c' && !out->called)
		out->called = text;
	else if (!rc)
		rc = -EPROTO;
	if (rc)
		free(text);
	return rc;
}

int runtime_resolve(const struct runtime_finder *finder, const char *cwd, char *const argv[],
		    struct runtime_command *out)
{
	struct resolving resolving = {.argv = argv, .cwd = cwd ? cwd : "."};
	struct runtime_command command = {0};
	struct buf answer = {0};
	char *end = NULL;
	int rc;

	resolving.path_list =
		finder->environment ? user_getenv(finder->environment, "PATH") : finder->user->path;
	if (!resolving.path_list)
		resolving.path_list = "/bin:/usr/bin"; /* as execvp(3) */
	rc = user_job(finder->user, resolve, &resolving, &answer);
	for (size_t at = 0; !rc && at < answer.size; at += strlen(answer.data + at) + 1)
		rc = take_record(answer.data + at, &command);
	if (!rc && vec_push(&command.argv, end)) /* execve wants NULL after the last */
		rc = -ENOMEM;
	buf_release(&answer);
	if (rc) {
		runtime_command_release(&command);
		return rc;
	}
	command.argv.count--;
	*out = command;
	return 0;
}

void runtime_command_release(struct runtime_command *command)
{
	if (!command)
		return;
	vec_foreach(word, &command->argv)
		free(*word);
	vec_foreach(file, &command->files)
		free(*file);
	vec_release(&command->argv);
	vec_release(&command->files);
	free(command->binary);
	free(command->called);
	memset(command, 0, sizeof(*command));
}
