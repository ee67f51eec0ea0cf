// SPDX-License-Identifier: BSD-2-Clause
/* fdtable.c - which descriptor of which process is what, followed through a recording */
#include "fdtable.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>

static struct fd_list *list_of(const struct fdtable *table, uint32_t process)
{
	return process < table->lists.count ? &table->lists.items[process] : NULL;
}

static struct fd_slot *slot_of(const struct fdtable *table, uint32_t process, int64_t fd)
{
	struct fd_list *list = list_of(table, process);

	if (!list || fd < 0 || (uint64_t)fd >= list->slots.count)
		return NULL;
	return &list->slots.items[fd];
}

struct fd_object *fdtable_get(const struct fdtable *table, uint32_t process, int64_t fd)
{
	struct fd_slot *slot = slot_of(table, process, fd);

	return slot && slot->object != FDTABLE_CLOSED ? &table->objects.items[slot->object] : NULL;
}

uint32_t fdtable_number(const struct fdtable *table, const struct fd_object *object)
{
	return (uint32_t)(object - table->objects.items);
}

uint32_t fdtable_limit(const struct fdtable *table, uint32_t process)
{
	const struct fd_list *list = list_of(table, process);

	return list ? (uint32_t)list->slots.count : 0;
}

int fdtable_path(const struct fdtable *table, uint32_t process, int64_t folder_fd, const char *text,
		 const char **out)
{
	const struct fd_list *list = list_of(table, process);
	const struct fd_object *folder;
	uint32_t path = PATHS_NONE;

	if ((int32_t)folder_fd == AT_FDCWD) {
		path = list ? list->cwd : PATHS_NONE;
	} else {
		folder = fdtable_get(table, process, folder_fd);
		path = folder ? folder->path : PATHS_NONE;
	}
	return paths_resolve(table->paths, path, text, out);
}

static void free_poll(struct fd_object *object)
{
	pollset_release(object->poll);
	free(object->poll);
	object->poll = NULL;
}

/* Always finds room: |unused| was made as large as |objects| when that grew. */
static void drop(struct fdtable *table, uint32_t number)
{
	struct fd_object *object = &table->objects.items[number];

	if (--object->users)
		return;
	if (object->listen_ns)
		table->listens++;
	free_poll(object);
	memset(object, 0, sizeof(*object));
	table->unused.items[table->unused.count++] = number;
}

void fdtable_close(struct fdtable *table, uint32_t process, int64_t fd)
{
	struct fd_slot *slot = slot_of(table, process, fd);
	uint32_t number = slot ? slot->object : FDTABLE_CLOSED;

	if (number == FDTABLE_CLOSED)
		return;
	*slot = (struct fd_slot){.object = FDTABLE_CLOSED};
	drop(table, number);
}

void fdtable_end(struct fdtable *table, uint32_t process)
{
	struct fd_list *list = list_of(table, process);

	if (!list)
		return;
	for (size_t fd = 0; fd < list->slots.count; fd++)
		fdtable_close(table, process, (int64_t)fd);
	vec_release(&list->slots);
}

void fdtable_exec(struct fdtable *table, uint32_t process)
{
	struct fd_list *list = list_of(table, process);

	for (size_t fd = 0; list && fd < list->slots.count; fd++)
		if (list->slots.items[fd].close_on_exec)
			fdtable_close(table, process, (int64_t)fd);
}

void fdtable_release(struct fdtable *table)
{
	if (!table)
		return;
	vec_foreach(list, &table->lists)
		vec_release(&list->slots);
	vec_foreach(object, &table->objects)
		free_poll(object);
	vec_release(&table->lists);
	vec_release(&table->objects);
	vec_release(&table->unused);
}

static int new_object(struct fdtable *table, uint32_t *out)
{
	size_t count = table->unused.count;

	if (count) {
		*out = table->unused.items[--table->unused.count];
		return 0;
	}
	if (!vec_add(&table->objects))
		return -ENOMEM;
	/* room to free every object; not to be undone by a failure */
	if (vec_grow_((void **)&table->unused.items, &table->unused.capacity, table->objects.count,
		      sizeof(*table->unused.items))) {
		table->objects.count--;
		return -ENOMEM;
	}
	*out = (uint32_t)(table->objects.count - 1);
	return 0;
}

