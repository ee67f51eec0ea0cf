// SPDX-License-Identifier: BSD-2-Clause
/* report.c - the formats that a report can be written in */
#include "report.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/stat.h>
#include <unistd.h>

#include "err.h"
#include "fs.h"

const struct report_format report_formats[] = {
	{"text", "tables and bars for a terminal or a log", report_text},
	{"markdown", "one table of all workloads, for a page or a comment", report_markdown},
	{"noise", "of a calibration: how far its starts and sessions lie apart", report_noise},
	{"json", "all of it, as reports/schema/report.schema.json says", report_json},
};
const size_t report_formats_count = sizeof(report_formats) / sizeof(report_formats[0]);

const struct report_format *report_format_find(const char *name)
{
	for (size_t i = 0; i < report_formats_count; i++)
		if (strcmp(report_formats[i].name, name) == 0)
			return &report_formats[i];
	return NULL;
}

size_t report_width(FILE *out)
{
	struct winsize size;

	if (isatty(fileno(out)) && ioctl(fileno(out), TIOCGWINSZ, &size) == 0 && size.ws_col)
		return size.ws_col;
	return REPORT_WIDTH;
}

/* The whole report in memory, so that a full disk is one failed write with its own errno. */
static int render(const struct result *result, const struct report_format *format,
		  const struct report_options *options, struct buf *out)
{
	FILE *stream = open_memstream(&out->data, &out->size);
	int rc;

	if (!stream)
		return -errno;
	rc = format->write(result, stream, options);
	if (ferror(stream) && !rc)
		rc = -ENOMEM;
	if (fclose(stream) && !rc)
		rc = -errno;
	return rc;
}

/* A file of another kind than regular can't be replaced: it is written to. */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

static int write_special(const char *path, const struct buf *text)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC | O_NOCTTY), rc;

	if (fd < 0)
		return -errno;
	rc = fs_write_all(fd, text->data, text->size);
	if (close(fd) && !rc)
		rc = -errno;
	return rc;
}

static int write_regular(const struct report_target *target, const struct buf *text)
{
	struct fs_atomic file;
	int rc = fs_atomic_open(target->path, target->uid, target->gid, &file);

	if (rc)
		return rc;
	rc = fs_write_all(file.fd, text->data, text->size);
	if (!rc)
		return fs_atomic_commit(&file);
	fs_atomic_abort(&file);
	return rc;
}

int report_write_text(const struct buf *text, const struct report_target *target)
{
	bool standard = strcmp(target->path, "-") == 0;
	int rc;

	if (standard) {
		fflush(stdout);
		rc = fs_write_all(STDOUT_FILENO, text->data, text->size);
	} else {
		rc = is_special(target->path) ? write_special(target->path, text)
					      : write_regular(target, text);
	}
	if (rc && standard)
		return err_code(rc, "cannot write the report to standard output");
	return rc ? err_code(rc, "cannot write the report '%s'", target->path) : 0;
}

int report_write_file(const struct result *result, const struct report_format *format,
		      const struct report_options *options, const struct report_target *target)
{
	struct buf text = {0};
	int rc = render(result, format, options, &text);

	if (rc)
		rc = err_code(rc, "cannot write the report '%s'", target->path);
	else
		rc = report_write_text(&text, target);
	buf_release(&text);
	return rc;
}
