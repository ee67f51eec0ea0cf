// SPDX-License-Identifier: BSD-2-Clause
/* test_compare.c - two reports and what is said of them: verdicts, conditions, causes */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compare.h"
#include "compare_path.h"
#include "made_report.h"

/* Both sides of a comparison and what it says. */
struct world {
	struct result base, new;
	struct compare_policy policy;
	struct comparison out;
	bool compared;
};

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	made_result(&world->base);
	made_result(&world->new);
	compare_policy_init(&world->policy);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	if (world->compared)
		comparison_release(&world->out);
	result_release(&world->base);
	result_release(&world->new);
	compare_policy_release(&world->policy);
	free(world);
	return 0;
}

static void in_one_session(struct world *world)
{
	world->base.plan.session = made_text("s1");
	world->new.plan.session = made_text("s1");
}

/* The same program on both sides, other random numbers. */
static struct result_workload *add(struct result *result, const struct made *like, uint64_t seed,
				   size_t starts)
{
	struct made made = *like;

	made.seed = seed;
	return made_workload(result, &made, starts);
}

static void run(struct world *world)
{
	made_sum_up(&world->base);
	made_sum_up(&world->new);
	assert_int_equal(compare(&world->base, &world->new, &world->policy, &world->out), 0);
	world->compared = true;
}

static void both(struct world *world, size_t starts)
{
	add(&world->base, &made_server, 1, starts);
	add(&world->new, &made_server, 2, starts);
}

static const struct comparison_metric *metric(const struct world *world, const char *name)
{
	vec_foreach(workload, &world->out.workloads)
		vec_foreach(item, &workload->metrics)
			if (strcmp(item->name, name) == 0)
				return item;
	fail_msg("there is no metric '%s'", name);
	return NULL;
}

static void assert_verdict(const struct world *world, const char *name, const char *verdict)
{
	assert_string_equal(metric(world, name)->verdict, verdict);
}

static struct result_value *value_of(struct result_sample *sample, const char *name)
{
	vec_foreach(value, &sample->metrics)
		if (strcmp(value->name, name) == 0)
			return value;
	return NULL;
}

static void scale(struct result_workload *workload, const char *name, double factor)
{
	vec_foreach(sample, &workload->samples) {
		struct result_value *value = value_of(sample, name);

		value->value = (int64_t)((double)value->value * factor);
	}
}

static void add_to(struct result_workload *workload, const char *name, int64_t more)
{
	vec_foreach(sample, &workload->samples)
		value_of(sample, name)->value += more;
}

/* ---- verdicts ---- */

static void the_same_program_has_not_regressed(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 20);
	run(world);
	vec_foreach(workload, &world->out.workloads)
		vec_foreach(item, &workload->metrics)
			assert_string_not_equal(item->verdict, "regressed");
	assert_verdict(world, "syscalls_count", "unchanged");
	assert_verdict(world, "syscalls_count{name=openat}", "unchanged");
	assert_string_equal(metric(world, "syscalls_count")->decided_by, "constant");
	assert_false(compare_fails(&world->out));
}

static void one_more_call_in_three_starts_is_a_regression(void **state)
{
	struct world *world = *state;

	both(world, 3);
	vec_foreach(sample, &world->new.workloads.items[0].samples)
		sample->syscalls.items[0].count++;
	run(world);
	assert_verdict(world, "syscalls_count{name=openat}", "regressed");
	assert_string_equal(world->out.verdict, "regressed");
	assert_true(compare_fails(&world->out));
}

static void more_calls(struct result_workload *workload, const char *name, int64_t more)
{
	vec_foreach(sample, &workload->samples) {
		vec_foreach(call, &sample->syscalls)
			if (strcmp(call->name, name) == 0)
				call->count += more;
		value_of(sample, "syscalls_count")->value += more;
	}
}

/* A comment in a source file does this. */
static void a_few_more_calls_for_memory_decide_nothing(void **state)
{
	struct world *world = *state;

	both(world, 3);
	more_calls(&world->new.workloads.items[0], "mmap", 3);
	run(world);
	assert_verdict(world, "syscalls_count{name=mmap}", "unchanged");
	assert_verdict(world, "syscalls_count", "unchanged");
}

