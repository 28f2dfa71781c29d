// SPDX-License-Identifier: BSD-3-Clause
/* rejoice read: flows of capture files. */
#include <dirent.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "cli/cli.h"

/* One capture; what was read before an error is kept. */
static enum exit_status read_file(struct rj_session *s, const char *path)
{
	enum exit_status status;
	int more = rj_session_read_file(s, path);

	if (!more)
		do
			more = rj_session_poll(s, 0);
		while (more > 0 && !is_interrupted());
	/* whoever sent the signal knows */
	if (more == -EINTR && is_interrupted())
		more = 0;
	status = status_of(more < 0 ? more : 0);
	/* what the file lacks is not what the program may not do */
	if (status == EXIT_NOT_PERMITTED)
		status = EXIT_SOME_FAILED;
	if (status)
		complain("%s", rj_session_error(s));
	if (rj_session_finish(s) < 0 && !status) {
		complain("%s", rj_session_error(s));
		status = EXIT_SOME_FAILED;
	}
	return status;
}

static int by_name(const struct dirent **a, const struct dirent **b)
{
	return strcmp((*a)->d_name, (*b)->d_name);
}

static int is_visible(const struct dirent *entry)
{
	return entry->d_name[0] != '.';
}

static enum exit_status worse(enum exit_status a, enum exit_status b)
{
	return a ? a : b;
}

/* The files of a directory, one level, by name. */
static enum exit_status read_directory(struct rj_session *s, const char *path)
{
	enum exit_status status = EXIT_DONE;
	struct dirent **entries;
	int num = scandir(path, &entries, is_visible, by_name);

	if (num < 0) {
		complain("%s: cannot be read: %s", path, strerror(errno));
		return EXIT_SOME_FAILED;
	}
	for (int i = 0; i < num; i++) {
		char *name = NULL;
		struct stat st;

		if (asprintf(&name, "%s/%s", path, entries[i]->d_name) < 0)
			name = NULL;
		if (name && !is_interrupted() && !stat(name, &st) && S_ISREG(st.st_mode))
			status = worse(status, read_file(s, name));
		free(name);
		free(entries[i]);
	}
	free(entries);
	return status;
}

static enum exit_status read_operand(struct rj_session *s, const char *path)
{
	struct stat st;

	if (strcmp(path, "-") && !stat(path, &st) && S_ISDIR(st.st_mode))
		return read_directory(s, path);
	return read_file(s, path);
}

/* Whether writing to @name would be writing over what is read. */
static bool is_input(const struct settings *settings, const char *name)
{
	struct stat in, out;

	if (!name || !strcmp(name, "-") || stat(name, &out) || !S_ISREG(out.st_mode))
		return false;
	for (int i = 0; i < settings->num_operands; i++)
		if (!stat(settings->operands[i], &in) && in.st_dev == out.st_dev &&
		    in.st_ino == out.st_ino) {
			complain("%s: is what is to be read; name another file to be written",
				 name);
			return true;
		}
	return false;
}

static enum exit_status run(struct settings *settings, struct output *out, FILE *stats)
{
	enum exit_status status = EXIT_DONE;
	struct rj_session *s = NULL;
	double start = seconds_now();
	int err;

	settings->options.on_json = output_line;
	settings->options.user = out;
	err = rj_session_open(&settings->options, &s);
	if (err) {
		complain("%s", s ? rj_session_error(s) : "out of memory");
		status = status_of(err);
		goto done;
	}
	for (int i = 0; i < settings->num_operands && !is_interrupted(); i++)
		status = worse(status, read_operand(s, settings->operands[i]));
	if (!output_close(out))
		status = worse(status, EXIT_SOME_FAILED);
	status = worse(status, stats_write(settings->stats, stats, s, out, seconds_now() - start));
done:
	rj_session_close(s);
	return status;
}

int command_read(int argc, char **argv)
{
	struct settings settings;
	struct output out = { .fd = -1 };
	FILE *stats;
	enum exit_status status = settings_read("read", argc, argv, &settings);

	if (status)
		return status;
	if (settings.is_help) {
		settings_help("read");
		return EXIT_DONE;
	}
	if (!settings.num_operands) {
		complain("no capture named; `rejoice read --help` tells");
		return EXIT_USAGE;
	}
	for (int i = 0; i < settings.num_operands; i++)
		if (!*settings.operands[i]) {
			complain("an empty name of a capture; `rejoice read --help` tells");
			return EXIT_USAGE;
		}
	if (is_input(&settings, settings.output) || is_input(&settings, settings.stats))
		return EXIT_USAGE;
	catch_signals();
	status = output_open(&out, settings.output);
	status = status ? status : stats_open(settings.stats, &stats);
	if (!status)
		status = run(&settings, &out, stats);
	output_close(&out);
	return status;
}
