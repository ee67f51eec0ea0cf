/* SPDX-License-Identifier: BSD-2-Clause */
/* json.h - mutations of JSON documents that leave them JSON, so that what is in them is read */
#ifndef COLDPROF_TESTS_FUZZ_JSON_H
#define COLDPROF_TESTS_FUZZ_JSON_H

#include <cjson/cJSON.h>
#include <math.h>
#include <string.h>

#include "fuzz.h"

#define JSON_TEXT_MAX 128 /* that a mutation makes */

/* The |*left|th value below |parent|, with its own parent; NULL: there are fewer. */
static inline cJSON *json_find(cJSON *parent, size_t *left, cJSON **parent_of_it)
{
	for (cJSON *item = parent->child; item; item = item->next) {
		cJSON *found;

		if (!(*left)--) {
			*parent_of_it = parent;
			return item;
		}
		found = json_find(item, left, parent_of_it);
		if (found)
			return found;
	}
	return NULL;
}

static inline size_t json_count(const cJSON *parent)
{
	size_t count = 0;

	for (const cJSON *item = parent->child; item; item = item->next)
		count += 1 + json_count(item);
	return count;
}

static inline cJSON *json_number(unsigned int seed)
{
	static const double numbers[] = {0,	 1,	 -1,	 2,	 0.5,	 63,	  64,
					 0x1p31, 0x1p32, 0x1p53, 0x1p62, 0x1p63, -0x1p63, -0x1p62,
					 1e-300, 1e300,	 -1e300, 1e9,	 1e15,	 1e18};
	double number = numbers[seed % (sizeof(numbers) / sizeof(numbers[0]))];

	return cJSON_CreateNumber(seed & 1024 ? number : nextafter(number, INFINITY));
}

static inline cJSON *json_text(const cJSON *old, unsigned int seed)
{
	static const char *const texts[] = {"",
					    "\x1b[31m\r\n\t",
					    "\xf0\x9f\x8d\xb5\xe2\x80\xae\xcc\x81",
					    "%s%n%d",
					    "a|b`c<d>",
					    "/a/../../b",
					    "(((a{1,9}){1,9}){1,9})",
					    "total_ns"};
	char text[JSON_TEXT_MAX + 1] = "";

	if (seed & 1024)
		return cJSON_CreateString(texts[seed % (sizeof(texts) / sizeof(texts[0]))]);
	if (old->valuestring)
		snprintf(text, sizeof(text), "%s", old->valuestring);
	text[LLVMFuzzerMutate((uint8_t *)text, strlen(text), JSON_TEXT_MAX)] = '\0';
	return cJSON_CreateString(text);
}

/* What |item| could be instead. */
static inline cJSON *json_other(cJSON *root, const cJSON *item, unsigned int seed)
{
	size_t place = (seed >> 8) % json_count(root);
	cJSON *parent;

	switch (seed % 8) {
	case 0:
		return cJSON_CreateNull();
	case 1:
		return cJSON_Duplicate(json_find(root, &place, &parent), true);
	default:
		return cJSON_IsString(item) ? json_text(item, seed) : json_number(seed);
	}
}

static inline void json_replace(cJSON *root, cJSON *parent, cJSON *item, unsigned int seed)
{
	cJSON *other = json_other(root, item, seed);

	if (!other)
		abort();
	cJSON_free(other->string);
	other->string = item->string ? strdup(item->string) : NULL;
	if (!cJSON_ReplaceItemViaPointer(parent, item, other))
		abort();
}

static inline void json_change(cJSON *root, unsigned int seed)
{
	size_t count = json_count(root), place = count ? seed * 2654435761u % count : 0;
	cJSON *parent, *item = count ? json_find(root, &place, &parent) : NULL;

	if (!item)
		return;
	switch (seed % 16) {
	case 0:
		cJSON_Delete(cJSON_DetachItemViaPointer(parent, item));
		break;
	case 1:
	case 2:
		if (cJSON_IsArray(parent))
			cJSON_AddItemToArray(parent, cJSON_Duplicate(item, true));
		break;
	default:
		json_replace(root, parent, item, seed >> 4);
	}
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	cJSON *root = seed % 16 ? cJSON_ParseWithLength((const char *)data, size) : NULL;
	char *text;

	if (!root)
		return LLVMFuzzerMutate(data, size, max_size);
	for (unsigned int i = 0; i <= seed % 3; i++)
		json_change(root, (seed >> 4) + i * 40503);
	text = cJSON_PrintUnformatted(root);
	cJSON_Delete(root);
	if (!text)
		abort();
	size = strlen(text);
	if (size > max_size)
		size = max_size;
	memcpy(data, text, size);
	cJSON_free(text);
	return size;
}

#endif
