/* SPDX-License-Identifier: BSD-3-Clause */
/* Files that users write, a line at a time: comments and blanks are passed over. */
#ifndef RJ_CORE_LINES_H
#define RJ_CORE_LINES_H

#include "core/error.h"
#include "core/status.h"

/*
 * rj_lines_read - hands each line of the file over that is not empty, without what stands behind
 * a # and without blanks around it; @line is borrowed. @take returns 0, or a negative errno that
 * ends the reading: it says what is wrong with the line, in *@error, and the file's name and the
 * line's number are put before that. Returns that errno, or that of the file; 0 at its end.
 */
RJ_MUST_CHECK int rj_lines_read(const char *path,
				int (*take)(void *user, const char *line, struct rj_error *error),
				void *user, struct rj_error *error);

#endif
