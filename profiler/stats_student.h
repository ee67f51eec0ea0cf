/* SPDX-License-Identifier: BSD-2-Clause */
/* stats_student.h - how far a value lies from those that were seen: Student's distribution */
#ifndef COLDPROF_STATS_STUDENT_H
#define COLDPROF_STATS_STUDENT_H

/*
 * P(T > t) of Student's distribution, by the incomplete beta function: M. Abramowitz and I. A.
 * Stegun, "Handbook of Mathematical Functions", 1964, 26.7.1 and, for its continued fraction,
 * 26.5.8. |t| is at least 0, |freedom| at least 1.
 */
double stats_student_above(double t, double freedom);

/* The t of an upper tail, above 0 and below one half. */
double stats_student_cut(double tail, double freedom);

/*
 * The most by which two further values of one normal distribution differ, |tail| in one direction
 * aside, where |count| values (two or more) had the standard deviation |sd|: their difference has
 * twice the variance of one.
 */
double stats_student_difference(double sd, double count, double tail);

#endif
