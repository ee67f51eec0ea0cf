// SPDX-License-Identifier: BSD-2-Clause
/* python_watch.c - what an interpreter does under breakpoints while it runs our program */
#include "python_calibrate_parts.h"

#include <errno.h>
#include <string.h>

#define NAME  PYTHON_PROGRAM_NAME
#define INNER PYTHON_PROGRAM_INNER

/* ---- what is where ---- */

/* The C function of a built-in function: PyCFunctionObject has its PyMethodDef after PyObject. */
static uint64_t function_of(const struct calibration *cal, uint64_t object, const char *name)
{
	uint64_t def = tracee_word(&cal->tracee, object + cal->told.object);
	char text[32] = "";

	if (!tracee_read(&cal->tracee, tracee_word(&cal->tracee, def), text, strlen(name) + 1) ||
	    memcmp(text, name, strlen(name) + 1))
		return 0;
	return tracee_word(&cal->tracee, def + 8);
}

/* What loads an extension: it calls dlopen(3), then asks for the library's init function. */
static int take_loader(struct calibration *cal)
{
	const struct symbols *libc = cal->asked->libc;
	int rc = 0;

	cal->create = function_of(cal, cal->told.create, "create_dynamic");
	if (libc->path && libc->offsets[SYMBOL_DLSYM])
		cal->dlsym = tracee_address(&cal->tracee, libc->device, libc->inode,
					    libc->offsets[SYMBOL_DLSYM]);
	if (!cal->create || !cal->dlsym)
		return 0;
	cal->run = function_of(cal, cal->told.run, "exec_dynamic");
	rc = tracee_break(&cal->tracee, cal->create);
	if (!rc && cal->run)
		rc = tracee_break(&cal->tracee, cal->run);
	return rc ? rc : tracee_break(&cal->tracee, cal->dlsym);
}

static int take_addresses(struct calibration *cal)
{
	static const enum symbol symbols[] = {SYMBOL_PYTHON_CALL_METHOD,
					      SYMBOL_PYTHON_CALL_METHOD_ID};
	const struct symbols *code = cal->asked->code;
	int rc = 0;

	for (size_t i = 0; !rc && i < 2; i++) {
		if (!code->offsets[symbols[i]])
			continue;
		cal->callees[i] = tracee_address(&cal->tracee, cal->device, cal->inode,
						 code->offsets[symbols[i]]);
		if (cal->callees[i])
			rc = tracee_break(&cal->tracee, cal->callees[i]);
	}
	if (code->offsets[SYMBOL_PYTHON_IMPORT_LEVEL])
		cal->import = tracee_address(&cal->tracee, cal->device, cal->inode,
					     code->offsets[SYMBOL_PYTHON_IMPORT_LEVEL]);
	cal->exec = function_of(cal, cal->told.exec, "exec");
	cal->find = function_of(cal, cal->told.find, "find_frozen");
	if (!cal->find)
		cal->find = function_of(cal, cal->told.find, "is_frozen");
	if (!rc && cal->import)
		rc = tracee_break(&cal->tracee, cal->import);
	if (!rc && cal->exec)
		rc = tracee_break(&cal->tracee, cal->exec);
	if (!rc && cal->find)
		rc = tracee_break(&cal->tracee, cal->find);
	if (!rc)
		rc = take_loader(cal);
	if (!rc && !cal->callees[0] && !cal->callees[1])
		return python_calibrate_fail(cal, -ENOTSUP,
					     "the function that calls importlib is not exported");
	return rc;
}

static int on_told(struct calibration *cal)
{
	int rc;

	if (!tracee_is_as_in_file(&cal->tracee, cal->device, cal->inode, cal->asked->code->path))
		return python_calibrate_fail(cal, -EBUSY,
					     "another program has probes in it just now");
	cal->told_all = true;
	rc = python_program_told(&cal->tracee, &cal->told, &cal->layout, &cal->why);
	return rc ? rc : take_addresses(cal);
}

/* ---- imports ---- */

/* Is it one of the ASCII names that the program imports? */
static bool is_name(const struct calibration *cal, uint64_t string, const char *name)
{
	char text[32] = "";
	size_t size = strlen(name);

	return tracee_read(&cal->tracee, string + cal->layout.ascii, text, size) &&
	       memcmp(text, name, size) == 0;
}

static struct site *site_of(struct calibration *cal, uint64_t back)
{
	for (size_t i = 0; i < cal->calls_count; i++)
		if (cal->calls[i].back == back)
			return &cal->calls[i];
	if (cal->calls_count == PYTHON_CALLS_MAX)
		return NULL;
	cal->calls[cal->calls_count].back = back;
	return &cal->calls[cal->calls_count++];
}

