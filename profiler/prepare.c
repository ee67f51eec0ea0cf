// SPDX-License-Identifier: BSD-2-Clause
/* prepare.c - where a workload's prepared folder is and how it is started from there */
#include "prepare.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "buf.h"
#include "err.h"
#include "fs.h"
#include "install.h"
#include "tree.h"
#include "trust.h"
#include "user.h"

#define LAYOUT "1" /* to be counted up when what is in a prepared folder changes */

_Static_assert(INSTALL_TAIL == TREE_HASH_TEXT - 1, "a folder's name ends with the hash");

int prepare_cache_folder(const struct user *user, const char *asked, char **out)
{
	struct buf path = {0}, normal = {0};
	char *here = NULL;
	int err;

	if (asked && asked[0] != '/') {
		here = getcwd(NULL, 0);
		if (!here)
			return err_code(errno, "cannot find the current folder");
	}
	if (asked)
		err = buf_printf(&path, "%s/%s", here ? here : "", asked);
	else if (user->uid == 0)
		err = buf_puts(&path, "/var/cache/coldprof");
	else
		err = buf_printf(&path, "%s/.cache/coldprof", user->home);
	if (!err)
		err = fs_normalize(buf_text(&path), &normal);
	if (err)
		err_code(err, "cannot use the cache folder '%s'", buf_text(&path));
	else
		*out = buf_steal(&normal);
	free(here);
	buf_release(&path);
	buf_release(&normal);
	return err;
}

static int hash(const struct workload *workload, const struct interpreter *interpreter,
		char text[TREE_HASH_TEXT])
{
	struct tree_hash state;
	struct tree tree = {0};
	struct utsname machine;
	int err;

	uname(&machine);
	err = tree_list(workload->folder, &tree);
	if (err)
		return err;
	tree_hash_init(&state);
	tree_hash_text(&state, LAYOUT);
	tree_hash_text(&state, machine.machine);
	tree_hash_text(&state, interpreter->version);
	tree_hash_text(&state, interpreter->path);
	err = tree_hash_files(&state, &tree);
	tree_hash_print(&state, text);
	tree_release(&tree);
	return err;
}

/* Whether it is there, made by the user, and nobody else can have changed it. */
static int look(struct prepare *prepare, const struct user *user)
{
	struct stat st;

	if (lstat(prepare->folder, &st)) {
		if (errno == ENOENT)
			return 0;
		return err_code(errno, "cannot look at '%s'", prepare->folder);
	}
	if (!S_ISDIR(st.st_mode) || st.st_uid != user->uid) {
		err_print("'%s' is not a folder of user '%s'", prepare->folder, user->name);
		return -EPERM;
	}
	prepare->ready = true;
	return trust_folder(prepare->folder, user);
}

/* "node/express" is the folder "node-express-" and the hash. */
static int name_folder(const struct workload *workload, const char *cache, const char *tail,
		       char **out)
{
	struct buf path = {0};
	int err;

	err = buf_printf(&path, "%s/%s-%s-%s", cache, workload->runtime,
			 strchr(workload->name, '/') + 1, tail);
	if (!err)
		*out = buf_steal(&path);
	buf_release(&path);
	return err ? err_code(err, "cannot prepare '%s'", workload->name) : 0;
}

int prepare_locate(const struct workload *workload, const struct interpreter *interpreter,
		   const struct user *user, const char *cache, struct prepare *out)
{
	struct prepare prepare = {.workload = workload, .interpreter = interpreter};
	char text[TREE_HASH_TEXT];
	int err;

	if (workload->min_version &&
	    interpreter_compare_versions(interpreter->version, workload->min_version) < 0) {
		err_print("'%s' needs %s %s or newer: '%s' is %s", workload->name,
			  workload->runtime, workload->min_version, interpreter->path,
			  interpreter->version);
		return -ENOTSUP;
	}
	err = hash(workload, interpreter, text);
	if (!err)
		err = name_folder(workload, cache, text, &prepare.folder);
	if (!err)
		err = look(&prepare, user);
	if (err)
		prepare_release(&prepare);
	else
		*out = prepare;
	return err;
}

void prepare_release(struct prepare *prepare)
{
	if (!prepare)
		return;
	free(prepare->folder);
	*prepare = (struct prepare){0};
}

/* What a placeholder at |at| stands for, and its length; NULL: it is none. */
static const char *placeholder(const struct prepare *prepare, const char *at, const char *runtime,
			       size_t *length)
{
	static const char *const runtimes[] = {"{node}", "{python}"};

	for (size_t i = 0; i < sizeof(runtimes) / sizeof(runtimes[0]); i++) {
		*length = strlen(runtimes[i]);
		if (strncmp(at, runtimes[i], *length) == 0 &&
		    strncmp(at + 1, prepare->workload->runtime, *length - 2) == 0)
			return runtime;
	}
	*length = strlen("{dir}");
	return strncmp(at, "{dir}", *length) == 0 ? prepare->folder : NULL;
}

static int substitute(const struct prepare *prepare, const char *text, const char *runtime,
		      char **out)
{
	struct buf result = {0};
	int err = 0;

	while (*text && !err) {
		size_t length;
		const char *value = placeholder(prepare, text, runtime, &length);

		err = value ? buf_puts(&result, value) : buf_add(&result, text, 1);
		text += value ? length : 1;
	}
	if (!err)
		*out = result.data ? buf_steal(&result) : strdup("");
	buf_release(&result);
	return err ? err : *out ? 0 : -ENOMEM;
}

/* A python with packages of its own is that of the virtual environment. */
static int runtime_path(const struct prepare *prepare, struct buf *out)
{
	if (strcmp(prepare->workload->runtime, "python") == 0 && prepare->workload->lock)
		return buf_printf(out, "%s/.venv/bin/python", prepare->folder);
	return buf_puts(out, prepare->interpreter->path);
}

int prepare_command(const struct prepare *prepare, struct prepare_command *out)
{
	const struct workload *workload = prepare->workload;
	struct prepare_command command = {0};
	struct buf runtime = {0}, entry = {0};
	int err;

	command.argv = calloc(workload->command.count + 1, sizeof(*command.argv));
	command.cwd = strdup(prepare->folder);
	err = command.argv && command.cwd ? runtime_path(prepare, &runtime) : -ENOMEM;
	for (size_t i = 0; i < workload->command.count && !err; i++)
		err = substitute(prepare, workload->command.items[i], buf_text(&runtime),
				 &command.argv[i]);
	if (!err && workload->entry) {
		err = buf_printf(&entry, "%s/%s", prepare->folder, workload->entry);
		command.entry = buf_steal(&entry);
	}
	buf_release(&runtime);
	buf_release(&entry);
	if (err) {
		prepare_command_release(&command);
		return err_code(err, "cannot start '%s'", workload->name);
	}
	*out = command;
	return 0;
}

void prepare_command_release(struct prepare_command *command)
{
	if (!command)
		return;
	for (char **argument = command->argv; argument && *argument; argument++)
		free(*argument);
	free(command->argv);
	free(command->cwd);
	free(command->entry);
	*command = (struct prepare_command){0};
}
