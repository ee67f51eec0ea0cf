// SPDX-License-Identifier: BSD-2-Clause
/* hook_calls.c - Node.js's modules, as share/module_hook.js tells them by system calls */
#include "hook_calls.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "fs.h"
#include "pathcalls.h"
#include "scripts_name.h"

#define FOLDER "/proc/self/coldprof-module/"

void hook_calls_release(struct hook_calls *calls)
{
	if (!calls)
		return;
	vec_foreach(load, &calls->loads)
		free(load->file);
	vec_release(&calls->loads);
	vec_release(&calls->told_ns);
	hook_preloads_release(&calls->preloads);
	map_release(&calls->by_number);
}

/* ---- the messages ---- */

static bool any_has_hook(const struct facts *facts)
{
	vec_foreach(runtime, &facts->runtimes)
		if (runtime->modules_hook)
			return true;
	return false;
}

/* What a call tells, or NULL: it is no message. */
static const char *message_of(const struct hook_calls *calls, const struct recording *recording,
			      const struct call *call)
{
	const struct event_syscall *record = call->record;
	const char *path;
	int64_t folder;

	if (record->text.size <= strlen(FOLDER) || record->abi != EVENT_ABI_NATIVE ||
	    !any_has_hook(calls->facts) || !pathcalls_folder(call, &folder))
		return NULL;
	path = recording_text(recording, record->text.id, NULL);
	return strncmp(path, FOLDER, strlen(FOLDER)) == 0 ? path + strlen(FOLDER) : NULL;
}

bool hook_calls_is(const struct hook_calls *calls, const struct recording *recording,
		   const struct call *call)
{
	return message_of(calls, recording, call) || hook_preloads_has(&calls->preloads, call);
}

int hook_calls_look(struct hook_calls *calls, const struct recording *recording,
		    const struct call *call)
{
	const char *message = message_of(calls, recording, call);

	if (!message)
		return hook_preloads_call(&calls->preloads, calls->facts, recording, call);
	if (strcmp(message, "ready") == 0)
		hook_preloads_ready(&calls->preloads, call);
	return 0;
}

/* Whether |*text| begins with |word| and a slash, which are then passed. */
static bool take_word(const char **text, const char *word)
{
	size_t length = strlen(word);

	if (strncmp(*text, word, length) != 0 || (*text)[length] != '/')
		return false;
	*text += length + 1;
	return true;
}

/* A decimal number; it ends at a slash, which is passed, or with the text. */
static bool take_number(const char **text, uint64_t *out)
{
	char *end;

	if (**text < '0' || **text > '9')
		return false;
	errno = 0;
	*out = strtoull(*text, &end, 10);
	if (errno || (*end && *end != '/'))
		return false;
	*text = end + (*end == '/');
	return true;
}

/* ---- loads ---- */

static int remember(struct hook_calls *calls, uint32_t thread, uint64_t number, uint32_t load)
{
	const uint64_t key[] = {thread, number};

	return map_set(&calls->by_number, key, sizeof(key), load);
}

static uint32_t load_of(const struct hook_calls *calls, uint32_t thread, uint64_t number)
{
	const uint64_t key[] = {thread, number};
	uint64_t load;

	return map_get(&calls->by_number, key, sizeof(key), &load) ? (uint32_t)load : MODULES_NONE;
}

static int begin(struct hook_calls *calls, const struct call *call, const char *text)
{
	uint64_t number, parent, ago_ns, now_ns = call->record->enter_ns;
	struct hook_load *load;

	if (!take_number(&text, &number) || !take_number(&text, &parent) ||
	    !take_number(&text, &ago_ns) || !*text || ago_ns > now_ns ||
	    now_ns - ago_ns < calls->facts->t0_ns)
		return 0;
	calls->cut += (call->record->event.flags & EVENT_TEXT_CUT) != 0;
	load = vec_add(&calls->loads);
	if (!load)
		return -ENOMEM;
	load->process = call->process;
	load->thread = call->thread;
	load->parent = load_of(calls, call->thread, parent);
	load->begin_ns = now_ns - ago_ns;
	load->end_ns = now_ns;
	load->open = true;
	load->file = strdup(text);
	if (!load->file)
		return -ENOMEM;
	return remember(calls, call->thread, number, (uint32_t)(calls->loads.count - 1));
}

static void end(struct hook_calls *calls, const struct call *call, const char *text, bool failed)
{
	uint64_t number;
	uint32_t index =
		take_number(&text, &number) ? load_of(calls, call->thread, number) : MODULES_NONE;
	struct hook_load *load;

	if (index == MODULES_NONE)
		return;
	load = &calls->loads.items[index];
	if (!load->open && (failed || !load->failed))
		return;
	load->open = false;
	load->failed = failed;
	load->end_ns = call->record->enter_ns;
	load->low_ns = calls->told_ns.items[call->thread];
}

