// SPDX-License-Identifier: BSD-2-Clause
/* session_keep.c - keeps the recording of a start as a file of the user's */
#include "session_parts.h"

#include <errno.h>

#include "err.h"
#include "fs.h"
#include "recording.h"
#include "user.h"

static int write_file(const char *path, const struct user *user, struct recording *recording)
{
	struct fs_atomic file;
	int rc = fs_atomic_open(path, user->uid, user->gid, &file);

	if (rc)
		return rc;
	rc = recording_save(recording, file.fd);
	if (rc) {
		fs_atomic_abort(&file);
		return rc;
	}
	return fs_atomic_commit(&file);
}

void session_keep(struct session *session, const struct course *course, const char *name)
{
	const char *folder = session->options->record_folder;
	struct buf path = {};
	int rc = 0;

	if (!folder || session->unkept)
		return;
	/* one that is not whole: why has been printed */
	session->unkept = recording_error(course->recording);
	if (!session->unkept)
		rc = buf_printf(&path, "%s/%s.coldprof", folder, name);
	if (!session->unkept && !rc)
		rc = write_file(path.data, session->options->user, course->recording);
	if (rc) {
		err_code(rc, "cannot keep this and further recordings '%s'", buf_text(&path));
		session->unkept = true;
	}
	buf_release(&path);
}

bool session_kept_all(const struct session *session)
{
	return !session->unkept;
}
