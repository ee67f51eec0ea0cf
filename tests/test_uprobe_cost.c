// SPDX-License-Identifier: BSD-2-Clause
/* test_uprobe_cost.c - where a uprobe is put so that the kernel need not single-step */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "uprobe_cost.h"

#define CODE(...) (const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__})

static void what_the_kernel_emulates_is_cheap(void **state)
{
	(void)state;
	assert_true(uprobe_is_cheap(CODE(0x55)));	      /* push %rbp */
	assert_true(uprobe_is_cheap(CODE(0x41, 0x57)));	      /* push %r15 */
	assert_true(uprobe_is_cheap(CODE(0x74, 0x10)));	      /* je */
	assert_true(uprobe_is_cheap(CODE(0x0f, 0x85, 0, 0))); /* jne */
	assert_true(uprobe_is_cheap(CODE(0xe8, 0, 0, 0, 0))); /* call */
	assert_true(uprobe_is_cheap(CODE(0xe9, 0, 0, 0, 0))); /* jmp */
	assert_true(uprobe_is_cheap(CODE(0xeb, 0)));	      /* jmp */
	assert_true(uprobe_is_cheap(CODE(0x90)));	      /* nop */
}

static void what_it_steps_over_is_not(void **state)
{
	(void)state;
	assert_false(uprobe_is_cheap(CODE(0xc3)));		     /* ret */
	assert_false(uprobe_is_cheap(CODE(0x48, 0x89, 0xe5)));	     /* mov %rsp,%rbp */
	assert_false(uprobe_is_cheap(CODE(0x41, 0x5f)));	     /* pop %r15 */
	assert_false(uprobe_is_cheap(CODE(0xf3, 0x0f, 0x1e, 0xfa))); /* endbr64 */
	assert_false(uprobe_is_cheap(CODE(0x0f, 0x1f, 0x00)));	     /* nopl (%rax) */
	assert_false(uprobe_is_cheap(CODE(0xff, 0xd0)));	     /* call *%rax */
}

static void code_that_is_cut_is_not_read_beyond_its_end(void **state)
{
	(void)state;
	assert_false(uprobe_is_cheap(NULL, 0));
	assert_false(uprobe_is_cheap(CODE(0x41)));
	assert_false(uprobe_is_cheap(CODE(0x0f)));
	assert_int_equal(uprobe_cheap_entry(CODE(0xf3, 0x0f, 0x1e, 0xfa)), 0);
	assert_int_equal(uprobe_cheap_return(CODE(0x48, 0x85), 0), 0);
	assert_int_equal(uprobe_cheap_return(CODE(0x48, 0x85, 0xc0), 0), 0);
	assert_int_equal(uprobe_cheap_return(CODE(0x48, 0x85, 0xc0, 0x0f), 0), 0);
}

static void a_landing_pad_is_stepped_over(void **state)
{
	(void)state;
	assert_int_equal(uprobe_cheap_entry(CODE(0xf3, 0x0f, 0x1e, 0xfa, 0x55)), 4);
	assert_int_equal(uprobe_cheap_entry(CODE(0xf3, 0x0f, 0x1e, 0xfa, 0x48, 0x83, 0xec)), 0);
	assert_int_equal(uprobe_cheap_entry(CODE(0x55, 0x48, 0x89, 0xe5)), 0);
}

static void a_jump_behind_tests_and_moves_takes_the_probe(void **state)
{
	(void)state;
	/* call; mov %rax,%rbx; test %rax,%rax; jne */
	assert_int_equal(
		uprobe_cheap_return(
			CODE(0xe8, 0, 0, 0, 0, 0x48, 0x89, 0xc3, 0x48, 0x85, 0xc0, 0x75, 0x89), 5),
		11);
	/* test %al,%al; je */
	assert_int_equal(uprobe_cheap_return(CODE(0x84, 0xc0, 0x0f, 0x84, 0, 0, 0, 0), 0), 2);
	/* mov %r12,%rdi; call */
	assert_int_equal(uprobe_cheap_return(CODE(0x4c, 0x89, 0xe7, 0xe8, 0, 0, 0, 0), 0), 3);
	/* mov %rax,%r8; jmp */
	assert_int_equal(uprobe_cheap_return(CODE(0x49, 0x89, 0xc0, 0xeb, 0), 0), 3);
	/* cheap already */
	assert_int_equal(uprobe_cheap_return(CODE(0x74, 0x10, 0x75, 0x10), 0), 0);
}

static void what_changes_the_result_or_the_frame_is_not_passed(void **state)
{
	(void)state;
	/* mov %rbx,%rax; jmp - mov %rax,%rbp; jmp - mov %rbx,%rsp; jmp */
	assert_int_equal(uprobe_cheap_return(CODE(0x48, 0x89, 0xd8, 0xeb, 0), 0), 0);
	assert_int_equal(uprobe_cheap_return(CODE(0x48, 0x89, 0xc5, 0xeb, 0), 0), 0);
	assert_int_equal(uprobe_cheap_return(CODE(0x48, 0x89, 0xdc, 0xeb, 0), 0), 0);
	/* to memory: mov %rax,(%rbx); test %rax,(%rbx) */
	assert_int_equal(uprobe_cheap_return(CODE(0x48, 0x89, 0x03, 0xeb, 0), 0), 0);
	assert_int_equal(uprobe_cheap_return(CODE(0x48, 0x85, 0x03, 0xeb, 0), 0), 0);
	/* add $8,%rsp; jmp: not known */
	assert_int_equal(uprobe_cheap_return(CODE(0x48, 0x83, 0xc4, 0x08, 0xeb, 0), 0), 0);
	/* test %rax,%rax; ret: nothing cheap comes */
	assert_int_equal(uprobe_cheap_return(CODE(0x48, 0x85, 0xc0, 0xc3), 0), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(what_the_kernel_emulates_is_cheap),
		cmocka_unit_test(what_it_steps_over_is_not),
		cmocka_unit_test(code_that_is_cut_is_not_read_beyond_its_end),
		cmocka_unit_test(a_landing_pad_is_stepped_over),
		cmocka_unit_test(a_jump_behind_tests_and_moves_takes_the_probe),
		cmocka_unit_test(what_changes_the_result_or_the_frame_is_not_passed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
