// SPDX-License-Identifier: BSD-2-Clause
/* symbols_store.c - the facts of an ELF file as text, and as a file of the user's cache */
#include "symbols_store.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cjson/cJSON.h>

#include "fs.h"

#define FORMAT	  5 /* of an entry; another one is looked up anew */
#define ENTRY_MAX (64 << 10)

#define LOAD_ENVIRONMENT "_ZN4node15LoadEnvironmentEPNS_11EnvironmentE"

/* Node's LoadEnvironment is named by its type, which differs with the C++ library it was built
 * with. */
static const struct symbols_name names[SYMBOL_COUNT] = {
	[SYMBOL_MAIN] = {"main", NULL},
	[SYMBOL_EXIT] = {"exit", NULL},
	[SYMBOL_DLSYM] = {"dlsym", NULL},
	[SYMBOL_PYTHON_BYTES_MAIN] = {"Py_BytesMain", NULL},
	[SYMBOL_PYTHON_UNIX_MAIN] = {"_Py_UnixMain", NULL},
	[SYMBOL_PYTHON_MAIN] = {"Py_Main", NULL},
	[SYMBOL_PYTHON_RUN_MAIN] = {"Py_RunMain", NULL},
	[SYMBOL_PYTHON_FINALIZE] = {"Py_FinalizeEx", NULL},
	[SYMBOL_PYTHON_IMPORT] = {"PyImport_ImportModule", NULL},
	[SYMBOL_PYTHON_IMPORT_LEVEL] = {"PyImport_ImportModuleLevelObject", NULL},
	[SYMBOL_PYTHON_CALL_METHOD] = {"PyObject_CallMethodObjArgs", NULL},
	[SYMBOL_PYTHON_CALL_METHOD_ID] = {"_PyObject_CallMethodIdObjArgs", NULL},
	[SYMBOL_NODE_START] = {"_ZN4node5StartEiPPc", NULL},
	[SYMBOL_NODE_LOAD_WITH_MODULE] = {LOAD_ENVIRONMENT,
					  "36StartExecutionCallbackInfoWithModule"},
	[SYMBOL_NODE_LOAD] = {LOAD_ENVIRONMENT, "26StartExecutionCallbackInfoE"},
	[SYMBOL_NODE_LOAD_PLAIN] = {LOAD_ENVIRONMENT, NULL},
};

const struct symbols_name *symbols_name(enum symbol symbol)
{
	return &names[symbol];
}

static uint64_t hash(const char *text)
{
	uint64_t state = 0xcbf29ce484222325u; /* FNV-1a */

	for (; *text; text++)
		state = (state ^ (unsigned char)*text) * 0x100000001b3u;
	return state;
}

/* Plain data as hexadecimal digits: nobody but us reads it. */
static void add_bytes(cJSON *object, const char *key, const void *data, size_t size)
{
	char *text = malloc(2 * size + 1);

	for (size_t i = 0; text && i < size; i++)
		sprintf(text + 2 * i, "%02x", ((const unsigned char *)data)[i]);
	if (text)
		cJSON_AddStringToObject(object, key, text);
	free(text);
}

/* Offsets are below 2^53, so that a double holds them; the layout uses all 64 bits. */
static cJSON *facts_of(const struct symbols *symbols)
{
	cJSON *facts = cJSON_CreateObject(), *needed, *offsets;
	char layout[24];

	snprintf(layout, sizeof(layout), "%016" PRIx64, symbols->layout);
	cJSON_AddNumberToObject(facts, "format", FORMAT);
	cJSON_AddStringToObject(facts, "build_id", symbols->build_id);
	cJSON_AddStringToObject(facts, "layout", layout);
	cJSON_AddBoolToObject(facts, "native", symbols->native);
	if (symbols->interpreter)
		cJSON_AddStringToObject(facts, "interpreter", symbols->interpreter);
	if (symbols->version)
		cJSON_AddStringToObject(facts, "version", symbols->version);
	if (symbols->python)
		cJSON_AddStringToObject(facts, "python", symbols->python);
	cJSON_AddNumberToObject(facts, "entry", (double)symbols->entry);
	cJSON_AddNumberToObject(facts, "imports", symbols->imports);
	if (symbols->v8.state)
		add_bytes(facts, "v8", &symbols->v8, sizeof(symbols->v8));
	needed = cJSON_AddArrayToObject(facts, "needed");
	vec_foreach(name, &symbols->needed)
		cJSON_AddItemToArray(needed, cJSON_CreateString(*name));
	offsets = cJSON_AddArrayToObject(facts, "offsets");
	for (size_t i = 0; i < SYMBOL_COUNT; i++) {
		cJSON *one = cJSON_CreateObject();

		cJSON_AddStringToObject(one, "name", names[i].name);
		if (names[i].holds)
			cJSON_AddStringToObject(one, "holds", names[i].holds);
		cJSON_AddNumberToObject(one, "offset", (double)symbols->offsets[i]);
		cJSON_AddItemToArray(offsets, one);
	}
	return facts;
}