static void many_more_calls_for_memory_are_a_regression(void **state)
{
	struct world *world = *state;

	both(world, 3);
	more_calls(&world->new.workloads.items[0], "mmap", 200);
	run(world);
	assert_verdict(world, "syscalls_count{name=mmap}", "regressed");
}

static void what_calls_for_memory_leave_of_all_calls_decides(void **state)
{
	struct world *world = *state;
	struct result_workload *new;

	both(world, 3);
	new = &world->new.workloads.items[0];
	more_calls(new, "mmap", 3);
	add_to(new, "syscalls_count", 1);
	run(world);
	assert_verdict(world, "syscalls_count{name=mmap}", "unchanged");
	assert_verdict(world, "syscalls_count", "regressed");
}

static void a_rule_for_all_calls_takes_them_as_they_are(void **state)
{
	struct world *world = *state;
	const char *why;

	both(world, 3);
	add_to(&world->new.workloads.items[0], "syscalls_count", 5);
	assert_int_equal(compare_policy_add(&world->policy, "syscalls_count", "5", &why), 0);
	run(world);
	assert_verdict(world, "syscalls_count", "unchanged");
}

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

static void a_call_that_one_side_alone_makes_is_zero_on_the_other(void **state)
{
	struct world *world = *state;

	both(world, 3);
	vec_foreach(sample, &world->new.workloads.items[0].samples)
		made_syscall(sample, "epoll_create1", 1, 0, 0.1);
	run(world);
	assert_verdict(world, "syscalls_count{name=epoll_create1}", "regressed");
	assert_true(metric(world, "syscalls_count{name=epoll_create1}")->base_median == 0);
}

static void a_slower_start_is_found_in_one_session(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 20);
	scale(&world->new.workloads.items[0], "total_ns", 1.05);
	run(world);
	assert_verdict(world, "total_ns", "regressed");
	assert_true(metric(world, "total_ns")->shift_low > 0);
	assert_true(metric(world, "total_ns")->p_regressed <= 0.025);
}

static void a_faster_start_mirrors_it(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 20);
	scale(&world->new.workloads.items[0], "total_ns", 0.95);
	add_to(&world->new.workloads.items[0], "enoent_count", -1);
	run(world);
	assert_verdict(world, "total_ns", "improved");
	assert_verdict(world, "enoent_count", "improved");
	assert_false(compare_fails(&world->out));
}

static void what_is_within_the_threshold_is_unchanged(void **state)
{
	struct world *world = *state;
	const char *why;

	in_one_session(world);
	both(world, 20);
	assert_int_equal(compare_policy_add(&world->policy, "times", "20%", &why), 0);
	scale(&world->new.workloads.items[0], "total_ns", 1.05);
	run(world);
	assert_verdict(world, "total_ns", "unchanged");
}

static void noise_can_not_be_told_and_says_how_many_starts_would(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 10);
	run(world);
	assert_verdict(world, "phase_load_ns", "cant_tell");
	assert_true(metric(world, "phase_load_ns")->starts_needed > 10);
	world->out.strict = true;
	assert_true(compare_fails(&world->out));
}

static void a_count_that_varies_joins_the_ranks(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 10);
	for (size_t i = 0; i < 10; i++) {
		value_of(&world->base.workloads.items[0].samples.items[i], "faults_minor_count")
			->value += (int64_t)i;
		value_of(&world->new.workloads.items[0].samples.items[i], "faults_minor_count")
			->value += 500 + (int64_t)i;
	}
	run(world);
	assert_verdict(world, "faults_minor_count", "regressed");
	assert_string_equal(metric(world, "faults_minor_count")->decided_by, "rank");
}

static void two_starts_do_not_show_that_a_count_is_constant(void **state)
{
	struct world *world = *state;

	both(world, 2);
	add_to(&world->new.workloads.items[0], "syscalls_count", 100);
	run(world);
	assert_verdict(world, "syscalls_count", "cant_tell");
}

