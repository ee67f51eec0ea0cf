// SPDX-License-Identifier: BSD-2-Clause
/* test_noise.c - how far sessions lie apart, and what compare makes of it */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <cmocka.h>

#include "compare.h"
#include "compare_noise_history.h"
#include "simulated_starts.h"
#include "summary.h"
#include "summary_noise.h"
#include "stratum.h"

#define STARTS	 12
#define SESSIONS 8
#define EACH	 5
#define PHASES	 10

struct world {
	struct result calibration, base, new;
	struct result learned; /* from reports */
	struct compare_policy policy;
	struct comparison out;
	struct rng rng;
};

static char *text(const char *from)
{
	char *copy = strdup(from);

	assert_non_null(copy);
	return copy;
}

static void make(struct result *result, const char *created)
{
	struct result_workload *workload;

	result_init(result);
	result->created = text(created);
	result->host.cpu = text("Xeon");
	workload = result_add(&result->workloads, workload);
	workload->name = text("app");
}

static struct result_workload *app(struct result *result)
{
	return result->workloads.items;
}

static struct result_sample *add_sample(struct result *result, int64_t session)
{
	struct result_sample *sample = result_add(&app(result)->samples, sample);

	sample->outcome = text("good");
	sample->counted = sample->cold.as_asked = true;
	sample->session = session;
	return sample;
}

/* A start whose total is so long, and nothing else. */
static void add_total(struct result *result, int64_t session, double total_ns)
{
	struct result_sample *sample = add_sample(result, session);

	sample->total_ns = (int64_t)total_ns;
	assert_int_equal(result_values_add(&sample->metrics, "total_ns", sample->total_ns), 0);
}

static int setup(void **state)
{
	struct world *world = calloc(1, sizeof(*world));

	make(&world->calibration, "2026-11-25T10:00:00Z");
	make(&world->base, "2026-11-26T10:00:00Z");
	make(&world->new, "2026-11-26T10:00:30Z");
	result_init(&world->learned);
	compare_policy_init(&world->policy);
	comparison_init(&world->out);
	*state = world;
	return 0;
}

static int teardown(void **state)
{
	struct world *world = *state;

	result_release(&world->calibration);
	result_release(&world->base);
	result_release(&world->new);
	result_release(&world->learned);
	compare_policy_release(&world->policy);
	comparison_release(&world->out);
	free(world);
	return 0;
}

static const struct result_noise *total_noise(struct world *world)
{
	assert_int_equal(summary_build(app(&world->calibration), 1), 0);
	assert_int_equal(summary_noise_build(app(&world->calibration)), 0);
	return summary_noise_find(app(&world->calibration), "total_ns");
}

/* ---- what is measured ---- */

static void spreads_are_shares_of_the_median(void **state)
{
	struct world *world = *state;
	const struct result_noise *noise;

	/* medians 90, 100, 110; in each session the deviation is 10 */
	for (int64_t session = 0; session < 3; session++)
		for (int64_t i = -1; i <= 1; i++)
			add_total(&world->calibration, session,
				  (double)(100 + 10 * (session - 1 + i)));
	noise = total_noise(world);
	assert_int_equal(noise->sessions_count, 3);
	assert_true(fabs(noise->median - 100) < 1e-9);
	assert_true(fabs(noise->within_ratio - 0.1) < 1e-9);
	assert_true(fabs(noise->between_ratio - 0.1) < 1e-9);
	/* Student's t of 2.5 % and two degrees of freedom is 4.3027 */
	assert_true(fabs(summary_noise_shift(noise, 0.025) - 0.1 * M_SQRT2 * 4.30265273) < 1e-8);
}

static void starts_that_do_not_count_are_left_out(void **state)
{
	struct world *world = *state;

	for (int64_t session = 0; session < 3; session++)
		add_total(&world->calibration, session, 100);
	add_total(&world->calibration, 1, 900);
	app(&world->calibration)->samples.items[3].counted = false;
	assert_true(total_noise(world)->between_ratio == 0);
}

static void two_sessions_tell_no_bound(void **state)
{
	struct world *world = *state;

	add_total(&world->calibration, 0, 100);
	add_total(&world->calibration, 1, 110);
	assert_true(isnan(summary_noise_shift(total_noise(world), 0.025)));
}