static bool is_callee(const struct calibration *cal, uint64_t address)
{
	return address && (address == cal->callees[0] || address == cal->callees[1]);
}

static int on_callee(struct calibration *cal)
{
	struct tracee *tracee = &cal->tracee;
	struct open_call call = {.back = tracee_word(tracee, tracee->stack),
				 .stack = tracee->stack + 8,
				 .subject = tracee->registers[TRACEE_RDX]};
	int rc;

	if (!is_name(cal, call.subject, NAME))
		return 0;
	cal->body_ran |= is_name(cal, call.subject, INNER);
	if (!site_of(cal, call.back))
		return 0;
	rc = vec_push(&cal->open, call);
	return rc ? rc : tracee_break(tracee, call.back);
}

static bool all_calls_known(const struct calibration *cal)
{
	for (size_t i = 0; i < cal->calls_count; i++)
		if (!cal->calls[i].call)
			return false;
	return cal->calls_count > 0;
}

/*
 * From the entry of PyImport_ImportModuleLevelObject to the call of importlib, one instruction
 * after the other: that shows where the call instruction begins.
 */
static int seek_call(struct calibration *cal)
{
	struct tracee *tracee = &cal->tracee;
	uint64_t last[8] = {0}, stack = tracee->stack, back;
	struct site *site;
	int rc = 0;

	if (all_calls_known(cal) || !is_name(cal, tracee->registers[TRACEE_RDI], NAME))
		return 0;
	for (unsigned int i = 0; !rc && i < PYTHON_STEPS_MAX && tracee->stack <= stack; i++) {
		if (is_callee(cal, tracee->ip) && is_name(cal, tracee->registers[TRACEE_RDX], NAME))
			break;
		last[i % 8] = tracee->ip;
		rc = tracee_step(tracee);
	}
	if (rc || !is_callee(cal, tracee->ip))
		return rc;
	back = tracee_word(tracee, tracee->stack);
	site = site_of(cal, back);
	/* the one before the function's own first, or before the linker's stub of it */
	for (size_t i = 0; site && i < 8; i++)
		if (last[i] < back && back - last[i] <= 8 && last[i] > site->call)
			site->call = last[i];
	return on_callee(cal);
}

static int on_back(struct calibration *cal, struct site *site)
{
	struct tracee *tracee = &cal->tracee;
	struct open_call *call = cal->open.items + cal->open.count;

	if (!cal->open.count || call[-1].back != tracee->ip || call[-1].stack != tracee->stack)
		return 0;
	cal->open.count--;
	site->times++;
	return walk_on(&cal->tracee, &site->end, call[-1].subject, tracee->registers[TRACEE_RAX]);
}

/* ---- the search ---- */

static int on_find(struct calibration *cal)
{
	struct tracee *tracee = &cal->tracee;
	uint64_t name = tracee->registers[TRACEE_RSI];

	/* a function of one argument gets it, one with keywords an array of them */
	if (!is_name(cal, name, NAME))
		name = tracee_word(tracee, name);
	return is_name(cal, name, NAME) ? walk_on(&cal->tracee, &cal->find_entry, name, 0) : 0;
}

/* ---- extensions ---- */

static int on_create(struct calibration *cal)
{
	uint64_t frame = cal->tracee.stack;
	int rc = walk_on(&cal->tracee, &cal->create_entry, 0, 0);

	return rc ? rc : exits_follow(cal, &cal->create_exits, frame);
}

/* Called with the handle and a name. */
static int on_dlsym(struct calibration *cal)
{
	struct tracee *tracee = &cal->tracee;
	char name[sizeof("PyInit_")] = "";
	uint64_t back = tracee_word(tracee, tracee->stack);

	if (!tracee_read(tracee, tracee->registers[TRACEE_RSI], name, sizeof(name) - 1) ||
	    strcmp(name, "PyInit_") || !tracee_offset(tracee, cal->device, cal->inode, back))
		return 0;
	if (cal->dlsym_from && cal->dlsym_from != back)
		return python_calibrate_fail(cal, -ENOTSUP,
					     "it loads extensions in several places");
	cal->dlsym_from = back;
	return tracee_break(tracee, back);
}

/* ---- the body ---- */

static int dispatch(struct calibration *cal);

int python_watch_to(struct calibration *cal, uint64_t address, uint64_t stack)
{
	struct tracee *tracee = &cal->tracee;
	enum tracee_stop stop;
	int rc = tracee_break(tracee, address);

	while (!rc && !(tracee->ip == address && tracee->stack == stack)) {
		rc = tracee_continue(tracee, &stop);
		if (!rc && stop != TRACEE_BREAK)
			return python_calibrate_fail(cal, -EPIPE, "its imports did not end");
		if (!rc && !(tracee->ip == address && tracee->stack == stack))
			rc = dispatch(cal);
	}
	/* since 3.14 _imp.create_dynamic() itself, which is stepped through, may call dlsym(3) */
	return !rc && address == cal->dlsym_from ? walk_on(tracee, &cal->dlsym_back, 0, 0) : rc;
}

