// SPDX-License-Identifier: BSD-2-Clause
/* test_compare_blame.c - what is a cause of a change, and what only looks like one */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compare.h"
#include "made_report.h"

#define STARTS	10
#define MODULES 200

struct world {
	struct result base, new;
	struct compare_policy policy;
	struct comparison out;
	struct result_workload *a, *b;
};

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));
	struct made made = made_server;

	made_result(&world->base);
	made_result(&world->new);
	compare_policy_init(&world->policy);
	made.seed = 1;
	world->a = made_workload(&world->base, &made, STARTS);
	made.seed = 2;
	world->b = made_workload(&world->new, &made, STARTS);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	comparison_release(&world->out);
	result_release(&world->base);
	result_release(&world->new);
	compare_policy_release(&world->policy);
	free(world);
	return 0;
}

static void run(struct world *world)
{
	made_sum_up(&world->base);
	made_sum_up(&world->new);
	assert_int_equal(compare(&world->base, &world->new, &world->policy, &world->out), 0);
}

static const struct comparison_cause *cause(const struct world *world, const char *kind,
					    const char *name)
{
	vec_foreach(item, &world->out.workloads.items[0].causes)
		if (strcmp(item->kind, kind) == 0 && (!name || strcmp(item->name, name) == 0))
			return item;
	return NULL;
}

/* ---- packages ---- */

static void has_package(struct result_workload *workload, const char *name, const char *version)
{
	struct result_package *package = result_add(&workload->packages, package);

	package->name = made_text(name);
	package->version = made_text(version);
}

static void reads(struct result_workload *workload, const char *path, int64_t kib)
{
	vec_foreach(sample, &workload->samples)
		made_file(sample, path, kib, 0.1);
}

static void copies_in_another_order_are_no_change(void **state)
{
	struct world *world = *state;

	reads(world->a, "/srv/app/node_modules/ms/index.js", 2);
	reads(world->b, "/srv/app/node_modules/ms/index.js", 2);
	has_package(world->a, "ms", "2.0.0");
	has_package(world->a, "ms", "2.1.3");
	has_package(world->b, "ms", "2.1.3");
	has_package(world->b, "ms", "2.0.0");
	run(world);
	assert_null(cause(world, "package", "ms"));
}

static void all_copies_tell_the_versions(void **state)
{
	struct world *world = *state;

	reads(world->a, "/srv/app/node_modules/ms/index.js", 2);
	reads(world->b, "/srv/app/node_modules/ms/index.js", 2);
	has_package(world->a, "ms", "2.1.3");
	has_package(world->a, "ms", "2.0.0");
	has_package(world->a, "ms", "2.1.3");
	has_package(world->b, "ms", "2.1.3");
	run(world);
	assert_non_null(cause(world, "package", "ms"));
	assert_string_equal(cause(world, "package", "ms")->base_version, "2.0.0, 2.1.3");
	assert_string_equal(cause(world, "package", "ms")->new_version, "2.1.3");
}

/* A compiled file holds the path of its source. */
static void other_bytes_of_one_version_are_no_change(void **state)
{
	struct world *world = *state;

	reads(world->a, "/a/lib/python3.11/site-packages/fastapi/__pycache__/app.pyc", 9);
	reads(world->b, "/b/lib/python3.11/site-packages/fastapi/__pycache__/app.pyc", 10);
	reads(world->a, "/srv/app/settings.ini", 1);
	reads(world->b, "/srv/app/settings.ini", 2);
	has_package(world->a, "fastapi", "0.110.0");
	has_package(world->b, "fastapi", "0.110.0");
	run(world);
	assert_null(cause(world, "package", NULL));
	assert_non_null(cause(world, "file", "/srv/app/settings.ini"));
}

static void a_control_group_is_no_file_of_the_program(void **state)
{
	struct world *world = *state;

	reads(world->a, "/sys/fs/cgroup/x/coldprof-8323-5471828/start-24/memory.max", 1);
	reads(world->b, "/sys/fs/cgroup/x/coldprof-91-99/start-3/memory.max", 1);
	reads(world->b, "/sys/fs/cgroup/x/coldprof-91-99/start-3/cpu.max", 1);
	run(world);
	assert_null(cause(world, "file", "/sys/fs/cgroup/x/coldprof-RUN/start-N/memory.max"));
	assert_non_null(cause(world, "file", "/sys/fs/cgroup/x/coldprof-RUN/start-N/cpu.max"));
}

/* It holds the name of the start's control group, shorter in start-9 than in start-10. */
static void files_of_the_kernel_do_not_change(void **state)
{
	struct world *world = *state;

	reads(world->a, "/proc/self/cgroup", 1);
	reads(world->b, "/proc/self/cgroup", 2);
	reads(world->b, "/proc/self/maps", 2);
	run(world);
	assert_null(cause(world, "file", "/proc/self/cgroup"));
	assert_non_null(cause(world, "file", "/proc/self/maps"));
}

