// SPDX-License-Identifier: BSD-2-Clause
/* fuzz_workload.c - files that describe a workload */
#include "json.h"

#include <fcntl.h>
#include <string.h>

#include "workload.h"

static char folder[] = "/tmp/coldprof-fuzz-XXXXXX";
static int file = -1;

static void remove_folder(void)
{
	fs_remove_tree(folder);
}

static void make_folder(void)
{
	char path[64];

	if (!mkdtemp(folder) || atexit(remove_folder))
		abort();
	snprintf(path, sizeof(path), "%s/workload.json", folder);
	file = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
}

/* The name that its folder would have to have. */
static char *name_in(const uint8_t *data, size_t size)
{
	cJSON *document = cJSON_ParseWithLength((const char *)data, size);
	const char *name = cJSON_GetStringValue(cJSON_GetObjectItem(document, "name"));
	char *copy = strdup(name ? name : "node/x");

	cJSON_Delete(document);
	return copy;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct workload workload;
	char *name = name_in(data, size);

	if (file < 0)
		make_folder();
	if (file < 0 || ftruncate(file, 0) || lseek(file, 0, SEEK_SET) ||
	    fs_write_all(file, data, size))
		abort();
	if (workload_load(folder, name, &workload) == 0) {
		(void)workload_requests_count(&workload);
		(void)workload_lock(&workload, workload.runtime);
		workload_release(&workload);
	}
	free(name);
	return 0;
}
