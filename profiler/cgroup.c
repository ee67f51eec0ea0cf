// SPDX-License-Identifier: BSD-2-Clause
/* cgroup.c - the cgroup hierarchies of this machine, and groups in them */
#include "cgroup.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "clock.h"
#include "fs.h"
#include "units.h"

#define FILE_MAX_BYTES (4 * MIB)
#define DEPTH_MAX      200 /* each level holds a descriptor */
#define REMOVE_NS      (1 * NS_PER_S)

unsigned cgroup_controllers(const char *list)
{
	static const struct {
		const char *name;
		unsigned bit;
	} known[] = {{"memory", CGROUP_MEMORY}, {"cpu", CGROUP_CPU}, {"cpuacct", CGROUP_CPUACCT}};
	unsigned found = 0;

	while (*list) {
		size_t size = strcspn(list, ", \n");

		for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
			if (strlen(known[i].name) == size && !memcmp(list, known[i].name, size))
				found |= known[i].bit;
		list += size;
		list += strspn(list, ", \n");
	}
	return found;
}

/* "\040" is a space, in place. */
static void unescape(char *text)
{
	char *to = text;

	for (const char *from = text; *from; to++) {
		unsigned code;

		if (*from == '\\' && sscanf(from, "\\%3o", &code) == 1) {
			*to = (char)code;
			from += 4;
		} else {
			*to = *from++;
		}
	}
	*to = '\0';
}

/* Our own group's path in the hierarchy of |wanted| (v1: its controllers; 0: v2), or NULL. */
static char *own_path(const char *own, unsigned wanted)
{
	for (const char *line = own; *line; line += strcspn(line, "\n"), line += *line == '\n') {
		const char *list = strchr(line, ':'), *path = list ? strchr(list + 1, ':') : NULL;
		char *names;
		bool is_it;

		if (!path)
			break;
		names = strndup(list + 1, (size_t)(path - list - 1));
		is_it = names &&
			(wanted ? cgroup_controllers(names) == wanted : !*names && *line == '0');
		free(names);
		if (is_it)
			return strndup(path + 1, strcspn(path + 1, "\n"));
	}
	return NULL;
}

/* Where |own|, a path from the hierarchy's root, is when its part |root| is mounted at |mount|. */
static char *below(const char *mount, const char *root, const char *own)
{
	size_t length = strcmp(root, "/") ? strlen(root) : 0;
	char *path = NULL;

	if (!own || strncmp(own, root, length) || (own[length] && own[length] != '/') ||
	    strstr(own, "/.."))
		return strdup(mount); /* we are outside of what is mounted here */
	if (asprintf(&path, "%s%s", mount, strcmp(own + length, "/") ? own + length : "") < 0)
		return NULL;
	return path;
}

/* One line of mountinfo: "31 23 0:28 ROOT MOUNT options [tags] - TYPE SOURCE SUPER". */
static int parse_mount(char *line, const char *own, cgroups *out)
{
	char *dash = strstr(line, " - "), *root = NULL, *mount = NULL, *path;
	char type[16], super[256];
	struct cgroup found = {};
	int rc = 0;

	if (!dash || sscanf(dash + 3, "%15s %*s %255s", type, super) != 2 ||
	    sscanf(line, "%*s %*s %*s %ms %ms", &root, &mount) != 2)
		goto out;
	found.v2 = strcmp(type, "cgroup2") == 0;
	if (!found.v2 && strcmp(type, "cgroup"))
		goto out;
	if (!found.v2)
		found.controllers = cgroup_controllers(super);
	vec_foreach(other, out) /* a hierarchy that is mounted twice */
		if (other->v2 == found.v2 && other->controllers == found.controllers)
			goto out;
	if (!found.v2 && !found.controllers)
		goto out;
	unescape(root);
	unescape(mount);
	path = own_path(own, found.controllers);
	found.own = below(mount, root, path);
	free(path);
	found.mount = mount;
	mount = NULL;
	if (!found.own || vec_push(out, found)) {
		free(found.own);
		free(found.mount);
		rc = -ENOMEM;
	}
out:
	free(root);
	free(mount);
	return rc;
}

