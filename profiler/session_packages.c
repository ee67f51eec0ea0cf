// SPDX-License-Identifier: BSD-2-Clause
/* session_packages.c - the packages of a target, found by the files of its first good start */
#include "session_parts.h"

#include <errno.h>

#include "err.h"
#include "models.h"
#include "package_facts.h"

/* Pointers into the models' paths. */
typedef VEC(const char *) opened_files;

static int find_opened(const struct models *models, opened_files *out)
{
	int rc = 0;

	for (uint32_t i = 0; i < models->files.by_path.count && !rc; i++)
		if (models->files.by_path.items[i].opened)
			rc = vec_push(out, paths_text(&models->paths, i));
	return rc;
}

/* Without them packages are known by their paths alone, without versions: no reason to fail. */
static int read_facts(struct session *session, struct target *target, const opened_files *opened)
{
	int rc = 0;

	target->packages.read = true;
	if (opened->count)
		rc = package_facts_read(session->options->user, opened->items, opened->count,
					&target->packages);
	if (!rc || rc == -ENOMEM)
		return rc;
	warn_print("cannot read the packages of '%s': %s", target->name, err_text(rc));
	return 0;
}

static int find_packages(struct session *session, struct course *course)
{
	struct models models = {};
	opened_files opened = {};
	int rc = recording_finish(course->recording);

	if (!rc)
		rc = models_run(&models, course->recording);
	if (!rc)
		rc = find_opened(&models, &opened);
	if (!rc)
		rc = read_facts(session, course->target, &opened);
	vec_release(&opened);
	models_release(&models);
	return rc ? rc : recording_resume(course->recording);
}

int session_learn_packages(struct session *session, struct course *course)
{
	struct package_facts *packages = &course->target->packages;
	int rc = 0;

	if (!packages->read && !session->options->null_control && course->decided &&
	    course->outcome == EVENT_GOOD)
		rc = find_packages(session, course);
	return rc ? rc : package_facts_record(packages, course->recording);
}