static void three_starts_can_not_decide_what_varies(void **state)
{
	struct world *world = *state;
	bool said = false;

	in_one_session(world);
	both(world, 3);
	scale(&world->new.workloads.items[0], "total_ns", 3);
	run(world);
	assert_verdict(world, "total_ns", "cant_tell");
	assert_true(world->out.fewest_starts > 3);
	vec_foreach(note, &world->out.notes)
		said |= strstr(*note, "need") && strstr(*note, "starts a side");
	assert_true(said);
}

static void a_threshold_also_holds_for_a_constant_count(void **state)
{
	struct world *world = *state;
	const char *why;

	both(world, 3);
	add_to(&world->new.workloads.items[0], "syscalls_count", 5);
	add_to(&world->new.workloads.items[0], "enoent_count", 1);
	assert_int_equal(compare_policy_add(&world->policy, "syscalls_count", "0%,10", &why), 0);
	assert_int_equal(compare_policy_add(&world->policy, "enoent_count", "off", &why), 0);
	run(world);
	assert_verdict(world, "syscalls_count", "unchanged");
	assert_verdict(world, "enoent_count", "not_gated");
	assert_string_equal(metric(world, "enoent_count")->reason, "not gated by the policy");
}

static void waits_are_shown_and_not_gated(void **state)
{
	struct world *world = *state;

	in_one_session(world);
	both(world, 20);
	scale(&world->new.workloads.items[0], "runqueue_ns", 10);
	run(world);
	assert_verdict(world, "runqueue_ns", "not_gated");
	assert_true(metric(world, "runqueue_ns")->shift > 0);
}

/* ---- pairs ---- */

static void a_program_that_does_not_start_any_more_has_regressed(void **state)
{
	struct world *world = *state;

	add(&world->base, &made_server, 1, 3);
	made_failure(add(&world->new, &made_server, 2, 0), "crashed", "ended by SIGSEGV");
	run(world);
	assert_string_equal(world->out.verdict, "regressed");
	assert_non_null(strstr(world->out.workloads.items[0].reason, "SIGSEGV"));
}

static void a_base_without_starts_tells_nothing(void **state)
{
	struct world *world = *state;

	made_failure(add(&world->base, &made_server, 1, 0), "crashed", "ended by SIGSEGV");
	add(&world->new, &made_server, 2, 3);
	run(world);
	assert_string_equal(world->out.verdict, "cant_tell");
}

static void what_one_side_alone_has_is_named(void **state)
{
	struct world *world = *state;

	both(world, 3);
	add(&world->base, &made_express, 3, 3);
	add(&world->new, &made_fastapi, 4, 3);
	run(world);
	assert_int_equal(world->out.workloads.count, 1);
	assert_string_equal(world->out.only_base.items[0], "node/express");
	assert_string_equal(world->out.only_new.items[0], "python/fastapi");
}

static void reports_without_a_common_workload_are_refused(void **state)
{
	struct world *world = *state;

	add(&world->base, &made_express, 3, 3);
	add(&world->new, &made_fastapi, 4, 3);
	assert_int_equal(compare(&world->base, &world->new, &world->policy, &world->out), -ENOENT);
}

static void several_of_one_name_are_paired_in_their_order(void **state)
{
	struct world *world = *state;

	both(world, 3);
	both(world, 3);
	add_to(&world->new.workloads.items[1], "syscalls_count", 1);
	run(world);
	assert_int_equal(world->out.workloads.count, 2);
	assert_string_not_equal(world->out.workloads.items[0].verdict, "regressed");
	assert_string_equal(world->out.workloads.items[1].verdict, "regressed");
}

/* ---- conditions ---- */

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

/* ---- causes ---- */

static const struct comparison_cause *cause(const struct world *world, const char *kind,
					    const char *name)
{
	vec_foreach(item, &world->out.workloads.items[0].causes)
		if (strcmp(item->kind, kind) == 0 && strcmp(item->name, name) == 0)
			return item;
	return NULL;
}