int cgroup_parse(const char *mountinfo, const char *own, cgroups *out)
{
	char *copy = strdup(mountinfo), *rest = copy, *line;
	int rc = copy ? 0 : -ENOMEM;

	while (!rc && (line = strsep(&rest, "\n")))
		rc = parse_mount(line, own, out);
	free(copy);
	if (rc)
		cgroup_release(out);
	return rc;
}

int cgroup_find(cgroups *out)
{
	struct buf mounts = {}, own = {}, list = {};
	int rc = fs_read("/proc/self/mountinfo", FILE_MAX_BYTES, &mounts);

	if (!rc)
		rc = fs_read("/proc/self/cgroup", FILE_MAX_BYTES, &own);
	if (rc == -ENOENT)
		rc = 0; /* a kernel without cgroups */
	else if (!rc)
		rc = cgroup_parse(buf_text(&mounts), buf_text(&own), out);
	vec_foreach(cgroup, out) {
		if (!cgroup->v2)
			continue;
		buf_clear(&list);
		if (!cgroup_read(cgroup->mount, "cgroup.controllers", &list))
			cgroup->controllers = cgroup_controllers(buf_text(&list));
	}
	buf_release(&mounts);
	buf_release(&own);
	buf_release(&list);
	return rc;
}

void cgroup_release(cgroups *all)
{
	vec_foreach(cgroup, all) {
		free(cgroup->mount);
		free(cgroup->own);
	}
	vec_release(all);
}

/* ---- a group's files ---- */

int cgroup_read(const char *path, const char *name, struct buf *out)
{
	struct buf file = {};
	int rc = buf_printf(&file, "%s/%s", path, name);

	if (!rc)
		rc = fs_read(file.data, FILE_MAX_BYTES, out);
	buf_release(&file);
	return rc;
}

int cgroup_write(const char *path, const char *name, const char *text)
{
	struct buf file = {};
	int rc = buf_printf(&file, "%s/%s", path, name);

	if (!rc)
		rc = fs_control(file.data, text);
	buf_release(&file);
	return rc;
}

int64_t cgroup_number(const char *path, const char *name)
{
	return cgroup_keyed(path, name, NULL);
}

int64_t cgroup_keyed(const char *path, const char *name, const char *key)
{
	size_t length = key ? strlen(key) : 0;
	long long value, found = -1;
	struct buf text = {};

	if (cgroup_read(path, name, &text))
		goto out;
	for (const char *line = buf_text(&text); *line && found < 0;) {
		if (!key || (strncmp(line, key, length) == 0 && line[length] == ' '))
			if (sscanf(line + length, "%lld", &value) == 1)
				found = value;
		line += strcspn(line, "\n");
		line += *line == '\n';
	}
out:
	buf_release(&text);
	return found;
}

unsigned cgroup_controllers_in(const char *path, const char *name)
{
	struct buf list = {};
	unsigned found = 0;

	if (!cgroup_read(path, name, &list))
		found = cgroup_controllers(buf_text(&list));
	buf_release(&list);
	return found;
}

unsigned cgroup_enable(const char *path, unsigned wanted)
{
	unsigned before = cgroup_controllers_in(path, "cgroup.subtree_control");

	if (wanted & ~before & CGROUP_MEMORY)
		cgroup_write(path, "cgroup.subtree_control", "+memory");
	if (wanted & ~before & CGROUP_CPU)
		cgroup_write(path, "cgroup.subtree_control", "+cpu");
	return cgroup_controllers_in(path, "cgroup.subtree_control") & wanted & ~before;
}

void cgroup_disable(const char *path, unsigned controllers)
{
	if (controllers & CGROUP_MEMORY)
		cgroup_write(path, "cgroup.subtree_control", "-memory");
	if (controllers & CGROUP_CPU)
		cgroup_write(path, "cgroup.subtree_control", "-cpu");
}

/* ---- groups ---- */

int cgroup_make(const char *path)
{
	return mkdir(path, 0755) ? -errno : 0;
}

