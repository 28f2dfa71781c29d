/* SPDX-License-Identifier: BSD-3-Clause */
/* Files with a JSON object a line: plain, compressed by gzip, or a member of a tar archive. */
#ifndef RJ_CORE_JSON_LINES_H
#define RJ_CORE_JSON_LINES_H

#include <stddef.h>

#include "core/error.h"
#include "core/status.h"

struct json_object;

/*
 * struct rj_json_line - borrowed for the call; @text has @len bytes and no line end.
 */
struct rj_json_line {
	const char *text;
	size_t len;
	struct json_object *object;
};

/*
 * struct rj_json_lines - how a file is read, and for whom.
 * @max_bytes: of a line; a longer one ends the reading
 * @member: the file that is read where it is a tar archive; NULL: none is taken for one
 * @take: gets each line that is not empty, and must be an object. Returns 0, or a negative errno
 *	  for a line that is wrong: it says why in *@why, and the file's name and the line's number
 *	  are put before that.
 * @bad: is told of each line that is wrong or no JSON object, which is then passed over; NULL: the
 *	 first one ends the reading
 */
struct rj_json_lines {
	size_t max_bytes;
	const char *member;
	int (*take)(void *user, const struct rj_json_line *line, struct rj_error *why);
	void (*bad)(void *user, const struct rj_error *why);
	void *user;
};

/*
 * rj_json_lines_read - hands over the lines of the file ("-": standard input). 0 at its end; else,
 * with *@error set, what @take returned, -EINVAL for a line that is no JSON object, or the errno of
 * the file.
 */
RJ_MUST_CHECK int rj_json_lines_read(const char *path, const struct rj_json_lines *how,
				     struct rj_error *error);

#endif
