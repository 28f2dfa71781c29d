// SPDX-License-Identifier: BSD-3-Clause
/* rejoice: a table of commands. */
#include <errno.h>
#include <stdarg.h>
#include <string.h>

#include "cli/cli.h"

static const struct command commands[] = {
	{ "read", "flows of capture files", command_read },
	{ "live", "flows of interfaces, from inside the kernel", command_live },
	{ "joy", "Joy 4.5's command line and output", command_joy },
	{ "unpin", "end what live --pin left at work", command_unpin },
	{ "fingerprint", "databases of fingerprints: build, merge, show, match",
	  command_fingerprint },
	{ "fields", "every output field with type, unit and meaning", command_fields },
	{ "version", "versions, and what this kernel offers", command_version },
	{ NULL, NULL, NULL },
};

/* Names that are fixed and that later work fills. */
static const char *const lacking[] = { "collect", "query", "report", "top", "train", "anonymize" };

/* The longest tells how a dozen interfaces are watched, and where that is pinned. */
#define LINE_LEN 8704

void complain(const char *format, ...)
{
	char line[LINE_LEN];
	va_list args;

	va_start(args, format);
	vsnprintf(line, sizeof(line), format, args);
	va_end(args);
	progress_hide();
	fprintf(stderr, "rejoice: %s\n", line);
}

enum exit_status status_of(int err)
{
	switch (err) {
	case 0:
		return EXIT_DONE;
	case -EINVAL: /* what was asked cannot be, as in a filter that does not parse */
		return EXIT_USAGE;
	case -EPERM:
		return EXIT_NOT_PERMITTED;
	case -EOPNOTSUPP:
		return EXIT_LACKING;
	default:
		return EXIT_SOME_FAILED;
	}
}

static void print_help(FILE *to)
{
	fprintf(to, "usage: rejoice COMMAND [OPTION…] [FILE…]\n\n"
		    "Turns traffic into features: one JSON object per flow.\n\n");
	for (const struct command *c = commands; c->name; c++)
		fprintf(to, "  %-11s %s\n", c->name, c->summary);
	fprintf(to,
		"\n`rejoice COMMAND --help` lists the options; `man rejoice` tells the rest.\n");
}

static int run(int argc, char **argv)
{
	const char *name = argc > 1 ? argv[1] : NULL;

	if (!name) {
		print_help(stderr);
		return EXIT_USAGE;
	}
	if (!strcmp(name, "--help") || !strcmp(name, "help") || !strcmp(name, "-h")) {
		print_help(stdout);
		return EXIT_DONE;
	}
	if (!strcmp(name, "--version"))
		name = "version";
	for (const struct command *c = commands; c->name; c++)
		if (!strcmp(c->name, name))
			return c->run(argc - 1, argv + 1);
	for (size_t i = 0; i < sizeof(lacking) / sizeof(*lacking); i++)
		if (!strcmp(lacking[i], name)) {
			complain("%s: this build lacks it", name);
			return EXIT_LACKING;
		}
	complain("%s: no such command; `rejoice --help` lists them", name);
	return EXIT_USAGE;
}

/* Called as joy it is that command, with all arguments Joy's. */
static bool is_joy(const char *program)
{
	const char *name = strrchr(program, '/');

	return !strcmp(name ? name + 1 : program, "joy");
}

int main(int argc, char **argv)
{
	int status = argc && is_joy(argv[0]) ? command_joy(argc, argv) : run(argc, argv);

	/* help and tables; records have told of their own failures */
	if (status == EXIT_DONE && (fflush(stdout) || ferror(stdout))) {
		complain("standard output: writing failed: %s", strerror(errno));
		status = EXIT_SOME_FAILED;
	}
	return status;
}
