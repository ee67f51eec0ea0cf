// SPDX-License-Identifier: BSD-2-Clause
/* map.c - a hash table from byte strings or numbers to a number */
#include "map.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

struct map_slot {
	void *key; /* NULL: free, unless size is TOMBSTONE */
	size_t size;
	uint64_t hash;
	uint64_t value;
	char small[16]; /* short keys live here: no allocation for numbers */
};

#define TOMBSTONE SIZE_MAX

/* FNV-1a, 64 bits (Fowler, Noll, Vo), with a final mix so that the low bits are good. */
static uint64_t hash_bytes(const void *key, size_t size)
{
	const unsigned char *bytes = key;
	uint64_t hash = 0xcbf29ce484222325u;

	for (size_t i = 0; i < size; i++)
		hash = (hash ^ bytes[i]) * 0x100000001b3u;
	return hash ^ hash >> 32;
}

static const void *slot_key(const struct map_slot *slot)
{
	return slot->size <= sizeof(slot->small) ? slot->small : slot->key;
}

static bool slot_used(const struct map_slot *slot)
{
	return slot->key && slot->size != TOMBSTONE;
}

static bool slot_is(const struct map_slot *slot, uint64_t hash, const void *key, size_t size)
{
	return slot_used(slot) && slot->hash == hash && slot->size == size &&
	       memcmp(slot_key(slot), key, size) == 0;
}

static struct map_slot *find(const struct map *map, uint64_t hash, const void *key, size_t size)
{
	size_t mask = map->capacity - 1;

	if (!map->capacity)
		return NULL;
	for (size_t i = hash & mask;; i = (i + 1) & mask) {
		struct map_slot *slot = &map->slots[i];

		if (!slot->key)
			return NULL;
		if (slot_is(slot, hash, key, size))
			return slot;
	}
}

static void place(struct map *map, const struct map_slot *from)
{
	size_t mask = map->capacity - 1, i = from->hash & mask;

	while (map->slots[i].key)
		i = (i + 1) & mask;
	map->slots[i] = *from;
}

/* |count| includes tombstones until the table is next rebuilt, so a free slot always exists. */
static int make_room(struct map *map)
{
	struct map old = *map;
	size_t live = 0;

	if (map->capacity && (map->count + 1) * 4 < map->capacity * 3)
		return 0;
	for (size_t i = 0; i < old.capacity; i++)
		live += slot_used(&old.slots[i]);
	map->capacity = 16;
	while (map->capacity < (live + 1) * 2)
		map->capacity *= 2;
	map->slots = calloc(map->capacity, sizeof(*map->slots));
	if (!map->slots) {
		*map = old;
		return -ENOMEM;
	}
	map->count = live;
	for (size_t i = 0; i < old.capacity; i++)
		if (slot_used(&old.slots[i]))
			place(map, &old.slots[i]);
	free(old.slots);
	return 0;
}

void map_release(struct map *map)
{
	if (!map)
		return;
	for (size_t i = 0; i < map->capacity; i++)
		if (slot_used(&map->slots[i]) && map->slots[i].size > sizeof(map->slots[i].small))
			free(map->slots[i].key);
	free(map->slots);
	memset(map, 0, sizeof(*map));
}

int map_set(struct map *map, const void *key, size_t size, uint64_t value)
{
	uint64_t hash = hash_bytes(key, size);
	struct map_slot *slot = find(map, hash, key, size);
	struct map_slot added = {.size = size, .hash = hash, .value = value, .key = (void *)1};
	int rc;

	if (slot) {
		slot->value = value;
		return 0;
	}
	rc = make_room(map);
	if (rc)
		return rc;
	if (size > sizeof(added.small)) {
		added.key = malloc(size);
		if (!added.key)
			return -ENOMEM;
		memcpy(added.key, key, size);
	} else if (size) {
		memcpy(added.small, key, size);
	}
	place(map, &added);
	map->count++;
	return 0;
}

bool map_get(const struct map *map, const void *key, size_t size, uint64_t *value)
{
	const struct map_slot *slot = find(map, hash_bytes(key, size), key, size);

	if (slot && value)
		*value = slot->value;
	return slot != NULL;
}

bool map_remove(struct map *map, const void *key, size_t size)
{
	struct map_slot *slot = find(map, hash_bytes(key, size), key, size);

	if (!slot)
		return false;
	if (slot->size > sizeof(slot->small))
		free(slot->key);
	slot->key = (void *)1;
	slot->size = TOMBSTONE;
	return true;
}

bool map_next(const struct map *map, size_t *cursor, const void **key, size_t *size,
	      uint64_t *value)
{
	for (; *cursor < map->capacity; (*cursor)++) {
		const struct map_slot *slot = &map->slots[*cursor];

		if (!slot_used(slot))
			continue;
		*key = slot_key(slot);
		*size = slot->size;
		*value = slot->value;
		(*cursor)++;
		return true;
	}
	return false;
}
