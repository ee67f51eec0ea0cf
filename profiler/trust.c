// SPDX-License-Identifier: BSD-2-Clause
/* trust.c - whether somebody else could change what lies in a folder */
#include "trust.h"

#include <errno.h>
#include <grp.h>
#include <limits.h>
#include <pwd.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/types.h>

#include "err.h"
#include "units.h"
#include "user.h"

static bool is_trusted(uid_t uid, const struct user *user)
{
	const char *caller = getenv("SUDO_UID");
	uint64_t caller_uid;

	return uid == 0 || uid == user->uid ||
	       (caller && units_parse_u64(caller, &caller_uid) == 0 && uid == caller_uid);
}

/* Whether only trusted users are in the group, be it their first one or not. */
static bool is_private(gid_t gid, const struct user *user)
{
	const struct group *group = getgrgid(gid);
	const struct passwd *passwd;
	bool private = true;

	if (!group)
		return false;
	for (char **name = group->gr_mem; *name; name++) {
		passwd = getpwnam(*name);
		if (!passwd || !is_trusted(passwd->pw_uid, user))
			return false;
	}
	setpwent();
	while (private && (passwd = getpwent()))
	private = passwd->pw_gid != gid || is_trusted(passwd->pw_uid, user);
	endpwent();
	return private;
}

static int check(const char *path, const struct user *user)
{
	struct stat st;

	if (lstat(path, &st))
		return err_code(errno, "cannot look at '%s'", path);
	if (!S_ISDIR(st.st_mode))
		return err_code(-ENOTDIR, "cannot use '%s'", path);
	if (!is_trusted(st.st_uid, user)) {
		err_print("'%s' belongs to somebody else (user id %u): nothing is run from it",
			  path, (unsigned)st.st_uid);
		return -EPERM;
	}
	if (st.st_mode & S_ISVTX)
		return 0;
	if ((st.st_mode & S_IWOTH) || ((st.st_mode & S_IWGRP) && !is_private(st.st_gid, user))) {
		err_print("others may write to '%s' (mode %04o): nothing is run from it", path,
			  (unsigned)st.st_mode & 07777);
		return -EPERM;
	}
	return 0;
}

int trust_folder(const char *path, const struct user *user)
{
	char real[PATH_MAX];
	int err;

	if (!realpath(path, real))
		return err_code(errno, "cannot look at '%s'", path);
	err = check("/", user);
	for (char *slash = real; !err && slash && real[1];) {
		slash = strchr(slash + 1, '/');
		if (slash)
			*slash = '\0';
		err = check(real, user);
		if (slash)
			*slash = '/';
	}
	return err;
}
