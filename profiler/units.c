// SPDX-License-Identifier: BSD-2-Clause
/* units.c - numbers with units, to and from text */
#include "units.h"

#include <ctype.h>
#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* Groups the digits before the point by thousands: "1234567.8" to "1,234,567.8". */
static void group_digits(const char *plain, char text[UNITS_TEXT])
{
	size_t whole = strspn(plain, "-0123456789"), used = 0;
	size_t digits = whole - (plain[0] == '-');

	for (size_t i = 0; plain[i] && used < UNITS_TEXT - 2; i++) {
		size_t done = i - (plain[0] == '-');

		if (i < whole && i > (size_t)(plain[0] == '-') && (digits - done) % 3 == 0)
			text[used++] = ',';
		text[used++] = plain[i];
	}
	text[used] = '\0';
}

static char *fixed(double value, int decimals, char text[UNITS_TEXT])
{
	char plain[UNITS_TEXT];

	snprintf(plain, sizeof(plain), "%.*f", decimals, value);
	if (strtod(plain, NULL) == 0 && plain[0] == '-')
		memmove(plain, plain + 1, strlen(plain));
	group_digits(plain, text);
	return text;
}

char *units_ms_bare(double ns, char text[UNITS_TEXT])
{
	double ms = ns / 1e6, size = fabs(ms);

	return fixed(ms, size < 0.9995 ? 2 : size < 99.95 ? 1 : 0, text);
}

char *units_ms(double ns, char text[UNITS_TEXT])
{
	const char *unit = " ms";

	if (fabs(ns) < 1e6) {
		fixed(ns / 1e3, fabs(ns) < 99950 ? 1 : 0, text);
		unit = " us";
	} else {
		units_ms_bare(ns, text);
	}
	strncat(text, unit, UNITS_TEXT - strlen(text) - 1);
	return text;
}

char *units_mib_bare(double bytes, char text[UNITS_TEXT])
{
	double mib = bytes / (double)MIB;

	return fixed(mib, fabs(mib) < 999.95 ? 1 : 0, text);
}

char *units_count(double count, char text[UNITS_TEXT])
{
	return fixed(count, count == floor(count) ? 0 : 1, text);
}

char *units_bytes(double bytes, char text[UNITS_TEXT])
{
	static const char *const units[] = {" B", " KiB", " MiB", " GiB", " TiB"};
	size_t unit = 0;

	while (fabs(bytes) >= 1023.95 && unit + 1 < sizeof(units) / sizeof(units[0])) {
		bytes /= 1024;
		unit++;
	}
	fixed(bytes, unit && fabs(bytes) < 99.95 ? 1 : 0, text);
	strncat(text, units[unit], UNITS_TEXT - strlen(text) - 1);
	return text;
}

int units_parse_u64(const char *text, uint64_t *out)
{
	unsigned long long value;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	value = strtoull(text, &end, 10);
	if (*end)
		return -EINVAL;
	if (errno)
		return -ERANGE;
	*out = value;
	return 0;
}

int units_parse_double(const char *text, double *out)
{
	double value;
	char *end;

	if (!isdigit((unsigned char)text[0]) && text[0] != '.' && text[0] != '-')
		return -EINVAL;
	errno = 0;
	value = strtod(text, &end);
	if (*end || end == text)
		return -EINVAL;
	if (errno || !isfinite(value))
		return -ERANGE;
	*out = value;
	return 0;
}

int units_parse_bytes(const char *text, uint64_t *out)
{
	static const char units[] = "KMGT";
	double value, factor = 1;
	const char *unit;
	char *end;

	if (!isdigit((unsigned char)text[0]))
		return -EINVAL;
	errno = 0;
	value = strtod(text, &end);
	unit = *end ? strchr(units, toupper((unsigned char)*end)) : NULL;
	if (unit) {
		factor = pow(1024, (double)(unit - units + 1));
		end++;
		if (*end == 'i')
			end++;
	}
	if (*end == 'B')
		end++;
	if (*end)
		return -EINVAL;
	if (errno || value * factor >= 9.2e18)
		return -ERANGE;
	*out = (uint64_t)(value * factor);
	return 0;
}