/* Between a begin or an end and a failure no module begins or ends. */
static int note_told(struct hook_calls *calls, const struct call *call)
{
	while (calls->told_ns.count <= call->thread)
		if (vec_push(&calls->told_ns, 0))
			return -ENOMEM;
	calls->told_ns.items[call->thread] = call->record->enter_ns;
	return 0;
}

int hook_calls_take(struct hook_calls *calls, const struct recording *recording,
		    const struct call *call)
{
	const struct process *process = &calls->processes->processes.items[call->process];
	const struct facts_runtime *runtime =
		facts_runtime(calls->facts, process->exe_device, process->exe_inode);
	const char *text = message_of(calls, recording, call);
	int rc = 0;

	if (!text || !runtime || !runtime->modules_hook)
		return 0;
	calls->heard = true;
	if (take_word(&text, "failed")) {
		end(calls, call, text, true);
		return 0;
	}
	if (take_word(&text, "begin"))
		rc = begin(calls, call, text);
	else if (take_word(&text, "end"))
		end(calls, call, text, false);
	return rc ? rc : note_told(calls, call);
}

/* ---- spans ---- */

/* A parent has begun before what it loads, and was told before: so it comes first. */
static int by_begin(const void *a, const void *b, void *context)
{
	const struct hook_load *loads = context;
	uint32_t left = *(const uint32_t *)a, right = *(const uint32_t *)b;

	if (loads[left].begin_ns != loads[right].begin_ns)
		return loads[left].begin_ns < loads[right].begin_ns ? -1 : 1;
	return left < right ? -1 : left > right;
}

static enum modules_kind kind_of(const char *file)
{
	static const struct {
		const char *ending;
		enum modules_kind kind;
	} kinds[] = {
		{".json", MODULES_JSON},
		{".node", MODULES_ADDON},
		{".mjs", MODULES_ESM},
	};

	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (strcmp(fs_extension(file), kinds[i].ending) == 0)
			return kinds[i].kind;
	return MODULES_COMMONJS;
}

/* What nobody ended has ended with its thread, or with the program that an exec replaced. */
static void close_load(const struct hook_calls *calls, struct hook_load *load)
{
	uint64_t exec_ns = calls->processes->processes.items[load->process].exec_ns;
	uint64_t ended_ns = calls->processes->threads.items[load->thread].ended_ns;

	if (exec_ns > load->begin_ns)
		ended_ns = exec_ns;
	if (!load->open || ended_ns < load->end_ns)
		return;
	load->open = false;
	load->end_ns = ended_ns;
}

static int add_span(const struct hook_calls *calls, const struct hook_load *load,
		    const uint32_t *spans, uint32_t *out)
{
	const struct modules_span span = {
		.process = load->process,
		.thread = load->thread,
		.parent = load->parent == MODULES_NONE ? MODULES_NONE : spans[load->parent],
		.kind = kind_of(load->file),
		.begin_ns = load->begin_ns,
		.end_ns = load->end_ns,
	};
	bool is_path = load->file[0] == '/';
	int rc = modules_add(calls->modules, &span,
			     scripts_name_short(load->file, calls->facts->cwd),
			     is_path ? load->file : NULL, out);

	if (rc)
		return rc;
	if (!load->open)
		modules_end(calls->modules, *out, load->end_ns);
	if (load->failed) {
		calls->modules->spans.items[*out].failed = true;
		calls->modules->spans.items[*out].end_low_ns = load->low_ns;
	}
	return 0;
}

int hook_calls_finish(struct hook_calls *calls)
{
	size_t count = calls->loads.count;
	uint32_t *order = calloc(count ? count : 1, sizeof(*order));
	uint32_t *spans = calloc(count ? count : 1, sizeof(*spans));
	int rc = order && spans ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < count && !rc; i++) {
		close_load(calls, &calls->loads.items[i]);
		order[i] = i;
		spans[i] = MODULES_NONE;
	}
	if (!rc)
		qsort_r(order, count, sizeof(*order), by_begin, calls->loads.items);
	for (size_t i = 0; i < count && !rc; i++)
		rc = add_span(calls, &calls->loads.items[order[i]], spans, &spans[order[i]]);
	/* of several in one start it is the one to be named: the notes say of which program */
	if (!rc && calls->heard)
		calls->modules->technique = HOOK_CALLS_TECHNIQUE;
	free(order);
	free(spans);
	return rc;
}
