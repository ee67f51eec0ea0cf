/* SPDX-License-Identifier: BSD-2-Clause */
/* units.h - numbers with units, to and from text */
#ifndef COLDPROF_UNITS_H
#define COLDPROF_UNITS_H

#include <stddef.h>
#include <stdint.h>

#define NS_PER_US 1000ull
#define NS_PER_MS 1000000ull
#define NS_PER_S  1000000000ull
#define KIB	  1024ull
#define MIB	  (1024ull * KIB)
#define GIB	  (1024ull * MIB)

/*
 * What a damaged file holds can be of any size: the sum, the difference, the number with a sign, or
 * the nearest that there is.
 */
static inline int64_t units_sum(int64_t a, int64_t b)
{
	int64_t sum;

	return __builtin_add_overflow(a, b, &sum) ? (a < 0 ? INT64_MIN : INT64_MAX) : sum;
}

static inline int64_t units_difference(int64_t a, int64_t b)
{
	int64_t less;

	return __builtin_sub_overflow(a, b, &less) ? (a < 0 ? INT64_MIN : INT64_MAX) : less;
}

static inline int64_t units_signed(uint64_t value)
{
	return value < INT64_MAX ? (int64_t)value : INT64_MAX;
}

/* Room that every units_ function's text fits in. */
#define UNITS_TEXT 32

/* "9.1 ms", "38.2 ms", "412 ms", "1,504 ms", "38.0 us": what an interval needs. Returns |text|. */
char *units_ms(double ns, char text[UNITS_TEXT]);
/* As units_ms without the unit, always in milliseconds: "0.41", "9.1", "38.2", "412". */
char *units_ms_bare(double ns, char text[UNITS_TEXT]);
/* "61.2" (MiB, one digit after the point below 1000). */
char *units_mib_bare(double bytes, char text[UNITS_TEXT]);
/* "18,238". */
char *units_count(double count, char text[UNITS_TEXT]);
/* "3.1 MiB", "812 KiB". */
char *units_bytes(double bytes, char text[UNITS_TEXT]);

/*
 * Parse a whole text. 0 or -EINVAL / -ERANGE; nothing is printed.
 * units_parse_bytes takes 512M, 1.5G, 64KiB, 1000 (bytes); K, M, G are powers of 1024.
 */
int units_parse_u64(const char *text, uint64_t *out);
int units_parse_double(const char *text, double *out);
int units_parse_bytes(const char *text, uint64_t *out);

#endif