static void a_new_package_is_blamed_with_its_version(void **state)
{
	struct world *world = *state;
	struct result_workload *new;
	struct result_package *package;

	both(world, 5);
	new = &world->new.workloads.items[0];
	package = result_add(&new->packages, package);
	package->name = made_text("axios");
	package->version = made_text("1.9.0");
	vec_foreach(sample, &new->samples) {
		made_file(sample, "/srv/app/node_modules/axios/index.js", 9, 0.5);
		made_file(sample, "/srv/app/node_modules/axios/lib/core.js", 20, 1.5);
	}
	run(world);
	assert_non_null(cause(world, "package", "axios"));
	assert_string_equal(cause(world, "package", "axios")->change, "added");
	assert_string_equal(cause(world, "package", "axios")->new_version, "1.9.0");
	assert_int_equal(cause(world, "package", "axios")->files_count, 2);
	assert_int_equal(cause(world, "package", "axios")->time_ns, 2000000);
	assert_null(cause(world, "package", "lodash"));
}

static void a_package_of_another_version_is_blamed(void **state)
{
	struct world *world = *state;
	struct result_package *package;

	both(world, 5);
	package = result_add(&world->base.workloads.items[0].packages, package);
	package->name = made_text("lodash");
	package->version = made_text("4.17.20");
	package = result_add(&world->new.workloads.items[0].packages, package);
	package->name = made_text("lodash");
	package->version = made_text("4.17.21");
	run(world);
	assert_string_equal(cause(world, "package", "lodash")->change, "changed");
	assert_string_equal(cause(world, "package", "lodash")->base_version, "4.17.20");
}

/* The next module of a start, loaded by |parent| (-1: by nobody), |self| ms its own. */
static struct result_module *load(struct result_sample *sample, const char *name, int64_t parent,
				  double self)
{
	struct result_module *module = result_add(&sample->modules, module);

	module->id = (int64_t)sample->modules.count - 1;
	module->parent = parent < 0 ? RESULT_ABSENT : parent;
	module->name = made_text(name);
	module->in_load = true;
	module->self_ns = module->total_ns = (int64_t)(self * 1e6) + sample->order * 1000;
	module->self_rss_bytes = (int64_t)(self * 1e5);
	module->files_opened_count = 1;
	module->syscalls_count = 20;
	module->enoent_count = 0;
	return module;
}

static void load_on_both(struct world *world)
{
	vec_foreach(sample, &world->base.workloads.items[0].samples) {
		load(sample, "main.js", -1, 10);
		load(sample, "old.js", 0, 3);
		load(sample, "routes.js", 0, 5);
	}
	vec_foreach(sample, &world->new.workloads.items[0].samples) {
		load(sample, "main.js", -1, 10);
		load(sample, "routes.js", 0, 9);
	}
}

/* The outermost new module stands for all that hangs on it. */
static void new_modules_are_blamed_on_who_pulled_them_in(void **state)
{
	struct world *world = *state;

	both(world, 8);
	load_on_both(world);
	vec_foreach(sample, &world->new.workloads.items[0].samples) {
		load(sample, "axios/index.js", 1, 20);
		load(sample, "axios/lib/core.js", 2, 11);
		sample->modules.items[2].package = made_text("axios 1.9.0");
		sample->modules.items[3].package = made_text("axios 1.9.0");
		load(sample, "helper.js", 0, 2);
	}
	run(world);
	assert_string_equal(cause(world, "package", "axios")->change, "added");
	assert_string_equal(cause(world, "package", "axios")->new_version, "1.9.0");
	assert_string_equal(cause(world, "package", "axios")->note,
			    "2 modules, pulled in by routes.js");
	assert_true(llabs(cause(world, "package", "axios")->time_ns - 31000000) < 100000);
	assert_int_equal(cause(world, "package", "axios")->size_bytes, 3100000);
	assert_int_equal(cause(world, "package", "axios")->files_count, 2);
	assert_null(cause(world, "module", "axios/lib/core.js"));
	assert_string_equal(cause(world, "module", "helper.js")->note, "pulled in by main.js");
	assert_true(llabs(world->out.workloads.items[0].explained_ns - 34000000) < 200000);
}

