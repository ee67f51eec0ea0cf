// SPDX-License-Identifier: BSD-2-Clause
/* pollset.c - the descriptors that an epoll object watches, found by descriptor or by their data */
#include "pollset.h"

#include <errno.h>
#include <string.h>

void pollset_release(struct pollset *set)
{
	if (!set)
		return;
	vec_release(&set->entries);
	map_release(&set->by_fd);
	map_release(&set->by_data);
}

static struct pollset_entry *by_fd(const struct pollset *set, uint64_t fd)
{
	uint64_t index;

	return map_get_u64(&set->by_fd, fd, &index) ? &set->entries.items[index] : NULL;
}

/* Data is what the program likes: two descriptors can have the same; the last one counts. */
static void forget_data(struct pollset *set, const struct pollset_entry *entry)
{
	uint64_t fd;

	if (map_get_u64(&set->by_data, entry->data, &fd) && fd == entry->fd)
		map_remove_u64(&set->by_data, entry->data);
}

int pollset_put(struct pollset *set, const struct pollset_entry *entry)
{
	struct pollset_entry *known = by_fd(set, entry->fd);
	int rc;

	if (known) {
		forget_data(set, known);
		if (known->serial == entry->serial) {
			known->data = entry->data;
			return map_set_u64(&set->by_data, entry->data, entry->fd);
		}
		*known = *entry;
		return map_set_u64(&set->by_data, entry->data, entry->fd);
	}
	rc = vec_push(&set->entries, *entry);
	if (!rc)
		rc = map_set_u64(&set->by_fd, entry->fd, set->entries.count - 1);
	if (!rc)
		rc = map_set_u64(&set->by_data, entry->data, entry->fd);
	return rc;
}

int pollset_remove(struct pollset *set, uint32_t fd)
{
	struct pollset_entry *entry = by_fd(set, fd), *last;

	if (!entry)
		return 0;
	forget_data(set, entry);
	map_remove_u64(&set->by_fd, fd);
	last = &set->entries.items[--set->entries.count];
	if (entry == last)
		return 0;
	*entry = *last;
	return map_set_u64(&set->by_fd, entry->fd, (uint64_t)(entry - set->entries.items));
}

const struct pollset_entry *pollset_by_data(const struct pollset *set, uint64_t data)
{
	uint64_t fd;

	return map_get_u64(&set->by_data, data, &fd) ? by_fd(set, fd) : NULL;
}
