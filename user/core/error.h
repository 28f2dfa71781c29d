/* SPDX-License-Identifier: BSD-3-Clause */
/* One clear line about what went wrong, kept by whoever owns the operation. */
#ifndef RJ_CORE_ERROR_H
#define RJ_CORE_ERROR_H

#define RJ_ERROR_LEN 512

/*
 * struct rj_error - says what, where, what to do; empty when nothing is wrong.
 * Library code fills it and returns a negative errno; only the CLI prints.
 */
struct rj_error {
	char text[RJ_ERROR_LEN];
};

/*
 * rj_error_set - formats the line and returns @err, so that a caller can return it at once. Of a
 * line that is too long the middle is left out.
 */
__attribute__((format(printf, 3, 4))) int rj_error_set(struct rj_error *error, int err,
						       const char *format, ...);

#endif
