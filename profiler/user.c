// SPDX-License-Identifier: BSD-2-Clause
/* user.c - whose programs are run: the user who called sudo, never root unless root asked */
#include "user.h"

#include <errno.h>
#include <grp.h>
#include <pwd.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "units.h"
#include "vec.h"

#define DEFAULT_PATH	 "/usr/local/bin:/usr/bin:/bin"
#define SHELL_TIMEOUT_MS 5000
#define MARKER		 "coldprof-path="

/* ---- who ---- */

/* The id that sudo, doas or pkexec says it was called by; |*name| where only a name is told. */
static bool caller_of_root(uid_t *uid, const char **name)
{
	static const char *const ids[] = {"SUDO_UID", "PKEXEC_UID"};
	const char *doas = getenv("DOAS_USER");
	uint64_t value;

	*name = NULL;
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		const char *text = getenv(ids[i]);

		if (text && units_parse_u64(text, &value) == 0 && value < UINT32_MAX) {
			*uid = (uid_t)value;
			return true;
		}
	}
	*name = doas;
	return doas && *doas;
}

static int look_up(const char *name, struct passwd **entry)
{
	const char *caller = NULL;
	uid_t uid = getuid();

	errno = 0;
	if (name) {
		*entry = getpwnam(name);
		if (!*entry)
			err_print("unknown user '%s'", name);
		return *entry ? 0 : -ENOENT;
	}
	if (geteuid() == 0)
		caller_of_root(&uid, &caller);
	*entry = caller ? getpwnam(caller) : getpwuid(uid);
	if (!*entry && caller)
		err_print("unknown user '%s'", caller);
	else if (!*entry)
		err_print("user id %u has no entry in the user database", uid);
	return *entry ? 0 : -ENOENT;
}

static int take_groups(struct user *user)
{
	int count = 32;

	if (!user->switch_needed) {
		count = getgroups(0, NULL);
		user->groups = calloc((size_t)count + 1, sizeof(gid_t));
		if (!user->groups)
			return -ENOMEM;
		count = getgroups(count, user->groups);
		user->groups_count = count > 0 ? (size_t)count : 0;
		return 0;
	}
	for (;;) {
		gid_t *groups = reallocarray(user->groups, (size_t)count, sizeof(gid_t));
		int room = count;

		if (!groups)
			return -ENOMEM;
		user->groups = groups;
		if (getgrouplist(user->name, user->gid, groups, &count) >= 0)
			break;
		if (count <= room)
			count = room * 2;
	}
	user->groups_count = (size_t)count;
	return 0;
}

static int take_path(struct user *user);

int user_resolve(const char *name, struct user *out)
{
	struct user user = {};
	struct passwd *entry;
	int rc = look_up(name, &entry);

	if (rc)
		return rc;
	if (entry->pw_uid != geteuid() && geteuid() != 0) {
		err_print("only root can run programs as '%s'", entry->pw_name);
		return -EPERM;
	}
	user.uid = entry->pw_uid;
	user.gid = entry->pw_gid;
	user.switch_needed = geteuid() == 0 && entry->pw_uid != 0;
	user.name = strdup(entry->pw_name);
	user.home = strdup(entry->pw_dir && *entry->pw_dir ? entry->pw_dir : "/");
	user.shell = strdup(entry->pw_shell && *entry->pw_shell ? entry->pw_shell : "/bin/sh");
	rc = user.name && user.home && user.shell ? take_groups(&user) : -ENOMEM;
	if (!rc)
		rc = take_path(&user);
	if (rc) {
		user_release(&user);
		return rc;
	}
	*out = user;
	return 0;
}

void user_release(struct user *user)
{
	if (!user)
		return;
	free(user->groups);
	free(user->name);
	free(user->home);
	free(user->shell);
	free(user->path);
	memset(user, 0, sizeof(*user));
}

/* ---- the environment ---- */

static bool is_dropped(const char *variable)
{
	static const char *const names[] = {
		"HOME=", "USER=",      "LOGNAME=",    "SHELL=", "PATH=",
		"SUDO_", "DOAS_USER=", "PKEXEC_UID=", "MAIL=",	"XDG_RUNTIME_DIR="};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
		if (strncmp(variable, names[i], strlen(names[i])) == 0)
			return true;
	return false;
}

typedef VEC(char *) texts;

static void set_variable(texts *list, const char *name, const char *value, bool *failed)
{
	char *text;

	if (asprintf(&text, "%s=%s", name, value) < 0) {
		*failed = true;
		return;
	}
	vec_foreach(have, list) {
		if (strncmp(*have, text, strlen(name) + 1) == 0) {
			free(*have);
			*have = text;
			return;
		}
	}
	if (vec_push(list, text)) {
		free(text);
		*failed = true;
	}
}

static void set_pair(texts *list, const char *pair, bool *failed)
{
	const char *equals = strchr(pair, '=');
	char *name = equals ? strndup(pair, (size_t)(equals - pair)) : NULL;

	if (name)
		set_variable(list, name, equals + 1, failed);
	else
		*failed = true;
	free(name);
}

static void copy_own(const struct user *user, texts *list, bool *failed)
{
	for (char **variable = environ; *variable; variable++)
		if (strchr(*variable, '=') && !(user->switch_needed && is_dropped(*variable)))
			set_pair(list, *variable, failed);
}

char **user_environment(const struct user *user, char *const *extra)
{
	bool failed = false;
	texts list = {};

	copy_own(user, &list, &failed);
	if (user->switch_needed) {
		set_variable(&list, "HOME", user->home, &failed);
		set_variable(&list, "USER", user->name, &failed);
		set_variable(&list, "LOGNAME", user->name, &failed);
		set_variable(&list, "SHELL", user->shell, &failed);
	}
	if (user->path)
		set_variable(&list, "PATH", user->path, &failed);
	for (; extra && *extra; extra++)
		set_pair(&list, *extra, &failed);
	if (vec_push(&list, NULL))
		failed = true;
	if (!failed)
		return list.items;
	vec_foreach(text, &list)
		free(*text);
	vec_release(&list);
	return NULL;
}