/* Two calibrations can be merged: their sessions then have other numbers. */
static void gaps_between_the_numbers_of_sessions_are_none(void **state)
{
	struct world *world = *state;
	const struct result_noise *noise;

	for (int64_t i = 0; i < 3; i++)
		add_total(&world->calibration, i * (1ll << 40), (double)(90 + 10 * i));
	noise = total_noise(world);
	assert_int_equal(noise->sessions_count, 3);
	assert_int_equal(summary_noise_build(app(&world->calibration)), 0);
	assert_int_equal(app(&world->calibration)->noise.count, 1);
}

static void one_start_a_session_has_no_spread_within(void **state)
{
	struct world *world = *state;

	for (int64_t session = 0; session < 4; session++)
		add_total(&world->calibration, session, 100 + (double)session);
	assert_true(isnan(total_noise(world)->within_ratio));
}

/* ---- what compare makes of it ---- */

/* Sessions 1 % apart; starts of both sides around 200 ms and |slower| more. */
static void fill_all(struct world *world, double slower)
{
	rng_seed(&world->rng, 7);
	for (int64_t session = 0; session < SESSIONS; session++)
		for (size_t i = 0; i < EACH; i++)
			add_total(&world->calibration, session,
				  200e6 * (1 + 0.01 * (double)(session % 3 - 1)));
	for (size_t i = 0; i < STARTS; i++) {
		add_total(&world->base, RESULT_ABSENT, 200e6 + 1e5 * normal(&world->rng));
		add_total(&world->new, RESULT_ABSENT,
			  200e6 * (1 + slower) + 1e5 * normal(&world->rng));
	}
	total_noise(world);
}

static const struct comparison_metric *total(struct world *world)
{
	comparison_release(&world->out);
	assert_int_equal(compare(&world->base, &world->new, &world->policy, &world->out), 0);
	return world->out.workloads.items[0].metrics.items;
}

static void beyond_what_sessions_shift_a_time_regresses(void **state)
{
	struct world *world = *state;
	const struct comparison_metric *metric;

	fill_all(world, 0.5);
	assert_string_equal(total(world)->verdict, "cant_tell");
	world->policy.noise = &world->calibration;
	metric = total(world);
	assert_string_equal(metric->verdict, "regressed");
	assert_true(metric->drift > 0.02 * 200e6 && metric->drift < 0.2 * 200e6);
	assert_true(fabs(world->out.level - 0.025) < 1e-12);
	assert_non_null(strstr(world->out.notes.items[0], "different times"));
}

static void within_it_nothing_can_be_told(void **state)
{
	struct world *world = *state;
	const struct comparison_metric *metric;

	fill_all(world, 0.03);
	world->policy.noise = &world->calibration;
	metric = total(world);
	assert_string_equal(metric->verdict, "cant_tell");
	assert_string_equal(metric->reason, "too near what the machine shifts by itself");
	assert_true(metric->starts_needed == RESULT_ABSENT);
}

/* A shift of the machine could hide one of the program: only a wide threshold is safe from that. */
static void unchanged_is_what_no_shift_could_have_hidden(void **state)
{
	struct world *world = *state;
	const char *why;

	fill_all(world, 0);
	world->policy.noise = &world->calibration;
	assert_string_equal(total(world)->verdict, "cant_tell");
	assert_int_equal(compare_policy_add(&world->policy, "times", "30%", &why), 0);
	assert_string_equal(total(world)->verdict, "unchanged");
}

static void a_base_that_is_a_calibration_needs_no_other(void **state)
{
	struct world *world = *state;
	struct result base;

	fill_all(world, 0.5);
	base = world->base;
	world->base = world->calibration;
	assert_string_equal(total(world)->verdict, "regressed");
	world->calibration = world->base;
	world->base = base;
}

static void one_of_another_machine_counts_for_nothing(void **state)
{
	struct world *world = *state;

	fill_all(world, 0.5);
	world->calibration.host.cpu[0] = 'Y';
	world->policy.noise = &world->calibration;
	assert_string_equal(total(world)->verdict, "cant_tell");
	assert_non_null(strstr(world->out.notes.items[0], "another machine"));
	assert_true(world->out.level == 0.05);
}

