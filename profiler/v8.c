// SPDX-License-Identifier: BSD-2-Clause
/* v8.c - how the stack of a binary's V8 is read, and where V8 is probed */
#include "v8.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "elfx.h"
#include "uprobe_cost.h"

/* Node.js, by major versions: those on which what is inferred here was seen to be true. */
#define NODE_FIRST 20
#define NODE_LAST  26

#define COMPILER "_ZN2v814ScriptCompiler"
#define MODULE	 "_ZN2v88internal16SourceTextModule"

enum function {
	INITIALIZE,
	COMPILE_FUNCTION,
	COMPILE_MODULE,
	ENTRY,
	EXECUTE,
	EXECUTE_ASYNC,
	EVALUATE,
	FULFILLED,
	RETHROWN,
	FUNCTIONS,
};

static const struct {
	const char *name, *holds;
} functions[FUNCTIONS] = {
	[INITIALIZE] = {"_ZN2v87Isolate10InitializeEPS0_RKNS0_12CreateParamsE", NULL},
	[COMPILE_FUNCTION] = {COMPILER "15CompileFunctionENS_5LocalINS_7ContextEEEPNS0_6SourceE",
			      ""},
	[COMPILE_MODULE] = {COMPILER "13CompileModuleEPNS_7IsolateEPNS0_6SourceE", ""},
	[ENTRY] = {"Builtins_JSEntry", NULL},
	[EXECUTE] = {MODULE "13ExecuteModuleE", ""},
	[EXECUTE_ASYNC] = {MODULE "18ExecuteAsyncModuleE", ""},
	[EVALUATE] = {MODULE "21InnerModuleEvaluationE", ""},
	[FULFILLED] = {MODULE "29AsyncModuleExecutionFulfilledE", ""},
	[RETHROWN] = {"_ZN2v88internal15Runtime_ReThrowEiPmPNS0_7IsolateE", NULL},
};

enum constant {
	MAP_TYPE,
	FUNCTION_SHARED,
	SHARED_SCRIPT,
	SHARED_FLAGS,
	SCRIPT_NAME,
	SCRIPT_LINE_ENDS,
	SCRIPT_EVAL_FROM,
	STRING_LENGTH,
	STRING_CHARS,
	CONS_FIRST,
	CONS_SECOND,
	THIN_ACTUAL,
	SLICED_PARENT,
	SLICED_OFFSET,
	EXTERNAL_RESOURCE,
	TYPE_FUNCTION,
	TYPE_SHARED,
	TYPE_SCRIPT,
	TYPE_ASYNC_FUNCTION,
	TYPE_ASYNC_GENERATOR,
	FP_FUNCTION,
	FP_CONTEXT,
	SMI_SHIFT,
	NEEDED, /* so far all must be there */
	TYPE_FIRST_FUNCTION = NEEDED,
	TYPE_LAST_FUNCTION,
	FP_BYTECODE,
	CONSTANTS,
};

