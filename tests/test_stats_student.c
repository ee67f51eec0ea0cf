// SPDX-License-Identifier: BSD-2-Clause
/* test_stats_student.c - Student's distribution against SciPy's, and its use against simulation */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <cmocka.h>

#include "simulated_starts.h"
#include "stats_student.h"

#include "student_oracle.h"

static void tails_are_those_of_scipy(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(student_oracle) / sizeof(student_oracle[0]); i++) {
		const struct student_case *one = &student_oracle[i];
		double p = stats_student_above(one->t, one->freedom);

		assert_true(fabs(p - one->above) <= 1e-9 * one->above);
	}
}

static void a_cut_is_where_its_tail_begins(void **state)
{
	static const double freedoms[] = {1, 2, 3, 7, 30, 200}, tails[] = {0.4, 0.025, 1e-3, 1e-6};

	(void)state;
	for (size_t i = 0; i < 6; i++)
		for (size_t j = 0; j < 4; j++) {
			double t = stats_student_cut(tails[j], freedoms[i]);

			assert_true(fabs(stats_student_above(t, freedoms[i]) / tails[j] - 1) <
				    1e-9);
		}
}

/* Two more values differ by more than that as often as it says. */
static void two_more_values_differ_by_no_more(void **state)
{
	size_t beyond = 0, all = 400 * simulations();
	struct rng rng;

	(void)state;
	rng_seed(&rng, 51);
	for (size_t i = 0; i < all; i++) {
		double values[8], mean = 0, squares = 0, most;

		for (size_t j = 0; j < 8; j++) {
			values[j] = normal(&rng);
			mean += values[j] / 8;
		}
		for (size_t j = 0; j < 8; j++)
			squares += (values[j] - mean) * (values[j] - mean);
		most = stats_student_difference(sqrt(squares / 7), 8, 0.01);
		beyond += normal(&rng) - normal(&rng) > most;
	}
	print_message("figure: of eight sessions, tail 1 %%, seed 51: %.3f %% of %zu differences "
		      "are beyond\n",
		      percent(beyond, all), all);
	assert_at_most(beyond, all, 0.01, false);
	assert_true((double)beyond >= 0.008 * (double)all);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tails_are_those_of_scipy),
		cmocka_unit_test(a_cut_is_where_its_tail_begins),
		cmocka_unit_test(two_more_values_differ_by_no_more),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
