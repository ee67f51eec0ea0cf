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

#define LAYOUT "2" /* to be counted up when what is in a prepared folder changes */

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

static int hash(const struct prepare *prepare, char text[TREE_HASH_TEXT])
{
	struct tree_hash state;
	struct tree tree = {0};
	struct utsname machine;
	int err;

	uname(&machine);
	err = tree_list(prepare->workload->folder, &tree);
	if (err)
		return err;
	tree_hash_init(&state);
	tree_hash_text(&state, LAYOUT);
	tree_hash_text(&state, machine.machine);
	for (size_t i = 0; i < prepare->workload->runtimes.count; i++) {
		tree_hash_text(&state, prepare->interpreters[i]->version);
		tree_hash_text(&state, prepare->interpreters[i]->path);
	}
	vec_foreach(command, &prepare->workload->build)
		vec_foreach(word, command)
			tree_hash_text(&state, *word);
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

int prepare_locate(struct prepare *prepare, const struct user *user, const char *cache)
{
	const struct workload *workload = prepare->workload;
	const struct interpreter *interpreter = prepare->interpreters[0];
	char text[TREE_HASH_TEXT];
	int err;

	if (workload->min_version &&
	    interpreter_compare_versions(interpreter->version, workload->min_version) < 0) {
		err_print("'%s' needs %s %s or newer: '%s' is %s", workload->name,
			  workload->runtime, workload->min_version, interpreter->path,
			  interpreter->version);
		return -ENOTSUP;
	}
	err = hash(prepare, text);
	if (!err)
		err = name_folder(workload, cache, text, &prepare->folder);
	if (!err)
		err = look(prepare, user);
	if (err) {
		free(prepare->folder);
		prepare->folder = NULL;
		prepare->ready = false;
	}
	return err;
}

void prepare_release(struct prepare *prepare)
{
	if (!prepare)
		return;
	free(prepare->folder);
	*prepare = (struct prepare){0};
}

/* A python with packages of its own is that of the virtual environment. */
static int add_runtime(const struct prepare *prepare, const char *runtime, struct buf *out)
{
	const struct workload *workload = prepare->workload;

	if (strcmp(runtime, "python") == 0 && workload_lock(workload, runtime))
		return buf_printf(out, "%s/.venv/bin/python", prepare->folder);
	for (size_t i = 0; i < workload->runtimes.count; i++)
		if (strcmp(workload->runtimes.items[i].name, runtime) == 0)
			return buf_puts(out, prepare->interpreters[i]->path);
	return buf_printf(out, "{%s}", runtime);
}

static bool is_at(const char *text, const char *name)
{
	size_t length = strlen(name);

	return strncmp(text, name, length) == 0 && text[length] == '}';
}

/* Adds what the placeholder at |text|, an opening brace, stands for; |*length|: its own, or 0. */
static int add_place(const struct prepare *prepare, const struct prepare_places *places,
		     const char *text, size_t *length, struct buf *out)
{
	const struct {
		const char *name, *value;
	} values[] = {{"dir", prepare->folder},
		      {"scratch", places ? places->scratch : NULL},
		      {"redis", places ? places->redis : NULL},
		      {"kafka", places ? places->kafka : NULL}};

	*length = strcspn(text, "}") + 1;
	if (is_at(text + 1, "node") || is_at(text + 1, "python"))
		return add_runtime(prepare, is_at(text + 1, "node") ? "node" : "python", out);
	for (size_t i = 0; i < sizeof(values) / sizeof(values[0]); i++)
		if (is_at(text + 1, values[i].name) && values[i].value)
			return buf_puts(out, values[i].value);
	*length = 0;
	return 0;
}

int prepare_substitute(const struct prepare *prepare, const struct prepare_places *places,
		       const char *text, char **out)
{
	struct buf result = {0};
	int err = 0;

	while (*text && !err) {
		size_t length = 0;

		if (*text == '{')
			err = add_place(prepare, places, text, &length, &result);
		if (!err && !length)
			err = buf_add(&result, text, 1);
		text += length ? length : 1;
	}
	if (!err)
		*out = result.data ? buf_steal(&result) : strdup("");
	buf_release(&result);
	return err ? err : *out ? 0 : -ENOMEM;
}

int prepare_command(const struct prepare *prepare, const struct prepare_places *places,
		    struct prepare_command *out)
{
	const struct workload *workload = prepare->workload;
	struct prepare_command command = {0};
	struct buf entry = {0};
	int err;

	command.argv = calloc(workload->command.count + 1, sizeof(*command.argv));
	command.cwd = strdup(prepare->folder);
	err = command.argv && command.cwd ? 0 : -ENOMEM;
	for (size_t i = 0; i < workload->command.count && !err; i++)
		err = prepare_substitute(prepare, places, workload->command.items[i],
					 &command.argv[i]);
	if (!err && workload->entry) {
		err = buf_printf(&entry, "%s/%s", prepare->folder, workload->entry);
		command.entry = buf_steal(&entry);
	}
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