/* Prefixes: what follows is the field's type, which varies in its spelling. */
static const char *const constants[CONSTANTS] = {
	[MAP_TYPE] = "v8dbg_class_Map__instance_type__",
	[FUNCTION_SHARED] = "v8dbg_class_JSFunction__shared__",
	[SHARED_SCRIPT] = "v8dbg_class_SharedFunctionInfo__script_",
	[SHARED_FLAGS] = "v8dbg_class_SharedFunctionInfo__flags__",
	[SCRIPT_NAME] = "v8dbg_class_Script__name__",
	[SCRIPT_LINE_ENDS] = "v8dbg_class_Script__line_ends__",
	[SCRIPT_EVAL_FROM] = "v8dbg_class_Script__eval_from_shared",
	[STRING_LENGTH] = "v8dbg_class_String__length__",
	[STRING_CHARS] = "v8dbg_class_SeqOneByteString__chars__",
	[CONS_FIRST] = "v8dbg_class_ConsString__first__",
	[CONS_SECOND] = "v8dbg_class_ConsString__second__",
	[THIN_ACTUAL] = "v8dbg_class_ThinString__actual__",
	[SLICED_PARENT] = "v8dbg_class_SlicedString__parent__",
	[SLICED_OFFSET] = "v8dbg_class_SlicedString__offset__",
	[EXTERNAL_RESOURCE] = "v8dbg_class_ExternalString__resource__",
	[TYPE_FUNCTION] = "v8dbg_type_JSFunction__JS_FUNCTION_TYPE",
	[TYPE_SHARED] = "v8dbg_type_SharedFunctionInfo__",
	[TYPE_SCRIPT] = "v8dbg_type_Script__",
	[TYPE_ASYNC_FUNCTION] = "v8dbg_type_JSAsyncFunctionObject__",
	[TYPE_ASYNC_GENERATOR] = "v8dbg_type_JSAsyncGeneratorObject__",
	[FP_FUNCTION] = "v8dbg_off_fp_function",
	[FP_CONTEXT] = "v8dbg_off_fp_context",
	[SMI_SHIFT] = "v8dbg_SmiShiftSize",
	[TYPE_FIRST_FUNCTION] = "v8dbg_FirstJSFunctionType",
	[TYPE_LAST_FUNCTION] = "v8dbg_LastJSFunctionType",
	[FP_BYTECODE] = "v8dbg_off_fp_bytecode_offset",
};

/* After the first one, in Node.js 20, which does not tell the last. */
#define JS_FUNCTION_TYPES 16
/* The root register points that far into the isolate. */
#define ROOT_BIAS 128
#define CODE_MAX  8192

struct facts {
	struct elfx_want functions[FUNCTIONS];
	struct elfx_want constants[CONSTANTS];
	int32_t values[CONSTANTS];
};

static int find(const struct elfx *elf, struct facts *facts)
{
	struct elfx_want wants[FUNCTIONS + CONSTANTS] = {0};
	int rc;

	for (size_t i = 0; i < FUNCTIONS; i++) {
		wants[i].name = functions[i].name;
		wants[i].holds = functions[i].holds;
	}
	for (size_t i = 0; i < CONSTANTS; i++) {
		wants[FUNCTIONS + i].name = constants[i];
		wants[FUNCTIONS + i].holds = "";
		wants[FUNCTIONS + i].data = true;
	}
	rc = elfx_find(elf, wants, FUNCTIONS + CONSTANTS);
	if (rc)
		return rc;
	memcpy(facts->functions, wants, sizeof(facts->functions));
	memcpy(facts->constants, wants + FUNCTIONS, sizeof(facts->constants));
	for (size_t i = 0; i < CONSTANTS; i++)
		if (facts->constants[i].found &&
		    !elfx_read(elf, facts->constants[i].address, &facts->values[i],
			       sizeof(facts->values[i])))
			facts->constants[i].found = false;
	return 0;
}

/* Whether the binary tells all that is needed, and that what else is assumed is so. */
static bool is_complete(const struct facts *facts)
{
	const int32_t *values = facts->values;

	for (size_t i = 0; i < NEEDED; i++)
		if (!facts->constants[i].found)
			return false;
	/* the number lies between these two fields, but the binary does not tell it */
	if (values[SCRIPT_EVAL_FROM] != values[SCRIPT_LINE_ENDS] + 16)
		return false;
	return values[FP_FUNCTION] == -16 && values[FP_CONTEXT] == -8 && values[SMI_SHIFT] == 31;
}

