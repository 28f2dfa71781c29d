// SPDX-License-Identifier: BSD-3-Clause
/* Files that users write, a line at a time: comments and blanks are passed over. */
#include "core/lines.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n\v\f"

/* What of the line is to be read, cut in place. */
static char *trim(char *line)
{
	size_t len = strcspn(line, "#");

	line[len] = 0;
	while (len && strchr(BLANKS, line[len - 1]))
		line[--len] = 0;
	return line + strspn(line, BLANKS);
}

/* A line is told on a line: what no terminal shows is left out of it. */
static void mask(char *text)
{
	for (; *text; text++)
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			*text = '?';
}

static int take_lines(FILE *from, const char *path,
		      int (*take)(void *user, const char *line, struct rj_error *error), void *user,
		      struct rj_error *error)
{
	char *line = NULL;
	size_t room = 0;
	int err = 0;

	for (unsigned long num = 1; !err; num++) {
		ssize_t len = getline(&line, &room, from);
		struct rj_error why = { .text = "a zero byte; this is no text" };
		const char *text;

		if (len < 0)
			break;
		err = strlen(line) == (size_t)len ? 0 : -EINVAL;
		text = trim(line);
		if (!err && *text)
			err = take(user, text, &why);
		mask(why.text);
		if (err)
			rj_error_set(error, err, "%s:%lu: %s", path, num, why.text);
	}
	free(line);
	return err;
}

int rj_lines_read(const char *path,
		  int (*take)(void *user, const char *line, struct rj_error *error), void *user,
		  struct rj_error *error)
{
	FILE *from = fopen(path, "re");
	int err;

	if (!from)
		return rj_error_set(error, -errno, "%s: cannot be read: %s", path, strerror(errno));
	errno = 0;
	err = take_lines(from, path, take, user, error);
	if (!err && ferror(from))
		err = rj_error_set(error, errno ? -errno : -EIO, "%s: cannot be read: %s", path,
				   strerror(errno ? errno : EIO));
	fclose(from);
	return err;
}
