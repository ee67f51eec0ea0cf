// SPDX-License-Identifier: BSD-2-Clause
/* test_noise_simulation.c - how often sessions that lie apart are wrongly told apart, and rightly
 */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <cmocka.h>

#include "compare_history.h"
#include "compare_noise_history.h"
#include "noise_world.h"

#define PHASES 10

/* How a session of this machine differs: each phase by itself and all of them together. */
struct session {
	double times[PHASES];
};

static struct session draw_session(struct world *world, double between)
{
	double all = normal(&world->rng);
	struct session session;

	for (size_t i = 0; i < PHASES; i++)
		session.times[i] =
			exp(between * (sqrt(0.7) * all + sqrt(0.3) * normal(&world->rng)));
	return session;
}

static void add_start(struct world *world, struct result_sample *sample,
		      const struct session *session)
{
	for (size_t i = 0; i < PHASES; i++) {
		double noise = 1 + 0.03 * draw(&world->rng, SKEWED);
		char name[32];

		snprintf(name, sizeof(name), "phase_p%zu_ns", i);
		result_values_add(&sample->metrics, name,
				  (int64_t)(200e6 * session->times[i] * noise));
	}
}

static void add_starts(struct world *world, struct result *result, int64_t number, size_t starts,
		       const struct session *session)
{
	for (size_t i = 0; i < starts; i++)
		add_start(world, add_sample(result, number), session);
}

static struct session times(struct session session, double slower)
{
	for (size_t i = 0; i < PHASES; i++)
		session.times[i] *= 1 + slower;
	return session;
}

/* A machine that shifts |between| sessions, and a program that is |slower| in the new one. */
struct simulated {
	double between, slower;
	uint64_t seed;
};

static void simulate(struct world *world, const struct simulated *simulated)
{
	struct session session;

	for (int64_t i = 0; i < SESSIONS; i++) {
		session = draw_session(world, simulated->between);
		add_starts(world, &world->calibration, i, EACH, &session);
	}
	session = draw_session(world, simulated->between);
	add_starts(world, &world->base, RESULT_ABSENT, STARTS, &session);
	session = times(draw_session(world, simulated->between), simulated->slower);
	add_starts(world, &world->new, RESULT_ABSENT, STARTS, &session);
	total_noise(world);
	world->policy.noise = &world->calibration;
}

/* As often as it was said: with a calibration, forced without one, with a calibration as base. */
struct said {
	size_t all, calibrated, forced, as_base;
};

static bool has(const struct world *world, enum comparison_verdict verdict)
{
	vec_foreach(metric, &world->out.workloads.items[0].metrics)
		if (comparison_verdict(metric->verdict) == verdict)
			return true;
	return false;
}

static bool says_any(struct world *world, const struct result *base)
{
	comparison_release(&world->out);
	assert_int_equal(compare(base, &world->new, &world->policy, &world->out), 0);
	return has(world, COMPARISON_REGRESSED) || has(world, COMPARISON_IMPROVED);
}

static struct said simulate_all(const struct simulated *simulated, void **state)
{
	struct said said = {.all = simulations()};
	struct rng rng;

	rng_seed(&rng, simulated->seed);
	for (size_t i = 0; i < said.all; i++) {
		struct world *world;

		teardown(state);
		setup(state);
		world = *state;
		world->rng = rng;
		simulate(world, simulated);
		rng = world->rng;
		said.calibrated += says_any(world, &world->base);
		said.as_base += says_any(world, &world->calibration);
		world->policy.force = true;
		said.forced += says_any(world, &world->base);
	}
	return said;
}

static void equal_sessions(double between, uint64_t seed, void **state)
{
	struct simulated simulated = {between, 0, seed};
	struct said said = simulate_all(&simulated, state);

	print_message("figure: two sessions that lie %.0f %% apart, %d times, calibrated in %d "
		      "sessions of %d starts, seed %llu: of %zu comparisons %.2f %% with any false "
		      "verdict, with the calibration as base %.2f %% (without it, forced: "
		      "%.2f %%)\n",
		      100 * between, PHASES, SESSIONS, EACH, (unsigned long long)seed, said.all,
		      percent(said.calibrated, said.all), percent(said.as_base, said.all),
		      percent(said.forced, said.all));
	assert_at_most(said.calibrated, said.all, 0.05, said.all >= 10000);
	assert_at_most(said.as_base, said.all, 0.05, said.all >= 10000);
}

