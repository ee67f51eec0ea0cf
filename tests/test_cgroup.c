// SPDX-License-Identifier: BSD-2-Clause
/* test_cgroup.c - the cgroup hierarchies of machines of all kinds, from their mount tables */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include <string.h>

#include "cgroup.h"

static const struct cgroup *find(const cgroups *all, unsigned controllers)
{
	vec_foreach(cgroup, all)
		if (controllers ? cgroup->controllers == controllers : cgroup->v2)
			return cgroup;
	return NULL;
}

static void v2_alone(void **state)
{
	cgroups all = {};

	(void)state;
	assert_int_equal(cgroup_parse("24 22 0:21 / /proc rw - proc proc rw\n"
				      "30 23 0:26 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 "
				      "cgroup2 rw,nsdelegate\n",
				      "0::/user.slice/user-1000.slice/session-3.scope\n", &all),
			 0);
	assert_int_equal(all.count, 1);
	assert_true(all.items[0].v2);
	assert_string_equal(all.items[0].mount, "/sys/fs/cgroup");
	assert_string_equal(all.items[0].own,
			    "/sys/fs/cgroup/user.slice/user-1000.slice/session-3.scope");
	cgroup_release(&all);
}

static void v1_with_controllers_mounted_together_and_v2_beside(void **state)
{
	cgroups all = {};

	(void)state;
	assert_int_equal(
		cgroup_parse(
			"31 23 0:28 / /sys/fs/cgroup rw - tmpfs tmpfs rw\n"
			"32 31 0:29 / /sys/fs/cgroup/unified rw - cgroup2 cgroup2 rw\n"
			"33 31 0:30 / /sys/fs/cgroup/systemd rw - cgroup cgroup rw,name=systemd\n"
			"34 31 0:31 / /sys/fs/cgroup/cpu,cpuacct rw - cgroup cgroup "
			"rw,cpu,cpuacct\n"
			"35 31 0:32 / /sys/fs/cgroup/memory rw - cgroup cgroup rw,memory\n"
			"36 31 0:33 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n",
			"9:pids:/\n5:memory:/a\n3:cpu,cpuacct:/b/c\n1:name=systemd:/d\n0::/e\n",
			&all),
		0);
	assert_int_equal(all.count, 3);
	assert_string_equal(find(&all, 0)->own, "/sys/fs/cgroup/unified/e");
	assert_string_equal(find(&all, CGROUP_MEMORY)->own, "/sys/fs/cgroup/memory/a");
	assert_string_equal(find(&all, CGROUP_CPU | CGROUP_CPUACCT)->own,
			    "/sys/fs/cgroup/cpu,cpuacct/b/c");
	cgroup_release(&all);
}

static void a_container_sees_its_part_of_the_hierarchy_as_the_root(void **state)
{
	cgroups all = {};

	(void)state;
	assert_int_equal(
		cgroup_parse("35 31 0:32 /docker/abc /sys/fs/cgroup/memory ro - cgroup cgroup "
			     "rw,memory\n"
			     "36 31 0:33 / /sys/fs/cgroup/cpu rw - cgroup cgroup rw,cpu\n",
			     "5:memory:/docker/abc/inner\n3:cpu:/\n", &all),
		0);
	assert_string_equal(find(&all, CGROUP_MEMORY)->own, "/sys/fs/cgroup/memory/inner");
	assert_string_equal(find(&all, CGROUP_CPU)->own, "/sys/fs/cgroup/cpu");
	cgroup_release(&all);
}

static void who_is_outside_of_what_is_mounted_is_at_its_root(void **state)
{
	cgroups all = {};

	(void)state;
	assert_int_equal(cgroup_parse("35 31 0:32 /docker/abc /m rw - cgroup cgroup rw,memory\n"
				      "36 31 0:33 / /c rw - cgroup cgroup rw,cpu\n"
				      "37 31 0:34 / /u rw - cgroup2 none rw\n",
				      "5:memory:/docker/abcdef\n3:cpu:/../../other\n", &all),
			 0);
	assert_string_equal(find(&all, CGROUP_MEMORY)->own, "/m");
	assert_string_equal(find(&all, CGROUP_CPU)->own, "/c");
	assert_string_equal(find(&all, 0)->own, "/u");
	cgroup_release(&all);
}

static void a_hierarchy_mounted_twice_counts_once(void **state)
{
	cgroups all = {};

	(void)state;
	assert_int_equal(
		cgroup_parse("1 0 0:1 / /a rw - cgroup2 x rw\n2 0 0:1 / /b rw - cgroup2 x rw\n",
			     "0::/\n", &all),
		0);
	assert_int_equal(all.count, 1);
	assert_string_equal(all.items[0].mount, "/a");
	cgroup_release(&all);
}

static void a_space_in_a_path_is_written_in_octal(void **state)
{
	cgroups all = {};

	(void)state;
	assert_int_equal(
		cgroup_parse("1 0 0:1 / /my\\040groups rw - cgroup2 x rw\n", "0::/a b\n", &all), 0);
	assert_string_equal(all.items[0].own, "/my groups/a b");
	cgroup_release(&all);
}

static void no_cgroups_are_none(void **state)
{
	cgroups all = {};

	(void)state;
	assert_int_equal(cgroup_parse("1 0 0:1 / / rw - ext4 /dev/sda rw\nbroken\n", "", &all), 0);
	assert_int_equal(all.count, 0);
	cgroup_release(&all);
}

static void controllers_are_whole_words(void **state)
{
	(void)state;
	assert_int_equal(cgroup_controllers("cpuset cpu io memory pids\n"),
			 CGROUP_CPU | CGROUP_MEMORY);
	assert_int_equal(cgroup_controllers("rw,cpuacct,cpuset"), CGROUP_CPUACCT);
	assert_int_equal(cgroup_controllers(""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(v2_alone),
		cmocka_unit_test(v1_with_controllers_mounted_together_and_v2_beside),
		cmocka_unit_test(a_container_sees_its_part_of_the_hierarchy_as_the_root),
		cmocka_unit_test(who_is_outside_of_what_is_mounted_is_at_its_root),
		cmocka_unit_test(a_hierarchy_mounted_twice_counts_once),
		cmocka_unit_test(a_space_in_a_path_is_written_in_octal),
		cmocka_unit_test(no_cgroups_are_none),
		cmocka_unit_test(controllers_are_whole_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