static void modules_that_are_gone_or_take_longer_are_blamed(void **state)
{
	struct world *world = *state;

	both(world, 8);
	load_on_both(world);
	run(world);
	assert_string_equal(cause(world, "module", "old.js")->change, "removed");
	assert_true(cause(world, "module", "old.js")->time_ns < -2900000);
	assert_string_equal(cause(world, "module", "routes.js")->change, "more");
	assert_true(llabs(cause(world, "module", "routes.js")->time_ns - 4000000) < 100000);
	assert_null(cause(world, "module", "main.js"));
}

/* Three starts have no interval: a longer module is not surely longer. */
static void a_module_is_not_blamed_for_noise(void **state)
{
	struct world *world = *state;

	both(world, 3);
	load_on_both(world);
	run(world);
	assert_null(cause(world, "module", "routes.js"));
	assert_non_null(cause(world, "module", "old.js"));
}

/* Every path differs, no file does but the one that was added. */
static void checkouts_in_two_places_are_one_program(void **state)
{
	struct world *world = *state;
	struct result_workload *new;

	both(world, 5);
	new = &world->new.workloads.items[0];
	vec_foreach(sample, &new->samples) {
		made_file(sample, "/srv/app/src/more.js", 3, 0.2);
		vec_foreach(file, &sample->files) {
			char *path;

			if (strncmp(file->path, "/srv/app/", 9))
				continue;
			assert_true(asprintf(&path, "/tmp/pull/77/app/%s", file->path + 9) > 0);
			free(file->path);
			file->path = path;
		}
		vec_foreach(folder, &sample->folders) {
			char *path;

			if (strncmp(folder->path, "/srv/app/", 9))
				continue;
			assert_true(asprintf(&path, "/tmp/pull/77/app/%s", folder->path + 9) > 0);
			free(folder->path);
			folder->path = path;
		}
	}
	vec_foreach(sample, &world->base.workloads.items[0].samples)
		made_file(sample, "/srv/app/src/always.js", 3, 0.2);
	vec_foreach(sample, &new->samples)
		made_file(sample, "/tmp/pull/77/app/src/always.js", 3, 0.2);
	run(world);
	assert_non_null(cause(world, "file", "./src/more.js"));
	assert_int_equal(world->out.workloads.items[0].causes.count, 1);
}

static void phases_say_where_and_files_what(void **state)
{
	struct world *world = *state;
	struct result_workload *new;

	in_one_session(world);
	both(world, 20);
	new = &world->new.workloads.items[0];
	scale(new, "phase_load_ns", 1.2);
	scale(new, "total_ns", 1.2);
	vec_foreach(sample, &new->samples)
		made_file(sample, "/srv/app/big.js", 900, 2);
	run(world);
	assert_non_null(cause(world, "phase", "load"));
	assert_true(cause(world, "phase", "load")->time_ns > 50000000);
	assert_int_equal(world->out.workloads.items[0].explained_ns, 2000000);
	assert_true(llabs(world->out.workloads.items[0].unexplained_ns + 2000000 -
			  llround(metric(world, "total_ns")->shift)) <= 1);
}

static void memory_is_blamed_by_kind_of_mapping(void **state)
{
	struct world *world = *state;

	both(world, 5);
	vec_foreach(sample, &world->new.workloads.items[0].samples)
		sample->processes.items[0].memory.items[0].kinds.items[0].private_bytes += 8 << 20;
	run(world);
	assert_non_null(cause(world, "memory", "heap"));
	assert_true(cause(world, "memory", "heap")->size_bytes > 7 << 20);
	assert_null(cause(world, "memory", "stack"));
}

/* ---- paths ---- */

static void assert_package(const char *path, const char *wanted)
{
	struct buf out = {0};

	assert_int_equal(compare_path_package(path, &out), 0);
	assert_string_equal(buf_text(&out), wanted);
	buf_release(&out);
}

