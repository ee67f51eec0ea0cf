// SPDX-License-Identifier: BSD-2-Clause
/* python_tracee.c - a throw-away interpreter of our own, run under breakpoints */
#include "python_tracee.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <unistd.h>

#define BREAK_BYTE 0xcc /* int3 */

static struct tracee_break *break_at(const struct tracee *tracee, uint64_t address)
{
	vec_foreach(item, &tracee->breaks)
		if (item->address == address)
			return item;
	return NULL;
}

bool tracee_read(const struct tracee *tracee, uint64_t address, void *out, size_t size)
{
	struct iovec here = {out, size}, there = {(void *)address, size};

	if (process_vm_readv(tracee->pid, &here, 1, &there, 1, 0) != (ssize_t)size)
		return false;
	vec_foreach(item, &tracee->breaks)
		if (item->address >= address && item->address - address < size)
			((uint8_t *)out)[item->address - address] = item->byte;
	return true;
}

uint64_t tracee_word(const struct tracee *tracee, uint64_t address)
{
	uint64_t word;

	return tracee_read(tracee, address, &word, sizeof(word)) ? word : 0;
}

/* One executable mapping of the file: "start-end r-xp offset high:low inode". */
static bool next_mapping(FILE *maps, uint32_t device, uint64_t inode, uint64_t *start,
			 uint64_t *end, uint64_t *offset)
{
	unsigned long from, to, at, number;
	unsigned int high, low;
	char line[512], mode[8];
	bool whole = true; /* a long path's rest is not a line */

	while (fgets(line, sizeof(line), maps)) {
		bool begins = whole;

		whole = strchr(line, '\n');
		if (!begins || sscanf(line, "%lx-%lx %7s %lx %x:%x %lu", &from, &to, mode, &at,
				      &high, &low, &number) != 7)
			continue;
		if (mode[2] != 'x' || number != inode || (high << 20 | low) != device)
			continue;
		*start = from;
		*end = to;
		*offset = at;
		return true;
	}
	return false;
}

static uint64_t translate(const struct tracee *tracee, uint32_t device, uint64_t inode,
			  uint64_t value, bool to_address)
{
	uint64_t start, end, offset, found = 0;
	char path[32];
	FILE *maps;

	snprintf(path, sizeof(path), "/proc/%d/maps", (int)tracee->pid);
	maps = fopen(path, "re");
	while (maps && !found && next_mapping(maps, device, inode, &start, &end, &offset)) {
		if (to_address && value >= offset && value - offset < end - start)
			found = start + (value - offset);
		if (!to_address && value >= start && value < end)
			found = offset + (value - start);
	}
	if (maps)
		fclose(maps);
	return found;
}

uint64_t tracee_address(const struct tracee *tracee, uint32_t device, uint64_t inode,
			uint64_t offset)
{
	return translate(tracee, device, inode, offset, true);
}

uint64_t tracee_offset(const struct tracee *tracee, uint32_t device, uint64_t inode,
		       uint64_t address)
{
	return translate(tracee, device, inode, address, false);
}

static bool is_same(const struct tracee *tracee, uint64_t address, int fd, uint64_t offset,
		    size_t size)
{
	char memory[1 << 16], file[1 << 16];
	ssize_t got;

	for (size_t at = 0; at < size; at += sizeof(file)) {
		size_t part = size - at < sizeof(file) ? size - at : sizeof(file);

		got = pread(fd, file, part, (off_t)(offset + at));
		if (got < 0)
			return false;
		if (got && (!tracee_read(tracee, address + at, memory, (size_t)got) ||
			    memcmp(memory, file, (size_t)got)))
			return false;
	}
	return true;
}

bool tracee_is_as_in_file(const struct tracee *tracee, uint32_t device, uint64_t inode,
			  const char *path)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	uint64_t start, end, offset;
	bool same = fd >= 0;
	char maps_path[32];
	FILE *maps;

	snprintf(maps_path, sizeof(maps_path), "/proc/%d/maps", (int)tracee->pid);
	maps = fopen(maps_path, "re");
	while (maps && same && next_mapping(maps, device, inode, &start, &end, &offset))
		same = is_same(tracee, start, fd, offset, end - start);
	if (maps)
		fclose(maps);
	if (fd >= 0)
		close(fd);
	return same;
}

#if defined(__x86_64__)

static int poke(const struct tracee *tracee, uint64_t address, uint8_t byte)
{
	uint64_t word, base = address & ~7ull;

	errno = 0;
	word = (uint64_t)ptrace(PTRACE_PEEKTEXT, tracee->pid, base, 0);
	if (errno)
		return -errno;
	((uint8_t *)&word)[address - base] = byte;
	return ptrace(PTRACE_POKETEXT, tracee->pid, base, word) ? -errno : 0;
}

int tracee_break(struct tracee *tracee, uint64_t address)
{
	struct tracee_break item = {.address = address};
	int rc;

	if (break_at(tracee, address))
		return 0;
	if (!tracee_read(tracee, address, &item.byte, 1))
		return -EFAULT;
	rc = poke(tracee, address, BREAK_BYTE);
	return rc ? rc : vec_push(&tracee->breaks, item);
}

int tracee_unbreak(struct tracee *tracee, uint64_t address)
{
	struct tracee_break *item = break_at(tracee, address);
	int rc;

	if (!item)
		return 0;
	rc = poke(tracee, address, item->byte);
	*item = tracee->breaks.items[--tracee->breaks.count];
	return rc;
}