static void sessions_that_shift_raise_few_alarms(void **state)
{
	equal_sessions(0.02, 61, state);
	equal_sessions(0.10, 62, state);
}

/* Sessions lie 2 % apart, their medians some 2.6 % with what five starts leave to chance: two of
 * them differ by less than 18 %. */
static void a_shift_well_beyond_is_found(void **state)
{
	struct simulated simulated = {0.02, 0.4, 63};
	struct said said = simulate_all(&simulated, state);

	print_message("figure: a program that is 40 %% slower, sessions that lie 2 %% apart, seed "
		      "63: found in %.2f %% of %zu comparisons, with the calibration as base in "
		      "%.2f %%\n",
		      percent(said.calibrated, said.all), said.all,
		      percent(said.as_base, said.all));
	assert_true(percent(said.calibrated, said.all) >= 95);
	assert_true(percent(said.as_base, said.all) >= 95);
}

/* Reports of such a machine, each a session, and what they say of its noise. */
static void make_reports(struct world *world, double between, struct result reports[SESSIONS])
{
	struct session session;

	for (size_t i = 0; i < SESSIONS; i++) {
		struct result copy;
		char created[32];

		snprintf(created, sizeof(created), "2026-10-%02zuT10:00:00Z", 1 + i);
		make(&reports[i], created);
		session = draw_session(world, between);
		add_starts(world, &reports[i], RESULT_ABSENT, STARTS, &session);
		assert_int_equal(shape_copy(&result_shape, &reports[i], &copy), 0);
		assert_int_equal(compare_noise_history_add(&world->learned, &copy, &world->new), 0);
		result_release(&copy);
	}
	session = draw_session(world, between);
	add_starts(world, &world->new, RESULT_ABSENT, STARTS, &session);
	assert_int_equal(compare_noise_history_end(&world->learned), 0);
	world->policy.noise = &world->learned;
}

/* As `compare --history --noise` has it: each way at half the level. */
static bool says_by_history(struct world *world, const struct result reports[SESSIONS])
{
	struct compare_history history = {0};
	struct compare_judge *judge;
	char name[] = "0";

	for (size_t i = 0; i < SESSIONS; i++) {
		name[0] = (char)('0' + i);
		assert_int_equal(compare_history_add(&history, name, &reports[i], &world->new), 0);
	}
	compare_history_sort(&history, SESSIONS);
	world->policy.level /= 2;
	assert_int_equal(compare_history_judge(&history, &world->new, &world->policy, &judge), 0);
	world->policy.history = true;
	comparison_release(&world->out);
	assert_int_equal(compare(&reports[compare_history_base(judge)], &world->new, &world->policy,
				 &world->out),
			 0);
	assert_int_equal(compare_history_apply(judge, &world->out), 0);
	compare_history_judge_free(judge);
	compare_history_release(&history);
	return has(world, COMPARISON_REGRESSED) || has(world, COMPARISON_IMPROVED);
}

static void reports_that_shift_raise_few_alarms(void **state)
{
	size_t wrong = 0, by_history = 0, all = simulations();
	struct rng rng;

	rng_seed(&rng, 64);
	for (size_t i = 0; i < all; i++) {
		struct result reports[SESSIONS];
		struct world *world;

		teardown(state);
		setup(state);
		world = *state;
		world->rng = rng;
		make_reports(world, 0.05, reports);
		wrong += says_any(world, &reports[SESSIONS - 1]);
		by_history += says_by_history(world, reports);
		rng = world->rng;
		for (size_t j = 0; j < SESSIONS; j++)
			result_release(&reports[j]);
	}
	print_message("figure: the last of %d reports that lie 5 %% apart and a new one, judged by "
		      "their spread, %d times, seed 64: of %zu comparisons %.2f %% with any false "
		      "verdict, with the history too %.2f %%\n",
		      SESSIONS, PHASES, all, percent(wrong, all), percent(by_history, all));
	assert_at_most(wrong, all, 0.05, all >= 10000);
	assert_at_most(by_history, all, 0.05, all >= 10000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(sessions_that_shift_raise_few_alarms),
		TEST(a_shift_well_beyond_is_found),
		TEST(reports_that_shift_raise_few_alarms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
