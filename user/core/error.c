// SPDX-License-Identifier: BSD-3-Clause
/* Error lines. */
#include "core/error.h"

#include <stdarg.h>
#include <stdio.h>

int rj_error_set(struct rj_error *error, int err, const char *format, ...)
{
	va_list args;

	va_start(args, format);
	vsnprintf(error->text, sizeof(error->text), format, args);
	va_end(args);
	return err;
}