bool python_was_call(const struct tracee *tracee, uint64_t before, uint64_t stack, uint64_t *back)
{
	*back = tracee_word(tracee, tracee->stack);
	return tracee->stack == stack - 8 && *back > before && *back <= before + 15 &&
	       !(tracee->ip > before && tracee->ip <= before + 15);
}

static void note_body_call(struct calibration *cal, uint64_t call, uint64_t back,
			   const struct places *code)
{
	struct site *body = &cal->body;

	if (!body->times++) {
		body->back = back;
		body->call = call;
		body->code = *code;
		return;
	}
	if (body->back != back || body->call != call)
		body->call = body->back = 0; /* not one place */
	for (size_t i = 0; i < WALK_PLACES; i++)
		body->code.hold[i] &= code->hold[i];
}

/* Steps through exec(), over its calls, to find the one that runs the module's body. */
static int on_exec(struct calibration *cal)
{
	struct tracee *tracee = &cal->tracee;
	uint64_t code = tracee_word(tracee, tracee->registers[TRACEE_RSI]), back;
	uint64_t frame = tracee->stack;
	int rc;

	if (code != cal->told.code)
		return 0;
	rc = walk_on(&cal->tracee, &cal->exec_entry, code, 0);
	for (unsigned int i = 0; !rc && i < PYTHON_STEPS_MAX && tracee->stack <= frame; i++) {
		uint64_t before = tracee->ip, stack = tracee->stack;
		struct places places;

		walk_all_places(&places);
		walk_keep_places(tracee, code, &places);
		rc = tracee_step(tracee);
		if (rc || !python_was_call(tracee, before, stack, &back))
			continue;
		cal->body_ran = false;
		rc = python_watch_to(cal, back, stack);
		if (rc || !cal->body_ran)
			continue;
		note_body_call(cal, before, back, &places);
		return walk_on(&cal->tracee, &cal->body.end, code, tracee->registers[TRACEE_RAX]);
	}
	return rc;
}

static struct point *end_point(struct calibration *cal, uint64_t address)
{
	for (size_t i = 0; i < cal->calls_count; i++)
		for (size_t j = 0; j < cal->calls[i].end.count; j++)
			if (cal->calls[i].end.points[j].address == address)
				return &cal->calls[i].end.points[j];
	return NULL;
}

/* From now on the program imports what is loaded. */
static int watch_end_points(struct calibration *cal)
{
	int rc = 0;

	cal->all_loaded = true;
	for (size_t i = 0; !rc && i < cal->calls_count; i++)
		for (size_t j = 0; !rc && j < cal->calls[i].end.count; j++)
			rc = tracee_break(&cal->tracee, cal->calls[i].end.points[j].address);
	return rc;
}

static int dispatch(struct calibration *cal)
{
	uint64_t ip = cal->tracee.ip;

	if (cal->all_loaded) {
		if (end_point(cal, ip))
			end_point(cal, ip)->shared = true;
		exits_note_stray(&cal->create_exits, ip);
		exits_note_stray(&cal->run_exits, ip);
		return 0;
	}
	if (ip == cal->import)
		return seek_call(cal);
	if (is_callee(cal, ip))
		return on_callee(cal);
	if (ip == cal->find)
		return on_find(cal);
	if (ip == cal->exec)
		return on_exec(cal);
	if (ip == cal->create)
		return on_create(cal);
	if (ip == cal->run)
		return exits_follow(cal, &cal->run_exits, cal->tracee.stack);
	if (ip == cal->dlsym)
		return on_dlsym(cal);
	if (ip == cal->dlsym_from)
		return walk_on(&cal->tracee, &cal->dlsym_back, 0, 0);
	for (size_t i = 0; i < cal->calls_count; i++)
		if (cal->calls[i].back == ip)
			return on_back(cal, &cal->calls[i]);
	exits_note_stray(&cal->create_exits, ip);
	exits_note_stray(&cal->run_exits, ip);
	return 0;
}

int python_watch(struct calibration *cal)
{
	enum tracee_stop stop;
	int rc = 0;

	while (!rc) {
		rc = tracee_continue(&cal->tracee, &stop);
		if (!rc && stop == TRACEE_ENDED)
			return python_calibrate_fail(cal, -EPIPE, "it did not run the program");
		if (!rc && stop == TRACEE_BREAK)
			rc = dispatch(cal);
		else if (!rc && cal->all_loaded)
			return 0;
		else if (!rc)
			rc = cal->told_all ? watch_end_points(cal) : on_told(cal);
	}
	return rc;
}