static void one_of_another_workload_or_cold_level_neither(void **state)
{
	struct world *world = *state;

	fill_all(world, 0.5);
	world->policy.noise = &world->calibration;
	app(&world->calibration)->cold = text("evicted");
	assert_string_equal(total(world)->verdict, "cant_tell");
	assert_non_null(strstr(world->out.workloads.items[0].notes.items[0], "other conditions"));
	app(&world->calibration)->name[0] = 'x';
	assert_string_equal(total(world)->verdict, "cant_tell");
	assert_non_null(strstr(world->out.workloads.items[0].notes.items[0], "not calibrated"));
}

static void sides_of_one_run_need_none(void **state)
{
	struct world *world = *state;

	fill_all(world, 0.03);
	world->policy.noise = &world->calibration;
	world->base.plan.session = text("s");
	world->new.plan.session = text("s");
	assert_string_equal(total(world)->verdict, "regressed");
	assert_true(world->out.level == 0.05);
	assert_true(isnan(total(world)->drift));
}

static void a_calibration_shorter_than_the_time_between_says_so(void **state)
{
	struct world *world = *state;

	fill_all(world, 0);
	world->policy.noise = &world->calibration;
	world->calibration.plan.sessions_ns = 10000000000;
	total(world);
	assert_non_null(strstr(world->out.notes.items[0], "are 30 s apart"));
	world->calibration.plan.sessions_ns = 40000000000;
	total(world);
	assert_null(strstr(world->out.notes.items[0], "apart"));
}

static void two_sessions_are_too_few_to_judge_by(void **state)
{
	struct world *world = *state;

	fill_all(world, 0.5);
	world->policy.noise = &world->calibration;
	world->calibration.plan.sessions_count = 2;
	assert_string_equal(total(world)->verdict, "cant_tell");
	assert_non_null(strstr(world->out.notes.items[0], "too few sessions"));
	assert_true(world->out.level == 0.05);
}

/* What a merged report was measured on stands beside each workload. */
static void a_merged_calibration_is_matched_by_stratum(void **state)
{
	struct world *world = *state;
	struct buf stratum = {0};

	fill_all(world, 0.5);
	world->policy.noise = &world->calibration;
	assert_int_equal(stratum_of(&world->base, app(&world->base), &stratum), 0);
	app(&world->calibration)->stratum = buf_steal(&stratum);
	world->calibration.host.cpu[0] = 'Y';
	assert_string_equal(total(world)->verdict, "regressed");
	app(&world->calibration)->stratum[0] = 'Y';
	assert_string_equal(total(world)->verdict, "cant_tell");
}

/* ---- reports as sessions ---- */

/* A report of that day of the month before. */
static void learn(struct world *world, size_t day, const char *cpu, const char *cold,
		  double total_ns)
{
	struct result report;
	char created[64];

	snprintf(created, sizeof(created), "2026-%02zu-%02zuT10:00:00Z", 10 + day / 28,
		 1 + day % 28);
	make(&report, created);
	report.host.cpu[0] = cpu[0];
	app(&report)->cold = text(cold);
	for (int64_t i = -1; i <= 1; i++)
		add_total(&report, RESULT_ABSENT, total_ns + 5 * (double)i);
	assert_int_equal(compare_noise_history_add(&world->learned, &report, &world->new), 0);
	result_release(&report);
}

static void each_report_before_the_new_one_is_a_session(void **state)
{
	struct world *world = *state;
	const struct result_noise *noise;

	app(&world->new)->cold = text("warm");
	learn(world, 2, "X", "warm", 110);
	learn(world, 0, "X", "warm", 90);
	learn(world, 1, "X", "warm", 100);
	learn(world, 3, "Y", "warm", 500);
	learn(world, 4, "X", "evicted", 500);
	learn(world, 70, "X", "warm", 500); /* after it */
	assert_int_equal(compare_noise_history_end(&world->learned), 0);
	noise = summary_noise_find(app(&world->learned), "total_ns");
	assert_int_equal(noise->sessions_count, 3);
	assert_true(fabs(noise->median - 100) < 1e-9 && isnan(noise->within_ratio));
	assert_true(fabs(noise->between_ratio - 0.1) < 1e-9);
	assert_true(world->learned.plan.sessions_ns >= 2 * 86400000000000);
}