int symbols_store_text(const struct symbols *symbols, struct buf *out)
{
	cJSON *facts = facts_of(symbols);
	char *text = cJSON_PrintUnformatted(facts);
	int rc = -ENOMEM;

	if (text)
		rc = buf_printf(out, "{\"checksum\":\"%016" PRIx64 "\",\"facts\":%s}\n", hash(text),
				text);
	free(text);
	cJSON_Delete(facts);
	return rc;
}

static const char *string_of(const cJSON *object, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static int copy_string(const cJSON *object, const char *key, char **out)
{
	const char *text = string_of(object, key);

	if (!text)
		return 0;
	*out = strdup(text);
	return *out ? 0 : -ENOMEM;
}

/* 0 where there are none: |out| stays as it is. */
static int take_bytes(const cJSON *object, const char *key, void *out, size_t size)
{
	const char *text = string_of(object, key);
	unsigned int byte;

	if (!text)
		return 0;
	if (strlen(text) != 2 * size)
		return -EINVAL;
	for (size_t i = 0; i < size; i++) {
		if (sscanf(text + 2 * i, "%2x", &byte) != 1)
			return -EINVAL;
		((unsigned char *)out)[i] = (unsigned char)byte;
	}
	return 0;
}

static int offset_of(const cJSON *object, const char *key, uint64_t *out)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);

	if (!cJSON_IsNumber(item) || !(item->valuedouble >= 0 && item->valuedouble < 0x1p53))
		return -EINVAL;
	*out = (uint64_t)item->valuedouble;
	return 0;
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

static int parse_offsets(const cJSON *facts, struct symbols *out)
{
	const cJSON *offsets = cJSON_GetObjectItemCaseSensitive(facts, "offsets");
	int rc = 0;

	if (cJSON_GetArraySize(offsets) != SYMBOL_COUNT)
		return -EINVAL;
	for (int i = 0; !rc && i < SYMBOL_COUNT; i++) {
		const cJSON *one = cJSON_GetArrayItem(offsets, i);

		if (!same(string_of(one, "name"), names[i].name) ||
		    !same(string_of(one, "holds"), names[i].holds))
			return -EINVAL;
		rc = offset_of(one, "offset", &out->offsets[i]);
	}
	return rc;
}

static int parse_needed(const cJSON *facts, struct symbols *out)
{
	const cJSON *name;

	cJSON_ArrayForEach(name, cJSON_GetObjectItemCaseSensitive(facts, "needed")) {
		char *copy = cJSON_IsString(name) ? strdup(name->valuestring) : NULL;

		if (!copy || vec_push(&out->needed, copy)) {
			free(copy);
			return cJSON_IsString(name) ? -ENOMEM : -EINVAL;
		}
	}
	return 0;
}

static int parse_facts(const cJSON *facts, struct symbols *out)
{
	uint64_t format, imports;
	int rc;

	if (offset_of(facts, "format", &format) || format != FORMAT ||
	    !string_of(facts, "build_id") || !string_of(facts, "layout"))
		return -EINVAL;
	out->layout = strtoull(string_of(facts, "layout"), NULL, 16);
	out->native = cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(facts, "native"));
	if (offset_of(facts, "imports", &imports) || imports >> SYMBOL_COUNT)
		return -EINVAL;
	out->imports = (uint32_t)imports;
	rc = offset_of(facts, "entry", &out->entry);
	if (!rc)
		rc = copy_string(facts, "build_id", &out->build_id);
	if (!rc)
		rc = copy_string(facts, "interpreter", &out->interpreter);
	if (!rc)
		rc = copy_string(facts, "version", &out->version);
	if (!rc)
		rc = copy_string(facts, "python", &out->python);
	if (!rc)
		rc = parse_offsets(facts, out);
	if (!rc)
		rc = take_bytes(facts, "v8", &out->v8, sizeof(out->v8));
	return rc ? rc : parse_needed(facts, out);
}

