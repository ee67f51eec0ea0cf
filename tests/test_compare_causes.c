// SPDX-License-Identifier: BSD-2-Clause
/* test_compare_causes.c - what explains a change */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "compare_world.h"

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

/* ---- packages as metrics ---- */

static void grows(struct result_workload *workload, const char *package, int64_t bytes)
{
	vec_foreach(sample, &workload->samples) {
		struct result_module *module = load(sample, package, -1, 5);

		module->package = made_text(package);
		module->self_rss_bytes = bytes;
	}
}

static void ask_for(struct world *world, const char *name)
{
	const char *why;

	assert_int_equal(compare_policy_add(&world->policy, name, "1MiB", &why), 0);
}

static void a_package_is_gated_where_a_rule_asks_for_it(void **state)
{
	struct world *world = *state;

	both(world, 10);
	ask_for(world, "rss_ready_bytes{package=typeorm}");
	grows(&world->base.workloads.items[0], "typeorm 0.3.20", 8 << 20);
	grows(&world->new.workloads.items[0], "typeorm 0.4.0", 6 << 20);
	grows(&world->new.workloads.items[0], "typeorm 0.4.0", 6 << 20);
	grows(&world->new.workloads.items[0], "lodash 4.17.21", 6 << 20);
	run(world);
	assert_verdict(world, "rss_ready_bytes{package=typeorm}", "regressed");
	assert_true(metric(world, "rss_ready_bytes{package=typeorm}")->base_median == 8 << 20);
	assert_true(metric(world, "rss_ready_bytes{package=typeorm}")->new_median == 12 << 20);
	vec_foreach(item, &world->out.workloads.items[0].metrics)
		assert_string_not_equal(item->name, "rss_ready_bytes{package=lodash}");
}

static void a_new_package_grew_from_nothing(void **state)
{
	struct world *world = *state;

	both(world, 10);
	ask_for(world, "rss_ready_bytes{package=*}");
	grows(&world->base.workloads.items[0], "typeorm 0.3.20", 8 << 20);
	grows(&world->new.workloads.items[0], "typeorm 0.3.20", 8 << 20);
	grows(&world->new.workloads.items[0], "lodash 4.17.21", 6 << 20);
	run(world);
	assert_verdict(world, "rss_ready_bytes{package=typeorm}", "unchanged");
	assert_verdict(world, "rss_ready_bytes{package=lodash}", "regressed");
}

static void nobody_is_asked_of_packages_by_a_kind(void **state)
{
	struct world *world = *state;

	both(world, 10);
	ask_for(world, "sizes");
	ask_for(world, "rss_*");
	grows(&world->base.workloads.items[0], "typeorm 0.3.20", 8 << 20);
	grows(&world->new.workloads.items[0], "typeorm 0.3.20", 18 << 20);
	run(world);
	vec_foreach(item, &world->out.workloads.items[0].metrics)
		assert_null(strstr(item->name, "package="));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(a_new_package_is_blamed_with_its_version),
		TEST(a_package_of_another_version_is_blamed),
		TEST(new_modules_are_blamed_on_who_pulled_them_in),
		TEST(modules_that_are_gone_or_take_longer_are_blamed),
		TEST(a_module_is_not_blamed_for_noise),
		TEST(checkouts_in_two_places_are_one_program),
		TEST(phases_say_where_and_files_what),
		TEST(memory_is_blamed_by_kind_of_mapping),
		TEST(a_package_is_gated_where_a_rule_asks_for_it),
		TEST(a_new_package_grew_from_nothing),
		TEST(nobody_is_asked_of_packages_by_a_kind),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
