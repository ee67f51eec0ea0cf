// SPDX-License-Identifier: BSD-2-Clause
/* test_compare_conditions.c - what differs besides the program, and what it holds back */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compare_world.h"

/* Of one kind of file's pages |bytes| more are mapped by others, and so not private. */
static void share(struct result_workload *workload, int64_t bytes)
{
	vec_foreach(sample, &workload->samples) {
		struct result_mapping *library =
			&sample->processes.items[0].memory.items[0].kinds.items[3];

		library->file_bytes = 64 << 20;
		library->shared_bytes += bytes;
		library->private_bytes -= bytes;
	}
	add_to(workload, "uss_ready_bytes", -bytes);
	add_to(workload, "pss_ready_bytes", -bytes / 2);
}

static void libraries_that_others_map_hold_private_memory_back(void **state)
{
	struct world *world = *state;

	both(world, 10);
	share(&world->base.workloads.items[0], 8 << 20);
	share(&world->new.workloads.items[0], 0);
	add_to(&world->new.workloads.items[0], "rss_peak_bytes", 32 << 20);
	run(world);
	assert_string_equal(world->out.workloads.items[0].differences.items[0].what,
			    "pages of files that others map, too");
	assert_string_equal(world->out.workloads.items[0].differences.items[0].not_gated,
			    "PSS and private memory");
	assert_verdict(world, "uss_ready_bytes", "not_gated");
	assert_verdict(world, "pss_ready_bytes", "not_gated");
	assert_verdict(world, "rss_peak_bytes", "regressed");
}

static void private_memory_is_gated_where_others_map_as_much(void **state)
{
	struct world *world = *state;

	both(world, 10);
	share(&world->base.workloads.items[0], 8 << 20);
	share(&world->new.workloads.items[0], 8 << 20);
	add_to(&world->new.workloads.items[0], "uss_ready_bytes", 32 << 20);
	run(world);
	assert_int_equal(world->out.workloads.items[0].differences.count, 0);
	assert_verdict(world, "uss_ready_bytes", "regressed");
}

static void sides_of_one_run_are_shared_alike(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 10);
	share(&world->base.workloads.items[0], 16 << 20);
	share(&world->new.workloads.items[0], 0);
	run(world);
	assert_int_equal(world->out.workloads.items[0].differences.count, 0);
	assert_verdict(world, "uss_ready_bytes", "regressed");
}

static void a_deeper_folder_holds_look_ups_of_paths_back(void **state)
{
	struct world *world = *state;

	both(world, 3);
	world->base.workloads.items[0].cwd = made_text("/srv/app");
	world->new.workloads.items[0].cwd = made_text("/srv/ci/new/app/");
	more_calls(&world->new.workloads.items[0], "openat", 2);
	more_calls(&world->new.workloads.items[0], "read", 2);
	run(world);
	assert_string_equal(world->out.workloads.items[0].differences.items[0].what,
			    "depth of the folder");
	assert_verdict(world, "syscalls_count{name=openat}", "not_gated");
	assert_verdict(world, "syscalls_count", "not_gated");
	assert_verdict(world, "syscalls_count{name=read}", "regressed");
}

static void a_longer_name_of_the_folder_holds_nothing_back(void **state)
{
	struct world *world = *state;

	both(world, 3);
	world->base.workloads.items[0].cwd = made_text("/srv/app");
	world->new.workloads.items[0].cwd = made_text("/srv/app-of-a-branch");
	more_calls(&world->new.workloads.items[0], "openat", 1);
	run(world);
	assert_int_equal(world->out.workloads.items[0].differences.count, 0);
	assert_verdict(world, "syscalls_count{name=openat}", "regressed");
}

static void times_of_another_hour_can_not_be_told(void **state)
{
	struct world *world = *state;

	both(world, 20);
	scale(&world->new.workloads.items[0], "total_ns", 1.5);
	run(world);
	assert_verdict(world, "total_ns", "cant_tell");
	assert_verdict(world, "cpu_user_ns", "cant_tell");
	assert_string_equal(metric(world, "total_ns")->reason, "measured at different times");
	assert_non_null(strstr(world->out.notes.items[0], "different times"));
}

