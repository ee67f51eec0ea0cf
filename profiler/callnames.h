/* SPDX-License-Identifier: BSD-2-Clause */
/* callnames.h - names of system calls and of their errors, in every table that a program can use */
#ifndef COLDPROF_CALLNAMES_H
#define COLDPROF_CALLNAMES_H

#include <stdbool.h>
#include <stdint.h>

#include "event.h"

#define CALLNAMES_TABLE 1024 /* numbers from here on have no name in any table */

/* Zeroed memory is ready for use, and needs no release. */
struct callnames {
	bool filled[2];
	int16_t native[2][CALLNAMES_TABLE];
};

/*
 * The number in the machine's own table of the call that |number| is in the table of |abi| (enum
 * event_abi), or EVENT_NO_CALL where it has none.
 */
uint32_t callnames_native(struct callnames *names, unsigned int abi, uint32_t number);

/* "openat"; "syscall_999" for an unknown one. To be freed; NULL when out of memory. */
char *callnames_call(unsigned int abi, uint32_t number);

/* "native", "i386" (on arm64 "arm"), "x32". */
const char *callnames_abi(unsigned int abi);

/*
 * Whether a result is an error, and its name, "ENOENT". A call that was interrupted and that the
 * kernel starts again ends with a code of the kernel's own: "ERESTARTSYS" and its kin. An unknown
 * one is "errno_999", put into |room|.
 */
#define CALLNAMES_ERROR 32
static inline bool callnames_failed(int64_t result)
{
	return result < 0 && result >= -4095;
}
const char *callnames_error(int64_t result, char room[CALLNAMES_ERROR]);

#endif
