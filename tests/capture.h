/* SPDX-License-Identifier: BSD-2-Clause */
/* capture.h - what a piece of a test says on standard error, as text */
#ifndef COLDPROF_TESTS_CAPTURE_H
#define COLDPROF_TESTS_CAPTURE_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

struct capture {
	int saved, fd;
	char text[8192];
};

static inline void capture_start(struct capture *capture)
{
	char name[] = "/tmp/coldprof-test-XXXXXX";

	fflush(stderr);
	capture->saved = dup(STDERR_FILENO);
	capture->fd = mkstemp(name);
	if (capture->saved < 0 || capture->fd < 0)
		abort();
	unlink(name);
	dup2(capture->fd, STDERR_FILENO);
}

/* The text, good until the next capture; call it before an assertion can leave the test. */
static inline const char *capture_stop(struct capture *capture)
{
	ssize_t size;

	fflush(stderr);
	dup2(capture->saved, STDERR_FILENO);
	close(capture->saved);
	size = pread(capture->fd, capture->text, sizeof(capture->text) - 1, 0);
	capture->text[size > 0 ? size : 0] = '\0';
	close(capture->fd);
	return capture->text;
}

#endif