/* ---- modules ---- */

static uint64_t random_of(uint64_t *state)
{
	*state = *state * 6364136223846793005u + 1442695040888963407u;
	return *state >> 33;
}

/* Modules of a few ms each, by up to half more in any start; |slower| takes 9 ms more. */
static void load(struct result_workload *workload, uint64_t seed, int64_t slower)
{
	vec_foreach(sample, &workload->samples)
		for (int64_t i = 0; i < MODULES; i++) {
			struct result_module *module = result_add(&sample->modules, module);
			char name[32];

			snprintf(name, sizeof(name), "m%d.js", (int)i);
			module->id = i;
			module->parent = i ? 0 : RESULT_ABSENT;
			module->name = made_text(name);
			module->in_load = true;
			module->self_ns = 6000000 + (int64_t)(random_of(&seed) % 3000000) +
					  (i == slower ? 9000000 : 0);
			module->total_ns = module->self_ns;
			module->self_rss_bytes = 4096;
			module->files_opened_count = 1;
			module->syscalls_count = 20 + (int64_t)(random_of(&seed) % 3);
			module->enoent_count = (int64_t)(random_of(&seed) % 3);
		}
}

/* 200 intervals of 95 % each would blame ten of them. */
static void one_slower_module_of_many_is_the_only_cause(void **state)
{
	struct world *world = *state;
	size_t modules = 0;

	for (uint64_t seed = 1; seed <= 20; seed++) {
		if (seed > 1) {
			teardown((void **)&world);
			setup((void **)&world);
			*state = world;
		}
		load(world->a, 100 + seed, -1);
		load(world->b, 200 + seed, 77);
		run(world);
		assert_non_null(cause(world, "module", "m77.js"));
		assert_true(llabs(cause(world, "module", "m77.js")->time_ns - 9000000) < 2000000);
		vec_foreach(item, &world->out.workloads.items[0].causes)
			modules += strcmp(item->kind, "module") == 0;
	}
	print_message("causes in 20 comparisons: %zu\n", modules);
	assert_in_range(modules, 20, 23); /* P(over 3 of 20 at 5 %) = 0.016 */
}

static void count_more(struct result_workload *workload, const char *name, int64_t more)
{
	vec_foreach(sample, &workload->samples)
		vec_foreach(value, &sample->metrics)
			if (strcmp(value->name, name) == 0)
				value->value += more;
}

static void set_all(struct result_workload *workload, size_t module, int64_t files, int64_t bytes)
{
	vec_foreach(sample, &workload->samples) {
		sample->modules.items[module].files_opened_count += files;
		sample->modules.items[module].self_rss_bytes += bytes;
	}
}

static void a_count_is_a_cause_where_the_total_shifted(void **state)
{
	struct world *world = *state;

	load(world->a, 1, -1);
	load(world->b, 1, -1);
	set_all(world->b, 5, 1, 0);
	set_all(world->b, 6, -1, 0);
	count_more(world->b, "files_opened_count", 1);
	run(world);
	assert_non_null(cause(world, "module", "m5.js"));
	assert_int_equal(cause(world, "module", "m5.js")->files_count, 1);
	assert_true(cause(world, "module", "m5.js")->enoent_count == RESULT_ABSENT);
	assert_null(cause(world, "module", "m6.js"));
}

static void a_count_is_no_cause_of_an_equal_total(void **state)
{
	struct world *world = *state;

	load(world->a, 1, -1);
	load(world->b, 1, -1);
	set_all(world->b, 5, 1, 0);
	set_all(world->b, 6, -1, 0);
	run(world);
	assert_null(cause(world, "module", NULL));
}

static void memory_that_a_module_keeps_is_blamed_on_it(void **state)
{
	struct world *world = *state;

	load(world->a, 1, -1);
	load(world->b, 1, -1);
	set_all(world->b, 5, 0, 8 << 20);
	set_all(world->b, 6, 0, 1 << 20);
	count_more(world->b, "rss_peak_bytes", 9 << 20);
	run(world);
	assert_non_null(cause(world, "module", "m5.js"));
	assert_int_equal(cause(world, "module", "m5.js")->size_bytes, 8 << 20);
	assert_null(cause(world, "module", "m6.js"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(copies_in_another_order_are_no_change),
		TEST(all_copies_tell_the_versions),
		TEST(other_bytes_of_one_version_are_no_change),
		TEST(a_control_group_is_no_file_of_the_program),
		TEST(files_of_the_kernel_do_not_change),
		TEST(one_slower_module_of_many_is_the_only_cause),
		TEST(a_count_is_a_cause_where_the_total_shifted),
		TEST(a_count_is_no_cause_of_an_equal_total),
		TEST(memory_that_a_module_keeps_is_blamed_on_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
