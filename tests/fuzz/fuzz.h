/* SPDX-License-Identifier: BSD-2-Clause */
/* fuzz.h - what the fuzz targets share: inputs as files, and reports for nobody to read */
#ifndef COLDPROF_TESTS_FUZZ_H
#define COLDPROF_TESTS_FUZZ_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

#include "fs.h"
#include "report.h"

/* libFuzzer's own; it has no header. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);

/* A path that opens |data| as a file; the next call changes what is in it. */
static inline const char *fuzz_file(const void *data, size_t size)
{
	static char path[64];
	static int fd = -1;

	if (fd < 0) {
		fd = memfd_create("fuzz", MFD_CLOEXEC);
		snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	}
	if (fd < 0 || ftruncate(fd, 0) || lseek(fd, 0, SEEK_SET) || fs_write_all(fd, data, size))
		abort();
	return path;
}

/* A report that was made can be written in each format, and what was written can be read again. */
static inline void fuzz_report(const struct result *result)
{
	static const struct report_options options = {.color = true, .width = REPORT_WIDTH};
	struct result again;

	for (size_t i = 0; i < report_formats_count; i++) {
		char *text = NULL;
		size_t size = 0;
		FILE *out = open_memstream(&text, &size);

		if (!out || report_formats[i].write(result, out, &options) || fclose(out))
			abort();
		if (report_formats[i].write == report_json) {
			if (report_read(fuzz_file(text, size), &again))
				abort();
			result_release(&again);
		}
		free(text);
	}
}

#endif
