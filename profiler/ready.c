// SPDX-License-Identifier: BSD-2-Clause
/* ready.c - when a start is ready: what --ready says, and the line that a program writes */
#include "ready.h"

#include <errno.h>
#include <regex.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "err.h"
#include "units.h"

#define LINE_MAX_BYTES 65536 /* longer lines are matched by their first bytes */

struct ready_line {
	regex_t regex;
	bool matched;
	int fd;
	uint64_t written; /* by the program so far */
	uint64_t taken;	  /* of these, read from the file */
	struct buf line;  /* the last line, which has no end yet */
};

static int complain(const char *text, const char *reason)
{
	err_print("bad value '%s' of --ready: %s", text, reason);
	return -EINVAL;
}

static int compile(const char *expression, regex_t *out, char *reason, size_t size)
{
	int err = regcomp(out, expression, REG_EXTENDED | REG_NOSUB);

	if (err)
		regerror(err, out, reason, size);
	return err;
}

static int parse_line(const char *text, const char *expression, struct ready_spec *out)
{
	char reason[128];
	regex_t regex;

	if (!*expression)
		return complain(text, "line: needs a regular expression");
	if (compile(expression, &regex, reason, sizeof(reason)))
		return complain(text, reason);
	regfree(&regex);
	out->regex = strdup(expression);
	return out->regex ? 0 : err_code(-ENOMEM, "cannot read --ready");
}

/* |rest| is what follows "http". */
static int parse_http(const char *text, const char *rest, struct ready_spec *out)
{
	size_t digits;

	if (*rest == ':') {
		unsigned long port = 0;

		digits = strspn(++rest, "0123456789");
		if (digits && digits <= 5)
			port = strtoul(rest, NULL, 10);
		if (port < 1 || port > UINT16_MAX)
			return complain(text, "a port is a number from 1 to 65535");
		out->port = (uint16_t)port;
		rest += digits;
	}
	if (!*rest)
		return 0;
	if (*rest != '/')
		return complain(text, "must be http[:PORT][/PATH]");
	for (const char *c = rest; *c; c++)
		if ((unsigned char)*c <= ' ' || *c == 0x7f)
			return complain(text, "a path has no spaces");
	out->path = strdup(rest);
	return out->path ? 0 : err_code(-ENOMEM, "cannot read --ready");
}

int ready_parse(const char *text, struct ready_spec *out)
{
	struct ready_spec spec = {};
	int err = 0;

	if (strcmp(text, "auto") == 0) {
		spec.kind = EVENT_READY_AUTO;
	} else if (strcmp(text, "exit") == 0) {
		spec.kind = EVENT_READY_EXIT;
	} else if (strcmp(text, "listen") == 0) {
		spec.kind = EVENT_READY_LISTEN;
	} else if (strncmp(text, "line:", 5) == 0) {
		spec.kind = EVENT_READY_LINE;
		err = parse_line(text, text + 5, &spec);
	} else if (strncmp(text, "http", 4) == 0 && (!text[4] || strchr(":/", text[4]))) {
		spec.kind = EVENT_READY_HTTP;
		err = parse_http(text, text + 4, &spec);
	} else {
		err = complain(text, "must be exit, listen, http[:PORT][/PATH] or line:REGEX");
	}
	if (err)
		return err;
	*out = spec;
	return 0;
}

int ready_copy(const struct ready_spec *from, struct ready_spec *to)
{
	struct ready_spec copy = {.kind = from->kind, .port = from->port};

	if ((from->path && !(copy.path = strdup(from->path))) ||
	    (from->regex && !(copy.regex = strdup(from->regex)))) {
		ready_release(&copy);
		return err_code(-ENOMEM, "cannot copy --ready");
	}
	*to = copy;
	return 0;
}

void ready_release(struct ready_spec *spec)
{
	if (!spec)
		return;
	free(spec->path);
	free(spec->regex);
	*spec = (struct ready_spec){};
}

int ready_text(const struct ready_spec *spec, struct buf *out)
{
	int err;

	switch (spec->kind) {
	case EVENT_READY_AUTO:
		return buf_puts(out, "auto");
	case EVENT_READY_EXIT:
		return buf_puts(out, "exit");
	case EVENT_READY_LISTEN:
		return buf_puts(out, "listen");
	case EVENT_READY_LAMBDA:
		return buf_puts(out, "lambda");
	case EVENT_READY_LINE:
		return buf_printf(out, "line:%s", spec->regex);
	case EVENT_READY_HTTP:
		err = buf_puts(out, "http");
		if (!err && spec->port)
			err = buf_printf(out, ":%u", spec->port);
		if (!err && spec->path)
			err = buf_puts(out, spec->path);
		return err;
	}
	return -EINVAL;
}

/* ---- line ---- */

int ready_line_new(const char *regex, int fd, struct ready_line **out)
{
	struct ready_line *line = calloc(1, sizeof(*line));
	char reason[128];

	if (!line)
		return err_code(-ENOMEM, "cannot watch for a line");
	line->fd = fd;
	if (compile(regex, &line->regex, reason, sizeof(reason))) {
		free(line);
		err_print("bad regular expression '%s': %s", regex, reason);
		return -EINVAL;
	}
	*out = line;
	return 0;
}

void ready_line_free(struct ready_line *line)
{
	if (!line)
		return;
	regfree(&line->regex);
	buf_release(&line->line);
	free(line);
}

/* Whether the line so far matches: its bytes as written, a carriage return at its end left out. */
static bool matches(struct ready_line *line)
{
	size_t size = line->line.size;
	regmatch_t range = {};

	if (size && line->line.data[size - 1] == '\r')
		size--;
	range.rm_eo = (regoff_t)size;
	if (regexec(&line->regex, buf_text(&line->line), 1, &range, REG_STARTEND))
		return false;
	line->line.size = size;
	return true;
}

/* Takes bytes of output up to the end of a line; whether a line matches by now. */
static bool take(struct ready_line *line, const char *data, size_t size)
{
	while (size) {
		const char *end = memchr(data, '\n', size);
		size_t part = end ? (size_t)(end - data) : size, room;

		room = LINE_MAX_BYTES - line->line.size;
		buf_add(&line->line, data, part < room ? part : room);
		if (end && matches(line))
			return true;
		if (end)
			buf_clear(&line->line);
		part += end != NULL;
		data += part;
		size -= part;
	}
	return false;
}

bool ready_line_feed(struct ready_line *line, uint64_t bytes, struct buf *matched)
{
	char block[16384];

	line->written += bytes;
	while (!line->matched && line->taken < line->written) {
		uint64_t want = line->written - line->taken;
		ssize_t got = pread(line->fd, block, want < sizeof(block) ? want : sizeof(block),
				    (off_t)line->taken);

		if (got < 0 && errno == EINTR)
			continue;
		if (got <= 0)
			break; /* not there yet: taken with the next write */
		line->taken += (uint64_t)got;
		line->matched = take(line, block, (size_t)got);
	}
	if (!line->matched && line->line.size)
		line->matched = matches(line);
	if (line->matched) {
		buf_clear(matched);
		buf_add(matched, buf_text(&line->line), line->line.size);
	}
	return line->matched;
}