static bool checksum_holds(const cJSON *document, const cJSON *facts)
{
	char *text = cJSON_PrintUnformatted(facts), sum[24];
	bool holds = false;

	if (text) {
		snprintf(sum, sizeof(sum), "%016" PRIx64, hash(text));
		holds = same(string_of(document, "checksum"), sum);
	}
	free(text);
	return holds;
}

int symbols_store_parse(const char *text, size_t size, struct symbols *out)
{
	cJSON *document = cJSON_ParseWithLength(text, size);
	const cJSON *facts = cJSON_GetObjectItemCaseSensitive(document, "facts");
	struct symbols parsed = {0};
	int rc = -EINVAL;

	if (cJSON_IsObject(facts) && checksum_holds(document, facts))
		rc = parse_facts(facts, &parsed);
	cJSON_Delete(document);
	if (rc) {
		symbols_release(&parsed);
		return rc;
	}
	parsed.path = out->path;
	parsed.device = out->device;
	parsed.inode = out->inode;
	*out = parsed;
	return 0;
}

/* What is ours and nobody else may write. */
static bool is_private(const struct stat *st)
{
	return st->st_uid == geteuid() && !(st->st_mode & (S_IWGRP | S_IWOTH));
}

static int open_folder(const char *folder)
{
	int fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct stat st;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st) || !is_private(&st)) {
		close(fd);
		return -EPERM;
	}
	return fd;
}

static int read_entry(int folder, const char *name, struct buf *out)
{
	int fd = openat(folder, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC), rc;
	struct stat st;
	ssize_t size;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		rc = -errno;
	else if (!S_ISREG(st.st_mode) || !is_private(&st))
		rc = -EPERM;
	else if (st.st_size > ENTRY_MAX)
		rc = -EINVAL;
	else
		rc = buf_reserve(out, (size_t)st.st_size);
	if (!rc) {
		size = pread(fd, out->data, (size_t)st.st_size, 0);
		if (size < 0)
			rc = -errno;
		else
			out->size = (size_t)size;
	}
	close(fd);
	return rc;
}

int symbols_store_load(const char *folder, const char *build_id, uint64_t layout,
		       struct symbols *out)
{
	struct symbols loaded = {.path = out->path, .device = out->device, .inode = out->inode};
	struct buf text = {0};
	char name[160];
	int dir, rc;

	dir = open_folder(folder);
	if (dir < 0)
		return dir;
	snprintf(name, sizeof(name), "%s.json", build_id);
	rc = read_entry(dir, name, &text);
	close(dir);
	if (!rc)
		rc = symbols_store_parse(text.data, text.size, &loaded);
	buf_release(&text);
	if (rc)
		return rc;
	if (!same(loaded.build_id, build_id) || loaded.layout != layout) {
		loaded.path = NULL;
		symbols_release(&loaded);
		return -EINVAL;
	}
	*out = loaded;
	return 0;
}

int symbols_store_save(const char *folder, const struct symbols *symbols)
{
	struct buf text = {0}, path = {0};
	struct fs_atomic file = {.fd = -1};
	int rc, dir;

	rc = fs_make_dirs(folder, (uid_t)-1, (gid_t)-1);
	if (rc)
		return rc;
	dir = open_folder(folder);
	if (dir < 0)
		return dir;
	close(dir);
	rc = symbols_store_text(symbols, &text);
	if (!rc)
		rc = buf_printf(&path, "%s/%s.json", folder, symbols->build_id);
	if (!rc)
		rc = fs_atomic_open(path.data, (uid_t)-1, (gid_t)-1, &file);
	if (!rc) {
		rc = fs_write_all(file.fd, text.data, text.size);
		if (rc)
			fs_atomic_abort(&file);
		else
			rc = fs_atomic_commit(&file);
	}
	buf_release(&text);
	buf_release(&path);
	return rc;
}