static int take_registers(struct tracee *tracee)
{
	struct user_regs_struct regs;

	if (ptrace(PTRACE_GETREGS, tracee->pid, 0, &regs))
		return -errno;
	tracee->ip = regs.rip;
	tracee->stack = regs.rsp;
	memcpy(tracee->registers,
	       (uint64_t[]){regs.rax, regs.rcx, regs.rdx, regs.rbx, regs.rsp, regs.rbp, regs.rsi,
			    regs.rdi, regs.r8, regs.r9, regs.r10, regs.r11, regs.r12, regs.r13,
			    regs.r14, regs.r15},
	       sizeof(tracee->registers));
	return 0;
}

/* Waits for its next stop; the signal in |*number|, 0: it ended. */
static int wait_stop(struct tracee *tracee, int *number)
{
	int status;

	while (waitpid(tracee->pid, &status, 0) < 0)
		if (errno != EINTR)
			return -errno;
	*number = WIFSTOPPED(status) ? WSTOPSIG(status) : 0;
	if (!*number)
		tracee->pid = 0;
	return *number ? take_registers(tracee) : 0;
}

/* The instruction under a breakpoint is run with the breakpoint taken away. */
int tracee_step(struct tracee *tracee)
{
	struct tracee_break *item = break_at(tracee, tracee->ip);
	uint64_t address = tracee->ip;
	int number, rc;

	rc = item ? poke(tracee, address, item->byte) : 0;
	if (!rc && ptrace(PTRACE_SINGLESTEP, tracee->pid, 0, 0))
		rc = -errno;
	if (!rc)
		rc = wait_stop(tracee, &number);
	if (rc)
		return rc;
	if (!number)
		return -EPIPE;
	if (item)
		rc = poke(tracee, address, BREAK_BYTE);
	return number == SIGTRAP ? rc : -EINTR;
}

static int set_ip(struct tracee *tracee, uint64_t address)
{
	tracee->ip = address;
	return ptrace(PTRACE_POKEUSER, tracee->pid, offsetof(struct user_regs_struct, rip), address)
		       ? -errno
		       : 0;
}

int tracee_continue(struct tracee *tracee, enum tracee_stop *stop)
{
	int number = 0, rc = break_at(tracee, tracee->ip) ? tracee_step(tracee) : 0;

	for (; !rc; number = number == SIGTRAP ? 0 : number) {
		/* a step may have led to the next one */
		if (break_at(tracee, tracee->ip)) {
			*stop = TRACEE_BREAK;
			return 0;
		}
		if (ptrace(PTRACE_CONT, tracee->pid, 0, number))
			return -errno;
		rc = wait_stop(tracee, &number);
		if (rc)
			return rc;
		if (!number || number == SIGUSR2) {
			*stop = number ? TRACEE_SIGNAL : TRACEE_ENDED;
			return 0;
		}
		if (number == SIGTRAP && break_at(tracee, tracee->ip - 1))
			rc = set_ip(tracee, tracee->ip - 1);
	}
	return rc;
}

static _Noreturn void run_child(int output, const struct tracee_program *program)
{
	int nothing = open("/dev/null", O_RDWR | O_CLOEXEC);
	unsigned int first = TRACEE_FILE;

	prctl(PR_SET_PDEATHSIG, SIGKILL);
	setsid();
	if (ptrace(PTRACE_TRACEME, 0, 0, 0) || nothing < 0 || dup2(nothing, 0) < 0 ||
	    dup2(output, 1) < 0 || dup2(nothing, 2) < 0)
		_exit(127);
	if (program->file >= 0 && dup3(program->file, TRACEE_FILE, 0) != TRACEE_FILE &&
	    (errno != EINVAL || fcntl(TRACEE_FILE, F_SETFD, 0)))
		_exit(127);
	first += program->file >= 0;
	close_range(first, ~0u, 0);
	if (program->is_file)
		execveat(TRACEE_FILE, "", program->argv, program->environment, AT_EMPTY_PATH);
	else
		execve(program->argv[0], program->argv, program->environment);
	_exit(127);
}

int tracee_start(const struct tracee_program *program, struct tracee *out)
{
	int ends[2], number, rc;

	*out = (struct tracee){.output = -1};
	if (pipe2(ends, O_CLOEXEC | O_NONBLOCK))
		return -errno;
	out->pid = fork();
	if (out->pid == 0) {
		fcntl(ends[1], F_SETFL, 0);
		run_child(ends[1], program);
	}
	close(ends[1]);
	out->output = ends[0];
	rc = out->pid < 0 ? -errno : wait_stop(out, &number);
	if (!rc && number != SIGTRAP)
		rc = -EPERM; /* it could not be traced, or not be started */
	if (!rc && ptrace(PTRACE_SETOPTIONS, out->pid, 0, PTRACE_O_EXITKILL))
		rc = -errno;
	if (rc)
		tracee_release(out);
	return rc;
}

#else

int tracee_start(const struct tracee_program *program, struct tracee *out)
{
	(void)program;
	*out = (struct tracee){.output = -1};
	return -ENOTSUP;
}

int tracee_break(struct tracee *tracee, uint64_t address)
{
	(void)tracee, (void)address;
	return -ENOTSUP;
}

int tracee_unbreak(struct tracee *tracee, uint64_t address)
{
	(void)tracee, (void)address;
	return -ENOTSUP;
}

int tracee_continue(struct tracee *tracee, enum tracee_stop *stop)
{
	(void)tracee, (void)stop;
	return -ENOTSUP;
}

int tracee_step(struct tracee *tracee)
{
	(void)tracee;
	return -ENOTSUP;
}

#endif

void tracee_release(struct tracee *tracee)
{
	if (tracee->pid > 0) {
		kill(tracee->pid, SIGKILL);
		while (waitpid(tracee->pid, NULL, 0) < 0 && errno == EINTR)
			;
	}
	if (tracee->output >= 0)
		close(tracee->output);
	vec_release(&tracee->breaks);
	*tracee = (struct tracee){.output = -1};
}