static void force_lets_them_decide(void **state)
{
	struct world *world = *state;

	world->policy.force = true;
	free(world->new.host.kernel);
	world->new.host.kernel = made_text("6.2.0");
	both(world, 20);
	scale(&world->new.workloads.items[0], "total_ns", 1.5);
	run(world);
	assert_verdict(world, "total_ns", "regressed");
	assert_int_equal(world->out.differences.count, 1);
}

static void another_kernel_leaves_counts_and_sizes(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	free(world->new.host.kernel);
	world->new.host.kernel = made_text("6.2.0");
	both(world, 20);
	scale(&world->new.workloads.items[0], "total_ns", 1.5);
	scale(&world->new.workloads.items[0], "uss_ready_bytes", 1.5);
	add_to(&world->new.workloads.items[0], "syscalls_count", 1);
	run(world);
	assert_verdict(world, "total_ns", "not_gated");
	assert_verdict(world, "faults_minor_count", "not_gated");
	assert_verdict(world, "uss_ready_bytes", "regressed");
	assert_verdict(world, "syscalls_count", "regressed");
	assert_string_equal(world->out.differences.items[0].what, "kernel");
	assert_string_equal(world->out.differences.items[0].not_gated, "times and faults");
}

static void another_end_of_the_start_leaves_nothing(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 3);
	world->new.workloads.items[0].ready = made_text("listen");
	add_to(&world->new.workloads.items[0], "syscalls_count", 1);
	run(world);
	assert_verdict(world, "syscalls_count", "not_gated");
	assert_string_equal(world->out.workloads.items[0].differences.items[0].what, "ready");
}

static void limits_and_versions_are_conditions(void **state)
{
	struct world *world = *state;
	struct result_workload *new;

	in_one_session(world);
	both(world, 10);
	new = &world->new.workloads.items[0];
	new->limit_memory_bytes = 512 << 20;
	new->limit_cpus = 0.5;
	free(new->runtime.version);
	new->runtime.version = made_text("22.1.0");
	run(world);
	assert_int_equal(world->out.workloads.items[0].differences.count, 3);
	assert_verdict(world, "total_ns", "not_gated");
	assert_verdict(world, "uss_ready_bytes", "not_gated");
	assert_verdict(world, "threads_count", "not_gated");
	assert_verdict(world, "syscalls_count", "unchanged");
}

static void losses_are_a_condition(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 10);
	result_values_add(&world->new.workloads.items[0].samples.items[0].events_lost, "syscall",
			  12);
	world->new.workloads.items[0].samples.items[0].counted = false;
	run(world);
	assert_verdict(world, "total_ns", "not_gated");
	assert_verdict(world, "syscalls_count", "unchanged");
	assert_int_equal(world->out.workloads.items[0].new_starts, 9);
}

static void another_cold_level_is_a_condition(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 10);
	free(world->new.workloads.items[0].cold);
	world->new.workloads.items[0].cold = made_text("dropped");
	run(world);
	assert_verdict(world, "total_ns", "not_gated");
	assert_verdict(world, "faults_major_count", "not_gated");
	assert_verdict(world, "syscalls_count", "unchanged");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(libraries_that_others_map_hold_private_memory_back),
		TEST(private_memory_is_gated_where_others_map_as_much),
		TEST(sides_of_one_run_are_shared_alike),
		TEST(a_deeper_folder_holds_look_ups_of_paths_back),
		TEST(a_longer_name_of_the_folder_holds_nothing_back),
		TEST(times_of_another_hour_can_not_be_told),
		TEST(force_lets_them_decide),
		TEST(another_kernel_leaves_counts_and_sizes),
		TEST(another_end_of_the_start_leaves_nothing),
		TEST(limits_and_versions_are_conditions),
		TEST(losses_are_a_condition),
		TEST(another_cold_level_is_a_condition),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
