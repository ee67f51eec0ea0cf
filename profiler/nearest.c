// SPDX-License-Identifier: BSD-2-Clause
/* nearest.c - which known names somebody who mistyped one may have meant */
#include "nearest.h"

#include <stdbool.h>
#include <stdint.h>
#include <string.h>

#define NAME_MAX_LENGTH 127 /* longer ones are far from everything */
#define SUGGESTIONS	3

static size_t min(size_t a, size_t b)
{
	return a < b ? a : b;
}

size_t nearest_distance(const char *a, const char *b)
{
	size_t rows[3][NAME_MAX_LENGTH + 1], *before = rows[0], *above = rows[1], *row = rows[2];
	size_t a_length = strlen(a), b_length = strlen(b);

	if (a_length > NAME_MAX_LENGTH || b_length > NAME_MAX_LENGTH)
		return SIZE_MAX;
	for (size_t j = 0; j <= b_length; j++)
		above[j] = before[j] = j;
	for (size_t i = 1; i <= a_length; i++) {
		size_t *spare = before;

		row[0] = i;
		for (size_t j = 1; j <= b_length; j++) {
			row[j] = min(min(above[j], row[j - 1]) + 1,
				     above[j - 1] + (a[i - 1] != b[j - 1]));
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				row[j] = min(row[j], before[j - 2] + 1);
		}
		before = above;
		above = row;
		row = spare;
	}
	return above[b_length];
}

/* The distance, or SIZE_MAX where less than half of the shorter name is kept. */
static size_t distance_if_near(const char *wanted, const char *name)
{
	size_t distance = nearest_distance(wanted, name);

	return distance * 2 <= min(strlen(wanted), strlen(name)) ? distance : SIZE_MAX;
}

static size_t name_distance(const char *wanted, const char *name)
{
	const char *slash = strrchr(name, '/');
	size_t distance = distance_if_near(wanted, name);

	/* "expres" means node/express, and more than node/http means it */
	if (slash && !strchr(wanted, '/'))
		distance = min(distance, distance_if_near(wanted, slash + 1));
	return distance;
}

static bool is_among(const char *name, const char *const *names, const size_t *best, size_t found)
{
	for (size_t i = 0; i < found; i++)
		if (strcmp(names[best[i]], name) == 0)
			return true;
	return false;
}

int nearest_names(const char *wanted, const char *const *names, size_t count, struct buf *out)
{
	size_t best[SUGGESTIONS] = {0}, distances[SUGGESTIONS], found = 0;
	int err = 0;

	for (size_t i = 0; i < count; i++) {
		size_t distance = name_distance(wanted, names[i]), at;

		if (distance == SIZE_MAX || is_among(names[i], names, best, found))
			continue;
		for (at = found; at > 0 && distances[at - 1] > distance; at--)
			if (at < SUGGESTIONS) {
				distances[at] = distances[at - 1];
				best[at] = best[at - 1];
			}
		if (at < SUGGESTIONS) {
			distances[at] = distance;
			best[at] = i;
			found = min(found + 1, SUGGESTIONS);
		}
	}
	for (size_t i = 0; i < found && !err; i++)
		err = buf_printf(out, "%s%s", i ? ", " : "", names[best[i]]);
	return err;
}