static void set_layout(const struct facts *facts, struct v8_layout *out)
{
	const int32_t *values = facts->values;

#define FIELD(field, constant) out->field = (uint16_t)values[constant]
	FIELD(map_type, MAP_TYPE);
	FIELD(function_shared, FUNCTION_SHARED);
	FIELD(shared_script, SHARED_SCRIPT);
	FIELD(shared_flags, SHARED_FLAGS);
	FIELD(script_name, SCRIPT_NAME);
	FIELD(string_length, STRING_LENGTH);
	FIELD(string_chars, STRING_CHARS);
	FIELD(cons_first, CONS_FIRST);
	FIELD(cons_second, CONS_SECOND);
	FIELD(thin_actual, THIN_ACTUAL);
	FIELD(sliced_parent, SLICED_PARENT);
	FIELD(sliced_offset, SLICED_OFFSET);
	FIELD(shared_type, TYPE_SHARED);
	FIELD(script_type, TYPE_SCRIPT);
	FIELD(generator_high, TYPE_ASYNC_GENERATOR);
#undef FIELD
	out->script_id = (uint16_t)(values[SCRIPT_LINE_ENDS] + 8);
	/* the address of the characters is cached behind the resource */
	out->external_data = (uint16_t)(values[EXTERNAL_RESOURCE] + 8);
	/* JSGeneratorObject itself comes before its two kinds, and has no symbol */
	out->generator_low = (uint16_t)(values[TYPE_ASYNC_FUNCTION] - 1);
	out->site = (uint16_t)-values[FP_BYTECODE];
	out->function_low = (uint16_t)values[TYPE_FUNCTION];
	out->function_high = (uint16_t)(values[TYPE_FUNCTION] + JS_FUNCTION_TYPES);
	if (facts->constants[TYPE_FIRST_FUNCTION].found &&
	    facts->constants[TYPE_LAST_FUNCTION].found) {
		out->function_low = (uint16_t)values[TYPE_FIRST_FUNCTION];
		out->function_high = (uint16_t)values[TYPE_LAST_FUNCTION];
	}
}

/* A function's code, cut at CODE_MAX. Its size, 0 where it can't be read. */
static size_t code_of(const struct elfx *elf, const struct elfx_want *function, uint8_t *code)
{
	size_t size = function->size < CODE_MAX ? function->size : CODE_MAX;

	return function->found && elfx_read(elf, function->address, code, size) ? size : 0;
}

static int32_t number_at(const uint8_t *code)
{
	int32_t number;

	memcpy(&number, code, sizeof(number));
	return number;
}

/* The isolate's field that an instruction of |code| names, after |bytes|; 0: none does. */
static uint32_t find_field(const uint8_t *code, size_t code_size, const char *bytes, size_t size)
{
	for (size_t i = 0; i + size + 7 <= code_size; i++) {
		int32_t number = number_at(code + i + size);

		if (memcmp(code + i, bytes, size) == 0)
			return number >= -ROOT_BIAS && number < 4096
				       ? (uint32_t)(number + ROOT_BIAS)
				       : 0;
	}
	return 0;
}

/*
 * The entry into JS saves the isolate's exit frame, before it clears it: the first
 * "push disp32(%r13)" in it, r13 being the root register. Then it asks whether it is the outermost
 * one: the first "mov disp32(%r13),%rax".
 */
static void find_entry(const struct elfx *elf, const struct facts *facts, struct v8_layout *out)
{
	uint8_t code[CODE_MAX];
	size_t size = code_of(elf, &facts->functions[ENTRY], code);

	out->c_entry_fp = find_field(code, size, "\x41\xff\xb5", 3);
	out->js_entry = find_field(code, size, "\x49\x8b\x85", 3);
}

/*
 * Adds the file offsets at which the calls of |target| in |function| return, or ones shortly behind
 * where a probe costs less.
 */
static void find_returns(const struct elfx *elf, const struct elfx_want *function,
			 const struct elfx_want *target, uint64_t *out)
{
	uint8_t code[CODE_MAX];
	size_t size = code_of(elf, function, code), count = 0;

	while (count < V8_RETURNS && out[count])
		count++;
	for (size_t i = 0; target->found && i + 5 <= size && count < V8_RETURNS; i++) {
		uint64_t next = function->address + i + 5;
		size_t place;

		if (code[i] != 0xe8 /* call rel32 */ ||
		    next + (uint64_t)(int64_t)number_at(code + i + 1) != target->address)
			continue;
		place = uprobe_cheap_return(code, size, i + 5);
		out[count++] = elfx_offset(elf, function->address + place);
	}
}