void user_environment_free(char **environment)
{
	for (char **variable = environment; variable && *variable; variable++)
		free(*variable);
	free(environment);
}

const char *user_getenv(char *const *environment, const char *name)
{
	size_t length = strlen(name);

	for (; environment && *environment; environment++)
		if (strncmp(*environment, name, length) == 0 && (*environment)[length] == '=')
			return *environment + length + 1;
	return NULL;
}

/* ---- PATH ---- */

static char *marked_path(const struct buf *output)
{
	const char *found = NULL, *next = buf_text(output);

	while ((next = strstr(next, MARKER)))
		found = next += strlen(MARKER);
	if (!found || found[0] != '/')
		return NULL;
	return strndup(found, strcspn(found, "\n"));
}

/*
 * Version managers put themselves into files that only an interactive shell reads to its end, so
 * the login shell is asked as one; then, if that fails, as a login shell alone.
 */
static char *ask_shell(const struct user *user)
{
	static const char *const modes[] = {"-ilc", "-lc"};
	char *path = NULL;

	for (size_t i = 0; i < 2 && !path; i++) {
		const char *const argv[] = {user->shell, modes[i],
					    "printf '\\n" MARKER "%s\\n' \"$PATH\"", NULL};
		struct user_command command = {.argv = (char *const *)argv,
					       .timeout_ms = SHELL_TIMEOUT_MS};
		struct buf output = {};
		int status;

		if (user_run(user, &command, &output, &status) == 0)
			path = marked_path(&output);
		buf_release(&output);
	}
	return path;
}

static int take_path(struct user *user)
{
	const char *own = getenv("PATH");

	if (!user->switch_needed) {
		user->path = strdup(own && *own ? own : DEFAULT_PATH);
		return user->path ? 0 : -ENOMEM;
	}
	user->path = strdup(DEFAULT_PATH);
	if (!user->path)
		return -ENOMEM;
	own = ask_shell(user);
	if (!own) {
		note_print("the login shell of '%s' (%s) told no PATH; using %s", user->name,
			   user->shell, DEFAULT_PATH);
		return 0;
	}
	free(user->path);
	user->path = (char *)own;
	return 0;
}

/* access(2) for another user: by owner, group and other bits, as the kernel does without ACLs. */
static bool may_execute(const struct user *user, const struct stat *st)
{
	if (!user->switch_needed)
		return true; /* access() has said so */
	if (st->st_uid == user->uid)
		return st->st_mode & S_IXUSR;
	for (size_t i = 0; i < user->groups_count; i++)
		if (user->groups[i] == st->st_gid)
			return st->st_mode & S_IXGRP;
	return st->st_mode & S_IXOTH;
}

/* Whether the user gets through each folder of |path|; a link's own are in its real path. */
static bool may_reach(const struct user *user, const char *path)
{
	char *folder = strdup(path), *slash = folder;
	bool may = folder != NULL;
	struct stat st;

	while (may && (slash = strchr(slash + 1, '/'))) {
		*slash = '\0';
		may = stat(folder, &st) == 0 && may_execute(user, &st);
		*slash = '/';
	}
	free(folder);
	return may;
}

static int check_executable(const struct user *user, const char *path)
{
	char *real;
	struct stat st;
	bool may;

	if (stat(path, &st))
		return errno == EACCES ? -EACCES : -ENOENT;
	if (!S_ISREG(st.st_mode) || access(path, X_OK) || !may_execute(user, &st))
		return -EACCES;
	if (!user->switch_needed)
		return 0;
	real = realpath(path, NULL);
	may = real && may_reach(user, path) && may_reach(user, real);
	free(real);
	return may ? 0 : -EACCES;
}

int user_which(const struct user *user, const char *path_list, const char *cwd, const char *command,
	       struct buf *out)
{
	int found = -ENOENT, rc;
	struct buf path = {};

	if (!cwd)
		cwd = ".";
	if (strchr(command, '/')) {
		rc = command[0] == '/' ? buf_puts(&path, command)
				       : buf_printf(&path, "%s/%s", cwd, command);
		if (!rc)
			rc = check_executable(user, path.data);
		if (!rc)
			rc = buf_puts(out, path.data);
		buf_release(&path);
		return rc;
	}
	for (const char *next = path_list; next && *command;) {
		size_t length = strcspn(next, ":");

		buf_clear(&path);
		/* an empty part means the current folder, a relative one starts there */
		if (next[0] != '/' && buf_printf(&path, "%s/", cwd))
			break;
		if (buf_add(&path, next, length) || (length && buf_puts(&path, "/")) ||
		    buf_puts(&path, command))
			break;
		rc = check_executable(user, path.data);
		if (!rc) {
			found = buf_puts(out, path.data);
			break;
		}
		if (rc == -EACCES)
			found = -EACCES;
		next = next[length] ? next + length + 1 : NULL;
	}
	buf_release(&path);
	return found;
}

int user_become(const struct user *user)
{
	if (!user->switch_needed)
		return 0;
	if (setgroups(user->groups_count, user->groups) ||
	    setresgid(user->gid, user->gid, user->gid) ||
	    setresuid(user->uid, user->uid, user->uid))
		return -errno;
	if (getuid() != user->uid || geteuid() != user->uid || getgid() != user->gid ||
	    setuid(0) == 0)
		return -EPERM;
	return 0;
}
