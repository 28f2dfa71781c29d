/* SPDX-License-Identifier: BSD-3-Clause */
/* Files with a JSON object a line: plain, compressed by gzip, or a member of a tar archive. */
#ifndef RJ_ENRICH_FPDB_LINES_H
#define RJ_ENRICH_FPDB_LINES_H

#include <stddef.h>

#include "core/error.h"
#include "core/status.h"

/* A fingerprint with all that it may have: 256 processes of 320 values of 255 bytes, escaped. */
#define RJ_FPDB_LINE_MAX (128u << 20)

/* The member of Mercury's resource archive that is read. */
#define RJ_FPDB_MEMBER "fingerprint_db.json"

struct json_object;

/*
 * struct rj_fpdb_line - borrowed for the call; @text has @len bytes and no line end.
 */
struct rj_fpdb_line {
	const char *text;
	size_t len;
	struct json_object *object;
};

/*
 * rj_fpdb_lines - hands over each line of the file ("-": standard input) that is not empty, and
 * must be an object. @take returns 0, or a negative errno that ends the reading: it says what is
 * wrong in *@why, and the file's name and the line's number are put before that. Returns that
 * errno, -EINVAL for a line that is no JSON object, or that of the file, with *@error set; 0 at the
 * end.
 */
RJ_MUST_CHECK int rj_fpdb_lines(const char *path,
				int (*take)(void *user, const struct rj_fpdb_line *line,
					    struct rj_error *why),
				void *user, struct rj_error *error);

#endif
