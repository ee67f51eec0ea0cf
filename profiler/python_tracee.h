/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * python_tracee.h - a throw-away interpreter of our own, run under breakpoints
 *
 * It is never the user's program: the one that calibration (python_calibrate.h) starts, and it ends
 * with us. x86-64 alone; elsewhere starting gives -ENOTSUP.
 */
#ifndef COLDPROF_PYTHON_TRACEE_H
#define COLDPROF_PYTHON_TRACEE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "vec.h"

#define TRACEE_REGISTERS 16
enum { TRACEE_RCX = 1, TRACEE_RDX = 2, TRACEE_RSI = 6, TRACEE_RDI = 7, TRACEE_RAX = 0 };

struct tracee_break {
	uint64_t address;
	uint8_t byte; /* what the breakpoint stands on */
};

struct tracee {
	pid_t pid;
	int output;	    /* what it prints */
	uint64_t ip, stack; /* as of the last stop */
	uint64_t registers[TRACEE_REGISTERS];
	VEC(struct tracee_break) breaks;
};

/* Why it stopped. */
enum tracee_stop {
	TRACEE_BREAK,  /* before the instruction of a breakpoint */
	TRACEE_SIGNAL, /* it sent SIGUSR2 to itself, which it won't get */
	TRACEE_ENDED,
};

/* What is started; its descriptors are no others than 0 to 2 and |file|. */
#define TRACEE_FILE	 3 /* the descriptor that |file| has in it */
#define TRACEE_FILE_PATH "/proc/self/fd/3"
struct tracee_program {
	char *const *argv, *const *environment;
	int file;     /* -1: none */
	bool is_file; /* |file| is executed, else argv[0] */
};

/* Starts it, stopped after its exec. 0 or -errno. */
int tracee_start(const struct tracee_program *program, struct tracee *out);
void tracee_release(struct tracee *tracee); /* kills it */

/* 0 or -errno. */
int tracee_break(struct tracee *tracee, uint64_t address);
int tracee_unbreak(struct tracee *tracee, uint64_t address);

/* Lets it run to the next stop: over a breakpoint that it stands at. -errno. */
int tracee_continue(struct tracee *tracee, enum tracee_stop *stop);
/* One instruction; breakpoints don't count. -EPIPE: it ended. */
int tracee_step(struct tracee *tracee);

/* Its memory, as if there were no breakpoints. False where it has none. */
bool tracee_read(const struct tracee *tracee, uint64_t address, void *out, size_t size);
uint64_t tracee_word(const struct tracee *tracee, uint64_t address); /* 0 where it has none */

/* Between its memory and a file that it has mapped to execute; 0 where there is none. */
uint64_t tracee_address(const struct tracee *tracee, uint32_t device, uint64_t inode,
			uint64_t offset);
uint64_t tracee_offset(const struct tracee *tracee, uint32_t device, uint64_t inode,
		       uint64_t address);

/*
 * Whether what it has mapped to execute of a file is as in the file. It is not where probes of
 * another program are in it: uprobes hide the breakpoints at their place and spoil steps.
 */
bool tracee_is_as_in_file(const struct tracee *tracee, uint32_t device, uint64_t inode,
			  const char *path);

#endif
