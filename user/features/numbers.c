// SPDX-License-Identifier: BSD-3-Clause
/* Files of numbers. */
#include "features/numbers.h"

#include <errno.h>
#include <locale.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n"

/* The numbers of one line behind the @have that there are; how many there are then, or -EINVAL. */
static long read_line(char *line, size_t have, size_t num, double *out, locale_t c)
{
	for (char *at = line + strspn(line, BLANKS); *at; at += strspn(at, BLANKS)) {
		char *end;
		double value = strtod_l(at, &end, c);

		if (end == at || (*end && !strchr(BLANKS, *end)) || !isfinite(value))
			return -EINVAL;
		if (have < num)
			out[have] = value;
		have++;
		at = end;
	}
	return (long)have;
}

static int read_all(FILE *file, const char *path, size_t num, double *out, locale_t c,
		    struct rj_error *error)
{
	size_t have = 0, capacity = 0;
	unsigned long number = 0;
	char *line = NULL;
	int err = 0;

	errno = 0;
	while (!err && have <= num && getline(&line, &capacity, file) >= 0) {
		long got = read_line(line, have, num, out, c);

		number++;
		if (got < 0)
			err = rj_error_set(error, -EINVAL, "%s: line %lu: not a number", path,
					   number);
		else
			have = (size_t)got;
	}
	free(line);
	if (!err && ferror(file))
		err = rj_error_set(error, errno ? -errno : -EIO, "%s: cannot be read: %s", path,
				   strerror(errno ? errno : EIO));
	if (!err && have > num)
		err = rj_error_set(error, -EINVAL, "%s: more than %zu numbers", path, num);
	if (!err && have < num)
		err = rj_error_set(error, -EINVAL, "%s: %zu numbers, there must be %zu", path, have,
				   num);
	return err;
}

int rj_numbers_read(const char *path, size_t num, double *out, struct rj_error *error)
{
	locale_t c = newlocale(LC_ALL_MASK, "C", (locale_t)0); /* a decimal point, whoever calls */
	FILE *file = c ? fopen(path, "re") : NULL;
	int err;

	if (!c)
		return rj_error_set(error, -ENOMEM, "out of memory");
	if (file) {
		err = read_all(file, path, num, out, c, error);
		fclose(file);
	} else {
		err = rj_error_set(error, -errno, "%s: cannot be opened: %s", path,
				   strerror(errno));
	}
	freelocale(c);
	return err;
}