int fdtable_begin(struct fdtable *table, uint32_t process, uint32_t parent)
{
	const struct fd_list *from;
	struct fd_list *list;

	while (table->lists.count <= process) {
		list = vec_add(&table->lists);
		if (!list)
			return -ENOMEM;
		list->cwd = PATHS_NONE;
	}
	from = list_of(table, parent);
	if (!from)
		return 0;
	list = &table->lists.items[process];
	list->cwd = from->cwd;
	if (!from->slots.count)
		return 0;
	if (vec_grow_((void **)&list->slots.items, &list->slots.capacity, from->slots.count,
		      sizeof(*list->slots.items)))
		return -ENOMEM;
	memcpy(list->slots.items, from->slots.items,
	       from->slots.count * sizeof(*list->slots.items));
	list->slots.count = from->slots.count;
	vec_foreach(slot, &list->slots)
		if (slot->object != FDTABLE_CLOSED)
			table->objects.items[slot->object].users++;
	return 0;
}

static int make_slot(struct fdtable *table, uint32_t process, int64_t fd, struct fd_slot **out)
{
	struct fd_list *list;

	if (process == UINT32_MAX || fd < 0 || fd >= FDTABLE_MAX)
		return -ERANGE;
	if (!list_of(table, process) && fdtable_begin(table, process, UINT32_MAX))
		return -ENOMEM;
	list = list_of(table, process);
	while (list->slots.count <= (uint64_t)fd) {
		struct fd_slot *slot = vec_add(&list->slots);

		if (!slot)
			return -ENOMEM;
		slot->object = FDTABLE_CLOSED;
	}
	*out = &list->slots.items[fd];
	return 0;
}

int fdtable_open(struct fdtable *table, uint32_t process, int64_t fd, uint64_t time_ns,
		 struct fd_object **out)
{
	struct fd_object *object;
	struct fd_slot *slot;
	uint32_t number;
	int rc;

	fdtable_close(table, process, fd);
	rc = make_slot(table, process, fd, &slot);
	if (!rc)
		rc = new_object(table, &number);
	if (rc)
		return rc;
	*slot = (struct fd_slot){.object = number};
	object = &table->objects.items[number];
	*object = (struct fd_object){
		.serial = ++table->serial,
		.users = 1,
		.path = PATHS_NONE,
		.made_ns = time_ns,
	};
	if (out)
		*out = object;
	return 0;
}

int fdtable_duplicate(struct fdtable *table, uint32_t process, int64_t from, int64_t to)
{
	struct fd_object *object = fdtable_get(table, process, from);
	struct fd_slot *slot;
	uint32_t number;
	int rc;

	if (from == to)
		return 0;
	if (!object) {
		fdtable_close(table, process, to);
		return 0;
	}
	object->users++; /* first, in case that |to| was its last other user */
	number = fdtable_number(table, object);
	fdtable_close(table, process, to);
	rc = make_slot(table, process, to, &slot);
	if (rc) {
		drop(table, number);
		return rc == -ERANGE ? 0 : rc;
	}
	*slot = (struct fd_slot){.object = number};
	return 0;
}

void fdtable_close_on_exec(struct fdtable *table, uint32_t process, int64_t fd, bool set)
{
	struct fd_slot *slot = slot_of(table, process, fd);

	if (slot && slot->object != FDTABLE_CLOSED)
		slot->close_on_exec = set;
}

void fdtable_listens(struct fdtable *table, struct fd_object *object, uint64_t time_ns)
{
	if (object->listen_ns)
		return;
	object->listen_ns = time_ns;
	table->listens++;
}

void fdtable_chdir(struct fdtable *table, uint32_t process, uint32_t path)
{
	struct fd_list *list = list_of(table, process);

	if (list)
		list->cwd = path;
}
