// SPDX-License-Identifier: BSD-2-Clause
/* stats_student.c - how far a value lies from those that were seen: Student's distribution */
#include "stats_student.h"

#include <math.h>

#define FRACTION_STEPS 10000
#define PRECISION      1e-15

/* A denominator of the fraction that is 0 must not end it (W. J. Lentz, Applied Optics 15, 1976).
 */
static double not_zero(double value)
{
	return fabs(value) < 1e-300 ? 1e-300 : value;
}

/* The continued fraction of the incomplete beta function; converges for x < (a + 1) / (a + b + 2).
 */
static double beta_fraction(double x, double a, double b)
{
	double c = 1, d = 1 / not_zero(1 - (a + b) * x / (a + 1)), value = d;

	for (int m = 1; m < FRACTION_STEPS; m++) {
		double even = m * (b - m) * x / ((a + 2 * m - 1) * (a + 2 * m));
		double odd = -(a + m) * (a + b + m) * x / ((a + 2 * m) * (a + 2 * m + 1));
		double change;

		d = 1 / not_zero(1 + even * d);
		c = not_zero(1 + even / c);
		value *= d * c;
		d = 1 / not_zero(1 + odd * d);
		c = not_zero(1 + odd / c);
		change = d * c;
		value *= change;
		if (fabs(change - 1) < PRECISION)
			break;
	}
	return value;
}

/* I_x(a, b), the share of the beta distribution up to x. */
static double beta_share(double x, double a, double b)
{
	double front;

	if (x <= 0 || x >= 1)
		return x <= 0 ? 0 : 1;
	front = exp(lgamma(a + b) - lgamma(a) - lgamma(b) + a * log(x) + b * log1p(-x));
	if (x < (a + 1) / (a + b + 2))
		return front * beta_fraction(x, a, b) / a;
	return 1 - front * beta_fraction(1 - x, b, a) / b;
}

double stats_student_above(double t, double freedom)
{
	return beta_share(freedom / (freedom + t * t), freedom / 2, 0.5) / 2;
}

double stats_student_cut(double tail, double freedom)
{
	double low = 0, high = 1;

	while (stats_student_above(high, freedom) > tail && high < 1e300)
		high *= 2;
	for (int i = 0; i < 200 && high - low > 1e-14 * high; i++) {
		double middle = (low + high) / 2;

		if (stats_student_above(middle, freedom) > tail)
			low = middle;
		else
			high = middle;
	}
	return high;
}

double stats_student_difference(double sd, double count, double tail)
{
	return stats_student_cut(tail, count - 1) * M_SQRT2 * sd;
}