static void what_reports_tell_is_judged_by(void **state)
{
	struct world *world = *state;

	fill_all(world, 0.5);
	app(&world->base)->cold = text("warm");
	app(&world->new)->cold = text("warm");
	for (size_t day = 0; day < 8; day++)
		learn(world, day, "X", "warm", 200e6 * (1 + 0.01 * (double)(day % 3)));
	assert_int_equal(compare_noise_history_end(&world->learned), 0);
	world->policy.noise = &world->learned;
	assert_string_equal(total(world)->verdict, "regressed");
	assert_true(total(world)->drift > 0);
}

/* ---- how often it is wrong ---- */

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

static bool says(struct world *world, const struct result *base, enum comparison_verdict verdict)
{
	comparison_release(&world->out);
	assert_int_equal(compare(base, &world->new, &world->policy, &world->out), 0);
	vec_foreach(metric, &world->out.workloads.items[0].metrics)
		if (comparison_verdict(metric->verdict) == verdict)
			return true;
	return false;
}

static bool says_any(struct world *world, const struct result *base)
{
	return says(world, base, COMPARISON_REGRESSED) || says(world, base, COMPARISON_IMPROVED);
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

/* Reports of such a machine, each a session; the last of them is the base. */
static bool says_by_reports(struct world *world, double between)
{
	struct session session;

	for (size_t i = 0; i < SESSIONS; i++) {
		struct result report;

		make(&report, "2026-10-01T10:00:00Z");
		report.plan.seed = (int64_t)i;
		session = draw_session(world, between);
		add_starts(world, &report, RESULT_ABSENT, STARTS, &session);
		if (i + 1 == SESSIONS)
			add_starts(world, &world->base, RESULT_ABSENT, STARTS, &session);
		assert_int_equal(compare_noise_history_add(&world->learned, &report, &world->new),
				 0);
		result_release(&report);
	}
	session = draw_session(world, between);
	add_starts(world, &world->new, RESULT_ABSENT, STARTS, &session);
	assert_int_equal(compare_noise_history_end(&world->learned), 0);
	world->policy.noise = &world->learned;
	return says_any(world, &world->base);
}

static void reports_that_shift_raise_few_alarms(void **state)
{
	size_t wrong = 0, all = simulations();
	struct rng rng;

	rng_seed(&rng, 64);
	for (size_t i = 0; i < all; i++) {
		struct world *world;

		teardown(state);
		setup(state);
		world = *state;
		world->rng = rng;
		wrong += says_by_reports(world, 0.05);
		rng = world->rng;
	}
	print_message("figure: the last of %d reports that lie 5 %% apart and a new one, judged by "
		      "their spread, %d times, seed 64: of %zu comparisons %.2f %% with any false "
		      "verdict\n",
		      SESSIONS, PHASES, all, percent(wrong, all));
	assert_at_most(wrong, all, 0.05, all >= 10000);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(spreads_are_shares_of_the_median),
		TEST(starts_that_do_not_count_are_left_out),
		TEST(two_sessions_tell_no_bound),
		TEST(gaps_between_the_numbers_of_sessions_are_none),
		TEST(one_start_a_session_has_no_spread_within),
		TEST(beyond_what_sessions_shift_a_time_regresses),
		TEST(within_it_nothing_can_be_told),
		TEST(unchanged_is_what_no_shift_could_have_hidden),
		TEST(a_base_that_is_a_calibration_needs_no_other),
		TEST(one_of_another_machine_counts_for_nothing),
		TEST(one_of_another_workload_or_cold_level_neither),
		TEST(sides_of_one_run_need_none),
		TEST(two_sessions_are_too_few_to_judge_by),
		TEST(a_merged_calibration_is_matched_by_stratum),
		TEST(each_report_before_the_new_one_is_a_session),
		TEST(what_reports_tell_is_judged_by),
		TEST(a_calibration_shorter_than_the_time_between_says_so),
		TEST(sessions_that_shift_raise_few_alarms),
		TEST(a_shift_well_beyond_is_found),
		TEST(reports_that_shift_raise_few_alarms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
