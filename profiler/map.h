/* SPDX-License-Identifier: BSD-2-Clause */
/* map.h - a hash table from byte strings or numbers to a number */
#ifndef COLDPROF_MAP_H
#define COLDPROF_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/*
 * Open addressing with linear probing. Keys are copied. The value is a uint64_t: mostly an index
 * into a vec beside the map. Zeroed memory is an empty map.
 */
struct map_slot;
struct map {
	struct map_slot *slots;
	size_t count, capacity; /* capacity is 0 or a power of two */
};

void map_release(struct map *map);

/* Sets |key| to |value|, replacing an older one; 0 or -ENOMEM. */
int map_set(struct map *map, const void *key, size_t size, uint64_t value);
bool map_get(const struct map *map, const void *key, size_t size, uint64_t *value);
/* Returns whether it was there. */
bool map_remove(struct map *map, const void *key, size_t size);

/*
 * Walks all entries in no order: start with *cursor = 0; false at the end. The key stays valid
 * until the map is changed.
 */
bool map_next(const struct map *map, size_t *cursor, const void **key, size_t *size,
	      uint64_t *value);

static inline int map_set_u64(struct map *map, uint64_t key, uint64_t value)
{
	return map_set(map, &key, sizeof(key), value);
}

static inline bool map_get_u64(const struct map *map, uint64_t key, uint64_t *value)
{
	return map_get(map, &key, sizeof(key), value);
}

static inline bool map_remove_u64(struct map *map, uint64_t key)
{
	return map_remove(map, &key, sizeof(key));
}

#endif
