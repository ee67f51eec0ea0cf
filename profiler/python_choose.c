// SPDX-License-Identifier: BSD-2-Clause
/* python_choose.c - the sites of probes, of what was seen in a start */
#include "python_calibrate_parts.h"

#include <errno.h>

#include "event.h"
#include "uprobe_cost.h"

static int add_site(struct calibration *cal, struct python_sites *out, uint64_t address,
		    uint64_t cookie)
{
	uint64_t offset = tracee_offset(&cal->tracee, cal->device, cal->inode, address);

	/* both starts show some of them */
	for (size_t i = 0; i < out->count; i++)
		if (out->items[i].offset == offset && !(cookie & COOKIE_IMPORT_CALLER) &&
		    COOKIE_IMPORT_WHAT(out->items[i].cookie) == COOKIE_IMPORT_WHAT(cookie))
			return 0;
	return offset ? python_sites_add(out, offset, cookie)
		      : python_calibrate_fail(cal, -ENOTSUP, "its imports go through another file");
}

static uint64_t cookie_of(enum event_import_what what, unsigned int subject, unsigned int result)
{
	return what | (uint64_t)subject << COOKIE_IMPORT_SUBJECT_SHIFT |
	       (uint64_t)result << COOKIE_IMPORT_RESULT_SHIFT;
}

static uint64_t entry_skip(const struct calibration *cal, uint64_t function)
{
	uint8_t code[8];

	return tracee_read(&cal->tracee, function, code, sizeof(code))
		       ? uprobe_cheap_entry(code, sizeof(code))
		       : 0;
}

/* At the call instruction; else in the function that is called, which has other callers. */
static int add_begin(struct calibration *cal, const struct site *site, struct python_sites *out)
{
	uint64_t cookie = cookie_of(EVENT_IMPORT_BEGIN, TRACEE_RDX, PLACE_NONE);
	int rc = 0;

	if (site->call && walk_is_cheap_at(&cal->tracee, site->call))
		return add_site(cal, out, site->call, cookie);
	cookie |= COOKIE_IMPORT_CALLER | (site->back & COOKIE_IMPORT_FROM_BITS)
						 << COOKIE_IMPORT_FROM_SHIFT;
	for (size_t i = 0; !rc && i < 2; i++)
		if (cal->callees[i])
			rc = add_site(cal, out, cal->callees[i] + entry_skip(cal, cal->callees[i]),
				      cookie);
	return rc;
}

static int add_end(struct calibration *cal, const struct walk *walk, enum event_import_what what,
		   struct python_sites *out)
{
	const struct point *point = walk_choose(walk, walk_serves_end);

	if (!point)
		return python_calibrate_fail(cal, -ENOTSUP,
					     "the end of an import can't be told from others");
	return add_site(cal, out, point->address,
			cookie_of(what, walk_best_place(&point->subject),
				  walk_place_like(&point->result, TRACEE_RAX)));
}

static int add_entry(struct calibration *cal, const struct walk *walk, enum event_import_what what,
		     struct python_sites *out)
{
	const struct point *point = walk_choose(walk, walk_serves_entry);

	if (!point)
		return -ENOENT;
	return add_site(cal, out, point->address,
			cookie_of(what, TRACEE_RSI, PLACE_NONE) |
				(point->subject.hold[TRACEE_RSI] ? 0 : COOKIE_IMPORT_ARRAY));
}

/* Without these, imports by importlib.import_module() are not seen; the rest is. */
static int add_bodies(struct calibration *cal, struct python_sites *out)
{
	unsigned int place = walk_place_like(&cal->body.code, TRACEE_RDI);
	struct python_sites with = *out;
	int rc;

	if (!cal->body.times || !cal->find_entry.times)
		return 0;
	rc = add_entry(cal, &cal->find_entry, EVENT_IMPORT_FIND, &with);
	if (!rc)
		rc = add_end(cal, &cal->body.end, EVENT_IMPORT_BODY_END, &with);
	if (!rc && cal->body.call && place != PLACE_NONE &&
	    walk_is_cheap_at(&cal->tracee, cal->body.call))
		rc = add_site(cal, &with, cal->body.call,
			      cookie_of(EVENT_IMPORT_BODY, place, PLACE_NONE));
	else if (!rc)
		rc = add_entry(cal, &cal->exec_entry, EVENT_IMPORT_BODY, &with);
	if (!rc)
		*out = with;
	return 0;
}

/* rax where that is the result; else it has not failed where it is left so */
static int add_exits(struct calibration *cal, const struct exits *exits,
		     enum event_import_what what, struct python_sites *out)
{
	int rc = 0;

	for (size_t i = 0; !rc && i < exits->count; i++)
		rc = add_site(cal, out, exits->points[i].address,
			      cookie_of(what, PLACE_NONE,
					exits->points[i].has_result ? TRACEE_RAX : PLACE_NONE));
	return rc;
}

/* Without these, the end of one that came by importlib.import_module() is within bounds. */
static int add_loader_ends(struct calibration *cal, struct python_sites *out, uint64_t *begin)
{
	int rc;

	if (!exits_are_known(&cal->create_exits) || !exits_are_known(&cal->run_exits))
		return 0;
	*begin |= COOKIE_IMPORT_ENDS_SEEN;
	rc = add_exits(cal, &cal->create_exits, EVENT_IMPORT_LIBRARY_END, out);
	return rc ? rc : add_exits(cal, &cal->run_exits, EVENT_IMPORT_INIT_END, out);
}

static bool serves_any(const struct point *point)
{
	return point->level;
}

/* Without these, the times of extensions' dlopen and init functions are not known. */
static int add_loader(struct calibration *cal, struct python_sites *out)
{
	const struct point *create = walk_choose(&cal->create_entry, serves_any);
	const struct point *dlsym = walk_choose(&cal->dlsym_back, serves_any);
	uint64_t begin = cookie_of(EVENT_IMPORT_INIT, PLACE_NONE, PLACE_NONE);
	int rc;

	if (!create || !dlsym)
		return 0;
	rc = add_site(cal, out, create->address,
		      cookie_of(EVENT_IMPORT_LIBRARY, PLACE_NONE, PLACE_NONE));
	if (!rc)
		rc = add_loader_ends(cal, out, &begin);
	return rc ? rc : add_site(cal, out, dlsym->address, begin);
}

int python_choose(struct calibration *cal, struct python_sites *out)
{
	int rc = 0;

	out->layout = cal->layout;
	if (!cal->calls_count)
		return python_calibrate_fail(cal, -ENOTSUP,
					     "its imports were not seen to call importlib");
	for (size_t i = 0; !rc && i < cal->calls_count; i++) {
		if (cal->calls[i].times < 4)
			return python_calibrate_fail(cal, -ENOTSUP,
						     "its imports call importlib in unknown ways");
		rc = add_begin(cal, &cal->calls[i], out);
		if (!rc)
			rc = add_end(cal, &cal->calls[i].end, EVENT_IMPORT_END, out);
	}
	if (!rc)
		rc = add_bodies(cal, out);
	return rc ? rc : add_loader(cal, out);
}
