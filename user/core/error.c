// SPDX-License-Identifier: BSD-3-Clause
/* Error lines. */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* Before it is cut: a path of PATH_MAX and what is to be said of it. */
#define LONG_LEN 8192
#define DOTS "..."

/* What to do stands at the end: where there is no room, the middle goes, mostly of a path. */
static void keep_ends(char *out, const char *text, size_t len)
{
	const size_t room = RJ_ERROR_LEN - sizeof(DOTS), front = room / 2;

	snprintf(out, RJ_ERROR_LEN, "%.*s" DOTS "%s", (int)front, text,
		 text + len - (room - front));
}

int rj_error_set(struct rj_error *error, int err, const char *format, ...)
{
	char text[LONG_LEN];
	va_list args;
	size_t len;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	len = strlen(text);
	if (len < sizeof(error->text))
		memcpy(error->text, text, len + 1);
	else
		keep_ends(error->text, text, len);
	return err;
}