/* How far behind a function's first instruction it is probed. */
static uint64_t entry_skip(const struct elfx *elf, const struct elfx_want *function)
{
	uint8_t code[CODE_MAX];

	return uprobe_cheap_entry(code, code_of(elf, function, code));
}

/* The file offset at which a function is probed; 0: it is not there. */
static uint64_t entry_of(const struct elfx *elf, const struct elfx_want *function)
{
	return function->offset ? function->offset + entry_skip(elf, function) : 0;
}

static void set_probes(const struct elfx *elf, const struct facts *facts, struct v8 *out)
{
	const struct elfx_want *wants = facts->functions;

	out->initialize = entry_of(elf, &wants[INITIALIZE]);
	out->compile_function = entry_of(elf, &wants[COMPILE_FUNCTION]);
	out->compile_module = entry_of(elf, &wants[COMPILE_MODULE]);
	out->rethrown = entry_of(elf, &wants[RETHROWN]);
	out->layout.initialize = wants[INITIALIZE].address + entry_skip(elf, &wants[INITIALIZE]);
	if (!wants[EXECUTE].found || !wants[EVALUATE].found || !wants[EVALUATE].size)
		return;
	out->execute = entry_of(elf, &wants[EXECUTE]);
	out->execute_async = entry_of(elf, &wants[EXECUTE_ASYNC]);
	out->layout.evaluation = wants[EVALUATE].address;
	out->layout.evaluation_end = wants[EVALUATE].address + wants[EVALUATE].size;
	for (size_t i = EVALUATE; i <= FULFILLED; i++) {
		find_returns(elf, &wants[i], &wants[EXECUTE], out->executed);
		find_returns(elf, &wants[i], &wants[EXECUTE_ASYNC], out->executed_async);
	}
}

static enum v8_state state_of(const struct facts *facts, const struct v8 *v8)
{
	if (!v8->compile_function && !facts->constants[MAP_TYPE].found)
		return V8_ABSENT;
#ifndef __x86_64__
	return V8_NO_MACHINE;
#endif
	if (!is_complete(facts))
		return V8_NO_LAYOUT;
	if (!v8->layout.c_entry_fp || !v8->layout.js_entry)
		return V8_NO_ENTRY;
	return v8->initialize && v8->compile_function && v8->compile_module ? V8_KNOWN
									    : V8_NO_PROBES;
}

int v8_read(const struct elfx *elf, struct v8 *out)
{
	struct facts *facts = calloc(1, sizeof(*facts));
	struct v8 v8 = {0};
	int rc;

	if (!facts)
		return -ENOMEM;
	rc = find(elf, facts);
	if (!rc) {
		set_layout(facts, &v8.layout);
		find_entry(elf, facts, &v8.layout);
		set_probes(elf, facts, &v8);
		v8.state = state_of(facts, &v8);
		*out = v8;
	}
	free(facts);
	return rc;
}

bool v8_usable(const struct v8 *v8, const char *version, const char **reason)
{
	static const char *const reasons[] = {
		[V8_ABSENT] = "the binary has no symbols of V8",
		[V8_NO_LAYOUT] =
			"the binary does not tell the layout of V8's objects (v8dbg symbols)",
		[V8_NO_ENTRY] = "the binary is stripped: V8's entry into JavaScript was not found",
		[V8_NO_PROBES] = "V8's compiler has no symbols in the binary",
		[V8_NO_MACHINE] = "V8's stack is only understood on x86-64",
	};
	unsigned long major = version ? strtoul(version, NULL, 10) : 0;

	if (v8->state != V8_KNOWN) {
		*reason = v8->state < sizeof(reasons) / sizeof(reasons[0]) && reasons[v8->state]
				  ? reasons[v8->state]
				  : reasons[V8_ABSENT];
		return false;
	}
	if (!major) {
		*reason = "the version of the Node.js in the binary is not known";
		return false;
	}
	if (major < NODE_FIRST || major > NODE_LAST) {
		*reason = "V8's stack is only understood in Node.js 20 to 26";
		return false;
	}
	return true;
}
