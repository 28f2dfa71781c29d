// SPDX-License-Identifier: BSD-3-Clause
/* Options in a file: NAME or NAME = VALUE a line. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "cli/cli.h"
#include "cli/config.h"

#define BLANKS " \t\r\n"
#define WHERE_LEN 512

/* Lines of options: settings point into them until the program ends. */
static struct kept {
	struct kept *before;
	char text[];
} * kept;

static char *keep(const char *line)
{
	size_t len = strlen(line) + 1;
	struct kept *k = malloc(sizeof(*k) + len);

	if (!k)
		return NULL;
	memcpy(k->text, line, len);
	k->before = kept;
	kept = k;
	return k->text;
}

/* Cuts the line in place: a # at its start or behind a blank begins a comment. */
static char *trim(char *line)
{
	size_t len = 0;

	while (line[len] && !(line[len] == '#' && (!len || strchr(BLANKS, line[len - 1]))))
		len++;
	while (len && strchr(BLANKS, line[len - 1]))
		len--;
	line[len] = 0;
	return line + strspn(line, BLANKS);
}

static enum exit_status take_line(char *line, const char *where, config_option *option, void *user)
{
	char *name = trim(line), *value = NULL, *rest;
	size_t name_len = strcspn(name, "=" BLANKS);

	if (!*name)
		return EXIT_DONE;
	name = keep(name);
	if (!name) {
		complain("out of memory");
		return EXIT_SOME_FAILED;
	}
	rest = name + name_len + strspn(name + name_len, BLANKS);
	if (*rest == '=') {
		value = rest + 1 + strspn(rest + 1, BLANKS);
	} else if (*rest) {
		complain("%s%.60s: say NAME or NAME = VALUE", where, name);
		return EXIT_USAGE;
	}
	name[name_len] = 0;
	return option(user, where, name, value);
}

static enum exit_status take_lines(FILE *from, const char *path, config_option *option, void *user)
{
	enum exit_status status = EXIT_DONE;
	char *line = NULL;
	size_t room = 0;

	for (unsigned long num = 1; !status; num++) {
		char where[WHERE_LEN];
		ssize_t len = getline(&line, &room, from);

		if (len < 0)
			break;
		snprintf(where, sizeof(where), "%s:%lu: ", path, num);
		if (strlen(line) == (size_t)len) {
			status = take_line(line, where, option, user);
		} else {
			complain("%sa zero byte; this is no text", where);
			status = EXIT_USAGE;
		}
	}
	free(line);
	return status;
}

enum exit_status config_read(const char *path, config_option *option, void *user)
{
	FILE *from = fopen(path, "re");
	enum exit_status status;

	errno = from ? 0 : errno;
	status = from ? take_lines(from, path, option, user) : EXIT_SOME_FAILED;
	if (!from || (!status && ferror(from))) {
		complain("%s: cannot be read: %s", path, strerror(errno));
		status = EXIT_SOME_FAILED;
	}
	if (from)
		fclose(from);
	return status;
}
