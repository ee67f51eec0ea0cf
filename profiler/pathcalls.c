// SPDX-License-Identifier: BSD-2-Clause
/* pathcalls.c - which system calls look a path up, and which read a file */
#include "pathcalls.h"

#include <fcntl.h>

#include <asm/unistd.h>

/* Calls whose first argument is a path, taken from the current folder. */
static bool takes_path(uint32_t number)
{
	switch (number) {
#ifdef __NR_open /* the older calls, that arm64 never had */
	case __NR_open:
	case __NR_creat:
	case __NR_stat:
	case __NR_lstat:
	case __NR_access:
	case __NR_readlink:
	case __NR_mkdir:
	case __NR_rmdir:
	case __NR_unlink:
	case __NR_rename:
	case __NR_link:
	case __NR_chmod:
	case __NR_chown:
	case __NR_lchown:
	case __NR_mknod:
	case __NR_utime:
	case __NR_utimes:
#endif
	case __NR_execve:
	case __NR_chdir:
	case __NR_chroot:
	case __NR_truncate:
	case __NR_statfs:
	case __NR_getxattr:
	case __NR_lgetxattr:
	case __NR_listxattr:
	case __NR_llistxattr:
	case __NR_inotify_add_watch: /* the second, but its first is no folder */
		return true;
	}
	return false;
}

/* Calls whose second argument is a path, taken from the folder that is the first. */
static bool takes_folder(uint32_t number)
{
	switch (number) {
#ifdef __NR_futimesat
	case __NR_futimesat:
#endif
	case __NR_openat:
#ifdef __NR_openat2
	case __NR_openat2:
#endif
	case __NR_newfstatat:
	case __NR_statx:
	case __NR_faccessat:
#ifdef __NR_faccessat2
	case __NR_faccessat2:
#endif
	case __NR_readlinkat:
	case __NR_execveat:
	case __NR_mkdirat:
	case __NR_mknodat:
	case __NR_unlinkat:
#ifdef __NR_renameat
	case __NR_renameat:
#endif
	case __NR_renameat2:
	case __NR_linkat:
	case __NR_fchmodat:
	case __NR_fchownat:
	case __NR_utimensat:
		return true;
	}
	return false;
}

bool pathcalls_folder(const struct call *call, int64_t *folder_fd)
{
	if (takes_path(call->number)) {
		*folder_fd = AT_FDCWD;
		return true;
	}
	/* without a text it is about the descriptor itself: fstat(2) of newer C libraries */
	if (!takes_folder(call->number) ||
	    (!call->record->text.size && !pathcalls_opens(call->number)))
		return false;
	*folder_fd = (int32_t)call->record->args[0];
	return true;
}

bool pathcalls_opens(uint32_t number)
{
	switch (number) {
#ifdef __NR_open
	case __NR_open:
	case __NR_creat:
#endif
	case __NR_openat:
#ifdef __NR_openat2
	case __NR_openat2:
#endif
		return true;
	}
	return false;
}

uint64_t pathcalls_open_flags(const struct call *call)
{
#ifdef __NR_open
	if (call->number == __NR_open)
		return call->record->args[1];
#endif
	return call->number == __NR_openat ? call->record->args[2] : 0;
}

bool pathcalls_reads(const struct call *call, int64_t *fd, bool *reads)
{
	const __u64 *args = call->record->args;

	*fd = (int32_t)args[0];
	*reads = true;
	switch (call->number) {
	case __NR_read:
	case __NR_readv:
	case __NR_pread64:
	case __NR_preadv:
	case __NR_preadv2:
	case __NR_copy_file_range:
	case __NR_splice:
		return true;
	case __NR_sendfile:
		*fd = (int32_t)args[1];
		return true;
	case __NR_mmap:
		*fd = (int32_t)args[3];
		*reads = false;
		return call->record->abi == EVENT_ABI_NATIVE;
	case __NR_close:
	case __NR_lseek:
	case __NR_fstat:
	case __NR_newfstatat: /* without a path */
	case __NR_statx:
	case __NR_readahead:
	case __NR_fadvise64:
		*reads = false;
		return true;
	}
	return false;
}
