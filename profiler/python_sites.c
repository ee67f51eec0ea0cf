// SPDX-License-Identifier: BSD-2-Clause
/* python_sites.c - the instructions of a CPython build that imports pass, and its objects' layout
 */
#include "python_sites.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>

#include <cjson/cJSON.h>

#include "event.h"

#define FORMAT 7 /* of the text; another one is looked for anew */

int python_sites_add(struct python_sites *sites, uint64_t offset, uint64_t cookie)
{
	for (size_t i = 0; i < sites->count; i++)
		if (sites->items[i].offset == offset && sites->items[i].cookie == cookie)
			return 0;
	if (sites->count == PYTHON_SITES_MAX)
		return -ENOSPC;
	sites->items[sites->count++] = (struct python_site){offset, cookie};
	return 0;
}

const char *python_sites_technique(const struct python_sites *sites)
{
	for (size_t i = 0; i < sites->count; i++)
		if (COOKIE_IMPORT_WHAT(sites->items[i].cookie) == EVENT_IMPORT_BODY)
			return "uprobes at the call of importlib; importlib.import_module by the "
			       "search for the module and the end of its code (some 0.1 ms short)";
	return "uprobes at the call of importlib; importlib.import_module is not seen";
}

static int layout_numbers(const struct import_layout *layout, double *out)
{
	out[0] = layout->ascii;
	out[1] = layout->wide;
	out[2] = layout->length;
	out[3] = layout->state;
	out[4] = layout->kind_shift;
	out[5] = layout->file_name;
	return 6;
}

/* Numbers are below 2^53, so that a double holds them. */
int python_sites_text(const struct python_sites *sites, struct buf *out)
{
	cJSON *object = cJSON_CreateObject(), *list;
	double layout[6];
	char *text;
	int count = layout_numbers(&sites->layout, layout), rc = -ENOMEM;

	cJSON_AddNumberToObject(object, "format", FORMAT);
	cJSON_AddItemToObject(object, "layout", cJSON_CreateDoubleArray(layout, count));
	list = cJSON_AddArrayToObject(object, "sites");
	for (size_t i = 0; i < sites->count; i++) {
		double pair[2] = {(double)sites->items[i].offset, (double)sites->items[i].cookie};

		cJSON_AddItemToArray(list, cJSON_CreateDoubleArray(pair, 2));
	}
	text = cJSON_PrintUnformatted(object);
	if (text)
		rc = buf_puts(out, text);
	free(text);
	cJSON_Delete(object);
	return rc;
}

static bool number_of(const cJSON *array, int index, double below, uint64_t *out)
{
	const cJSON *item = cJSON_GetArrayItem(array, index);

	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < below))
		return false;
	*out = (uint64_t)item->valuedouble;
	return true;
}

static bool parse_layout(const cJSON *array, struct import_layout *out)
{
	uint64_t numbers[6];

	for (int i = 0; i < 6; i++)
		if (!number_of(array, i, i < 5 ? 0x1p8 : 0x1p16, &numbers[i]))
			return false;
	*out = (struct import_layout){
		.ascii = (uint8_t)numbers[0],
		.wide = (uint8_t)numbers[1],
		.length = (uint8_t)numbers[2],
		.state = (uint8_t)numbers[3],
		.kind_shift = (uint8_t)numbers[4],
		.file_name = (uint16_t)numbers[5],
	};
	return true;
}

static bool parse_site(const cJSON *pair, struct python_sites *out)
{
	uint64_t offset, cookie;

	return number_of(pair, 0, 0x1p53, &offset) && number_of(pair, 1, 0x1p53, &cookie) &&
	       COOKIE_IMPORT_WHAT(cookie) >= EVENT_IMPORT_BEGIN &&
	       COOKIE_IMPORT_WHAT(cookie) <= EVENT_IMPORT_INIT_END &&
	       !python_sites_add(out, offset, cookie);
}

int python_sites_parse(const char *text, struct python_sites *out)
{
	cJSON *object = cJSON_Parse(text);
	const cJSON *format = cJSON_GetObjectItemCaseSensitive(object, "format"), *pair;
	struct python_sites parsed = {0};
	bool good;

	good = cJSON_IsNumber(format) && format->valuedouble == FORMAT &&
	       parse_layout(cJSON_GetObjectItemCaseSensitive(object, "layout"), &parsed.layout);
	cJSON_ArrayForEach(pair, cJSON_GetObjectItemCaseSensitive(object, "sites"))
		good = good && parse_site(pair, &parsed);
	cJSON_Delete(object);
	if (!good || !parsed.count)
		return -EINVAL;
	*out = parsed;
	return 0;
}
