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

/* A file of another kind than regular can't be replaced: it is written to. */
static bool is_special(const char *path)
{
	struct stat st;

	return stat(path, &st) == 0 && !S_ISREG(st.st_mode) && !S_ISDIR(st.st_mode);
}

/* Where bytes go. */
struct place {
	enum { STANDARD, SPECIAL, REGULAR, NOWHERE } kind;
	int fd;
	struct fs_atomic file;
};

static int place_open(const struct report_target *target, struct place *place)
{
	int rc = 0;

	*place = (struct place){STANDARD, STDOUT_FILENO, {0}};
	if (strcmp(target->path, "-") == 0) {
		fflush(stdout);
	} else if (is_special(target->path)) {
		place->kind = SPECIAL;
		place->fd = open(target->path, O_WRONLY | O_CLOEXEC | O_NOCTTY);
		rc = place->fd < 0 ? -errno : 0;
	} else {
		place->kind = REGULAR;
		rc = fs_atomic_open(target->path, target->uid, target->gid, &place->file);
		place->fd = rc ? -1 : place->file.fd;
	}
	if (rc)
		place->kind = NOWHERE;
	return rc;
}

/* A regular file that |rc| says has failed does not appear. Prints what has. */
static int place_close(const struct report_target *target, struct place *place, int rc)
{
	if (place->kind == SPECIAL && close(place->fd) && !rc)
		rc = -errno;
	if (place->kind == REGULAR && !rc)
		rc = fs_atomic_commit(&place->file);
	else if (place->kind == REGULAR)
		fs_atomic_abort(&place->file);
	if (rc && place->kind == STANDARD)
		return err_code(rc, "cannot write the report to standard output");
	return rc ? err_code(rc, "cannot write the report '%s'", target->path) : 0;
}

int report_write_text(const struct buf *text, const struct report_target *target)
{
	struct place place;
	int rc = place_open(target, &place);

	if (!rc)
		rc = fs_write_all(place.fd, text->data, text->size);
	return place_close(target, &place, rc);
}

/* ---- reports, which are as long as they are: written as they are made ---- */

#define STREAM_BYTES 262144

/* A descriptor as a stream; what its first failed write ended with is kept. */
struct sink {
	int fd, rc;
};

static ssize_t sink_write(void *cookie, const char *data, size_t size)
{
	struct sink *sink = cookie;

	if (!sink->rc)
		sink->rc = fs_write_all(sink->fd, data, size);
	return sink->rc ? 0 : (ssize_t)size;
}

static int render(const struct result *result, const struct report_format *format,
		  const struct report_options *options, int fd)
{
	struct sink sink = {.fd = fd};
	FILE *stream = fopencookie(&sink, "w", (cookie_io_functions_t){.write = sink_write});
	int rc;

	if (!stream)
		return -ENOMEM;
	setvbuf(stream, NULL, _IOFBF, STREAM_BYTES);
	rc = format->write(result, stream, options);
	if (fclose(stream) && !rc)
		rc = -EIO;
	return sink.rc ? sink.rc : rc;
}

int report_write_file(const struct result *result, const struct report_format *format,
		      const struct report_options *options, const struct report_target *target)
{
	struct place place;
	int rc = place_open(target, &place);

	if (!rc)
		rc = render(result, format, options, place.fd);
	return place_close(target, &place, rc);
}