/* Calls |visit| for the groups right below; stops at the first that does not return 0. */
static int each_below(const char *path, int depth,
		      int (*visit)(const char *path, int depth, void *data), void *data)
{
	struct dirent *entry;
	struct buf name = {};
	DIR *folder;
	int rc = 0;

	folder = depth < DEPTH_MAX ? opendir(path) : NULL;
	while (folder && !rc && (entry = readdir(folder))) {
		if (entry->d_type != DT_DIR || entry->d_name[0] == '.')
			continue;
		buf_clear(&name);
		rc = buf_printf(&name, "%s/%s", path, entry->d_name);
		if (!rc)
			rc = visit(name.data, depth + 1, data);
	}
	if (folder)
		closedir(folder);
	buf_release(&name);
	return rc;
}

static int add_processes(const char *path, int depth, void *data)
{
	cgroup_pids *out = data;
	struct buf text = {};
	int rc = cgroup_read(path, "cgroup.procs", &text);
	char *next = text.data;

	if (rc == -EOPNOTSUPP || (rc && depth))
		rc = 0; /* a threaded group, or one that went meanwhile */
	for (long pid; !rc && next && (pid = strtol(next, &next, 10)) > 0;)
		rc = vec_push(out, (pid_t)pid);
	buf_release(&text);
	return rc ? rc : each_below(path, depth, add_processes, data);
}

int cgroup_processes(const char *path, cgroup_pids *out)
{
	return add_processes(path, 0, out);
}

int cgroup_kill(const char *path)
{
	cgroup_pids pids = {};
	int rc = cgroup_write(path, "cgroup.kill", "1"); /* v2 since 5.14 */

	if (!rc)
		return 0;
	rc = cgroup_processes(path, &pids);
	vec_foreach(pid, &pids)
		kill(*pid, SIGKILL);
	vec_release(&pids);
	return rc;
}

/* Waits until the group may have become empty; v1 tells nobody. */
static void await_empty(const char *path, uint64_t timeout_ns)
{
	int timeout_ms = (int)(timeout_ns / NS_PER_MS) + 1;
	struct pollfd events = {.fd = -1, .events = POLLPRI};
	struct buf name = {};
	char text[128] = "";

	if (!buf_printf(&name, "%s/cgroup.events", path))
		events.fd = open(name.data, O_RDONLY | O_CLOEXEC);
	/* the poll tells of changes since the last read of this descriptor */
	if (events.fd < 0 || read(events.fd, text, sizeof(text) - 1) <= 0 ||
	    strstr(text, "populated 0"))
		timeout_ms = 1;
	poll(&events, events.fd >= 0, timeout_ms);
	if (events.fd >= 0)
		close(events.fd);
	buf_release(&name);
}

static int remove_all(const char *path, int depth, void *data)
{
	const uint64_t *end_ns = data;
	int rc = each_below(path, depth, remove_all, data);
	uint64_t now;

	while (!rc && rmdir(path)) {
		now = clock_ns();
		if (errno == ENOENT)
			break;
		if (errno != EBUSY || now >= *end_ns)
			rc = -errno;
		else
			await_empty(path, *end_ns - now);
	}
	return rc;
}

int cgroup_remove(const char *path)
{
	uint64_t end_ns = clock_ns() + REMOVE_NS;

	return remove_all(path, 0, &end_ns);
}

struct search {
	bool (*is_wanted)(const char *name);
	cgroup_paths *out;
};

static int search_one(const char *path, int depth, void *data)
{
	const struct search *search = data;
	char *copy;

	if (!search->is_wanted(fs_basename(path)))
		return each_below(path, depth, search_one, data);
	copy = strdup(path);
	if (!copy || vec_push(search->out, copy)) {
		free(copy);
		return -ENOMEM;
	}
	return 0;
}

int cgroup_search(const char *path, bool (*is_wanted)(const char *name), cgroup_paths *out)
{
	struct search search = {is_wanted, out};

	return each_below(path, 0, search_one, &search);
}
