// SPDX-License-Identifier: BSD-2-Clause
/* compare_path.c - which file of one checkout is which of another, and whose it is */
#include "compare_path.h"

#include <stdbool.h>
#include <string.h>

/* A start's control group, as limit.c names it: .../coldprof-PID-STARTTIME/start-N. */
#define OWN_GROUP "coldprof-"
#define OWN_START "/start-"

static const char *const folders[] = {"/node_modules/", "/site-packages/", "/dist-packages/"};

/* What follows the first or the last such folder; |*folder| is which one; NULL for none. */
static const char *inside(const char *path, bool last, size_t *folder)
{
	const char *found = NULL;

	for (size_t i = 0; i < sizeof(folders) / sizeof(folders[0]); i++) {
		const char *at = path;

		while ((at = strstr(at, folders[i]))) {
			at += strlen(folders[i]);
			if (!found || (last ? at > found : at < found)) {
				found = at;
				*folder = i;
			}
			if (!last)
				break;
		}
	}
	return found;
}

/* How long "coldprof-PID-STARTTIME" is at |text|; 0: it is none. */
static size_t run_name(const char *text)
{
	static const char digits[] = "0123456789";
	size_t pid, begun;

	if (strncmp(text, OWN_GROUP, strlen(OWN_GROUP)) != 0)
		return 0;
	pid = strlen(OWN_GROUP) + strspn(text + strlen(OWN_GROUP), digits);
	if (pid == strlen(OWN_GROUP) || text[pid] != '-')
		return 0;
	begun = strspn(text + pid + 1, digits);
	return begun ? pid + 1 + begun : 0;
}

/* The control group that a start is put into is another one each time. */
static int put_group(const char *path, struct buf *out)
{
	const char *at = path;
	size_t name = 0, number;

	while (!name && (at = strstr(at, "/" OWN_GROUP))) {
		at++;
		name = run_name(at);
	}
	if (!name)
		return buf_puts(out, path);
	if (buf_add(out, path, (size_t)(at - path)) || buf_puts(out, OWN_GROUP "RUN"))
		return -1;
	at += name;
	number = strncmp(at, OWN_START, strlen(OWN_START)) == 0
			 ? strspn(at + strlen(OWN_START), "0123456789")
			 : 0;
	if (number && buf_puts(out, OWN_START "N"))
		return -1;
	return buf_puts(out, number ? at + strlen(OWN_START) + number : at);
}

int compare_path_key(const char *path, struct buf *out)
{
	size_t folder, digits;
	const char *rest = inside(path, false, &folder);

	if (rest)
		return buf_puts(out, folders[folder] + 1) || buf_puts(out, rest) ? -1 : 0;
	if (strncmp(path, "/proc/", 6) == 0) {
		digits = strspn(path + 6, "0123456789");
		if (digits)
			return buf_printf(out, "/proc/PID%s", path + 6 + digits);
	}
	return put_group(path, out);
}

const char *compare_path_inside(const char *path, const char *folder)
{
	size_t size = folder ? strlen(folder) : 0, which;

	if (size < 2 || strncmp(path, folder, size) != 0)
		return NULL;
	if ((path[size] && path[size] != '/') || inside(path + size, false, &which))
		return NULL;
	return path + size;
}

/* What follows lib/python3.11/ of CPython's own library, its folders of other things aside. */
static const char *inside_python(const char *path)
{
	static const char *const skipped[] = {"__pycache__/", "lib-dynload/"};
	const char *at = strstr(path, "/lib/python");

	if (!at)
		return NULL;
	at += strlen("/lib/python");
	at += strspn(at, "0123456789.t");
	if (*at++ != '/' || !*at)
		return NULL;
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++)
		if (strncmp(at, skipped[i], strlen(skipped[i])) == 0)
			at += strlen(skipped[i]);
	return at;
}

int compare_path_package(const char *path, struct buf *out)
{
	size_t folder, size;
	const char *rest = inside(path, true, &folder);
	const char *own = rest ? NULL : inside_python(path);

	if (own) {
		size = strcspn(own, "/");
		size = own[size] ? size : strcspn(own, ".");
		return buf_printf(out, "%.*s" COMPARE_PATH_OWN, (int)size, own);
	}
	if (!rest || *rest == '.')
		return 0;
	if (folder && strncmp(rest, "__pycache__/", strlen("__pycache__/")) == 0)
		rest += strlen("__pycache__/");
	size = strcspn(rest, "/");
	if (*rest == '@' && rest[size])
		size += 1 + strcspn(rest + size + 1, "/");
	/* a module of one file is its own package */
	if (folder && !rest[size])
		size = strcspn(rest, ".");
	return buf_add(out, rest, size);
}
