/* SPDX-License-Identifier: BSD-3-Clause */
/* Files of numbers: weights of a model, a map of byte values. */
#ifndef RJ_FEATURES_NUMBERS_H
#define RJ_FEATURES_NUMBERS_H

#include <stddef.h>

#include "core/error.h"
#include "core/status.h"

/*
 * rj_numbers_read - the @num numbers of the text file @path, with blanks or line ends between them,
 * in @out. 0, or a negative errno and the line in *@error: the file cannot be read, something in it
 * is no number, or there are more or fewer (-EINVAL).
 */
RJ_MUST_CHECK int rj_numbers_read(const char *path, size_t num, double *out,
				  struct rj_error *error);

#endif
