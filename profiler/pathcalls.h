/* SPDX-License-Identifier: BSD-2-Clause */
/* pathcalls.h - which system calls look a path up, and which read a file */
#ifndef COLDPROF_PATHCALLS_H
#define COLDPROF_PATHCALLS_H

#include <stdbool.h>
#include <stdint.h>

#include "call.h"

/* Whether a record's text is a path that the call looks up; |*folder_fd| is what it starts from. */
bool pathcalls_folder(const struct call *call, int64_t *folder_fd);

/* open, openat, openat2, creat; and their flags, 0 where the record does not have them. */
bool pathcalls_opens(uint32_t number);
uint64_t pathcalls_open_flags(const struct call *call);

/* Whether a call works on the content of the file |*fd|; |*reads|: its result is bytes read. */
bool pathcalls_reads(const struct call *call, int64_t *fd, bool *reads);

#endif
