// SPDX-License-Identifier: BSD-2-Clause
/* python_unseen.c - programs with a CPython in them whose modules can't be seen, and why */
#include "python_unseen.h"

#include <errno.h>
#include <string.h>

#include "callnames.h"
#include "fs.h"
#include "pathcalls.h"

void python_unseen_release(struct python_unseen *unseen)
{
	if (unseen)
		vec_release(&unseen->binaries);
}

static bool begins_with(const char *text, const char *begin)
{
	return strncmp(text, begin, strlen(begin)) == 0;
}

/* libpython3.11.so.1.0; not libpython3.so, through which extensions with the stable ABI pass. */
static bool is_library(const char *path)
{
	const char *base = fs_basename(path);

	return begins_with(base, "libpython3.") &&
	       strstr(base, ".so") > base + strlen("libpython3");
}

/* .../encodings/__init__.py, .../encodings/__pycache__/__init__.cpython-311.pyc */
static bool is_encodings(const char *path)
{
	const char *folder = strstr(path, "/encodings/");

	return folder && begins_with(fs_basename(path), "__init__.");
}

/* The standard library of a PyInstaller application. */
static bool is_archive(const char *path)
{
	return strcmp(fs_basename(path), "base_library.zip") == 0;
}

static struct python_unseen_binary *binary_of(struct python_unseen *unseen, uint32_t index)
{
	const struct process *process = &unseen->processes->processes.items[index];
	struct python_unseen_binary *added;

	vec_foreach(binary, &unseen->binaries)
		if (binary->device == process->exe_device && binary->inode == process->exe_inode)
			return binary;
	added = vec_add(&unseen->binaries);
	if (added)
		*added = (struct python_unseen_binary){.device = process->exe_device,
						       .inode = process->exe_inode,
						       .process = index};
	return added;
}

static bool is_known(const struct python_unseen *unseen, const struct process *process)
{
	const struct facts_runtime *runtime =
		facts_runtime(unseen->facts, process->exe_device, process->exe_inode);

	return runtime && runtime->kind == EVENT_RUNTIME_PYTHON;
}

int python_unseen_call(struct python_unseen *unseen, const struct recording *recording,
		       const struct call *call)
{
	const struct process *process = &unseen->processes->processes.items[call->process];
	struct python_unseen_binary *binary;
	const char *path;

	if (!pathcalls_opens(call->number) || callnames_failed(call->record->result) ||
	    call->record->event.time_ns < process->exec_ns)
		return 0;
	path = recording_text(recording, call->record->text.id, NULL);
	if ((!is_library(path) && !is_encodings(path) && !is_archive(path)) ||
	    is_known(unseen, process))
		return 0;
	binary = binary_of(unseen, call->process);
	if (!binary)
		return -ENOMEM;
	binary->library |= is_library(path);
	binary->starts |= is_encodings(path) || is_archive(path);
	binary->unpacked |= is_archive(path) && strstr(path, "/_MEI");
	return 0;
}

const char *python_unseen_reason(const struct python_unseen_binary *binary)
{
	if (binary->unpacked)
		return "it unpacks its interpreter anew for each start, and that can't be known "
		       "before; profile the script itself";
	if (binary->library)
		return "it has an interpreter inside (libpython) and is none itself; profile with "
		       "python what it runs";
	return "its interpreter does not run by itself or has no symbols, or it is in another root "
	       "directory (a container, chroot)";
}