static void a_path_tells_its_package(void **state)
{
	(void)state;
	assert_package("/srv/node_modules/express/lib/router.js", "express");
	assert_package("/srv/node_modules/@nestjs/core/index.js", "@nestjs/core");
	assert_package("/srv/node_modules/express/node_modules/debug/a.js", "debug");
	assert_package("/srv/node_modules/.pnpm/axios@1.9.0/node_modules/axios/i.js", "axios");
	assert_package("/srv/node_modules/.package-lock.json", "");
	assert_package("/v/lib/python3.11/site-packages/flask/app.py", "flask");
	assert_package("/v/lib/python3.11/site-packages/six.py", "six");
	assert_package("/v/lib/python3.11/site-packages/_cffi.cpython-311-x86_64.so", "_cffi");
	assert_package("/usr/lib/python3.11/json/tool.py", "json (Python's own)");
	assert_package("/usr/lib/python3.11/__pycache__/ast.cpython-311.pyc", "ast (Python's own)");
	assert_package("/usr/lib/python3.11/", "");
	assert_package("/srv/app.js", "");
	assert_package("", "");
}

static void assert_key(const char *path, const char *wanted)
{
	struct buf out = {0};

	assert_int_equal(compare_path_key(path, &out), 0);
	assert_string_equal(buf_text(&out), wanted);
	buf_release(&out);
}

static void a_path_has_a_name_in_any_place(void **state)
{
	(void)state;
	assert_key("/a/node_modules/x/node_modules/y.js", "node_modules/x/node_modules/y.js");
	assert_key("/b/lib/python3/site-packages/z.py", "site-packages/z.py");
	assert_key("/proc/4242/cgroup", "/proc/PID/cgroup");
	assert_key("/proc/self/cgroup", "/proc/self/cgroup");
	assert_key("/srv/app.js", "/srv/app.js");
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(the_same_program_has_not_regressed),
		TEST(one_more_call_in_three_starts_is_a_regression),
		TEST(a_few_more_calls_for_memory_decide_nothing),
		TEST(libraries_that_others_map_hold_private_memory_back),
		TEST(private_memory_is_gated_where_others_map_as_much),
		TEST(sides_of_one_run_are_shared_alike),
		TEST(a_deeper_folder_holds_look_ups_of_paths_back),
		TEST(a_longer_name_of_the_folder_holds_nothing_back),
		TEST(many_more_calls_for_memory_are_a_regression),
		TEST(what_calls_for_memory_leave_of_all_calls_decides),
		TEST(a_rule_for_all_calls_takes_them_as_they_are),
		TEST(a_call_that_one_side_alone_makes_is_zero_on_the_other),
		TEST(a_slower_start_is_found_in_one_session),
		TEST(a_faster_start_mirrors_it),
		TEST(what_is_within_the_threshold_is_unchanged),
		TEST(noise_can_not_be_told_and_says_how_many_starts_would),
		TEST(a_count_that_varies_joins_the_ranks),
		TEST(two_starts_do_not_show_that_a_count_is_constant),
		TEST(three_starts_can_not_decide_what_varies),
		TEST(a_threshold_also_holds_for_a_constant_count),
		TEST(waits_are_shown_and_not_gated),
		TEST(a_program_that_does_not_start_any_more_has_regressed),
		TEST(a_base_without_starts_tells_nothing),
		TEST(what_one_side_alone_has_is_named),
		TEST(reports_without_a_common_workload_are_refused),
		TEST(several_of_one_name_are_paired_in_their_order),
		TEST(times_of_another_hour_can_not_be_told),
		TEST(force_lets_them_decide),
		TEST(another_kernel_leaves_counts_and_sizes),
		TEST(another_end_of_the_start_leaves_nothing),
		TEST(limits_and_versions_are_conditions),
		TEST(losses_are_a_condition),
		TEST(another_cold_level_is_a_condition),
		TEST(a_new_package_is_blamed_with_its_version),
		TEST(a_package_of_another_version_is_blamed),
		TEST(new_modules_are_blamed_on_who_pulled_them_in),
		TEST(modules_that_are_gone_or_take_longer_are_blamed),
		TEST(a_module_is_not_blamed_for_noise),
		TEST(checkouts_in_two_places_are_one_program),
		TEST(phases_say_where_and_files_what),
		TEST(memory_is_blamed_by_kind_of_mapping),
		cmocka_unit_test(a_path_tells_its_package),
		cmocka_unit_test(a_path_has_a_name_in_any_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
